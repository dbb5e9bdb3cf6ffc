/** Why a request is not served, with its HTTP status. */
export const errorStatus = {
  // RFC 6750 section 3.1; without a token there is no error code on the wire
  missing_token: 401,
  invalid_request: 400,
  invalid_token: 401,
  insufficient_scope: 403,
  // The authorization server cannot be asked now, so nobody knows whether the token is good.
  temporarily_unavailable: 503,
} as const

export type ResourceErrorCode = keyof typeof errorStatus

export interface ResourceErrorDetails {
  /** For the developer of the client; it must not repeat the token. */
  readonly description?: string
  /** The scopes that would do. */
  readonly scopes?: readonly string[]
  /** The true reason, for the log. It never reaches the wire. */
  readonly cause?: unknown
}

/**
 * The one error of this package: a request that is not served. `errorResponse` turns it into an answer.
 * Codes are those of {@link https://www.rfc-editor.org/rfc/rfc6750#section-3.1 RFC 6750 section 3.1}, with
 * `missing_token` and `temporarily_unavailable` added.
 */
export class ResourceError extends Error {
  readonly code: ResourceErrorCode
  readonly status: number
  readonly description: string | undefined
  readonly scopes: readonly string[]

  constructor(code: ResourceErrorCode, { description, scopes = [], cause }: ResourceErrorDetails = {}) {
    super(description === undefined ? code : `${code}: ${description}`, cause === undefined ? {} : { cause })
    this.name = 'ResourceError'
    this.code = code
    this.status = errorStatus[code]
    this.description = description
    this.scopes = scopes
  }
}

/** The authorization server was needed and was no help. An error that says why a request is refused stays what it is. */
export function unavailable(cause: unknown): ResourceError {
  return cause instanceof ResourceError ? cause : new ResourceError('temporarily_unavailable', { cause })
}
