import type { ClaimsRequest } from './claims-request.ts'
import type { Prompt } from './prompt.ts'

/**
 * An authorization request after parsing, as plain values. The interaction stores it, and the code is issued for it.
 * {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.1.1 RFC 6749 section 4.1.1},
 * {@link https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest OpenID Connect Core section 3.1.2.1}
 */
export interface AuthorizationRequest {
  readonly clientId: string
  /** Absent where the answer reaches the client on another way than through the browser. */
  readonly redirectUri?: string
  /** Whether the request had a `redirect_uri`. If so, the token request must repeat it, unless PKCE binds the code. */
  readonly redirectUriSent: boolean
  readonly scope: readonly string[]
  /** The `state` of the client. The server returns it byte for byte and shows it to nobody else. */
  readonly state?: string
  readonly nonce?: string
  readonly codeChallenge?: string
  readonly prompt: readonly Prompt[]
  /** How old the authentication of the user may be, in seconds. */
  readonly maxAge?: number
  readonly resources: readonly string[]
  /** Absent when the request names none: then the default of the response type applies. */
  readonly responseMode?: string
  /** The claims of the `claims` parameter, as far as the server knows them and the client may ask for them. */
  readonly claims?: ClaimsRequest
  readonly loginHint?: string
  readonly display?: string
  readonly uiLocales?: string
  readonly claimsLocales?: string
  readonly acrValues?: string
  /** Whether the session must have one of `acrValues`. Default: they are a preference. */
  readonly acrValuesRequired?: boolean
  /** Whether the client also wants the scopes that the user granted to it before. */
  readonly includeGrantedScopes?: boolean
  /**
   * The `sub` of a valid `id_token_hint`: only this user may be signed in. Empty when the hint was made for another
   * client, so that no user matches.
   */
  readonly hintedSubject?: string
  /** The values of parameters that features read, by the names of the parameters. */
  readonly extra?: Readonly<Record<string, unknown>>
}
