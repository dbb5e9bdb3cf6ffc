import { type Awaitable, StorageUnavailableError } from '@oauth/core'
import type Database from 'better-sqlite3'
import type { CompiledQuery } from 'kysely'
import { asUnavailable, failureOf, isLocked } from '../errors.ts'
import { type Answer, type Program, type Runner, type Step, step } from '../runner.ts'
import type { NonBlocking } from './busy-timeout.ts'
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

interface Prepared {
  readonly statement: Database.Statement
  /** The class of the rows, or `undefined` for a statement without columns, such as a write. */
  readonly Row: RowClass | undefined
}

const noRows: readonly unknown[] = []

type RowClass = new (values: readonly unknown[]) => object

/**
 * Makes the class of a statement's rows: a row has only the array of its values, and reads a column from it by name.
 * Copying twenty columns to members of an object takes half as long as the query.
 */
function rowClass(statement: Database.Statement): RowClass {
  class Row {
    readonly values: readonly unknown[]
    constructor(values: readonly unknown[]) {
      this.values = values
    }
  }
  statement.columns().forEach(({ name }, index) => {
    Object.defineProperty(Row.prototype, name, {
      get(this: Row) {
        return this.values[index]
      },
    })
  })
  return Row
}

/** A runner that can wait until all its writes are done. */
export interface SqliteRunner extends Runner {
  /** Commits the writes that have arrived. Resolves when every one has succeeded or failed. */
  settle(): Promise<void>
}

/**
 * Runs prepared statements directly on better-sqlite3, without a promise per statement: a transaction ends before any other
 * code of this process runs, so the write lock is never held while the event loop does other work.
 *
 * Reads are synchronous. Writes and transactions that arrive in one turn of the event loop share a commit (`groupCommit`),
 * and their promises resolve after it. While another connection has the lock, they wait in `queue`.
 */
export function sqliteRunner(
  database: Database.Database,
  queue: LockQueue,
  { reading, writing }: Pick<NonBlocking, 'reading' | 'writing'>,
): SqliteRunner {
  const prepared = new Map<CompiledQuery, Prepared>()
  const begin = database.prepare('begin immediate')
  const commit = database.prepare('commit')
  const rollback = database.prepare('rollback')

  function prepare(query: CompiledQuery): Prepared {
    const known = prepared.get(query)
    if (known) return known
    const statement = database.prepare(query.sql)
    // Making objects with twenty names costs better-sqlite3 twice as much as reading the values, so it returns arrays.
    const entry = { statement, Row: statement.reader ? rowClass(statement.raw()) : undefined }
    prepared.set(query, entry)
    return entry
  }

  function execute({ query, parameters }: Step): Answer {
    const { statement, Row } = prepare(query)
    // As arguments, better-sqlite3 reads the values faster than from an array.
    if (Row === undefined) return { rows: noRows, affected: statement.run(...parameters).changes }
    return { rows: statement.all(...parameters).map((values) => new Row(values as unknown[])), affected: 0 }
  }

  function first({ query, parameters }: Step): unknown {
    const { statement, Row } = prepare(query)
    // A call with its arguments written out costs less than one with a spread array.
    const values = parameters.length === 1 ? statement.get(parameters[0]) : statement.get(...parameters)
    return values && Row && new Row(values as unknown[])
  }

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

  function drive<T>(program: Program<T>, run: (step: Step) => Answer): T {
    let state = program.next()
    while (!state.done) state = program.next(run(state.value))
    return state.value
  }

  function transact<T>(program: () => Program<T>): T {
    begin.run()
    try {
      const result = drive(program(), execute)
      commit.run()
      return result
    } catch (error) {
      // After some errors SQLite has already rolled back. If the roll-back fails, throw the error that made it necessary.
      try {
        if (database.inTransaction) rollback.run()
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
