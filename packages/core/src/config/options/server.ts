import type { Feature } from '../../contracts/feature.ts'
import type { Storage } from '../../storage/storage.ts'

/** Where the server is, what it stands on, what it is made of. */
export interface ServerOptions {
  /**
   * The public URL of the application, for instance `https://id.example.com`. Every URL that we publish begins with it
   * and no header ever changes one. https, or http on a loopback host; no query, no fragment.
   */
  readonly baseUrl: string
  /** Path below `baseUrl` where the endpoints are; the issuer is `baseUrl + basePath`. Default `/auth`; may be empty. */
  readonly basePath?: string | undefined
  /**
   * Seals signing keys, initial access tokens, and client secrets under `disableJwtPlugin` and for `client_secret_jwt`, and signs what pages carry: at least 32 characters of randomness, the same in every process. To
   * change it, give a list: the first one seals, all of them unseal.
   */
  readonly secret: string | readonly [string, ...string[]]
  /** Where everything is kept: `memoryStorage()`, `sqliteStorage(file)` of `@oauth/kysely/sqlite`, or your own. */
  readonly storage: Storage
  /** Optional parts of the server, each chosen by import. */
  readonly features?: readonly Feature[] | undefined
}
