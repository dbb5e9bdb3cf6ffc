import type { Awaitable } from './awaitable.ts'

/**
 * One signing key. The set is append-only: which key is next, active or retired follows from `activatesAt` alone, so
 * that all processes agree without writing.
 */
export interface SigningKeyRecord {
  /** The `kid`: RFC 7638 thumbprint of the public key. */
  readonly id: string
  /** JWS algorithm, for instance `ES256`. */
  readonly algorithm: string
  /** 1, 2, 3 … per algorithm. Unique together with the algorithm: of two processes that rotate at once, one wins. */
  readonly generation: number
  /** The public JWK as JSON. */
  readonly publicKey: string
  /** The private JWK, sealed. */
  readonly sealedPrivateKey: string
  readonly createdAt: number
  /** Seconds since the epoch from which it signs; it is published before. */
  readonly activatesAt: number
}

export interface SigningKeyStore {
  /** All keys, by algorithm and generation, oldest first. */
  list(): Awaitable<readonly SigningKeyRecord[]>
  /** ATOMIC. Adds the key unless its (algorithm, generation) or its id exists. */
  insert(record: SigningKeyRecord): Awaitable<'won' | 'exists'>
  delete(id: string): Awaitable<void>
}
