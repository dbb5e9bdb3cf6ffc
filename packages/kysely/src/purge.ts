import type { Storage } from '@oauth/core'
import type { Kysely } from 'kysely'
import { affected, type Runner } from './runner.ts'
import { type OAuthTables, tables } from './schema.ts'
import { type Bind, type Statement, statement } from './statement.ts'

interface PurgeQuery {
  readonly now: number
  readonly limit: number
}

interface UnusedClientsQuery {
  readonly before: number
  readonly limit: number
}

/** Grants go after what hangs on them, so that a short limit leaves no child without its grant. */
const expiring = [
  tables.interactions,
  tables.authorizationCodes,
  tables.accessTokens,
  tables.refreshTokens,
  tables.grants,
] as const

/** Deletes the rows that a subquery lists. It is wrapped once more because MySQL takes no limit directly inside `in`. */
function purgeTable(db: Kysely<OAuthTables>, table: (typeof expiring)[number]): Statement<PurgeQuery, unknown> {
  return statement((bind: Bind<PurgeQuery>) =>
    db
      .deleteFrom(table)
      .where('id', 'in', (eb) =>
        eb
          .selectFrom(
            eb
              .selectFrom(table)
              .select('id')
              .where('expires_at', '<', bind('now'))
              .orderBy('expires_at')
              .limit(bind('limit'))
              .as('expired'),
          )
          .select('expired.id'),
      ),
  )
}

/** The same for revoked `jti`s, whose key has another name. */
function purgeJwts(db: Kysely<OAuthTables>): Statement<PurgeQuery, unknown> {
  return statement((bind: Bind<PurgeQuery>) =>
    db
      .deleteFrom(tables.revokedJwts)
      .where('jti', 'in', (eb) =>
        eb
          .selectFrom(
            eb
              .selectFrom(tables.revokedJwts)
              .select('jti')
              .where('expires_at', '<', bind('now'))
              .orderBy('expires_at')
              .limit(bind('limit'))
              .as('expired'),
          )
          .select('expired.jti'),
      ),
  )
}

/**
 * The clients that registered themselves and never came back. That a client is unused is asked again where it is
 * deleted: by then, `markUsed` may have changed what the subquery listed.
 */
function purgeUnusedClients(db: Kysely<OAuthTables>): Statement<UnusedClientsQuery, unknown> {
  return statement((bind: Bind<UnusedClientsQuery>) =>
    db
      .deleteFrom(tables.clients)
      // Not `used_at is null`: SQLite would walk that index, through all clients of the host, instead of taking the ids.
      .where((eb) => eb(eb.fn.coalesce('used_at', eb.lit(-1)), '=', eb.lit(-1)))
      .where('id', 'in', (eb) =>
        eb
          .selectFrom(
            eb
              .selectFrom(tables.clients)
              .select('id')
              .where('used_at', 'is', null)
              .where('registration_token_hash', 'is not', null)
              .where('created_at', '<', bind('before'))
              .orderBy('created_at')
              .limit(bind('limit'))
              .as('unused'),
          )
          .select('unused.id'),
      ),
  )
}

/** Each table in a statement of its own: a purge holds no lock longer than one delete. */
export function purge(db: Kysely<OAuthTables>, runner: Runner): Storage['purgeExpired'] {
  const statements = [purgeJwts(db), ...expiring.map((table) => purgeTable(db, table))]
  const unusedClients = purgeUnusedClients(db)
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
