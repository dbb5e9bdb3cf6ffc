import type { Context } from '../contracts/context.ts'
import { credentialId, isCredential } from '../crypto/credential.ts'
import type { FoundRefreshToken } from '../storage/refresh-token.ts'

export interface PresentedRefreshToken extends FoundRefreshToken {
  /** The token as the server made it, before the host's `encodeRefreshToken`. */
  readonly text: string
}

/**
 * Finds the refresh token that a client presents, also an expired or used one. Returns `undefined` when it is not a
 * refresh token of this server.
 */
export async function findRefreshToken(ctx: Context, presented: string): Promise<PresentedRefreshToken | undefined> {
  const { refreshToken, decodeRefreshToken } = ctx.config.formats
  const text = decodeRefreshToken(presented)
  const given = text === undefined ? undefined : credentialId('r', text, refreshToken)
  const id = given instanceof Promise ? await given : given
  if (text === undefined || id === undefined) return undefined
  const found = await ctx.storage.refreshTokens.find(id)
  if (found === undefined) return undefined
  const { token, grant, successorRotated } = found
  const matches = isCredential(text, ctx.config.issuer, token.secretHash)
  if (!(matches instanceof Promise ? await matches : matches)) return undefined
  return { token, grant, successorRotated, text }
}
