/** The error codes, each with its HTTP status. */
export const errorStatus = {
  // RFC 6750 section 3.1: the response to a request without a token has no error code.
  missing_token: 401,
  invalid_request: 400,
  invalid_token: 401,
  // RFC 9449 section 12.2, for resources that check DPoP proofs.
  invalid_dpop_proof: 401,
  use_dpop_nonce: 401,
  insufficient_scope: 403,
  // RFC 9470 section 3
  insufficient_user_authentication: 401,
  // The authorization server does not answer now, so the token can be neither accepted nor refused.
  temporarily_unavailable: 503,
} as const

export type ResourceErrorCode = keyof typeof errorStatus

export interface ResourceErrorDetails {
  /** For the developer of the client; it must not repeat the token. */
  readonly description?: string
  /** The scopes that the client needs. */
  readonly scopes?: readonly string[]
  /** The accepted authentication context classes, best first. */
  readonly acrValues?: readonly string[]
  /** The largest age of the user's login, in seconds. */
  readonly maxAge?: number
  /** Headers to add to the response, for instance a nonce. */
  readonly headers?: Readonly<Record<string, string>>
  /** The true reason, for the log. It is never in the response. */
  readonly cause?: unknown
}

/**
 * The error of this package: a request is refused. `errorResponse` turns it into a response.
 * Codes are those of {@link https://www.rfc-editor.org/rfc/rfc6750#section-3.1 RFC 6750 section 3.1} and {@link
 * https://www.rfc-editor.org/rfc/rfc9470#section-3 RFC 9470 section 3}, with those of DPoP, `missing_token` and
 * `temporarily_unavailable` added.
 */
export class ResourceError extends Error {
  readonly code: ResourceErrorCode
  readonly status: number
  readonly description: string | undefined
  readonly scopes: readonly string[]
  readonly acrValues: readonly string[] | undefined
  readonly maxAge: number | undefined
  readonly headers: Readonly<Record<string, string>>

  constructor(code: ResourceErrorCode, details: ResourceErrorDetails = {}) {
    const { description, scopes = [], acrValues, maxAge, headers = {}, cause } = details
    super(description === undefined ? code : `${code}: ${description}`, cause === undefined ? {} : { cause })
    this.name = 'ResourceError'
    this.code = code
    this.status = errorStatus[code]
    this.description = description
    this.scopes = scopes
    this.acrValues = acrValues
    this.maxAge = maxAge
    this.headers = headers
  }

  /** Returns what `JSON.stringify` shows, for logs: the members, the message, and the name and message of the cause. */
  toJSON(): Readonly<Record<string, unknown>> {
    const { name, message, cause, ...members } = this
    const told = cause === undefined ? undefined : printableCause(cause)
    return { name, message, ...members, ...(told !== undefined && { cause: told }) }
  }
}

/**
 * Tells of a cause what a log may show: its name and message, without tokens, secrets, headers that are credentials, and
 * the queries of URLs. A cause whose members throw is told by its type.
 */
function printableCause(cause: unknown): string {
  try {
    return redact(textOf(cause))
  } catch {
    // A proxy, or a getter of the error, threw.
    return 'a thrown object'
  }
}

function textOf(cause: unknown): string {
  if (typeof cause === 'string') return cause
  if (!(cause instanceof Error)) return `a thrown ${typeof cause}`
  const { name, message }: { readonly name: unknown; readonly message: unknown } = cause
  const title = typeof name === 'string' ? name : 'Error'
  return typeof message === 'string' && message !== '' ? `${title}: ${message}` : title
}

function redact(text: string): string {
  return withoutParsedText(text.slice(0, 2000).replaceAll(/\p{Cc}+/gu, ' '))
    .replace(/\b(authorization|cookie)(['"]?[:=] ?).*$/i, '$1$2…')
    .replace(/\b(params|parameters|bindings)\b\s*[:=].*$/i, '$1: …')
    .replaceAll(/(\w:\/\/)[^\s/@'"]+@/g, '$1…@')
    .replaceAll(/\?[^\s?'"=]+=[^\s'"]*/g, '?…')
    .replaceAll(/\b(bearer|basic|dpop) [^\s'",]+/gi, '$1 …')
    .replaceAll(/(password|passwd|pwd|secret|token)(['"]?[:=] ?)("[^"]*"?|'[^']*'?|[^\s,;)}]+)/gi, '$1$2…')
    .replaceAll(/[\w.+=-]{20,}/g, (run) => (/\d/.test(run) && /[A-Za-z]/.test(run) ? '…' : run))
    .slice(0, 300)
}

/**
 * Removes the text that a parser of JSON quotes, from its first quotation mark to its last, because that may be a token or a
 * secret: `Unexpected token 'p', ..."password":"x"... is not valid JSON`, `JSON Parse error: Unexpected identifier "x"`.
 */
function withoutParsedText(text: string): string {
  const named = text.replace(/(JSON Parse error: [^"'`]*).*$/, '$1…')
  const end = named.lastIndexOf(' is not valid JSON')
  const start = named.indexOf('"')
  return start < 0 || start > end ? named : `${named.slice(0, start)}…${named.slice(end)}`
}

/** Makes `temporarily_unavailable` of an error at the authorization server. Returns a `ResourceError` unchanged. */
export function unavailable(cause: unknown): ResourceError {
  return cause instanceof ResourceError ? cause : new ResourceError('temporarily_unavailable', { cause })
}
