import type { Kysely } from 'kysely'
import type { DialectName } from './dialect.ts'

/** The names of the tables without the prefix. */
const names = {
  clients: 'clients',
  consents: 'consents',
  grants: 'grants',
  authorizationCodes: 'authorization_codes',
  accessTokens: 'access_tokens',
  revokedJwts: 'revoked_jwts',
  refreshTokens: 'refresh_tokens',
  signingKeys: 'signing_keys',
  records: 'records',
  auditEvents: 'audit_events',
  schema: 'schema',
  migrations: 'migrations',
  migrationLock: 'migrations_lock',
  // Tables of earlier schemas, which the migration `0005_records` has moved into `records`.
  interactions: 'interactions',
  replays: 'replays',
  sessionClients: 'session_clients',
  withdrawals: 'withdrawals',
} as const

type Names = typeof names

/** Tables of earlier schemas, which no longer exist. */
export type FormerTable = 'interactions' | 'replays' | 'sessionClients' | 'withdrawals'

/**
 * The names of the tables in a database. The types always have the default prefix, because the statements are the same
 * for every prefix.
 */
export type TableNames = { readonly [Name in keyof Names]: `oauth_${Names[Name]}` }

export interface TableOptions {
  /**
   * The beginning of the names of all tables and indexes: a lower-case letter, then up to 19 lower-case letters, digits
   * and underscores. Not `sqlite_`. Default: `oauth_`.
   */
  readonly tablePrefix?: string
}

/**
 * The prefix and the longest index name must fit into the 63 characters of PostgreSQL, with room for future names.
 * PostgreSQL truncates longer names without an error.
 */
const prefixPattern = /^(?!sqlite_)[a-z][a-z0-9_]{0,19}$/

/** Returns the names of the tables with this prefix. Throws a `TypeError` for an invalid prefix. */
export function tableNames({ tablePrefix = 'oauth_' }: TableOptions = {}): TableNames {
  if (typeof tablePrefix !== 'string' || !prefixPattern.test(tablePrefix)) {
    throw new TypeError(
      `@oauth/kysely: tablePrefix must be 1 to 20 lower-case letters, digits and underscores, begin with a letter, and not with sqlite_; got ${JSON.stringify(tablePrefix)}`,
    )
  }
  return Object.fromEntries(Object.entries(names).map(([key, name]) => [key, tablePrefix + name])) as TableNames
}

/**
 * A row of the table of clients. In all rows, times are integer seconds, booleans are 0 and 1, scopes are space-separated
 * text, other lists and objects are JSON text, and absent members are `null`.
 */
export interface ClientRow {
  readonly id: string
  readonly metadata: string
  readonly secrets: string
  readonly disabled: number
  readonly registered_by: string
  readonly machine_scope: string | null
  readonly user_id: string | null
  readonly reference_id: string | null
  readonly registration_token_hash: string | null
  readonly used_at: number | null
  readonly created_at: number
  readonly updated_at: number
  readonly version: number
}

export interface ConsentRow {
  readonly id: string
  readonly client_id: string
  readonly user_id: string
  /** Empty without a reference, else a colon and the reference. Not `null`: a unique index treats two `null`s as different. */
  readonly reference_key: string
  readonly scope: string
  readonly resources: string
  readonly claims: string
  readonly redirect_hosts: string
  readonly created_at: number
  readonly updated_at: number
  /** The number of changes. Raising it locks the row while a union is written. */
  readonly version: number
}

export interface GrantRow {
  readonly id: string
  readonly client_id: string
  readonly user_id: string
  readonly session_id: string | null
  readonly scope: string
  readonly resources: string
  readonly auth_time: number | null
  readonly acr: string | null
  readonly amr: string | null
  readonly reference_id: string | null
  readonly claims: string | null
  readonly extra: string | null
  readonly offline: number
  readonly created_at: number
  readonly expires_at: number
  readonly revoked_at: number | null
}

export interface AuthorizationCodeRow {
  readonly id: string
  readonly secret_hash: string
  readonly grant_id: string
  readonly redirect_uri: string
  readonly redirect_uri_sent: number
  readonly code_challenge: string | null
  readonly nonce: string | null
  readonly extra: string | null
  readonly created_at: number
  readonly expires_at: number
  readonly consumed_at: number | null
}

export interface AccessTokenRow {
  readonly id: string
  readonly secret_hash: string
  readonly client_id: string
  readonly grant_id: string | null
  readonly scope: string
  readonly audience: string
  readonly extra: string | null
  readonly created_at: number
  readonly expires_at: number
}

export interface RevokedJwtRow {
  readonly jti: string
  readonly expires_at: number
}

export interface RefreshTokenRow {
  readonly id: string
  readonly secret_hash: string
  readonly grant_id: string
  readonly extra: string | null
  readonly created_at: number
  readonly expires_at: number
  readonly rotated_at: number | null
  readonly successor_id: string | null
  readonly predecessor_id: string | null
  /**
   * The token itself, sealed for the client that presents its predecessor again. It is in the successor's row, which the next
   * rotation writes anyway and so clears. A row that an earlier version has rotated has its successor here instead.
   */
  readonly sealed_successor: string | null
  readonly sealed_until: number | null
  readonly reuses: number
}

export interface SigningKeyRow {
  readonly id: string
  readonly algorithm: string
  readonly generation: number
  readonly public_key: string
  readonly sealed_private_key: string
  readonly created_at: number
  readonly activates_at: number
}

export interface RecordRow {
  readonly kind: string
  readonly id: string
  readonly owner_id: string | null
  readonly client_id: string | null
  readonly user_id: string | null
  readonly value: string
  readonly version: number
  readonly created_at: number
  readonly expires_at: number
}

/** A row of the table of `auditTrail`. */
export interface AuditEventRow {
  readonly id: string
  readonly occurred_at: number
  readonly type: string
  readonly outcome: string
  readonly endpoint: string | null
  readonly client_id: string | null
  readonly user_id: string | null
  readonly grant_id: string | null
  readonly request_id: string | null
  readonly address: string | null
  readonly reason: string | null
  readonly details: string
}

/** The row with the version of the schema. There is one row, which every migration sets. */
export interface SchemaRow {
  readonly id: number
  /** The number of the last migration. */
  readonly version: number
  /** The version of the oldest package that can still work with these tables. */
  readonly compatible_since: number
}

/** The tables of this package as a Kysely schema, with the default prefix. */
export interface OAuthTables {
  readonly oauth_clients: ClientRow
  readonly oauth_consents: ConsentRow
  readonly oauth_grants: GrantRow
  readonly oauth_authorization_codes: AuthorizationCodeRow
  readonly oauth_access_tokens: AccessTokenRow
  readonly oauth_revoked_jwts: RevokedJwtRow
  readonly oauth_refresh_tokens: RefreshTokenRow
  readonly oauth_signing_keys: SigningKeyRow
  readonly oauth_records: RecordRow
  readonly oauth_audit_events: AuditEventRow
  readonly oauth_schema: SchemaRow
}

/** The inputs for building statements. */
export interface Schema {
  /** Compiles the statements. */
  readonly db: Kysely<OAuthTables>
  /** The names of the tables in this database. */
  readonly tables: TableNames
  readonly dialect: DialectName
  /** What creates or updates the tables, for error texts. Default: `migrate(db)`. */
  readonly migration?: string
}
