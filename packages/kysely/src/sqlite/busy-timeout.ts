import { noParameters, type SqliteConnection } from './connection.ts'

/** Runs calls so that SQLite returns at once when another connection has the lock, whatever its busy timeout is. */
export interface NonBlocking {
  /** Milliseconds for which a call may wait for a lock, outside of SQLite. */
  readonly patience: number
  readonly reading: <T>(work: () => T) => () => T
  readonly writing: <T>(work: () => T) => () => T
}

const asItIs = <T>(work: () => T): (() => T) => work

/** For a database that `sqliteStorage` has opened: its busy timeout is 0. */
export const neverBlocking: NonBlocking = { patience: 5000, reading: asItIs, writing: asItIs }

/**
 * For a database of the host, whose busy timeout stays in effect for the host's own statements. During a call of the
 * storage the timeout is 0, and its value limits how long the call may wait in the queue. That costs 5 µs. Reads in WAL
 * mode meet no lock, so they run without this.
 */
export function withoutBlocking(database: SqliteConnection): NonBlocking {
  const patience = Number(readPragma(database, 'busy_timeout'))
  if (patience === 0) return { patience, reading: asItIs, writing: asItIs }
  const writing =
    <T>(work: () => T): (() => T) =>
    () => {
      database.exec('pragma busy_timeout = 0')
      try {
        return work()
      } finally {
        database.exec(`pragma busy_timeout = ${patience}`)
      }
    }
  const isWal = readPragma(database, 'journal_mode') === 'wal'
  return { patience, reading: isWal ? asItIs : writing, writing }
}

/** Reads the value of a setting. */
export function readPragma(database: SqliteConnection, name: string): unknown {
  const row = database.prepare(`pragma ${name}`).get(noParameters) as Readonly<Record<string, unknown>>
  // The pragma `busy_timeout` calls its column `timeout`.
  return row[name] ?? row.timeout
}
