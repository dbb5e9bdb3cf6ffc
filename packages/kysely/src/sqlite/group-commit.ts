import { noParameters, type SqliteConnection } from './connection.ts'
import type { LockQueue, Waiting } from './lock-queue.ts'

/** What a write has done inside a transaction that it shares with other writes. */
export interface Progress {
  /** Whether the write has changed a row, or may have. Then only a roll-back undoes it. */
  hasWritten: boolean
}

/** A write that shares a commit with others. It must be possible to run it again after a roll-back. */
export interface GroupedWrite<T> {
  /** Runs the statements in the transaction that is open. */
  readonly inside: (progress: Progress) => T
  /** Runs the statements and commits them, without other writes. If it throws, nothing is written. */
  readonly alone: () => T
}

export interface GroupCommit {
  /** Runs a write together with the others of this turn of the event loop. Resolves after their commit. */
  enlist<T>(write: GroupedWrite<T>): Promise<T>
  /** Commits what is enlisted. Resolves when every write has succeeded or failed. */
  settle(): Promise<void>
}

export interface GroupCommitSettings {
  readonly queue: LockQueue
  readonly waiting: Waiting
  /** Throws an error that counts as a lock while the connection cannot be used. */
  readonly checkFree: () => void
  /** Wraps what runs on the connection, so that SQLite does not wait for a lock inside a call. */
  readonly writing: <T>(work: () => T) => () => T
}

/** A write that has arrived, and its outcome from the moment it has run until the commit. */
interface Enlisted {
  readonly write: GroupedWrite<unknown>
  readonly resolve: (result: never) => void
  readonly reject: (error: unknown) => void
  hasFailed: boolean
  outcome: unknown
}

/** The largest number of writes in one commit, so that other processes do not wait long for the lock. */
const largestGroup = 128

/** Taken when the module is loaded, so that the fake timers of a host's tests do not stop its storage. */
const afterThisTurn = setImmediate

/**
 * Commits the writes that arrive in one turn of the event loop in one transaction. A commit costs more than the statements
 * of most writes, and neighbouring rows of several writes are on the same pages.
 *
 * No caller hears of a result before the commit. A write that fails before it has changed a row (a key that exists, a record
 * that is gone) fails alone. After any other failure, also of the commit, everything is rolled back and each write runs
 * alone, so that it fails or succeeds by itself. While another connection has the lock, the group waits in the queue as one
 * call.
 */
export function groupCommit(
  database: SqliteConnection,
  { queue, waiting, checkFree, writing }: GroupCommitSettings,
): GroupCommit {
  const begin = database.prepare('begin immediate')
  const commit = database.prepare('commit')
  const rollback = database.prepare('rollback')
  const running = new Set<Promise<void>>()
  let arriving: Enlisted[] = []

  function run(enlisted: Enlisted): void {
    const progress: Progress = { hasWritten: false }
    try {
      enlisted.outcome = enlisted.write.inside(progress)
      enlisted.hasFailed = false
    } catch (error) {
      // After some errors SQLite has rolled back the whole transaction by itself.
      if (progress.hasWritten || !database.inTransaction) throw error
      enlisted.outcome = waiting.failure(error, false)
      enlisted.hasFailed = true
    }
  }

  function settle({ hasFailed, outcome, resolve, reject }: Enlisted): void {
    if (hasFailed) reject(outcome)
    else resolve(outcome as never)
  }

  function commitTogether(group: readonly Enlisted[]): void {
    begin.run(noParameters)
    try {
      for (const enlisted of group) run(enlisted)
      commit.run(noParameters)
    } catch (error) {
      // If the roll-back fails, throw the error that made it necessary.
      try {
        if (database.inTransaction) rollback.run(noParameters)
      } catch {}
      throw error
    }
    for (const enlisted of group) settle(enlisted)
  }

  function commitAlone({ write, resolve, reject }: Enlisted): void {
    try {
      resolve(write.alone() as never)
    } catch (error) {
      if (waiting.isLocked(error)) throw error
      reject(waiting.failure(error, false))
    }
  }

  /** Runs a group. If it meets a lock it throws, and the queue calls it again for the writes that are left. */
  function attempt(group: Enlisted[]): () => void {
    let isTogether = group.length > 1
    return writing(() => {
      checkFree()
      if (isTogether) {
        try {
          commitTogether(group)
          return
        } catch (error) {
          if (waiting.isLocked(error)) throw error
          isTogether = false
        }
      }
      for (let first = group[0]; first !== undefined; first = group[0]) {
        commitAlone(first)
        group.shift()
      }
    })
  }

  function start(group: Enlisted[]): void {
    const fail = (error: unknown) => {
      for (const { reject } of group) reject(error)
    }
    try {
      const late = queue.run(attempt(group), waiting)
      if (!(late instanceof Promise)) return
      const settled = late.catch(fail).finally(() => running.delete(settled))
      running.add(settled)
    } catch (error) {
      fail(error)
    }
  }

  function flush(): void {
    const writes = arriving
    arriving = []
    while (writes.length > 0) start(writes.splice(0, largestGroup))
  }

  return {
    enlist: <T>(write: GroupedWrite<T>) =>
      new Promise<T>((resolve, reject) => {
        const enlisted: Enlisted = { write, resolve, reject, hasFailed: false, outcome: undefined }
        if (arriving.push(enlisted) === 1) afterThisTurn(flush)
      }),
    async settle() {
      flush()
      await Promise.all(running)
    },
  }
}
