import { expect } from 'vitest'
import type { SharedDatabase } from './databases.ts'
import type { Fleet, Worker } from './fleet.ts'

/** The processes of a test that kills some of them. */
export interface Scene {
  readonly fleet: Fleet
  readonly shared: SharedDatabase
  /** The process that is never killed. */
  readonly survivor: Worker
}

/** Starts a process that has already read its keys and checked its tables. */
export async function startReady(fleet: Fleet, shared: SharedDatabase): Promise<Worker> {
  const worker = await fleet.start({ database: shared.address })
  await worker.publishedKeys()
  await worker.grants()
  return worker
}

/**
 * Runs `action` in a process that is killed at one statement, before and after the database has run it, for each of its
 * statements, and checks the database.
 * @returns the number of statements
 */
export async function atEachStatement<T>(
  { fleet, shared, survivor }: Scene,
  prepare: () => Promise<T>,
  action: (worker: Worker, prepared: T) => Promise<unknown>,
  check: (prepared: T) => Promise<void>,
): Promise<number> {
  const wholeRun = async (): Promise<readonly string[]> => {
    const prepared = await prepare()
    await survivor.arm(undefined)
    await action(survivor, prepared)
    const seen = await survivor.statements()
    await survivor.revokeGrants()
    return seen
  }
  // The first run stores what later runs find, for instance a consent, so the second is like those that are killed.
  await wholeRun()
  const statements = await wholeRun()
  let next = startReady(fleet, shared)
  for (let at = 0; at < statements.length; at++) {
    for (const when of ['before', 'after'] as const) {
      const prepared = await prepare()
      const worker = await next
      await worker.arm({ at, when })
      // Start the next process during the checks of this one.
      next = startReady(fleet, shared)
      await expect(action(worker, prepared), `${when} ${statements[at]}`).rejects.toThrow('SIGKILL')
      expect(await worker.ended).toBe('SIGKILL')
      await check(prepared)
    }
  }
  await (await next).stop()
  return statements.length
}
