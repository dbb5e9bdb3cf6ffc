import type { Context } from '../contracts/context.ts'
import { createSealer } from '../crypto/seal.ts'

const purpose = 'oauth/initial-access-token'

/**
 * Makes an initial access token, with which software registers clients without a signed-in user ({@link
 * https://www.rfc-editor.org/rfc/rfc7591#section-3 RFC 7591 section 3}). The token is not stored: it is its time of
 * expiry, encrypted with the option `secret` and bound to the issuer. It is valid for any number of registrations until
 * then. Only removing the secret from the options ends it sooner.
 * @param expiresIn seconds
 * @throws {TypeError} when `expiresIn` is not a whole number above 0, or registration is off
 */
export async function createInitialAccessToken(ctx: Context, expiresIn: number): Promise<string> {
  if (!ctx.config.registration.enabled) {
    throw new TypeError('createInitialAccessToken needs the option allowDynamicClientRegistration')
  }
  if (!Number.isSafeInteger(expiresIn) || expiresIn < 1) throw new TypeError('expiresIn must be a whole number above 0')
  const expiresAt = ctx.clock.now() + expiresIn
  return createSealer(ctx.config.secrets[0], purpose).seal(String(expiresAt), ctx.config.issuer)
}

/**
 * Tells whether a token is an initial access token of this server and valid, is one and has expired, or is something
 * else: a token for another purpose, of another server, or no token at all.
 */
export async function judgeInitialAccessToken(ctx: Context, token: string): Promise<'valid' | 'expired' | 'foreign'> {
  for (const secret of ctx.config.secrets) {
    const expiresAt = await createSealer(secret, purpose).unseal(token, ctx.config.issuer)
    if (expiresAt !== undefined) return ctx.clock.now() < Number(expiresAt) ? 'valid' : 'expired'
  }
  return 'foreign'
}
