import type { SigningAlgorithm } from '../protocol/signing-algorithm.ts'
import type { Awaitable } from '../storage/awaitable.ts'
import type { Clock } from './clock.ts'
import type { OAuthEvent } from './events.ts'

/** The header and claims of a verified JWT. */
export interface VerifiedJwt {
  readonly header: Readonly<Record<string, unknown>>
  readonly claims: Readonly<Record<string, unknown>>
}

/** Options of `provider.rotateSigningKeys`. */
export interface KeyRotation {
  /**
   * Seconds between publishing a new key and signing with it. Default: long enough for every process and every cached
   * JWKS to know the key.
   */
  readonly activateAfter?: number
  /**
   * Deletes all earlier keys at once and signs with the new ones immediately. Use it when a key has leaked: tokens that
   * the old keys signed are then refused. Default `false`.
   */
  readonly dropPrevious?: boolean
}

/**
 * A private signing key of another server as a JWK ({@link https://www.rfc-editor.org/rfc/rfc7517 RFC 7517}), for
 * `importSigningKeys`.
 */
export interface SigningKeyImport {
  /** The `kid` in the tokens that the key has signed. The key keeps it. */
  readonly kid: string
  readonly alg: 'RS256' | 'PS256' | 'ES256' | 'EdDSA'
  readonly [member: string]: unknown
}

/** What the operator may know of a signing key: everything but the key itself. */
export interface SigningKeyInformation {
  /** The `kid`. */
  readonly id: string
  /** The JWS algorithm, for instance `ES256`. */
  readonly algorithm: string
  /** `next`: it is published and will sign. `active`: it signs. `retired`: it only verifies. */
  readonly state: 'next' | 'active' | 'retired'
  /** Whether the private key is in the storage or outside the process (`externalSigningKeys`). */
  readonly place: 'storage' | 'outside'
  /** Whether this process can sign with it: `false` when no secret of the option `secret` opens it. */
  readonly usable: boolean
  /** Seconds since the epoch. Absent for a key outside the process. */
  readonly createdAt?: number
  /** Seconds since the epoch from which the server signs with it. */
  readonly activatesAt: number
  /**
   * Seconds since the epoch from which no token that the key signed can be valid, so that `purgeExpired` deletes it. Absent
   * while the key may sign, and for a key outside the process.
   */
  readonly neededUntil?: number
}

/** Whether the server can sign. `problem` says what the operator has to do; with `ok: true` it is a warning. */
export interface KeyCheck {
  readonly ok: boolean
  readonly problem?: string
}

/**
 * The server's signing keys ({@link https://www.rfc-editor.org/rfc/rfc7517 RFC 7517}). The keys in the storage are one
 * implementation, keys outside the process (`externalSigningKeys`) another.
 */
export interface KeySet {
  /**
   * Returns the id of the key that signs with this algorithm now, for whoever keeps what it signed.
   * @throws {OAuthError} `temporarily_unavailable` when keys outside the process cannot be reached
   */
  signingKeyId(algorithm: string): Promise<string>
  /**
   * Signs claims as a JWT with this `typ`, by the active key of the algorithm. With `undefined` the JWT has no `typ`.
   * @throws {OAuthError} `temporarily_unavailable` when keys outside the process cannot be reached
   */
  sign(algorithm: string, typ: string | undefined, claims: object): Promise<string>
  /**
   * Verifies a JWT that this server signed: the signature, this exact `typ`, `iss`, and `exp` unless `ignoreExpiry`. The
   * `typ` `JWT` is that of ID tokens, and of access tokens for resources with `accessTokenTyp: 'JWT'`: only the latter have
   * the claim `client_id`.
   * @returns `undefined` for anything else
   */
  verify(jwt: string, typ: string, options?: { readonly ignoreExpiry?: boolean }): Promise<VerifiedJwt | undefined>
  /** Lists the keys, oldest first within an algorithm. It reads the keys anew and makes none. */
  list(): Promise<readonly SigningKeyInformation[]>
  /** Returns the public keys as a JWK set, serialised. */
  jwks(): Awaitable<string>
  /** Adds a new key for each algorithm. It is published at once and signs after `activateAfter` seconds. */
  rotate(options?: KeyRotation): Promise<void>
  /**
   * Stores private keys of another server, oldest first. Absent where the keys are not in the storage.
   * @throws {TypeError} for a key that cannot be used, and when there are keys of the same algorithm
   */
  import?(keys: readonly SigningKeyImport[]): Promise<void>
  /**
   * Deletes keys whose last token has expired. Keys that no secret of this server can open stay.
   * @returns how many keys were deleted
   */
  purge(): Promise<number>
  /** Checks that there is a key to sign with for each algorithm. Rejects when the storage cannot be read. */
  check(): Promise<KeyCheck>
}

/** What a key set gets from its provider. */
export interface KeySetFacts {
  readonly issuer: string
  /** The algorithms that this server signs with. */
  readonly algorithms: readonly string[]
  readonly clock: Clock
  /** For how many seconds a list of keys that was read is used without another look. */
  readonly cacheSeconds: number
  /** Seconds until every process and every cached JWKS knows a new key. */
  readonly activationDelay: number
  readonly emit: (event: OAuthEvent) => void
  /** Makes the set of the keys in the storage, which makes keys for these algorithms and none for others. */
  readonly stored: (algorithms: readonly string[]) => KeySet
}

/** Where the signing keys are, if not in the storage: what `externalSigningKeys` returns, for the option `signingKeys`. */
export interface SigningKeySource {
  /** The algorithms that it has keys for. */
  readonly algorithms: readonly SigningAlgorithm[]
  /** Whether the server signs with keys in the storage by its other algorithms. `false` refuses such algorithms at start. */
  readonly othersInStorage: boolean
  /** Called once, by `createProvider`. */
  start(facts: KeySetFacts): KeySet
}
