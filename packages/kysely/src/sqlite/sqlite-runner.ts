import { type Awaitable, StorageUnavailableError } from '@oauth/core'
import type Database from 'better-sqlite3'
import type { CompiledQuery } from 'kysely'
import { asUnavailable } from '../errors.ts'
import { type Answer, type Program, type Runner, type Step, step } from '../runner.ts'

/** How long to wait for a transaction that somebody else has open on this connection, in milliseconds. */
const patience = 5000

interface Prepared {
  readonly statement: Database.Statement
  /** The names of the columns; absent where there are none, as for a write. */
  readonly columns: readonly string[] | undefined
}

function named(columns: readonly string[], values: readonly unknown[]): unknown {
  const row: Record<string, unknown> = {}
  let index = 0
  for (const name of columns) row[name] = values[index++]
  return row
}

/**
 * Runs statements on better-sqlite3 itself, prepared once and without a promise in between: a transaction is over before
 * anybody else in this process gets to run. That is two to four times as fast as a promise per statement, and it never
 * holds the write lock while the event loop does other things.
 */
export function sqliteRunner(database: Database.Database): Runner {
  const prepared = new Map<CompiledQuery, Prepared>()
  const begin = database.prepare('begin immediate')
  const commit = database.prepare('commit')
  const rollback = database.prepare('rollback')

  function prepare(query: CompiledQuery): Prepared {
    const known = prepared.get(query)
    if (known) return known
    const statement = database.prepare(query.sql)
    // Naming twenty columns costs better-sqlite3 twice as much as reading them, so rows come as arrays.
    const columns = statement.reader
      ? statement
          .raw()
          .columns()
          .map(({ name }) => name)
      : undefined
    const entry = { statement, columns }
    prepared.set(query, entry)
    return entry
  }

  function execute({ query, parameters }: Step): Answer {
    const { statement, columns } = prepare(query)
    if (!columns) return { rows: [], affected: statement.run(parameters).changes }
    return { rows: statement.all(parameters).map((values) => named(columns, values as unknown[])), affected: 0 }
  }

  function first({ query, parameters }: Step): unknown {
    const { statement, columns = [] } = prepare(query)
    const values = statement.get(parameters)
    return values && named(columns, values as unknown[])
  }

  function drive<T>(program: Program<T>): T {
    let state = program.next()
    while (!state.done) state = program.next(execute(state.value))
    return state.value
  }

  function transact<T>(program: () => Program<T>): T {
    begin.run()
    try {
      const result = drive(program())
      commit.run()
      return result
    } catch (error) {
      // SQLite has rolled back by itself after some errors. A roll-back that fails must not hide why it was needed.
      try {
        if (database.inTransaction) rollback.run()
      } catch {}
      throw error
    }
  }

  /**
   * None of our own transactions is ever open here, so an open one belongs to the host, who shares the connection (`db`)
   * and awaits something inside it. What we wrote now would become part of it.
   */
  async function whenFree<T>(work: () => T): Promise<T> {
    const deadline = performance.now() + patience
    while (database.inTransaction) {
      if (performance.now() > deadline) {
        throw new StorageUnavailableError('sqliteStorage: a transaction on its connection does not end')
      }
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
    return attempt(work)
  }

  /** Another process that keeps its lock for longer than the busy timeout is as bad as a database that is away. */
  function attempt<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      throw asUnavailable(error)
    }
  }

  const run = <T>(work: () => T): Awaitable<T> => (database.inTransaction ? whenFree(work) : attempt(work))

  return {
    find: (statement, input, decode) => run(() => decode(first(step(statement, input)) as never)),
    list: (statement, input, decode) => run(() => decode(execute(step(statement, input)).rows as never)),
    write: (statement, input, decode) => run(() => decode(execute(step(statement, input)).affected)),
    transaction: (program) => run(() => transact(program)),
    sequence: (program) => run(() => drive(program())),
  }
}
