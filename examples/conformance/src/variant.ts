/** The values of `PROFILE`. */
export const profileNames = ['oidc', 'fapi2', 'fapi2-messages'] as const

/** What the host is: a profile, and how its clients prove who they are. */
export interface Variant {
  readonly profile: (typeof profileNames)[number]
  /** The name of a row in `clientAuthentication`. */
  readonly clientAuth: string
  /** The name of a row in `senderConstraints`. */
  readonly senderConstrain: string
  /** Names of rows in `signedMessages`: what is signed with the profile `fapi2-messages`. */
  readonly signed: readonly string[]
  /** The name of a row in `requestTypes`. */
  readonly requestType: string
}
