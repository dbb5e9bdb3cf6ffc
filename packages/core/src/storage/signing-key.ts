import type { Awaitable } from './awaitable.ts'

/**
 * One signing key. No stored key changes: whether it is next, active or retired follows from `activatesAt` alone, so
 * that all processes agree without a write.
 */
export interface SigningKeyRecord {
  /** The `kid`: RFC 7638 thumbprint of the public key; of an imported key, what the other server called it. */
  readonly id: string
  /** JWS algorithm, for instance `ES256`. */
  readonly algorithm: string
  /** 1, 2, 3 … per algorithm. Unique together with the algorithm: of two processes that rotate at once, one wins. */
  readonly generation: number
  /** The public JWK as JSON. */
  readonly publicKey: string
  /** The private JWK, encrypted with `secret`. */
  readonly sealedPrivateKey: string
  readonly createdAt: number
  /** Seconds since the epoch from which the server signs with it. The server publishes it before. */
  readonly activatesAt: number
}

export interface SigningKeyStore {
  /** Reads all keys, ordered by algorithm and generation, oldest first. */
  list(): Awaitable<readonly SigningKeyRecord[]>
  /**
   * ATOMIC. Adds the key. When its id, or its algorithm and generation, are taken, it answers `exists` and changes
   * nothing.
   */
  insert(record: SigningKeyRecord): Awaitable<'won' | 'exists'>
  delete(id: string): Awaitable<void>
}
