import type { Context } from '../contracts/context.ts'
import type { BrowserWork, SessionClient } from '../contracts/session-observer.ts'
import { listSessionClients, takeSessionClients } from '../sessions/session-clients.ts'
import { noteWithdrawal } from '../withdrawals/note.ts'

/** A session of the host's that is to end. */
export interface EndingSession {
  readonly sessionId: string
  /** Whose it is, where that is known. */
  readonly userId?: string | undefined
  /** The client that asked for it. */
  readonly clientId?: string | undefined
}

/** What the end of a session took along. */
export interface SessionEnd {
  /** How many live grants ended with it. */
  readonly grantsEnded: number
  /**
   * URLs that the browser has to load, each in a frame of its own: there clients end their sessions with the cookies that
   * the browser has for them (the feature `front-channel-logout`).
   */
  readonly frames: readonly string[]
}

/** Ends a session of the host's, and with it what `endSession` ends. */
export async function endHostSession(ctx: Context, ending: EndingSession): Promise<SessionEnd> {
  return endSession(ctx, ending, () => ctx.config.authentication.endSession?.(ending.sessionId))
}

/**
 * What ends with a session: the grants that were given in it, by the option `grantsEndingWithSession` those for offline
 * access as well or none. Codes and access tokens die, and so does what is being minted at that moment
 * ({@link https://openid.net/specs/openid-connect-backchannel-1_0.html#BCActions Back-Channel Logout section 2.7} draws
 * the same line). Then the clients are told that have signed the user in within the session.
 * @throws {TypeError} without a session, since that would be everybody's
 */
export async function endSession(
  ctx: Context,
  { sessionId, userId, clientId }: EndingSession,
  endAtHost?: () => unknown,
): Promise<SessionEnd> {
  if (typeof sessionId !== 'string') throw new TypeError('a session is required')
  // Read first: a storage that is down fails here, while the session can still be ended by another try.
  const noted = await listSessionClients(ctx, sessionId)
  await endAtHost?.()
  // From here on no request gets the session from the host, and what got it before is not answered with a code.
  await noteWithdrawal(ctx, { sessionId })
  const grantsEnded = await revokeGrants(ctx, sessionId)
  const clients = await takeSessionClients(ctx, noted)
  // Not the session's id: a host may use it as its cookie.
  ctx.emit({
    type: 'session.ended',
    ...(clientId !== undefined && { clientId }),
    ...(userId !== undefined && { userId }),
    grantsEnded,
  })
  const work = await Promise.all(tell(ctx, clients))
  return { grantsEnded, frames: work.flatMap(({ frames }) => frames) }
}

async function revokeGrants(ctx: Context, sessionId: string): Promise<number> {
  const ending = ctx.config.grantsEndingWithSession
  if (ending === 'none') return 0
  const which = ending === 'all' ? { sessionId } : { sessionId, offline: false }
  return ctx.storage.grants.revokeAll({ ...which, now: ctx.clock.now() })
}

function tell(ctx: Context, clients: readonly SessionClient[]): readonly (BrowserWork | Promise<BrowserWork>)[] {
  return ctx.registry.sessionObservers.map((observer) =>
    observer.sessionEnded(
      ctx,
      clients.filter(({ client }) => observer.concerns(client.metadata)),
    ),
  )
}
