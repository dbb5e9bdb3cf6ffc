import { type CreateTableBuilder, type Kysely, SqliteAdapter, sql } from 'kysely'
import { tables } from '../schema.ts'
import type { SchemaChange } from './schema-change.ts'

/**
 * The first tables. Ids are compared byte for byte: SQLite and PostgreSQL do so, MySQL needs a binary collation. There
 * are no foreign keys: a consumed code or a revoked grant is evidence, and no deletion elsewhere may take it along.
 */
export const initial: SchemaChange = {
  up(db) {
    const table = db.schema
    const string = 'varchar(255)'
    return [
      table
        .createTable(tables.clients)
        .addColumn('id', string, (column) => column.primaryKey().notNull())
        .addColumn('metadata', 'text', (column) => column.notNull())
        .addColumn('secrets', 'text', (column) => column.notNull())
        .addColumn('disabled', 'integer', (column) => column.notNull())
        .addColumn('user_id', string)
        .addColumn('reference_id', string)
        .addColumn('registration_token_hash', string)
        .addColumn('used_at', 'bigint')
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addColumn('updated_at', 'bigint', (column) => column.notNull())
        .addColumn('version', 'integer', (column) => column.notNull()),
      index(db, tables.clients, ['user_id']),
      index(db, tables.clients, ['reference_id']),
      index(db, tables.clients, ['used_at', 'created_at']),

      table
        .createTable(tables.interactions)
        .addColumn('id', string, (column) => column.primaryKey().notNull())
        .addColumn('client_id', string, (column) => column.notNull())
        .addColumn('browser_hash', string, (column) => column.notNull())
        .addColumn('request', 'text', (column) => column.notNull())
        .addColumn('step', string, (column) => column.notNull())
        .addColumn('completed', 'text', (column) => column.notNull())
        .addColumn('prior_session', 'text')
        .addColumn('user_id', string)
        .addColumn('session_id', string)
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addColumn('expires_at', 'bigint', (column) => column.notNull())
        .addColumn('version', 'integer', (column) => column.notNull()),
      index(db, tables.interactions, ['expires_at']),

      table
        .createTable(tables.consents)
        .addColumn('id', string, (column) => column.primaryKey().notNull())
        .addColumn('client_id', string, (column) => column.notNull())
        .addColumn('user_id', string, (column) => column.notNull())
        .addColumn('reference_key', 'varchar(256)', (column) => column.notNull())
        .addColumn('scope', 'text', (column) => column.notNull())
        .addColumn('resources', 'text', (column) => column.notNull())
        .addColumn('claims', 'text', (column) => column.notNull())
        .addColumn('redirect_hosts', 'text', (column) => column.notNull())
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addColumn('updated_at', 'bigint', (column) => column.notNull())
        .addColumn('version', 'integer', (column) => column.notNull()),
      index(db, tables.consents, ['user_id', 'client_id', 'reference_key']).unique(),
      index(db, tables.consents, ['client_id']),

      table
        .createTable(tables.grants)
        .addColumn('id', string, (column) => column.primaryKey().notNull())
        .addColumn('client_id', string, (column) => column.notNull())
        .addColumn('user_id', string, (column) => column.notNull())
        .addColumn('session_id', string)
        .addColumn('scope', 'text', (column) => column.notNull())
        .addColumn('resources', 'text', (column) => column.notNull())
        .addColumn('auth_time', 'bigint')
        .addColumn('acr', 'text')
        .addColumn('amr', 'text')
        .addColumn('reference_id', string)
        .addColumn('claims', 'text')
        .addColumn('offline', 'integer', (column) => column.notNull())
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addColumn('expires_at', 'bigint', (column) => column.notNull())
        .addColumn('revoked_at', 'bigint')
        .$call((created) => clustered(db, created)),
      index(db, tables.grants, ['user_id']),
      index(db, tables.grants, ['client_id']),
      index(db, tables.grants, ['session_id']),
      index(db, tables.grants, ['expires_at']),

      table
        .createTable(tables.authorizationCodes)
        .addColumn('id', string, (column) => column.primaryKey().notNull())
        .addColumn('secret_hash', string, (column) => column.notNull())
        .addColumn('grant_id', string, (column) => column.notNull())
        .addColumn('redirect_uri', 'text', (column) => column.notNull())
        .addColumn('redirect_uri_sent', 'integer', (column) => column.notNull())
        .addColumn('code_challenge', string)
        .addColumn('nonce', 'text')
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addColumn('expires_at', 'bigint', (column) => column.notNull())
        .addColumn('consumed_at', 'bigint')
        .$call((created) => clustered(db, created)),
      index(db, tables.authorizationCodes, ['expires_at']),

      table
        .createTable(tables.accessTokens)
        .addColumn('id', string, (column) => column.primaryKey().notNull())
        .addColumn('secret_hash', string, (column) => column.notNull())
        .addColumn('client_id', string, (column) => column.notNull())
        .addColumn('grant_id', string)
        .addColumn('scope', 'text', (column) => column.notNull())
        .addColumn('audience', 'text', (column) => column.notNull())
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addColumn('expires_at', 'bigint', (column) => column.notNull())
        .$call((created) => clustered(db, created)),
      index(db, tables.accessTokens, ['expires_at']),

      table
        .createTable(tables.revokedJwts)
        .addColumn('jti', string, (column) => column.primaryKey().notNull())
        .addColumn('expires_at', 'bigint', (column) => column.notNull())
        .$call((created) => clustered(db, created)),
      index(db, tables.revokedJwts, ['expires_at']),

      table
        .createTable(tables.refreshTokens)
        .addColumn('id', string, (column) => column.primaryKey().notNull())
        .addColumn('secret_hash', string, (column) => column.notNull())
        .addColumn('grant_id', string, (column) => column.notNull())
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addColumn('expires_at', 'bigint', (column) => column.notNull())
        .addColumn('rotated_at', 'bigint')
        .addColumn('successor_id', string)
        .addColumn('sealed_successor', 'text')
        .addColumn('reuses', 'integer', (column) => column.notNull())
        .$call((created) => clustered(db, created)),
      index(db, tables.refreshTokens, ['expires_at']),

      table
        .createTable(tables.signingKeys)
        .addColumn('id', string, (column) => column.primaryKey().notNull())
        .addColumn('algorithm', string, (column) => column.notNull())
        .addColumn('generation', 'integer', (column) => column.notNull())
        .addColumn('public_key', 'text', (column) => column.notNull())
        .addColumn('sealed_private_key', 'text', (column) => column.notNull())
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addColumn('activates_at', 'bigint', (column) => column.notNull()),
      index(db, tables.signingKeys, ['algorithm', 'generation']).unique(),

      table
        .createTable(tables.replays)
        .addColumn('id', string, (column) => column.primaryKey().notNull())
        .addColumn('expires_at', 'bigint', (column) => column.notNull())
        .$call((created) => clustered(db, created)),
      index(db, tables.replays, ['expires_at']),

      table
        .createTable(tables.sessionClients)
        .addColumn('id', string, (column) => column.primaryKey().notNull())
        .addColumn('session_id', string, (column) => column.notNull())
        .addColumn('client_id', string, (column) => column.notNull())
        .addColumn('user_id', string, (column) => column.notNull())
        .addColumn('expires_at', 'bigint', (column) => column.notNull()),
      index(db, tables.sessionClients, ['session_id']),
      index(db, tables.sessionClients, ['expires_at']),
    ]
  },
  down: (db) =>
    [
      tables.sessionClients,
      tables.replays,
      tables.signingKeys,
      tables.refreshTokens,
      tables.revokedJwts,
      tables.accessTokens,
      tables.authorizationCodes,
      tables.grants,
      tables.consents,
      tables.interactions,
      tables.clients,
    ].map((name) => db.schema.dropTable(name)),
}

function index(db: Kysely<unknown>, table: string, columns: string[]) {
  return db.schema
    .createIndex(`${table}_${columns.join('_')}`)
    .on(table)
    .columns(columns)
}

/**
 * On SQLite, keeps the rows in the B-tree of the primary key instead of in one of their own beside it. Measured: redeem
 * and rotate take 3 to 25 % less time, a single insert and a find the same. Other databases have no such choice.
 */
function clustered<Table extends string, Column extends string>(
  db: Kysely<unknown>,
  table: CreateTableBuilder<Table, Column>,
): CreateTableBuilder<Table, Column> {
  return db.getExecutor().adapter instanceof SqliteAdapter ? table.modifyEnd(sql`without rowid`) : table
}
