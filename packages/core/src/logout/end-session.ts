import type { Context } from '../contracts/context.ts'
import type { BrowserWork, SessionClient } from '../contracts/session-observer.ts'
import { listSessionClients, takeSessionClients } from '../sessions/session-clients.ts'
import { noteWithdrawal } from '../withdrawals/note.ts'

/** A session of the host that has to end. */
export interface EndingSession {
  readonly sessionId: string
  /** The user of the session, if known. */
  readonly userId?: string | undefined
  /** The client that requested the logout, if one did. */
  readonly clientId?: string | undefined
}

/** The result of ending a session. */
export interface SessionEnd {
  /** How many live grants ended with the session. */
  readonly grantsEnded: number
  /**
   * URLs that the browser has to load, each in its own frame. There, clients end their sessions with the cookies that
   * the browser has for them (the feature `frontChannelLogout`).
   */
  readonly frames: readonly string[]
}

/** Ends a session at the host, then everything at this server that ends with it. */
export async function endHostSession(ctx: Context, ending: EndingSession): Promise<SessionEnd> {
  return endSession(ctx, ending, () => ctx.config.authentication.endSession?.(ending.sessionId))
}

/**
 * Ends everything at this server that ends with a session: the grants that were given in it. The option
 * `grantsEndingWithSession` says whether grants for offline access end as well, or none. Codes and access tokens become
 * invalid, also those that are being issued at that moment ({@link
 * https://openid.net/specs/openid-connect-backchannel-1_0.html#BCActions Back-Channel Logout section 2.7} draws the
 * same line). Then it tells the clients that signed the user in within the session.
 * @throws {TypeError} without a session id, since that would end the grants of all sessions
 */
export async function endSession(
  ctx: Context,
  { sessionId, userId, clientId }: EndingSession,
  endAtHost?: () => unknown,
): Promise<SessionEnd> {
  if (typeof sessionId !== 'string') throw new TypeError('sessionEnded: sessionId must be a string')
  // Read first: when the storage is down, this fails while the session can still be ended by another try.
  const noted = await listSessionClients(ctx, sessionId)
  await endAtHost?.()
  // From here on, the host gives the session to no request, and requests that got it before get no code.
  await noteWithdrawal(ctx, { sessionId })
  const grantsEnded = await revokeGrants(ctx, sessionId)
  const clients = await takeSessionClients(ctx, noted)
  // The event does not contain the session's id: a host may use it as its cookie.
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
