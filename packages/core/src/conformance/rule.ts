import type { Config } from '../contracts/config.ts'
import type { Demands } from '../contracts/profile.ts'
import type { Registry } from '../contracts/registry.ts'
import type { ClientMetadata } from '../protocol/client-metadata.ts'

/** How a rule turned out. `change` says what to change, or what to look at where the server cannot tell. */
export type Rating =
  | { readonly status: 'met'; readonly found?: string }
  | { readonly status: 'not met' | 'cannot tell'; readonly found?: string; readonly change: string }

/** A rule of a standard, as data: what it demands, where that is written, and how to tell. */
export interface Rule<Facts> {
  /** The name of the rule, for instance `fapi2-pushed-requests`. It never changes. */
  readonly id: string
  /** The requirement, as one sentence. */
  readonly requirement: string
  /** The URL of the section of the standard. */
  readonly section: string
  /** Rates the subject; `undefined` when the rule is not about it. */
  rate(facts: Facts): Rating | undefined
}

/** What is known of a server. */
export interface ServerFacts {
  readonly config: Config
  readonly registry: Registry
  /** What the standard demands. */
  readonly target: Demands
  /** What the profiles for every client of this server demand. */
  readonly inForce: Demands
}

/** What is known of a client, and of the server that it is registered at. */
export interface ClientFacts extends ServerFacts {
  readonly metadata: ClientMetadata
  /** Whether the server refuses tokens of this client that are not bound to a key, for another reason than a profile. */
  readonly bindsTokens: boolean
}

export type ServerRule = Rule<ServerFacts>
export type ClientRule = Rule<ClientFacts>

export function met(found?: string): Rating {
  return { status: 'met', ...(found !== undefined && { found }) }
}

/** Rates by a condition. `change` says what to change when it does not hold. */
export function metIf(holds: boolean, change: string, found?: string): Rating {
  return holds ? met(found) : { status: 'not met', change, ...(found !== undefined && { found }) }
}

/** The rating of what only the operator can see. `change` says what to look at. */
export function cannotTell(change: string, found?: string): Rating {
  return { status: 'cannot tell', change, ...(found !== undefined && { found }) }
}

/** Returns those values that the demand does not allow. */
export function outside(values: readonly string[], demanded: readonly string[] | undefined): readonly string[] {
  return demanded === undefined ? [] : values.filter((value) => !demanded.includes(value))
}

/** The list at this name in the members that features add to discovery; empty when there is none. */
export function published({ registry }: Pick<ServerFacts, 'registry'>, member: string): readonly string[] {
  const value = registry.serverMetadata[member]
  return Array.isArray(value) ? value : []
}
