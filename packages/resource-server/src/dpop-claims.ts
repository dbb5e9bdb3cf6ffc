type Members = Readonly<Record<string, unknown>>

/** What the claims of a proof must match. */
export interface ClaimFacts {
  readonly method: string
  /** The URL of the request as clients see it. */
  readonly url: string
  /** The SHA-256 of the access token, in base64url. */
  readonly tokenHash: string
}

/**
 * Checks the claims of a proof, without its nonce and times ({@link
 * https://www.rfc-editor.org/rfc/rfc9449#section-4.3 RFC 9449 section 4.3}).
 * @returns a text for the developer of the client that says what is wrong; `undefined` when they are right
 */
export function claimProblem({ jti, htm, htu, ath }: Members, facts: ClaimFacts): string | undefined {
  if (typeof jti !== 'string' || jti === '') return 'jti must be a string that is not empty'
  if (htm !== facts.method) return `htm must be ${facts.method}, the method of the request`
  if (typeof htu !== 'string' || !isSameTarget(htu, facts.url)) {
    return 'htu must be the URL of the request without query and fragment'
  }
  return ath === facts.tokenHash ? undefined : 'ath must be the hash of the access token'
}

/** When a proof may have been made, in seconds. */
export interface TimeFacts {
  readonly now: number
  /** How long ago it may have been made. */
  readonly maxAge: number
  /** How far in the future. */
  readonly maxAhead: number
}

/** By how many seconds the clock of a client may differ. */
export const clockTolerance = 10

/**
 * Checks the times of a proof ({@link https://www.rfc-editor.org/rfc/rfc9449#section-11.1 RFC 9449 section 11.1}).
 * @returns a text for the developer of the client that says what is wrong; `undefined` when they are right
 */
export function ageProblem({ iat, exp, nbf }: Members, { now, maxAge, maxAhead }: TimeFacts): string | undefined {
  if (typeof iat !== 'number' || !Number.isFinite(iat)) return 'iat must be a number'
  if ([exp, nbf].some((time) => time !== undefined && typeof time !== 'number')) return 'exp and nbf must be numbers'
  if (iat > now + maxAhead) return 'iat is in the future: the clocks of client and server differ'
  if (iat < now - maxAge) return `iat is more than ${maxAge} s ago: make a new proof for each request`
  if (typeof exp === 'number' && now >= exp + clockTolerance) return 'the proof has expired'
  return typeof nbf === 'number' && nbf > now + clockTolerance ? 'the proof is not valid yet' : undefined
}

/** An absolute `http` or `https` URL without user information. A URL parser would repair blanks, slashes and backslashes. */
const targetUri = /^(https?:\/\/[^\s\\/?#@]+(?:\/[^\s\\?#]*)?)(?:[?#]\S*)?$/i

/**
 * Normalises an `http` or `https` URL for the comparison of `htu` ({@link
 * https://www.rfc-editor.org/rfc/rfc3986#section-6.2.2 RFC 3986 section 6.2.2}), without query and fragment.
 * @returns `undefined` for any other text
 */
export function normalizeTargetUri(text: string): string | undefined {
  const target = targetUri.exec(text)?.[1]
  if (target === undefined || !URL.canParse(target)) return undefined
  const { origin, pathname } = new URL(target)
  return origin + pathname.replace(/%[0-9a-f]{2}/gi, normalizeEncoded)
}

/** Whether two URLs are the same target. A text that is no `http` or `https` URL is the same as none, not even as itself. */
function isSameTarget(one: string, other: string): boolean {
  const normalized = normalizeTargetUri(one)
  return normalized !== undefined && normalized === normalizeTargetUri(other)
}

/** Decodes a percent-encoded octet that stands for an unreserved character, and writes any other in upper case. */
function normalizeEncoded(encoded: string): string {
  const character = String.fromCharCode(Number.parseInt(encoded.slice(1), 16))
  return /[A-Za-z0-9\-._~]/.test(character) ? character : encoded.toUpperCase()
}
