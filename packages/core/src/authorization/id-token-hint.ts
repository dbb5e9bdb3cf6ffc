import type { Context } from '../contracts/context.ts'
import type { ClientRecord } from '../storage/client.ts'
import { idTokenType } from '../tokens/id-token.ts'

/**
 * Whom an `id_token_hint` means, expired or not: the `sub` of a token that we made for this client, an empty string for
 * one that we made for another client, `undefined` for anything else, which hints at nobody
 * ({@link https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest OpenID Connect Core section 3.1.2.1}).
 */
export async function hintedSubject(
  ctx: Context,
  client: ClientRecord,
  hint: string | undefined,
): Promise<string | undefined> {
  if (hint === undefined) return undefined
  const token = await ctx.keys.verify(hint, idTokenType, { ignoreExpiry: true })
  if (token === undefined) return undefined
  const { aud, sub } = token.claims
  return aud === client.id && typeof sub === 'string' ? sub : ''
}
