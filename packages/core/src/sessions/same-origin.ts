import type { Context } from '../contracts/context.ts'
import { englishTexts } from '../contracts/page-texts.ts'
import { OAuthError } from '../protocol/errors.ts'

/**
 * Refuses a request that a page of another site has sent. It reads `Origin`, or `Sec-Fetch-Site` when a referrer policy
 * has set `Origin` to `null`. A caller that sends neither is not a browser. Such a caller still needs the cookie of the
 * interaction, which forms of other sites do not send.
 * @throws {OAuthError} `access_denied`
 */
export function requireSameOrigin(ctx: Context, request: Request): void {
  if (isSameOrigin(ctx, request)) return
  throw new OAuthError(
    'access_denied',
    'the request came from another site; only pages on the origin of baseUrl or of a page option (loginUrl, ...) may send it',
    {
      userText: englishTexts.fromAnotherSite,
    },
  )
}

/**
 * Whether a request was sent by a page of this server or of its host, or by a program that is not a browser: see
 * `requireSameOrigin`.
 */
export function isSameOrigin(ctx: Context, request: Request): boolean {
  const origin = request.headers.get('origin')
  if (origin !== null && origin !== 'null') return ctx.config.pageOrigins.includes(origin)
  const site = request.headers.get('sec-fetch-site')
  return site === 'same-origin' || (site === null && origin === null)
}
