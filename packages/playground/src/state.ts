import type { Flow } from './flows/flow.ts'
import type { FoundJwt } from './jwts.ts'
import type { Run } from './run.ts'
import type { Draft } from './world/exchange.ts'
import type { Switches } from './world/switches.ts'

/** The request of the selected step, as it will be sent. */
export interface Preview {
  readonly draft: Draft
  readonly jwts: readonly FoundJwt[]
}

/** Everything that the page shows. */
export interface State {
  flow?: Flow
  run?: Run
  /** What the reader has chosen; the run may lag behind when the server refuses it. */
  switches: Switches
  /** Why the server refused the options. */
  refused?: string
  /** The index of the selected step. */
  at: number
  preview?: Preview
  /** Why the selected step cannot be sent. */
  blocked?: string
  editing: boolean
  busy: boolean
  /** What was last announced to a screen reader. */
  said: string
  optionsOpen: boolean
  /** Whether a narrow screen shows the list of steps. */
  stepsOpen: boolean
  page?: {
    readonly title: string
    readonly lines: readonly string[]
    readonly choices: readonly { label: string; value: string }[]
  }
  answerJwts: readonly FoundJwt[]
}

/** What the reader can do. */
export interface Actions {
  /** Selects a step, and focuses what has this name. */
  select(index: number, target: string): void
  send(draft?: Draft): void
  choose(value: string): void
  edit(editing: boolean): void
  change(switches: Switches): void
  restart(): void
  /** Sends all steps before the selected one that were not sent yet. */
  catchUp(): void
  toggleOptions(open: boolean): void
  toggleSteps(): void
}
