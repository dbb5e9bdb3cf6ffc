import type { Feature } from '../../contracts/feature.ts'
import type { Storage } from '../../storage/storage.ts'

/** Where the server is, where it keeps its data, and which optional features it has. */
export interface ServerOptions {
  /**
   * The public URL of the application, for instance `https://id.example.com`. Every URL that the server publishes
   * begins with it; no request header changes that. It must use https, or http on a loopback host, and have no query
   * and no fragment.
   */
  readonly baseUrl: string
  /**
   * The path below `baseUrl` where the endpoints are. The issuer is `baseUrl + basePath`. It may be empty. Default
   * `/auth`.
   */
  readonly basePath?: string | undefined
  /**
   * The secret of the server: at least 32 random characters, the same in every process. `openssl rand -base64 32` makes
   * one. The server encrypts its signing keys and initial access tokens with it, signs the URLs of pages, and encrypts
   * those client secrets that it needs in plain text (under `disableJwtPlugin` and for `client_secret_jwt`). To change
   * it, give a list: the server encrypts with the first secret and decrypts with all of them.
   * @example
   * // One secret, from the environment.
   * secret: process.env.OAUTH_SECRET
   * // A new secret, and the one before it.
   * secret: [process.env.OAUTH_SECRET, process.env.OAUTH_SECRET_BEFORE]
   */
  readonly secret: string | readonly [string, ...string[]]
  /**
   * Where the server keeps its data: `memoryStorage()` for development, `sqliteStorage(file)` of
   * `@oauth/kysely/sqlite`, or an adapter of your own.
   */
  readonly storage: Storage
  /**
   * Origins whose scripts may read the token and revocation responses of every client (CORS), for instance
   * `https://app.example.com`. A client's own origins, those of its redirect URIs, always may; the server side can give
   * one client further ones (`allowed_cors_origins`). Cookies are never allowed. Default: none.
   */
  readonly allowedCorsOrigins?: readonly string[] | undefined
  /**
   * Optional features. Each comes from an import path of its own and is a function that you call with its options.
   * Default: none.
   * @example
   * import { privateKeyJwt } from '@oauth/core/features/private-key-jwt'
   *
   * features: [privateKeyJwt()]
   */
  readonly features?: readonly Feature[] | undefined
}
