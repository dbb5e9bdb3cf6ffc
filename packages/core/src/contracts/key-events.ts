/** The events about the keys of the server, and about the clock by which they are chosen. They contain no secrets. */
export type KeyEvent =
  | {
      readonly type: 'signing_key.created'
      readonly keyId: string
      readonly algorithm: string
      readonly activatesAt: number
    }
  /**
   * `secret` opens none of the stored signing keys, so the server made a new key, which verifiers do not know yet.
   * `problem` says what to do.
   */
  | { readonly type: 'signing_key.secret_changed'; readonly algorithm: string; readonly problem: string }
  /**
   * The clock is this many seconds behind the time that the signing keys show: it was set back, or another process's
   * clock was ahead. The server keeps signing with the keys that verifiers know. Emitted once each time it happens.
   */
  | { readonly type: 'clock.set_back'; readonly behindSeconds: number; readonly problem: string }
  /**
   * A signing key is sealed with a secret that this server does not have. The server does not sign with it; tokens that
   * it signed still verify.
   */
  | { readonly type: 'signing_key.unsealable'; readonly keyId: string; readonly algorithm: string }
  /** The server has made a key with which clients encrypt for it. It is in the JWKS at once. */
  | { readonly type: 'encryption_key.created'; readonly keyId: string; readonly algorithm: string }
  /** An encryption key is sealed with a secret that this server does not have, so the server cannot decrypt with it. */
  | { readonly type: 'encryption_key.unsealable'; readonly keyId: string; readonly algorithm: string }
