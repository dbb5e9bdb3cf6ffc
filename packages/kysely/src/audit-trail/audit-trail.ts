import type { OAuthEvent } from '@oauth/core'
import { createReport } from '@oauth/core/pages'
import type { Kysely } from 'kysely'
import { type DialectName, dialectName } from '../dialect.ts'
import { failureOf, isMissingTable } from '../errors.ts'
import { type OAuthTables, type TableOptions, tableNames } from '../schema.ts'
import { within } from '../time-limit.ts'
import { type AuditEntry, entryOf, rowOf } from './entry.ts'
import { createIds } from './ids.ts'
import { type AuditTrailProblem, createQueue } from './queue.ts'
import { type AuditQuery, deleteBefore, insertRows, selectRows } from './statements.ts'

export type { AuditEntry, AuditOutcome } from './entry.ts'
export type { AuditTrailProblem } from './queue.ts'
export type { AuditQuery } from './statements.ts'

export interface AuditTrailOptions extends TableOptions {
  /** The kind of database. Needed only if the Kysely instance uses an adapter that is not one of Kysely's own. */
  readonly dialect?: DialectName
  /** Which events are stored. Default: all of them. */
  readonly stores?: (event: OAuthEvent) => boolean
  /**
   * The address of the caller, if the trail should have it: personal data in many countries. It is called while the event
   * happens, so it can read an `AsyncLocalStorage` of yours. Default: none.
   */
  readonly address?: (event: OAuthEvent) => string | undefined
  /** Seconds for which an event may wait for others, to be written with them. 0 writes at once. Default: 1. */
  readonly flushSeconds?: number
  /** The most events in one write. Default: 200. */
  readonly batchSize?: number
  /** The most events that wait while the database is away. Whatever else happens then is lost. Default: 10,000. */
  readonly queueSize?: number
  /** Seconds within which the database must answer. Default: 5. */
  readonly timeoutSeconds?: number
  /**
   * Told of events that were lost, with their number, and of each write that failed and will be tried again (`dropped: 0`).
   * Default: `console.error`, without credentials and values of SQL statements, and the same problem once a minute.
   */
  readonly onError?: (problem: AuditTrailProblem) => void
}

/** The events of a server in a table. */
export interface AuditTrail {
  /** Stores an event, later. It never throws and never waits. Pass it as the option `onEvent` of `createProvider`. */
  readonly onEvent: (event: OAuthEvent) => void
  /** Writes what waits. Rejects when the database cannot take it now; it then waits on. */
  flush(): Promise<void>
  /** Writes what waits, and takes no more events. Call it after the last request. Rejects when events are lost. */
  close(): Promise<void>
  /**
   * Reads events, newest first.
   * @returns the events, and `next`, the `before` of the next page, when there may be more
   * @throws {TypeError} when `limit` is not a whole number from 1 to 1000
   * @throws {Error} when the table does not exist; the message says how to create it
   * @example
   * const { entries, next } = await trail.list({ userId: 'user-1', type: 'tokens.issued' })
   */
  list(query?: AuditQuery): Promise<{ readonly entries: readonly AuditEntry[]; readonly next?: string }>
  /**
   * Deletes the oldest events from before a time. Call it again while it returns `limit`.
   * @param options.before seconds since the epoch
   * @param options.limit the most events of one call. Default: 1000
   * @returns how many were deleted
   */
  purge(options: { readonly before: number; readonly limit?: number }): Promise<number>
}

/**
 * Makes a trail of all events in the table `oauth_audit_events`, which `migrate` and `sqliteStorage` create. Events are written in
 * batches behind the requests: a request neither waits for the trail nor fails with it. A process that is killed loses what
 * waits, a second's events by default; while the database is away, events wait up to `queueSize`.
 * @throws {TypeError} when an option has an invalid value, or `db` is no Kysely instance
 * @example
 * const trail = auditTrail(db)
 * const provider = createProvider({ onEvent: trail.onEvent, … })
 * // when the process stops, after the last request
 * await trail.close()
 */
export function auditTrail<Database>(db: Kysely<Database>, options: AuditTrailOptions = {}): AuditTrail {
  const { stores = () => true, address = () => undefined, timeoutSeconds = 5, onError = printer() } = options
  const flushSeconds = number(options, 'flushSeconds', 1, [0, 3600])
  const batchSize = number(options, 'batchSize', 200, [1, 1000])
  const queueSize = number(options, 'queueSize', 10_000, [1, 10_000_000])
  number(options, 'timeoutSeconds', timeoutSeconds, [0.001, 86_400])
  if (typeof (db as Partial<Kysely<Database>> | undefined)?.withoutPlugins !== 'function') {
    throw new TypeError('auditTrail: the first argument must be a Kysely instance; of sqliteStorage, pass storage.db')
  }
  // The cast is safe: the statements use only the tables of this package.
  const own = db.withoutPlugins() as unknown as Kysely<OAuthTables>
  const schema = { db: own, tables: tableNames(options), dialect: dialectName(own, options.dialect) }
  const nextId = createIds()

  const queue = createQueue({
    write: (rows: Parameters<typeof insertRows>[1]) => within(timeoutSeconds, () => insertRows(schema, rows)),
    // A time limit has no code of a driver, and its error is one of the storage.
    isTemporary: (error) => (error as Error | undefined)?.name === 'StorageUnavailableError' || isAway(error),
    queueSize,
    batchSize,
    flushSeconds,
    onError,
  })

  /** Runs a statement that reads or deletes. An error of a missing table says how to create it. */
  const onTable = async <Result>(run: () => Promise<Result>): Promise<Result> => {
    try {
      return await within(timeoutSeconds, run)
    } catch (cause) {
      if (!isMissingTable(cause)) throw cause
      const { auditEvents } = schema.tables
      throw new Error(
        `the table ${auditEvents} does not exist: run migrate(db) of @oauth/kysely/migrations, or npx oauth migrate of @oauth/cli`,
        { cause },
      )
    }
  }

  const lose = (cause: unknown): void => {
    try {
      onError({ dropped: 1, cause })
    } catch {
      // Nobody else can be told.
    }
  }

  return {
    onEvent(event) {
      try {
        if (!stores(event)) return
        const now = Math.floor(Date.now() / 1000)
        queue.add(rowOf(event, nextId(now), now, address(event)))
      } catch (cause) {
        lose(cause)
      }
    },
    flush: () => queue.flush(),
    close: () => queue.close(),
    async list(query = {}) {
      const { limit = 50 } = query
      number({ limit }, 'limit', limit, [1, 1000])
      const rows = await onTable(() => selectRows(schema, query, limit))
      const next = rows.length < limit ? undefined : rows.at(-1)?.id
      return { entries: rows.map(entryOf), ...(next !== undefined && { next }) }
    },
    async purge({ before, limit = 1000 }) {
      number({ limit }, 'limit', limit, [1, 1_000_000])
      return onTable(() => deleteBefore(schema, before, limit))
    },
  }
}

/**
 * Whether the database itself is in trouble, a lock is held, or a migration is still to come: what it cannot do now, it can do
 * later.
 */
function isAway(error: unknown): boolean {
  const failure = failureOf(error)
  return (failure !== undefined && failure !== 'taken') || isMissingTable(error)
}

function number<Name extends string>(
  options: { readonly [Key in Name]?: number },
  name: Name,
  fallback: number,
  [least, most]: readonly [number, number],
): number {
  const value: unknown = options[name] ?? fallback
  const isWhole = name.endsWith('Seconds') || Number.isSafeInteger(value)
  if (typeof value === 'number' && isWhole && value >= least && value <= most) return value
  throw new TypeError(`@oauth/kysely: ${name} must be a number from ${least} to ${most}`)
}

/** Makes the default of `onError`. It redacts, because errors of drivers have values of statements and connection strings. */
function printer(): (problem: AuditTrailProblem) => void {
  const report = createReport()
  return ({ dropped, cause }) => {
    const what = dropped === 0 ? 'a write failed and will be repeated' : `${dropped} events were lost`
    report(`audit trail: ${what}`, cause)
  }
}
