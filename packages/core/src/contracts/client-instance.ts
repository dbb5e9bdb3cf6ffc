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
