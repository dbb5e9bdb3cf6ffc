import type { ClaimsRequest } from './claims-request.ts'
import type { Prompt } from './prompt.ts'

/**
 * An authorization request after parsing, as plain values: what the interaction keeps and the code is issued for.
 * {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.1.1 RFC 6749 section 4.1.1},
 * {@link https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest OpenID Connect Core section 3.1.2.1}
 */
export interface AuthorizationRequest {
  readonly clientId: string
  /** Absent where the answer reaches the client on another way than through the browser. */
  readonly redirectUri?: string
  /** Whether the request named the redirect URI; if so, the token request must repeat it unless PKCE binds the code. */
  readonly redirectUriSent: boolean
  readonly scope: readonly string[]
  /** The client's own `state`: returned to the client byte for byte, shown to nobody else. */
  readonly state?: string
  readonly nonce?: string
  readonly codeChallenge?: string
  readonly prompt: readonly Prompt[]
  /** Seconds. */
  readonly maxAge?: number
  readonly resources: readonly string[]
  /** Absent for the default of the response type. */
  readonly responseMode?: string
  /** The claims asked for one by one, as far as they are known here and the client may ask for them. */
  readonly claims?: ClaimsRequest
  readonly loginHint?: string
  readonly display?: string
  readonly uiLocales?: string
  readonly claimsLocales?: string
  readonly acrValues?: string
  /** The `sub` of a valid `id_token_hint`: only this user will do. Empty for a hint made for another client. */
  readonly hintedSubject?: string
  /** The values of parameters that features read, by the names of the parameters. */
  readonly extra?: Readonly<Record<string, unknown>>
}
