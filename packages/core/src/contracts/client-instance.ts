import type { Proof } from './sender-constraint.ts'

/**
 * One of many copies of a client, for instance the app on one phone, which has authenticated with a key of its own. Refresh
 * tokens and codes are bound to this key; access tokens are not.
 */
export interface ClientInstance {
  /** The key, in the form in which refresh tokens keep it: the name of a confirmation method and its value. */
  readonly cnf: Readonly<Record<string, string>>
  /**
   * The authorization parameters that bind a code to the key. An endpoint that takes authorization requests adds them to the
   * request with `addParameters`.
   */
  readonly codeParameters: Readonly<Record<string, string>>
}

/** What a client has proved beside its name when it authenticated. */
export interface ClientEvidence {
  readonly instance?: ClientInstance
  /**
   * A proof of a key that was verified then. It can be used once, so `core.readBinding` takes it as it is instead of
   * verifying it again.
   */
  readonly proved?: ProvedKey
}

/** A proof of a sender constraint that was verified for an endpoint. */
export interface ProvedKey {
  /** The name of the constraint's member in `cnf`. */
  readonly confirmation: string
  readonly endpoint: string
  readonly proof: Proof
}
