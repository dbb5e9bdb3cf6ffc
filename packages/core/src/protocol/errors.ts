import type { FeatureErrorCodes } from './feature-error-codes.ts'

/** The error codes, grouped by the document that registers them, each with the HTTP status of its JSON answer. */
export const errorStatus = {
  // RFC 6749 sections 4.1.2.1 and 5.2 (OAuth 2.1 sections 4.1.2.1 and 3.2.4)
  invalid_request: 400,
  invalid_client: 401,
  invalid_grant: 400,
  unauthorized_client: 400,
  unsupported_grant_type: 400,
  unsupported_response_type: 400,
  invalid_scope: 400,
  access_denied: 403,
  server_error: 500,
  temporarily_unavailable: 503,
  // RFC 6750 section 3.1
  invalid_token: 401,
  insufficient_scope: 403,
  // RFC 7009 section 2.2.1
  unsupported_token_type: 400,
  // RFC 7591 section 3.2.2
  invalid_redirect_uri: 400,
  invalid_client_metadata: 400,
  // RFC 8707 section 2
  invalid_target: 400,
  // OpenID Connect Core section 3.1.2.6
  interaction_required: 400,
  login_required: 400,
  account_selection_required: 400,
  consent_required: 400,
  request_not_supported: 400,
  request_uri_not_supported: 400,
  registration_not_supported: 400,
  invalid_request_uri: 400,
  invalid_request_object: 400,
  // OpenID Connect Core Error Code unmet_authentication_requirements 1.0
  unmet_authentication_requirements: 400,
  // RFC 8628 section 3.5, and OpenID Connect CIBA Core section 11
  authorization_pending: 400,
  slow_down: 400,
  expired_token: 400,
  // RFC 9470 section 3, in the form that the ID-JAG draft has it at a token endpoint
  insufficient_user_authentication: 400,
  // Codes of this package, for HTTP errors that no standard of the protocol names.
  not_found: 404,
  method_not_allowed: 405,
  rate_limited: 429,
} as const

export type OAuthErrorCode = keyof typeof errorStatus | keyof FeatureErrorCodes

/** Where an authorization response goes, after the server has verified the client and its redirect URI. */
export interface RedirectTarget {
  readonly clientId: string
  readonly redirectUri: string
  readonly state?: string | undefined
  readonly responseMode?: string | undefined
  /** The languages that the request names, for a page on the way. */
  readonly uiLocales?: string | undefined
}

/** What is known about the request of an error, for the page that shows the error. */
export interface ErrorPageFacts {
  /** The client, once it is verified that the request is its own. */
  readonly clientId?: string | undefined
  readonly uiLocales?: string | undefined
}

/** The parameters of an authorization response, or of an error response in its place. */
export type AuthorizationResponse = Readonly<Record<string, string | undefined>>

export interface OAuthErrorDetails {
  /**
   * What a page says to the user in place of the default text: full sentences without protocol words that say what
   * happened and what the user can do. Clients get only the description.
   */
  readonly userText?: string
  /** The true reason, for the event hook alone. No answer contains it. */
  readonly cause?: unknown
  readonly status?: number
  /** Headers that the error response gets, for instance `retry-after`. */
  readonly headers?: Readonly<Record<string, string>>
  /** Further members of the JSON answer, for instance `max_age`, which say what the client has to do. */
  readonly members?: Readonly<Record<string, string | number | boolean>>
  /** The scope that the resource requires (`scope` in the challenge). */
  readonly scope?: string
  /** The value of `WWW-Authenticate`. */
  readonly challenge?: string
  /** Where the error goes. `never` keeps it on a page of the server. */
  readonly redirect?: RedirectTarget | 'never'
  /** For the page that shows the error: which client it is about, and in which language. */
  readonly page?: ErrorPageFacts
}

/**
 * An error of the protocol. Throw it with a registered code; `http/error-response` turns it into an answer. The
 * description is for the developer of the client and must not contain secrets.
 */
export class OAuthError extends Error {
  readonly code: OAuthErrorCode
  readonly description: string | undefined
  readonly details: OAuthErrorDetails
  /** The status of the answer. Koa assigns it once more, so it is no getter. */
  readonly status: number

  constructor(code: OAuthErrorCode, description?: string, details: OAuthErrorDetails = {}) {
    super(description === undefined ? code : `${code}: ${description}`, { cause: details.cause })
    this.name = 'OAuthError'
    this.code = code
    this.description = description
    this.details = details
    // The status of a feature's code is known to the registry: `details.status` has it by the time an answer is made.
    this.status = details.status ?? (errorStatus as Readonly<Record<string, number>>)[code] ?? 400
  }

  /**
   * The headers of the answer, for instance `retry-after`. Express, Koa and Fastify send them, with `status`, when a page of
   * yours lets this error through.
   */
  get headers(): Readonly<Record<string, string>> {
    return this.details.headers ?? {}
  }

  /**
   * Returns this error with a redirect target, so that it goes to the verified redirect URI of the client. With
   * `never`, now or before, it stays on a page of the server.
   */
  towards(redirect: RedirectTarget | 'never'): OAuthError {
    if (redirect === 'never' || this.details.redirect === 'never') return this
    return new OAuthError(this.code, this.description, { ...this.details, redirect })
  }

  /** Returns this error with what is known about its request, for the page that may show it. */
  about(page: ErrorPageFacts): OAuthError {
    return new OAuthError(this.code, this.description, { ...this.details, page: { ...page, ...this.details.page } })
  }
}

/** Returns an error whose description is for the user: a page shows it as its text, and not as a note to developers. */
export function errorForUser(code: OAuthErrorCode, text: string, details: OAuthErrorDetails = {}): OAuthError {
  return new OAuthError(code, text, { ...details, userText: text })
}

/**
 * Limits a text to the characters of {@link https://www.rfc-editor.org/rfc/rfc6749#section-5.2 RFC 6749 section 5.2}:
 * any other character becomes `?`. It cuts the text after 300 characters.
 */
export function safeDescription(text: string): string {
  const safe = text.replace(/[^\x20-\x21\x23-\x5b\x5d-\x7e]/g, '?')
  return safe.length > 300 ? `${safe.slice(0, 297)}...` : safe
}
