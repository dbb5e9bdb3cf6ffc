import type { Context } from '../contracts/context.ts'
import { decodeBase64url, decodeUtf8, encodeTextBase64url } from '../crypto/base64url.ts'
import { hmacBase64 } from '../crypto/hmac.ts'
import { timingSafeEqual } from '../crypto/timing-safe-equal.ts'
import { signPageQuery } from '../interaction/page-query.ts'
import type { LogoutTarget } from './rp-initiated-logout.ts'

/** The question that the user confirms. */
interface Question {
  /** Seconds since the epoch. */
  readonly expiresAt: number
  readonly target?: LogoutTarget
}

/**
 * Signs a question, for the form of the confirmation page to post back. Only the session that was asked can use the
 * signature. Another site knows neither the signature nor the session.
 */
export async function signLogoutQuestion(
  ctx: Context,
  sessionId: string,
  target: LogoutTarget | undefined,
): Promise<string> {
  const expiresAt = ctx.clock.now() + ctx.config.lifetimes.interaction
  const question: Question = { expiresAt, ...(target !== undefined && { target }) }
  const text = encodeTextBase64url(JSON.stringify(question))
  return `${text}.${await sign(ctx.config.secrets[0], sessionId, text)}`
}

/** Verifies a question that this session was asked. Returns `undefined` for anything else. */
export async function readLogoutQuestion(
  ctx: Context,
  sessionId: string,
  confirmation: string,
): Promise<Question | undefined> {
  const [text = '', signature = ''] = confirmation.split('.')
  for (const secret of ctx.config.secrets) {
    if (!timingSafeEqual(await sign(secret, sessionId, text), signature)) continue
    const question = JSON.parse(decodeUtf8(decodeBase64url(text) as Uint8Array) as string) as Question
    return ctx.clock.now() < question.expiresAt ? question : undefined
  }
  return undefined
}

function sign(secret: string, sessionId: string, text: string): string | Promise<string> {
  return hmacBase64(`oauth/end-session\0${secret}`, `${text}.${sessionId}`)
}

/**
 * Returns the URL of the host's logout page. Its query contains the signed question and what the page may show, with a
 * signature of its own (`exp`, `sig`). Returns `undefined` when the host has no such page.
 */
export async function logoutPageUrl(
  ctx: Context,
  confirmation: string,
  shown: Readonly<Record<string, string | undefined>>,
): Promise<string | undefined> {
  const { pages, pageSecrets, lifetimes } = ctx.config
  if (pages.logout === undefined) return undefined
  const [page = '', own] = pages.logout.split('?')
  const query = new URLSearchParams(own)
  query.append('confirmation', confirmation)
  for (const [name, value] of Object.entries(shown)) if (value !== undefined) query.append(name, value)
  return `${page}?${await signPageQuery(pageSecrets[0] as string, query, ctx.clock.now() + lifetimes.interaction)}`
}
