import type { Context } from '../contracts/context.ts'
import type { ClientRecord } from '../storage/client.ts'
import type { FoundRefreshToken } from '../storage/refresh-token.ts'
import { findRefreshToken } from './find-refresh-token.ts'
import { verifyAccessToken } from './verify.ts'

/**
 * Revokes a token of this client. A refresh token ends its whole grant, and so every access token that came from it. A
 * token that is unknown or belongs to another client changes nothing, and the response does not tell ({@link
 * https://www.rfc-editor.org/rfc/rfc7009#section-2.1 RFC 7009 section 2.1}).
 */
export async function revokeToken(ctx: Context, client: ClientRecord, text: string): Promise<void> {
  const found = await findRefreshToken(ctx, text)
  if (found !== undefined) return revokeRefreshToken(ctx, client, found)
  const token = await verifyAccessToken(ctx, text)
  if (token === undefined || token.clientId !== client.id) return
  if (token.kind === 'opaque') await ctx.storage.accessTokens.delete(token.id)
  else await ctx.storage.accessTokens.revokeJwt({ jti: token.id, expiresAt: token.expiresAt })
  ctx.emit({
    type: 'token.revoked',
    clientId: client.id,
    kind: 'access_token',
    ...(token.grantId !== undefined && { grantId: token.grantId }),
  })
}

async function revokeRefreshToken(ctx: Context, client: ClientRecord, { grant }: FoundRefreshToken): Promise<void> {
  if (grant.clientId !== client.id) return
  await ctx.storage.grants.revoke({ id: grant.id, now: ctx.clock.now() })
  ctx.emit({ type: 'token.revoked', clientId: client.id, kind: 'refresh_token', grantId: grant.id })
}
