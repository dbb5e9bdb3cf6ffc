/**
 * Error codes that features bring. A feature widens this interface, so that `OAuthError` takes its codes, and names them in
 * `errors` of its parts, with their HTTP status.
 * @example
 * ```ts
 * declare module '@oauth/core' {
 *   interface FeatureErrorCodes {
 *     quota_exceeded: true
 *   }
 * }
 * ```
 */
export interface FeatureErrorCodes {
  /** Of the feature `rich-authorization-requests` ({@link https://www.rfc-editor.org/rfc/rfc9396#section-5 RFC 9396 section 5}). */
  invalid_authorization_details: true
  /** Of the feature `dpop` ({@link https://www.rfc-editor.org/rfc/rfc9449#section-12.2 RFC 9449 section 12.2}). */
  invalid_dpop_proof: true
  /** Of the feature `dpop` ({@link https://www.rfc-editor.org/rfc/rfc9449#section-12.2 RFC 9449 section 12.2}). */
  use_dpop_nonce: true
  /** Of the experimental feature `first-party-apps-draft-03` (draft-ietf-oauth-first-party-apps-03 section 5.2.2). */
  insufficient_authorization: true
  /** Of the experimental feature `first-party-apps-draft-03` (draft-ietf-oauth-first-party-apps-03 section 5.2.2). */
  invalid_session: true
  /** Of the experimental feature `first-party-apps-draft-03` (draft-ietf-oauth-first-party-apps-03 section 5.2.2). */
  redirect_to_web: true
  /** Of the experimental feature `attestation-based-client-auth-draft-10` (its section "Errors"). */
  use_attestation_challenge: true
  /** Of the experimental feature `attestation-based-client-auth-draft-10` (its section "Errors"). */
  use_fresh_attestation: true
  /** Of the experimental feature `attestation-based-client-auth-draft-10` (its section "Errors"). */
  invalid_client_attestation: true
  /** Of the feature `backchannel-authentication` ({@link https://openid.net/specs/openid-client-initiated-backchannel-authentication-core-1_0.html CIBA Core section 13}). */
  expired_login_hint_token: true
  /** Of the feature `backchannel-authentication` ({@link https://openid.net/specs/openid-client-initiated-backchannel-authentication-core-1_0.html CIBA Core section 13}). */
  unknown_user_id: true
  /** Of the feature `backchannel-authentication` ({@link https://openid.net/specs/openid-client-initiated-backchannel-authentication-core-1_0.html CIBA Core section 12}). */
  transaction_failed: true
  /** Of the feature `backchannel-authentication` ({@link https://openid.net/specs/openid-client-initiated-backchannel-authentication-core-1_0.html CIBA Core section 13}). */
  missing_user_code: true
  /** Of the feature `backchannel-authentication` ({@link https://openid.net/specs/openid-client-initiated-backchannel-authentication-core-1_0.html CIBA Core section 13}). */
  invalid_user_code: true
  /** Of the feature `backchannel-authentication` ({@link https://openid.net/specs/openid-client-initiated-backchannel-authentication-core-1_0.html CIBA Core section 13}). */
  invalid_binding_message: true
}
