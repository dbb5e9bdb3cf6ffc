/** What a JWT says: header and claims, verified. */
export interface VerifiedJwt {
  readonly header: Readonly<Record<string, unknown>>
  readonly claims: Readonly<Record<string, unknown>>
}

export interface KeyRotation {
  /** Seconds between publication and first signature. Default: long enough for every process and cached JWKS. */
  readonly activateAfter?: number
  /** Deletes every earlier key at once, for one that has leaked: what they signed is refused. Signs at once, too. */
  readonly dropPrevious?: boolean
}

/** Whether the server can sign, and what an operator has to do; with `ok` it is a warning. */
export interface KeyCheck {
  readonly ok: boolean
  readonly problem?: string
}

/** The server's signing keys ({@link https://www.rfc-editor.org/rfc/rfc7517 RFC 7517}). */
export interface KeySet {
  /** A signed JWT of this `typ`, by the active key of the algorithm. */
  sign(algorithm: string, typ: string, claims: object): Promise<string>
  /**
   * The claims of a JWT that one of our keys signed, with exactly this `typ`; `undefined` for anything else. It checks
   * the signature, `iss`, and `exp` unless `ignoreExpiry`.
   */
  verify(jwt: string, typ: string, options?: { readonly ignoreExpiry?: boolean }): Promise<VerifiedJwt | undefined>
  /** The public keys as a serialised JWK set. */
  jwks(): Promise<string>
  /** Adds a new key for each algorithm. It is published at once and signs after `activateAfter` seconds. */
  rotate(options?: KeyRotation): Promise<void>
  /** Deletes the keys whose last token has expired, of those that we can open; answers how many. */
  purge(): Promise<number>
  /** Whether there is a key to sign with for each algorithm. Rejects when the storage cannot be read. */
  check(): Promise<KeyCheck>
}
