// What the host's functions get and answer, wherever an assertion of another issuer is believed.

/** The claims of an assertion whose signature, audience and times are valid. */
export type AssertionClaims = Readonly<Record<string, unknown>>

/** The request that presents an assertion. */
export interface AssertionRequest {
  /** The client that presents the assertion. */
  readonly clientId: string
}

/** Upper bounds for what an assertion gives. Whatever the assertion itself allows is a bound as well. */
export interface AssertedAccess {
  /** Default: what the assertion says, or else every scope of the client but `openid` and `offline_access`. */
  readonly scope?: readonly string[] | undefined
  /** Default: what the assertion says, or else every resource of this server. */
  readonly resources?: readonly string[] | undefined
}

export interface AssertedUser extends AssertedAccess {
  /** The id of the user, as `authentication.getUser` knows it. */
  readonly userId: string
  /** Kept with the grant, for instance an organisation (see the option `consentReferenceResolver`). */
  readonly referenceId?: string | undefined
}

export interface AssertedClient extends AssertedAccess {
  readonly clientId: string
}
