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

/** Whether the server can sign. `problem` says what the operator has to do; with `ok: true` it is a warning. */
export interface KeyCheck {
  readonly ok: boolean
  readonly problem?: string
}

/** The server's signing keys ({@link https://www.rfc-editor.org/rfc/rfc7517 RFC 7517}). */
export interface KeySet {
  /** Returns the id of the key that signs with this algorithm now, for whoever keeps what it signed. */
  signingKeyId(algorithm: string): Promise<string>
  /** Signs claims as a JWT with this `typ`, by the active key of the algorithm. With `undefined` the JWT has no `typ`. */
  sign(algorithm: string, typ: string | undefined, claims: object): Promise<string>
  /**
   * Verifies a JWT that this server signed: the signature, this exact `typ`, `iss`, and `exp` unless `ignoreExpiry`. The
   * `typ` `JWT` is that of ID tokens, and of access tokens for resources with `accessTokenTyp: 'JWT'`: only the latter have
   * the claim `client_id`.
   * @returns `undefined` for anything else
   */
  verify(jwt: string, typ: string, options?: { readonly ignoreExpiry?: boolean }): Promise<VerifiedJwt | undefined>
  /** Returns the public keys as a JWK set, serialised. */
  jwks(): Promise<string>
  /** Adds a new key for each algorithm. It is published at once and signs after `activateAfter` seconds. */
  rotate(options?: KeyRotation): Promise<void>
  /**
   * Deletes keys whose last token has expired. Keys that no secret of this server can open stay.
   * @returns how many keys were deleted
   */
  purge(): Promise<number>
  /** Checks that there is a key to sign with for each algorithm. Rejects when the storage cannot be read. */
  check(): Promise<KeyCheck>
}
