import type { Context } from '../contracts/context.ts'
import { credentialId, isCredential } from '../crypto/credential.ts'
import { type Awaitable, isThenable } from '../storage/awaitable.ts'
import type { FoundRefreshToken } from '../storage/refresh-token.ts'

export interface PresentedRefreshToken extends FoundRefreshToken {
  /** The token as the server made it, before the host's `encodeRefreshToken`. */
  readonly text: string
}

/**
 * Finds the refresh token that a client presents, also an expired or used one. Returns `undefined` when it is not a
 * refresh token of this server, and at once, without a promise, when the text cannot be one.
 */
export function findRefreshToken(ctx: Context, presented: string): Awaitable<PresentedRefreshToken | undefined> {
  const { refreshToken, decodeRefreshToken } = ctx.config.formats
  const text = decodeRefreshToken(presented)
  const id = text === undefined ? undefined : credentialId('r', text, refreshToken)
  return text === undefined || id === undefined ? undefined : find(ctx, text, id)
}

async function find(ctx: Context, text: string, given: Awaitable<string>): Promise<PresentedRefreshToken | undefined> {
  const id = given instanceof Promise ? await given : given
  const answer = ctx.storage.refreshTokens.find(id)
  const found = isThenable(answer) ? await answer : answer
  if (found === undefined) return undefined
  const { token, grant, successorRotated } = found
  const matches = isCredential(text, ctx.config.issuer, token.secretHash)
  if (!(matches instanceof Promise ? await matches : matches)) return undefined
  return { token, grant, successorRotated, text }
}
