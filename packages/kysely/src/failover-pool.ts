import { StorageUnavailableError } from '@oauth/core'
import type { PostgresPool, PostgresPoolClient } from 'kysely'
import { failureOf } from './errors.ts'
import { guardClient, type PgClient } from './guarded-client.ts'
import { checkTimeout, defaultTimeout, within } from './time-limit.ts'

export interface FailoverPoolOptions {
  /**
   * Seconds within which a statement of the storage must be answered. After that its connection is closed. Set it to what
   * `kyselyStorage` has as `timeoutSeconds`. Default: 5.
   */
  readonly timeoutSeconds?: number
}

/** A pool of `pg`, with what Kysely's type for it leaves out. */
interface PgPool extends PostgresPool {
  on?(event: 'error', listener: () => void): unknown
}

function readOnly(): Error {
  // read_only_sql_transaction
  return Object.assign(new Error('the server is read-only, like a standby'), { code: '25006' })
}

/** Tells that a server is away or a standby, so that another one may be the primary. */
function isElsewhere(error: unknown): boolean {
  if (error instanceof StorageUnavailableError) return true
  const failure = failureOf(error)
  return failure === 'unreachable' || failure === 'read-only'
}

/**
 * The first error decides what the others are taken for, so a fault that an operator must mend comes first. A server without an
 * answer comes last, since its error has no code that tells anything; when no server has answered, that is the error.
 */
function noPrimary(errors: readonly unknown[]): Error {
  const message = 'no server can be reached and written to'
  const isSilent = (error: unknown): boolean => error instanceof StorageUnavailableError
  const silent = errors.filter(isSilent)
  const answered = errors.filter((error) => !isSilent(error))
  const faults = answered.filter((error) => !isElsewhere(error))
  const others = answered.filter((error) => !faults.includes(error))
  const all = new AggregateError([...faults, ...others, ...silent], message)
  return answered.length === 0 ? new StorageUnavailableError(message, { cause: all }) : all
}

/**
 * Makes one pool of several pools of `pg`, one for each PostgreSQL server, for Kysely's `PostgresDialect`. It takes connections
 * from the server that can be written to, like `target_session_attrs=read-write` of libpq, which `pg` does not know. After a
 * failover it finds the new primary, and no process has to be restarted. With one pool it does the same for an address that moves
 * (DNS, a virtual address, a proxy).
 *
 * - A new connection is asked whether its server is read-only, before anything else.
 * - A connection is closed when it is lost, when its server has become read-only, or when a statement of the storage has no answer
 *   in time. All others are then asked again before their next use, and all servers are asked which of them is the primary.
 * - A commit whose wait for the standby was cancelled fails, although the server answers it: it may be lost with this server.
 * - A connection that the server closes does not end the process: the pools need no `error` listeners of yours.
 *
 * It cannot tell which of two servers that can be written to is the right one. Make sure that a former primary does not come
 * back as one.
 * @throws {TypeError} when there is no pool, or an option has an invalid value
 * @example
 * const pools = ['db-1.internal', 'db-2.internal'].map((host) => new Pool({ host, connectionTimeoutMillis: 3000 }))
 * const db = new Kysely<object>({ dialect: new PostgresDialect({ pool: preparedStatements(failoverPool(pools)) }) })
 */
export function failoverPool(pools: readonly PostgresPool[], options: FailoverPoolOptions = {}): PostgresPool {
  const { timeoutSeconds = defaultTimeout } = options
  checkTimeout(timeoutSeconds)
  const [first] = pools
  if (first === undefined) throw new TypeError('@oauth/kysely: failoverPool needs a pool for each server, at least one')
  for (const pool of pools as readonly PgPool[]) pool.on?.('error', () => undefined)

  /** The server that was the primary when a connection was last asked. */
  let primary = first
  const asking = new Map<PostgresPool, Promise<PostgresPool>>()
  /** Rises when a connection has become useless. Connections that were asked before are then asked again. */
  let era = 0
  const known = new WeakMap<PgClient, { readonly guarded: PostgresPoolClient; askedIn: number }>()

  function suspect(): void {
    era += 1
    if (pools.length > 1) find().catch(() => undefined)
  }

  async function ask(client: PgClient): Promise<void> {
    const text = 'show transaction_read_only'
    const { rows } = await within(timeoutSeconds, () =>
      client.query<{ readonly transaction_read_only: string }>(text, []),
    )
    if (rows[0]?.transaction_read_only !== 'off') throw readOnly()
  }

  /** Takes a connection to this server. A connection that was idle and has died is not the last one that is tried. */
  async function take(pool: PostgresPool): Promise<PostgresPoolClient> {
    for (;;) {
      const client: PgClient = await pool.connect()
      const before = known.get(client)
      if (before?.askedIn === era) return before.guarded
      const guarded = before?.guarded ?? guardClient(client, timeoutSeconds, suspect)
      const askedIn = era
      try {
        await ask(client)
      } catch (error) {
        client.release(error)
        if (before === undefined) throw error
        continue
      }
      known.set(client, { guarded, askedIn })
      return guarded
    }
  }

  /** Asks a server whether it can be written to. Callers share the question: a server that is gone may take seconds to fail. */
  function isPrimary(pool: PostgresPool): Promise<PostgresPool> {
    const asked = asking.get(pool)
    if (asked !== undefined) return asked
    const answer = within(timeoutSeconds, async () => {
      const client = await take(pool)
      client.release()
      return pool
    }).finally(() => asking.delete(pool))
    asking.set(pool, answer)
    return answer
  }

  /** Asks all servers at once. The first one that can be written to is the primary. */
  async function find(): Promise<PostgresPool> {
    try {
      primary = await Promise.any(pools.map(isPrimary))
      return primary
    } catch (error) {
      throw noPrimary((error as AggregateError).errors)
    }
  }

  return {
    async connect() {
      const asked = primary
      try {
        return await take(asked)
      } catch (error) {
        if (pools.length === 1 || !isElsewhere(error)) throw error
        return take(primary === asked ? await find() : primary)
      }
    },
    async end() {
      await Promise.all(pools.map((pool) => pool.end()))
    },
  }
}
