import type { Storage } from '@oauth/core'
import { sql } from 'kysely'
import { isListed } from './is-listed.ts'
import { affected, type Program, type Runner } from './runner.ts'
import type { Schema } from './schema.ts'
import { type Bind, type Statement, statement } from './statement.ts'
import { deleteUnusedClients } from './unused-clients.ts'

interface PurgeQuery {
  readonly now: number
  readonly limit: number
}

interface UnusedClientsQuery {
  readonly before: number
  readonly limit: number
}

/**
 * The tables to purge, each with its key column. Records have a key of two columns: see `purgeRecords`. Grants come last,
 * so that a small limit leaves no code or token without its grant.
 */
const expiring = [
  ['refreshTokens', 'id'],
  ['revokedJwts', 'jti'],
  ['authorizationCodes', 'id'],
  ['accessTokens', 'id'],
  ['grants', 'id'],
] as const

/**
 * Deletes the oldest expired rows, by the index of `expires_at`. On MySQL it uses a `delete` with a limit, because with a
 * subquery MariaDB would read (and lock) the whole table.
 */
function purgeTable(schema: Schema, [table, key]: (typeof expiring)[number]): Statement<PurgeQuery, unknown> {
  const { db, tables, dialect } = schema
  // All of these tables have these two columns, but the compiler does not see that in a union of their types.
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

/** Clears the sealed successors of rotated refresh tokens whose `sealed_until` has passed, by the index of that column. */
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
 * Deletes the oldest expired records. Their key has two columns, so it selects rows by the database's own row id (`ctid`,
 * `rowid`), which is stable for the duration of one statement.
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

/** Purges each table in a separate statement, so that a purge holds no lock longer than one delete. */
export function purge(schema: Schema, runner: Runner): Storage['purgeExpired'] {
  const [refreshTokens, ...others] = expiring
  // Delete expired refresh tokens before clearing sealed successors, so that each row counts once.
  const statements = [
    purgeTable(schema, refreshTokens),
    clearSeals(schema),
    purgeRecords(schema),
    ...others.map((table) => purgeTable(schema, table)),
  ]
  const unusedClients = statement((bind: Bind<UnusedClientsQuery>) =>
    deleteUnusedClients(schema, { before: bind('before'), limit: bind('limit') }),
  )

  function* purging({
    now,
    limit,
    unusedClientsBefore: before,
  }: Parameters<Storage['purgeExpired']>[0]): Program<number> {
    let removed = 0
    for (const purgeRows of statements) {
      if (removed < limit) removed += yield* affected(purgeRows, { now, limit: limit - removed })
    }
    if (before !== undefined && removed < limit) {
      removed += yield* affected(unusedClients, { before, limit: limit - removed })
    }
    return removed
  }

  return (query) => runner.sequence(() => purging(query))
}
