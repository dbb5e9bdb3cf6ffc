import type { ClientOrigin, ImportedSecretHash } from '../../storage/client.ts'
import type { ClientInput } from '../metadata-schema.ts'

/** The hash of a client's secret as another server stored it. */
export interface SecretHash {
  /** A fast digest. Hashes made for passwords (bcrypt, Argon2, PBKDF2) are not supported: secrets are random. */
  readonly algorithm: ImportedSecretHash['algorithm']
  /** The digest in hexadecimal, base64 or base64url. */
  readonly value: string
  /** The text in front of the secret that the other server left out of the hash, for instance `acme_`. Default: none. */
  readonly prefix?: string | undefined
}

/**
 * A client of another server, for `importClient`: what `registerClient` takes, and what only an import may set. A request
 * from outside can set none of it.
 */
export type ClientImport = ClientInput & {
  readonly client_id: string
  /** The hash of the secret, in place of `client_secret`. */
  readonly client_secret_hash?: SecretHash | undefined
  /** Seconds since the epoch at which the client was registered. Default: now. */
  readonly client_id_issued_at?: number | undefined
  /** Whether the client is disabled. Default `false`. */
  readonly disabled?: boolean | undefined
  /**
   * Who registered the client at the other server. What it may get later depends on it, and pages say of a client that
   * nobody has verified it. Default `server`: you did.
   */
  readonly registered_by?: Exclude<ClientOrigin, 'document'> | undefined
}

/** How `importClient` works. */
export interface ClientImportOptions {
  /** Overwrites a client that is here and differs. Its previous secret ends at once. Default `false`. */
  readonly replace?: boolean | undefined
  /** Checks everything and answers what would happen, but writes nothing. Default `false`. */
  readonly dryRun?: boolean | undefined
  /**
   * Accepts a client with a secret method that comes without a secret. It cannot authenticate until `rotateClientSecret`
   * gives it a new one. Default `false`.
   */
  readonly withoutSecret?: boolean | undefined
}

/** What an import did, or would do: `conflict` and `unchanged` mean that nothing was written. */
export type ImportOutcome = 'imported' | 'replaced' | 'unchanged' | 'conflict'

/** The result of `importClient`. */
export interface ClientImportResult {
  readonly outcome: ImportOutcome
  /** The members by which the client that is here differs. Their values are left out, since one may be a secret. */
  readonly differences: readonly string[]
}
