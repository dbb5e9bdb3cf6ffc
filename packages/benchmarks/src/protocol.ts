import type { JsonWebKey } from 'node:crypto'

/** The messages between the measuring process, the server and the load generator. */

export const workloads = [
  'discovery',
  'jwks',
  'client-credentials-opaque',
  'client-credentials-jwt',
  'client-credentials-es256',
  'client-credentials-eddsa',
  'refresh',
  'code-es256',
  'code-rs256',
  'code-eddsa',
  'introspect',
  'userinfo',
  'client-credentials-dpop',
  'client-credentials-private-key',
  'client-credentials-mtls',
  'client-credentials-rar',
  'token-exchange',
  'userinfo-dpop',
  'introspect-jwt',
  'code-par',
  'code-jar',
  'code-jarm',
  'code-encrypted',
  'device-poll',
  'ciba-poll',
] as const

export type Workload = (typeof workloads)[number]
/** The workloads that use a feature. Their figures stand beside those of the same without it. */
export type FeatureWorkload = Exclude<
  Workload,
  | 'discovery'
  | 'jwks'
  | 'client-credentials-opaque'
  | 'client-credentials-jwt'
  | 'client-credentials-es256'
  | 'client-credentials-eddsa'
  | 'refresh'
  | 'code-es256'
  | 'code-rs256'
  | 'code-eddsa'
  | 'introspect'
  | 'userinfo'
>

/** The features whose cost is measured: their folders under `features`. */
export type FeatureName =
  | 'backchannel-authentication'
  | 'device-authorization'
  | 'dpop'
  | 'encrypted-responses'
  | 'jarm'
  | 'jwt-introspection'
  | 'jwt-secured-requests'
  | 'mutual-tls'
  | 'private-key-jwt'
  | 'pushed-authorization-requests'
  | 'rich-authorization-requests'
  | 'token-exchange'

export type StorageName = 'memory' | 'sqlite' | 'postgres' | 'mysql'

export interface ServerSettings {
  /** `bare`: HTTP alone. `floor`: the least work that gives the same responses. `provider`: this library. */
  readonly kind: 'bare' | 'floor' | 'provider' | 'oidc-provider'
  readonly storage: StorageName
  /** The features of the provider. */
  readonly features?: readonly FeatureName[]
  /** The file to which the default logger writes. Without it, the provider has no logger. */
  readonly logsTo?: string
  /** The number of expired rows to add before the load. SQLite and PostgreSQL only. */
  readonly expired?: number
  /** A database of a server, which several processes may share. Without it, `postgres` is an empty schema at `POSTGRES_URL`. */
  readonly database?: DatabaseSettings
  /** Clients that another process has registered in the same database. Without them, the process registers its own. */
  readonly clients?: Target['clients']
  /** An empty folder for the database. */
  readonly directory: string
  /** The folders of the built packages. */
  readonly core: string
  readonly kysely: string
}

export interface DatabaseSettings {
  readonly url: string
  /** The largest number of connections of a process: the size of its pool. */
  readonly pool: number
  /** Whether the pool is wrapped in `preparedStatements`. PostgreSQL only. */
  readonly prepared: boolean
}

/** What the load generator needs to know about a server. */
export interface Target {
  readonly port: number
  readonly clients: Readonly<Record<ClientName, ClientCredentials>>
  /** The ES256 key of the clients, if a feature uses one. */
  readonly privateKey?: JsonWebKey
}

/** Three clients that differ only in the algorithm of their ID tokens. */
export type ClientName = 'ES256' | 'RS256' | 'EdDSA'

export interface ClientCredentials {
  readonly id: string
  readonly secret: string
}

export interface LoadSettings {
  readonly load: Workload
  readonly connections: number
  /** The processes that get the requests. The connections are spread over them. */
  readonly targets: readonly Target[]
  /** Keep the process awake between two responses, on a core that no server needs. */
  readonly spins: boolean
  /** Send the requests of the workload to the bare server, which answers them all alike. */
  readonly bare: boolean
}

/** The counters of a process at one moment. The result of a slice is the difference of two samples. */
export interface Sample {
  /** The number of answered requests or, for a code flow, of whole flows. A server does not set it. */
  readonly units: number
  /** Milliseconds. */
  readonly at: number
  /** Milliseconds of processor time used so far by all threads. */
  readonly cpu: number
}

export type Question =
  | { readonly type: 'sample' }
  /** Makes the load generator hold its requests. It answers with a sample when the last response has come. */
  | { readonly type: 'pause' }
  /** Makes it go on. It answers with a sample. */
  | { readonly type: 'resume' }
  | { readonly type: 'purge-start'; readonly limit: number; readonly rest: number }
  | { readonly type: 'purge-stop' }
  | { readonly type: 'profile-start' }
  | { readonly type: 'profile-stop'; readonly file: string }

/** The result of purging during the load. `batches` has the milliseconds of each batch, in order. */
export interface Purged {
  readonly rows: number
  readonly batches: readonly number[]
}

export const issuer = 'http://localhost:9000/auth'
export const cibaGrantType = 'urn:openid:params:grant-type:ciba'
export const exchangeGrantType = 'urn:ietf:params:oauth:grant-type:token-exchange'
export const deviceGrantType = 'urn:ietf:params:oauth:grant-type:device_code'
export const redirectUri = 'https://app.example.com/callback'
export const resource = 'https://api.example.com'
/** A resource whose access tokens are signed with ES256 instead of the default. */
export const fastResource = 'https://fast.example.com'
export const eddsaResource = 'https://eddsa.example.com'
export const sessionCookie = 'session=session-1'
export const identityScope = 'openid profile email'
export const offlineScope = 'notes:read offline_access'
