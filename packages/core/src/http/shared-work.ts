import { pause } from './pause.ts'

/** Work that callers at the same time share. */
export interface SharedWork<Result> {
  /**
   * Runs `work`, or waits for the work with this name that another caller has begun.
   *
   * On Workers, work ends with the request that began it, and nothing tells those who wait for it: its promise never
   * settles, or the platform rejects it. So a caller that has waited for two seconds begins the work anew. Work that was only
   * slow goes on beside it: where the new work fails, its result still counts.
   * @param work is told by `isCurrent` whether its result is still for later callers: not once the work was forgotten, or work
   * that was begun later has ended
   * @throws what the work throws; all who wait for it get the same error
   */
  run(name: string, work: (isCurrent: () => boolean) => Promise<Result>): Promise<Result>
  /** Makes the next caller begin anew. Callers that wait now get the result that they wait for. */
  forget(name: string): void
}

interface Run<Result> {
  readonly result: Promise<Result>
  /** Whether the work itself has succeeded or failed. */
  isOver: boolean
  /** The same for a run and those that were begun in its place. */
  readonly line: object
}

/** Seconds after which a caller no longer relies on the work of another one. */
const patience = 2
/** The most work that is shared at one time. The oldest goes first, so that work that never ends does not fill the memory. */
const mostRuns = 10_000

/** Makes the list of the work that runs. */
export function sharedWork<Result>(): SharedWork<Result> {
  const runs = new Map<string, Run<Result>>()

  function begin(
    name: string,
    work: (isCurrent: () => boolean) => Promise<Result>,
    line: object = {},
  ): Promise<Result> {
    const isCurrent = (): boolean => runs.get(name)?.line === line
    const result = (async () => work(isCurrent))().finally(() => {
      run.isOver = true
      if (runs.get(name) === run) runs.delete(name)
    })
    const run: Run<Result> = { result, isOver: false, line }
    runs.delete(name)
    if (runs.size >= mostRuns) runs.delete(runs.keys().next().value as string)
    runs.set(name, run)
    return result
  }

  function wait(name: string, other: Run<Result>, work: (isCurrent: () => boolean) => Promise<Result>) {
    let anew: Promise<Result> | undefined
    const next = (): Promise<Result> => {
      if (other.isOver) return other.result
      const current = runs.get(name)
      if (current === undefined) anew ??= begin(name, work)
      else anew ??= current === other ? begin(name, work, other.line) : wait(name, current, work)
      return anew
    }
    const late = async (): Promise<Result> => {
      await pause(patience)
      try {
        return await next()
      } catch (error) {
        if (other.isOver) return other.result
        const giveUp = (): never => {
          throw error
        }
        return Promise.race([other.result.catch(giveUp), pause(patience).then(giveUp)])
      }
    }
    // The first result counts, also if the work was only slow. `next` throws what the work has thrown, and what the platform
    // says of a request that has ended is no failure of the work.
    return Promise.race([other.result.catch(next), late()])
  }

  return {
    run(name, work) {
      const other = runs.get(name)
      return other === undefined ? begin(name, work) : wait(name, other, work)
    },
    forget: (name) => void runs.delete(name),
  }
}

/** Makes a function that callers at the same time share: see `SharedWork`. */
export function shareWork<Result>(work: (isCurrent: () => boolean) => Promise<Result>): () => Promise<Result> {
  const shared = sharedWork<Result>()
  return () => shared.run('', work)
}
