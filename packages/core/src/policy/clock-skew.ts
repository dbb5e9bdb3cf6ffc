/** By how many seconds the clock of a client may differ from the clock of the server. */
export const clockTolerance = 10

/**
 * Tells what is wrong with the times of a JWT from a client; `undefined` when they are right ({@link
 * https://www.rfc-editor.org/rfc/rfc7519#section-4.1.4 RFC 7519 section 4.1.4}). Absent times are allowed here.
 */
export function timeProblem(
  { exp, nbf, iat }: { readonly exp?: unknown; readonly nbf?: unknown; readonly iat?: unknown },
  now: number,
): string | undefined {
  if ([exp, nbf, iat].some((time) => time !== undefined && !Number.isFinite(time)))
    return 'exp, nbf and iat must be numbers'
  if (typeof exp === 'number' && now >= exp + clockTolerance) return 'expired'
  const begins = Math.max(typeof nbf === 'number' ? nbf : 0, typeof iat === 'number' ? iat : 0)
  return begins > now + clockTolerance ? 'not valid yet' : undefined
}
