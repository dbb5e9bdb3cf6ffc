import type { Context } from '../contracts/context.ts'
import { credentialId, isCredential } from '../crypto/credential.ts'
import type { FoundRefreshToken } from '../storage/refresh-token.ts'

export interface PresentedRefreshToken extends FoundRefreshToken {
  /** The token itself, as it was made. */
  readonly text: string
}

/** The refresh token that a client presents, alive or not, or `undefined` when it is none of ours. */
export async function findRefreshToken(ctx: Context, presented: string): Promise<PresentedRefreshToken | undefined> {
  const { refreshToken, decodeRefreshToken } = ctx.config.formats
  const text = decodeRefreshToken(presented)
  const id = text === undefined ? undefined : await credentialId('r', text, refreshToken)
  if (text === undefined || id === undefined) return undefined
  const found = await ctx.storage.refreshTokens.find(id)
  if (found === undefined || !(await isCredential(text, ctx.config.issuer, found.token.secretHash))) return undefined
  return { ...found, text }
}
