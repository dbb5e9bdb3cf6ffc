import type { Context } from '../contracts/context.ts'
import { encodeBase64url } from '../crypto/base64url.ts'
import { sha256 } from '../crypto/hash.ts'
import { timingSafeEqual } from '../crypto/timing-safe-equal.ts'
import { formatCookie, readCookie } from '../http/cookie.ts'

/**
 * Binds interactions to the browser that began them, by a random cookie that only tells that it is the same browser.
 */
export interface Browser {
  readonly hash: string
  readonly setCookie: string
}

/** Seconds for which the browser keeps the cookie: a day, so that two tabs hours apart count as the same browser. */
const maxAge = 86_400
const valuePattern = /^[A-Za-z0-9_-]{43}$/

function cookieName(ctx: Context): string {
  return ctx.config.secure ? '__Host-oauth_browser' : 'oauth_browser'
}

/** Recognises the browser of a request by its cookie, or gives it a new one. */
export async function recogniseBrowser(ctx: Context, request: Request): Promise<Browser> {
  const known = readCookie(request, cookieName(ctx))
  const value = known !== undefined && valuePattern.test(known) ? known : encodeBase64url(ctx.random.bytes(32))
  return {
    hash: await hashOf(ctx, value),
    setCookie: formatCookie(cookieName(ctx), value, { maxAge, secure: ctx.config.secure }),
  }
}

/** Whether the request comes from the browser with this hash. */
export async function isSameBrowser(ctx: Context, request: Request, hash: string): Promise<boolean> {
  const value = readCookie(request, cookieName(ctx))
  return value !== undefined && timingSafeEqual(await hashOf(ctx, value), hash)
}

/**
 * Hashes the cookie together with the issuer, so that two issuers on one host and one storage do not continue each
 * other's interactions.
 */
function hashOf(ctx: Context, value: string): string | Promise<string> {
  return sha256(`${value} ${ctx.config.issuer}`)
}
