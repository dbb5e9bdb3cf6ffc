import type { Kysely } from 'kysely'

/** The names of the tables without a prefix of the host's, here and nowhere else. */
export const tables = {
  clients: 'oauth_clients',
  interactions: 'oauth_interactions',
  consents: 'oauth_consents',
  grants: 'oauth_grants',
  authorizationCodes: 'oauth_authorization_codes',
  accessTokens: 'oauth_access_tokens',
  revokedJwts: 'oauth_revoked_jwts',
  refreshTokens: 'oauth_refresh_tokens',
  signingKeys: 'oauth_signing_keys',
  replays: 'oauth_replays',
  sessionClients: 'oauth_session_clients',
  migrations: 'oauth_migrations',
  migrationLock: 'oauth_migrations_lock',
} as const

export type TableNames = typeof tables

/**
 * How values are kept: times as integer seconds, booleans as 0 and 1, scopes as space separated text, other lists and
 * objects as JSON text, absent members as `null`.
 */
export interface ClientRow {
  readonly id: string
  readonly metadata: string
  readonly secrets: string
  readonly disabled: number
  readonly user_id: string | null
  readonly reference_id: string | null
  readonly registration_token_hash: string | null
  readonly used_at: number | null
  readonly created_at: number
  readonly updated_at: number
  readonly version: number
}

export interface InteractionRow {
  readonly id: string
  readonly client_id: string
  readonly browser_hash: string
  readonly request: string
  readonly step: string
  readonly completed: string
  readonly prior_session: string | null
  readonly user_id: string | null
  readonly session_id: string | null
  readonly created_at: number
  readonly expires_at: number
  readonly version: number
}

export interface ConsentRow {
  readonly id: string
  readonly client_id: string
  readonly user_id: string
  /** Empty without a reference, else a colon and the reference: a unique index takes two `null`s for different. */
  readonly reference_key: string
  readonly scope: string
  readonly resources: string
  readonly claims: string
  readonly redirect_hosts: string
  readonly created_at: number
  readonly updated_at: number
  /** Counts the changes. Raising it is what locks the row while a union is written. */
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
  readonly created_at: number
  readonly expires_at: number
  readonly rotated_at: number | null
  readonly successor_id: string | null
  readonly sealed_successor: string | null
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

export interface ReplayRow {
  readonly id: string
  readonly expires_at: number
}

export interface SessionClientRow {
  readonly id: string
  readonly session_id: string
  readonly client_id: string
  readonly user_id: string
  readonly expires_at: number
}

/** The tables of this package as a Kysely schema. */
export interface OAuthTables {
  readonly [tables.clients]: ClientRow
  readonly [tables.interactions]: InteractionRow
  readonly [tables.consents]: ConsentRow
  readonly [tables.grants]: GrantRow
  readonly [tables.authorizationCodes]: AuthorizationCodeRow
  readonly [tables.accessTokens]: AccessTokenRow
  readonly [tables.revokedJwts]: RevokedJwtRow
  readonly [tables.refreshTokens]: RefreshTokenRow
  readonly [tables.signingKeys]: SigningKeyRow
  readonly [tables.replays]: ReplayRow
  readonly [tables.sessionClients]: SessionClientRow
}

/** What statements are built with. */
export interface Schema {
  /** Compiles the statements. */
  readonly db: Kysely<OAuthTables>
  /** The names of the tables as they are in this database. */
  readonly tables: TableNames
}
