import type { Context } from '../contracts/context.ts'

/** A session of the host's that is to end. */
export interface EndingSession {
  readonly sessionId: string
  /** Whose it is, where that is known. */
  readonly userId?: string | undefined
  /** The client that asked for it. */
  readonly clientId?: string | undefined
}

/**
 * Ends a session of the host's, and with it every grant that was given in it and not for offline access: codes and
 * access tokens die, and so does what is being minted at that moment
 * ({@link https://openid.net/specs/openid-connect-backchannel-1_0.html#BCActions Back-Channel Logout section 2.7} draws
 * the same line).
 */
export async function endHostSession(ctx: Context, { sessionId, userId, clientId }: EndingSession): Promise<void> {
  await ctx.config.authentication.endSession?.(sessionId)
  const grantsEnded = await ctx.storage.grants.revokeAll({ sessionId, offline: false, now: ctx.clock.now() })
  // Not the session's id: a host may use it as its cookie.
  ctx.emit({
    type: 'session.ended',
    ...(clientId !== undefined && { clientId }),
    ...(userId !== undefined && { userId }),
    grantsEnded,
  })
}
