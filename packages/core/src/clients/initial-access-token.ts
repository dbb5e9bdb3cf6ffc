import type { Context } from '../contracts/context.ts'
import { createSealer } from '../crypto/seal.ts'

const purpose = 'oauth/initial-access-token'

/**
 * A token with which software registers clients without anybody signed in
 * ({@link https://www.rfc-editor.org/rfc/rfc7591#section-3 RFC 7591 section 3}). It is stateless: the time at which it
 * ends, sealed under the provider's secret and bound to its issuer. So it is good for any number of registrations until
 * then, and only a new secret ends it sooner.
 * @param expiresIn seconds
 * @throws {TypeError} when that is no whole number above 0, or registration is off
 */
export async function createInitialAccessToken(ctx: Context, expiresIn: number): Promise<string> {
  if (!ctx.config.registration.enabled) {
    throw new TypeError('createInitialAccessToken needs the option allowDynamicClientRegistration')
  }
  if (!Number.isSafeInteger(expiresIn) || expiresIn < 1) throw new TypeError('expiresIn must be a whole number above 0')
  const expiresAt = ctx.clock.now() + expiresIn
  return createSealer(ctx.config.secrets[0], purpose).seal(String(expiresAt), ctx.config.issuer)
}

export async function isInitialAccessToken(ctx: Context, token: string): Promise<boolean> {
  for (const secret of ctx.config.secrets) {
    const expiresAt = await createSealer(secret, purpose).unseal(token, ctx.config.issuer)
    if (expiresAt !== undefined) return ctx.clock.now() < Number(expiresAt)
  }
  return false
}
