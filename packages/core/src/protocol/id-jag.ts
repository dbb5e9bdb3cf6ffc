/**
 * Names of the Identity Assertion JWT Authorization Grant (ID-JAG): an assertion by which an identity provider lets a
 * client act for one of its users at another authorization server ({@link
 * https://datatracker.ietf.org/doc/draft-ietf-oauth-identity-assertion-authz-grant/
 * draft-ietf-oauth-identity-assertion-authz-grant}).
 */
export const idJag = {
  /** The `typ` of the JWT. */
  typ: 'oauth-id-jag+jwt',
  /** The value of `requested_token_type` and `issued_token_type`. */
  tokenType: 'urn:ietf:params:oauth:token-type:id-jag',
  /** The value of `authorization_grant_profiles_supported`. */
  profile: 'urn:ietf:params:oauth:grant-profile:id-jag',
} as const
