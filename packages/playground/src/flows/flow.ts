import type { Need } from '../world/description.ts'
import type { Draft, Exchange, Party } from '../world/exchange.ts'
import type { Switches, SwitchName } from '../world/switches.ts'
import type { World } from '../world/world.ts'

/** A section of a standard. */
export interface Section {
  readonly name: string
  readonly url: string
}

/** What a user sees in the browser, and what they can answer. */
export interface UserPage {
  readonly title: string
  readonly lines: readonly string[]
  readonly choices: readonly Choice[]
}

export interface Choice {
  readonly label: string
  readonly value: string
}

interface CommonStep {
  /** Unique in its flow. */
  readonly id: string
  readonly title: string
  /** Why the parties do this, in one or two sentences. */
  readonly why: string
  readonly section?: Section
  /** The step is an attack: the reader does what an attacker would. */
  readonly attack?: boolean
  /** The error with which the server must answer. */
  readonly expects?: string
}

/** One request. */
export interface RequestStep extends CommonStep {
  readonly kind: 'request'
  readonly from: Party
  readonly to: Party
  /** The page on which the user answers. Its first choice is what happens when the reader only goes on. */
  readonly page?: () => Promise<UserPage>
  /**
   * Makes the request from what the steps before have brought.
   * @throws {Blocked} when they did not bring what it needs
   */
  request(choice: string): Draft | Promise<Draft>
  /** Keeps what later steps need of the response. */
  learn?(exchange: Exchange): void | Promise<void>
}

/** Several requests that another flow explains, sent at once. */
export interface ShortcutStep extends CommonStep {
  readonly kind: 'shortcut'
  readonly steps: readonly RequestStep[]
}

/** Time that passes. */
export interface WaitStep extends CommonStep {
  readonly kind: 'wait'
  readonly seconds: number
}

export type Step = RequestStep | ShortcutStep | WaitStep

/** A walk through one part of the protocol. */
export interface Flow {
  readonly id: string
  readonly title: string
  /** Who uses it, in one sentence. */
  readonly summary: string
  readonly group: 'Sign in' | 'Without a browser' | 'Stronger' | 'Life of a token'
  readonly needs?: readonly Need[]
  /** Switches that the flow sets and the reader cannot change. */
  readonly fixed?: Partial<Switches>
  /** Switches that change something in this flow. */
  readonly switches: readonly SwitchName[]
  /** Registers the clients and returns the steps. What one step learns for the next is kept in this closure. */
  start(world: World): Promise<readonly Step[]>
}

/** A step lacks what an earlier one should have brought, for instance because the user said no. */
export class Blocked extends Error {
  override readonly name = 'Blocked'
}

/**
 * Returns the value.
 * @throws {Blocked} when it is `undefined`
 */
export function need<Value>(value: Value | undefined, missing: string): Value {
  if (value === undefined) throw new Blocked(missing)
  return value
}

export const rfc = (number: number, section: string, title: string): Section => ({
  name: `RFC ${number}, ${section}: ${title}`,
  url: `https://www.rfc-editor.org/rfc/rfc${number}#section-${section.replace(/^section /, '')}`,
})

export const oidc = (anchor: string, title: string): Section => ({
  name: `OpenID Connect Core: ${title}`,
  url: `https://openid.net/specs/openid-connect-core-1_0.html#${anchor}`,
})
