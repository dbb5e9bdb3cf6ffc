import { type Awaitable, StorageUnavailableError } from '@oauth/core'
import type { CompiledQuery } from 'kysely'
import { drive } from '../drive.ts'
import { asUnavailable, failureOf, isLocked } from '../errors.ts'
import { type Answer, isReading, type Program, type Runner, type Step, step } from '../runner.ts'
import type { NonBlocking } from './busy-timeout.ts'
import { noParameters, type SqliteConnection, type SqliteStatement } from './connection.ts'
import { groupCommit, type Progress } from './group-commit.ts'
import type { LockQueue, Waiting } from './lock-queue.ts'

/** Thrown when the host has a transaction open on the storage's connection. */
const openTransaction = new Error('a transaction on the connection of sqliteStorage is open')

/** The rules by which calls of a storage wait for a lock, and their errors. */
const asStorage: Omit<Waiting, 'inLine'> = {
  isLocked: (error) => error === openTransaction || isLocked(error),
  failure(error, late) {
    if (!late) return asUnavailable(error)
    return error === openTransaction
      ? new StorageUnavailableError(
          'sqliteStorage: a transaction on storage.db does not end; do not await a call of the storage inside it',
        )
      : new StorageUnavailableError('another connection keeps the database file locked', { cause: error })
  },
}

const inLine: Waiting = { ...asStorage, inLine: true }
const besideLine: Waiting = { ...asStorage, inLine: false }

const noRows: readonly unknown[] = []

/** A runner that can wait until all its writes are done. */
export interface SqliteRunner extends Runner {
  /** Commits the writes that have arrived. Resolves when every one has succeeded or failed. */
  settle(): Promise<void>
}

/**
 * Runs prepared statements directly on the driver, without a promise per statement: a transaction ends before any other
 * code of this process runs, so the write lock is never held while the event loop does other work.
 *
 * Reads are synchronous. Writes and transactions that arrive in one turn of the event loop share a commit (`groupCommit`),
 * and their promises resolve after it. While another connection has the lock, they wait in `queue`.
 */
export function sqliteRunner(
  database: SqliteConnection,
  queue: LockQueue,
  { reading, writing }: Pick<NonBlocking, 'reading' | 'writing'>,
): SqliteRunner {
  const prepared = new Map<CompiledQuery, SqliteStatement>()
  const begin = database.prepare('begin immediate')
  const commit = database.prepare('commit')
  const rollback = database.prepare('rollback')

  function prepare(query: CompiledQuery): SqliteStatement {
    const known = prepared.get(query)
    if (known) return known
    const statement = database.prepare(query.sql)
    prepared.set(query, statement)
    return statement
  }

  function execute({ query, parameters }: Step): Answer {
    const statement = prepare(query)
    if (isReading(query)) return { rows: statement.all(parameters), affected: 0 }
    return { rows: noRows, affected: statement.run(parameters) }
  }

  const first = ({ query, parameters }: Step): unknown => prepare(query).get(parameters)

  /** Runs a statement and notes whether it has changed something. A key that exists undoes the whole statement. */
  function executeNoting(statement: Step, progress: Progress): Answer {
    try {
      const answer = execute(statement)
      if (answer.affected > 0) progress.hasWritten = true
      return answer
    } catch (error) {
      if (failureOf(error) !== 'taken') progress.hasWritten = true
      throw error
    }
  }

  function transact<T>(program: () => Program<T>): T {
    begin.run(noParameters)
    try {
      const result = drive(program(), execute)
      commit.run(noParameters)
      return result
    } catch (error) {
      // After some errors SQLite has already rolled back. If the roll-back fails, throw the error that made it necessary.
      try {
        if (database.inTransaction) rollback.run(noParameters)
      } catch {}
      throw error
    }
  }

  /**
   * The storage's own transactions are never open here, so an open one belongs to the host, which shares the connection
   * (`db`) and awaits something inside its transaction. A write now would become part of it, so treat it as a lock.
   */
  function checkFree(): void {
    if (database.inTransaction) throw openTransaction
  }

  function run<T>(work: () => T, waiting: Waiting): Awaitable<T> {
    const attempt = () => {
      checkFree()
      return work()
    }
    return queue.run(attempt, waiting)
  }

  /** A read that meets no lock runs at once. After an error it runs again, by the rules for waiting. */
  function read<T>(work: () => T): Awaitable<T> {
    if (!database.inTransaction) {
      try {
        return reading(work)()
      } catch {}
    }
    return run(reading(work), besideLine)
  }

  const write = <T>(work: () => T): Awaitable<T> => run(writing(work), inLine)
  const group = groupCommit(database, { queue, waiting: inLine, checkFree, writing })

  /**
   * Runs a program without a transaction, and no statement in the commit of other calls. Each statement waits separately, so
   * that rows deleted before a lock count once.
   */
  function sequence<T>(program: Program<T>, state: IteratorResult<Step, T>): Awaitable<T> {
    let reached = state
    while (!reached.done) {
      const { value } = reached
      const answer = write(() => execute(value))
      if (answer instanceof Promise) return answer.then((late) => sequence(program, program.next(late)))
      reached = program.next(answer)
    }
    return reached.value
  }

  return {
    find: (statement, input, decode) => read(() => decode(first(step(statement, input)) as never)),
    list: (statement, input, decode) => read(() => decode(execute(step(statement, input)).rows as never)),
    write(statement, input, decode) {
      const written = step(statement, input)
      return group.enlist({
        inside: (progress) => decode(executeNoting(written, progress).affected),
        alone: () => decode(execute(written).affected),
      })
    },
    transaction: (program) =>
      group.enlist({
        inside: (progress) => drive(program(), (statement) => executeNoting(statement, progress)),
        alone: () => transact(program),
      }),
    sequence(program) {
      const run = program()
      return sequence(run, run.next())
    },
    settle: () => group.settle(),
  }
}
