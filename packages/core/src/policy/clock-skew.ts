/** Seconds by which the clock of a client may differ from ours. */
export const clockTolerance = 10

/**
 * What is wrong with the times of a JWT that a client made, or `undefined`
 * ({@link https://www.rfc-editor.org/rfc/rfc7519#section-4.1.4 RFC 7519 section 4.1.4}). Absent ones are not missed here.
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
