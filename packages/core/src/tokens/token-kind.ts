import type { Context } from '../contracts/context.ts'
import type { VerifiedJwt } from '../contracts/key-set.ts'
import { decodeUnverifiedJwt } from '../keys/unverified-jwt.ts'
import { type FormatPolicy, takesPlainJwt } from '../policy/access-token-format.ts'
import { accessTokenType } from '../protocol/access-token-typ.ts'

/** The `typ` of ID tokens. Access tokens for resources with `accessTokenTyp: 'JWT'` have it as well. */
export const idTokenType = 'JWT'

type Claims = Readonly<Record<string, unknown>>

/**
 * Claims that every JWT access token has and no ID token. The server sets them, and neither a hook nor a client can put
 * them into an ID token (`claims/reserved`).
 */
const ofAccessTokens = ['client_id', 'jti', 'scope']

/** Claims that only ID tokens have. Neither a hook nor a client can put them into an access token. */
const ofIdTokens = ['at_hash', 'nonce']

/**
 * Verifies an ID token of this server: the signature, the `typ`, `iss`, `exp` unless `ignoreExpiry`, and that it is no
 * access token whose `typ` is `JWT` as well.
 * @returns its claims; `undefined` for anything else
 */
export async function verifyIdToken(
  { keys }: Pick<Context, 'keys'>,
  jwt: string,
  options?: { readonly ignoreExpiry?: boolean },
): Promise<Claims | undefined> {
  const claims = (await keys.verify(jwt, idTokenType, options))?.claims
  return claims === undefined || hasOneOf(claims, ofAccessTokens) ? undefined : claims
}

/**
 * Verifies the signature, `typ`, `iss` and `exp` of a JWT access token of this server. A token with the `typ` `JWT` must
 * be for a resource that has such tokens, and must have no claim that only ID tokens have.
 * @returns `undefined` for anything else
 */
export async function verifyAccessTokenJwt(
  { keys, config }: Pick<Context, 'keys' | 'config'>,
  jwt: string,
): Promise<VerifiedJwt | undefined> {
  // Only a server with such resources reads a token twice.
  if (config.resourceFormats.size === 0 || !isPlain(config, jwt)) return keys.verify(jwt, accessTokenType)
  const verified = await keys.verify(jwt, idTokenType)
  return verified === undefined || hasOneOf(verified.claims, ofIdTokens) ? undefined : verified
}

/** Whether a JWT that is not verified yet has the `typ` `JWT` and names a resource that has such tokens. */
function isPlain(config: FormatPolicy, jwt: string): boolean {
  const { header, claims } = decodeUnverifiedJwt(jwt) ?? {}
  return header?.typ === idTokenType && takesPlainJwt(config, claims?.aud)
}

function hasOneOf(claims: Claims, names: readonly string[]): boolean {
  return names.some((name) => Object.hasOwn(claims, name))
}
