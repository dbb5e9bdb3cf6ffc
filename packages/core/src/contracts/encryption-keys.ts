import type { KeyCheck } from './key-set.ts'

/** Options of `provider.rotateEncryptionKeys`. */
export interface EncryptionKeyRotation {
  /**
   * Deletes all earlier keys at once. Use it when a key has leaked: what clients have encrypted with the old keys can then
   * not be decrypted, until they have read the JWKS again. Default `false`: the old keys decrypt for another day.
   */
  readonly dropPrevious?: boolean
}

/** What a JWE must be encrypted with. */
export interface DecryptionRules {
  /** The key management algorithms (`alg`) that are allowed. */
  readonly algorithms: readonly string[]
  /** The content encryption algorithms (`enc`) that are allowed. */
  readonly contentEncryption: readonly string[]
}

/**
 * The server's keys with which clients encrypt for it. They are stored beside the signing keys, sealed under another key, and
 * neither can do what the other is for. They are made when they are first needed.
 */
export interface EncryptionKeys {
  /** Says that keys for these algorithms are needed. Call it at the start of a feature. */
  need(algorithms: readonly string[]): void
  /**
   * Decrypts a JWE in compact form with the key that its `kid` names, or with each key that fits.
   * @returns `undefined` for whatever cannot be decrypted. A caller must not say why: attackers learn from the difference
   */
  decrypt(jwe: string, rules: DecryptionRules): Promise<string | undefined>
  /** Returns the public keys that clients should use now, each a JWK as JSON. */
  published(): Promise<readonly string[]>
  /** Adds a new key of each kind, which replaces the one before in the JWKS. The latter decrypts for another day. */
  rotate(options?: EncryptionKeyRotation): Promise<void>
  /**
   * Deletes keys that no longer decrypt.
   * @returns how many
   */
  purge(): Promise<number>
  /** Checks that this process can open the stored keys. It makes none. Rejects when the storage cannot be read. */
  check(): Promise<KeyCheck>
}
