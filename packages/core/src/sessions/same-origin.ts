import type { Context } from '../contracts/context.ts'
import { OAuthError } from '../protocol/errors.ts'

/**
 * Proof that a form was posted by a page of ours and not by another site: `Origin`, or `Sec-Fetch-Site` where a referrer
 * policy has made `Origin` say `null`. A caller that sends neither is no browser; the cookie of the interaction, which
 * other sites' forms do not carry, still has to be right.
 * @throws {OAuthError} `access_denied`
 */
export function requireSameOrigin(ctx: Context, request: Request): void {
  if (!isSameOrigin(ctx, request)) throw new OAuthError('access_denied', 'the form was posted by another site')
}

/** The same as an answer. */
export function isSameOrigin(ctx: Context, request: Request): boolean {
  const origin = request.headers.get('origin')
  if (origin !== null && origin !== 'null') return ctx.config.pageOrigins.includes(origin)
  const site = request.headers.get('sec-fetch-site')
  return site === 'same-origin' || (site === null && origin === null)
}
