import type { Storage } from '@oauth/core'
import { type RawBuilder, type SelectQueryBuilder, sql } from 'kysely'
import type { DialectName } from './dialect.ts'
import { affected, type Runner } from './runner.ts'
import type { OAuthTables, Schema } from './schema.ts'
import { type Bind, type Statement, statement } from './statement.ts'

interface PurgeQuery {
  readonly now: number
  readonly limit: number
}

interface UnusedClientsQuery {
  readonly before: number
  readonly limit: number
}

/** Each with the column of its key. Records have a key of two columns: see `purgeRecords`. Grants go after what hangs on them: a short limit leaves no child without its grant. */
const expiring = [
  ['refreshTokens', 'id'],
  ['revokedJwts', 'jti'],
  ['authorizationCodes', 'id'],
  ['accessTokens', 'id'],
  ['grants', 'id'],
] as const

/**
 * `key in (…)`. On PostgreSQL the rows that another purge is deleting are left to it, so that two never wait for each
 * other, and the list is made into an array first: a plan may run a locking subquery more than once, and find other rows.
 */
function isListed(
  dialect: DialectName,
  key: string,
  rows: SelectQueryBuilder<OAuthTables, never, unknown>,
): RawBuilder<boolean> {
  return dialect === 'postgres'
    ? sql`${sql.ref(key)} = any(array(${rows.forUpdate().skipLocked()}))`
    : sql`${sql.ref(key)} in (${rows})`
}

/**
 * Deletes the oldest rows that have expired, by the index of `expires_at`. MySQL has a `delete` with a limit; given a
 * subquery, MariaDB would read (and lock) the whole table.
 */
function purgeTable(schema: Schema, [table, key]: (typeof expiring)[number]): Statement<PurgeQuery, unknown> {
  const { db, tables, dialect } = schema
  // All of these tables have the same two columns, which the compiler cannot tell of a union of them.
  const name = tables[table] as typeof tables.accessTokens
  const id = key as 'id'
  return statement((bind: Bind<PurgeQuery>) => {
    if (dialect === 'mysql') {
      return db.deleteFrom(name).where('expires_at', '<', bind('now')).orderBy('expires_at').limit(bind('limit'))
    }
    const expired = db
      .selectFrom(name)
      .select(id)
      .where('expires_at', '<', bind('now'))
      .orderBy('expires_at')
      .limit(bind('limit'))
    return db.deleteFrom(name).where(isListed(dialect, id, expired as never))
  })
}

/** Clears what rotated tokens have sealed, by the index of `sealed_until`: nobody may open it once that has passed. */
function clearSeals({ db, tables, dialect }: Schema): Statement<PurgeQuery, unknown> {
  const { refreshTokens } = tables
  const cleared = { sealed_successor: null, sealed_until: null }
  return statement((bind: Bind<PurgeQuery>) => {
    if (dialect === 'mysql') {
      return db
        .updateTable(refreshTokens)
        .set(cleared)
        .where('sealed_until', '<', bind('now'))
        .orderBy('sealed_until')
        .limit(bind('limit'))
    }
    const over = db
      .selectFrom(refreshTokens)
      .select('id')
      .where('sealed_until', '<', bind('now'))
      .orderBy('sealed_until')
      .limit(bind('limit'))
    return db
      .updateTable(refreshTokens)
      .set(cleared)
      .where(isListed(dialect, 'id', over as never))
  })
}

/**
 * As `purgeTable`, by the number that the database itself has for a row: the key of a record is two columns. No statement
 * of a purge keeps that number for longer than it runs.
 */
function purgeRecords({ db, tables, dialect }: Schema): Statement<PurgeQuery, unknown> {
  return statement((bind: Bind<PurgeQuery>) => {
    if (dialect === 'mysql') {
      return db
        .deleteFrom(tables.records)
        .where('expires_at', '<', bind('now'))
        .orderBy('expires_at')
        .limit(bind('limit'))
    }
    const row = dialect === 'postgres' ? 'ctid' : 'rowid'
    const expired = db
      .selectFrom(tables.records)
      .select(sql.ref(row).as('row'))
      .where('expires_at', '<', bind('now'))
      .orderBy('expires_at')
      .limit(bind('limit'))
    return db.deleteFrom(tables.records).where(isListed(dialect, row, expired as never))
  })
}

/**
 * The clients that registered themselves and never came back. That a client is unused is asked again where it is
 * deleted: by then, `markUsed` may have changed what the subquery listed.
 */
function purgeUnusedClients({ db, tables, dialect }: Schema): Statement<UnusedClientsQuery, unknown> {
  return statement((bind: Bind<UnusedClientsQuery>) => {
    if (dialect === 'mysql') {
      return db
        .deleteFrom(tables.clients)
        .where('used_at', 'is', null)
        .where('registration_token_hash', 'is not', null)
        .where('created_at', '<', bind('before'))
        .orderBy('created_at')
        .limit(bind('limit'))
    }
    const unused = db
      .selectFrom(tables.clients)
      .select('id')
      .where('used_at', 'is', null)
      .where('registration_token_hash', 'is not', null)
      .where('created_at', '<', bind('before'))
      .orderBy('created_at')
      .limit(bind('limit'))
    return (
      db
        .deleteFrom(tables.clients)
        // Not `used_at is null`: SQLite would walk that index, through all clients of the host, instead of taking the ids.
        .where((eb) => eb(eb.fn.coalesce('used_at', eb.lit(-1)), '=', eb.lit(-1)))
        .where(isListed(dialect, 'id', unused as never))
    )
  })
}

/** Each table in a statement of its own: a purge holds no lock longer than one delete. */
export function purge(schema: Schema, runner: Runner): Storage['purgeExpired'] {
  const [refreshTokens, ...others] = expiring
  // What has expired goes before it could be cleared, so that it counts once.
  const statements = [
    purgeTable(schema, refreshTokens),
    clearSeals(schema),
    purgeRecords(schema),
    ...others.map((table) => purgeTable(schema, table)),
  ]
  const unusedClients = purgeUnusedClients(schema)
  return ({ now, limit, unusedClientsBefore: before }) =>
    runner.sequence(function* () {
      let removed = 0
      for (const purgeRows of statements) {
        if (removed < limit) removed += yield* affected(purgeRows, { now, limit: limit - removed })
      }
      if (before !== undefined && removed < limit) {
        removed += yield* affected(unusedClients, { before, limit: limit - removed })
      }
      return removed
    })
}
