import type { Flow, RequestStep, Step } from './flows/flow.ts'
import { type Draft, type Exchange, errorOf, redirectOf } from './world/exchange.ts'
import type { StoredRow } from './world/stored.ts'
import type { Switches } from './world/switches.ts'
import { createWorld, type World } from './world/world.ts'

/** What came of a step. */
export interface Result {
  readonly exchanges: readonly Exchange[]
  /** What the storage held after it. */
  readonly rows: readonly StoredRow[]
  readonly edited: boolean
  readonly verdict: Verdict
}

/**
 * `as planned` covers attacks that were refused, too. `refused` and `accepted` are surprises, which an edited request or a
 * switch may bring about.
 */
export type Verdict = 'as planned' | 'refused' | 'accepted'

/** One walk through a flow, with a server of its own. */
export interface Run {
  readonly flow: Flow
  readonly world: World
  readonly steps: readonly Step[]
  readonly results: Map<string, Result>
}

/** @throws {TypeError} the error of `createProvider` when it refuses an option */
export async function startRun(flow: Flow, switches: Switches): Promise<Run> {
  const world = createWorld(switches, flow.needs ?? [])
  return { flow, world, steps: await flow.start(world), results: new Map() }
}

/** Makes the request of a step without sending it, for the reader to look at. */
export async function draftOf(step: RequestStep, choice?: string): Promise<Draft> {
  return step.request(choice ?? (await firstChoice(step)))
}

/** Sends a step: as it is, with a choice of the user, or as the reader has edited it. */
export async function perform(run: Run, step: Step, draft?: Draft): Promise<Result> {
  const { world } = run
  const exchanges: Exchange[] = []
  if (step.kind === 'wait') world.pass(step.seconds)
  if (step.kind === 'shortcut') {
    for (const inner of step.steps) exchanges.push(await send(world, inner, await draftOf(inner)))
  }
  if (step.kind === 'request') exchanges.push(await send(world, step, draft ?? (await draftOf(step))))
  const last = exchanges.at(-1)
  const result: Result = {
    exchanges,
    rows: await world.rows(),
    edited: false,
    verdict: last === undefined ? 'as planned' : judge(step, last),
  }
  run.results.set(step.id, result)
  return result
}

async function send(world: World, step: RequestStep, draft: Draft): Promise<Exchange> {
  const exchange = await world.send(step.from, step.to, draft)
  await step.learn?.(exchange)
  return exchange
}

async function firstChoice(step: RequestStep): Promise<string> {
  return (await step.page?.())?.choices[0]?.value ?? ''
}

function judge({ expects }: Step, exchange: Exchange): Verdict {
  const { answer, events } = exchange
  const error = errorOf(exchange)
  if (expects === undefined) return error === undefined ? 'as planned' : 'refused'
  // Two kinds of attacks are refused without an error.
  if (expects === aQuestion) return answer.status === 200 && !redirectOf(answer) ? 'as planned' : 'accepted'
  if (expects === nothing) return events.some(({ type }) => type === 'token.revoked') ? 'accepted' : 'as planned'
  if (error === undefined) return 'accepted'
  return error === expects ? 'as planned' : 'refused'
}

/** The server asks the user and does nothing before the answer. */
export const aQuestion = 'a question'
/** The server answers as if it had done what was asked, and does nothing. */
export const nothing = 'nothing'
