import type { Context } from '../contracts/context.ts'
import { endSession, type SessionEnd } from './end-session.ts'

/** The function of a provider for sessions of the host. */
export interface SessionApi {
  /**
   * Tells this server that a session of yours has ended: by your own logout page, by expiry, or because you ended it.
   * The grants that were given in it end (`grantsEndingWithSession`), and features tell the clients that signed the
   * user in within it.
   *
   * Call it after the session has ended. Once it has returned, no code is issued in the session, also not to
   * interactions that began before. A second call finds nothing to do. `/oauth2/end-session` does the same by itself,
   * after `authentication.endSession`: do not call it from there.
   * @throws {TypeError} when `sessionId` is not a string
   * @example
   * ```ts
   * app.post('/sign-out', async (request) => {
   *   const session = await sessions.current(request)
   *   await sessions.delete(session.id)
   *   await provider.sessionEnded(session.id)
   * })
   * ```
   */
  sessionEnded(sessionId: string): Promise<SessionEnd>
}

export function sessionApi(ctx: Context): SessionApi {
  return { sessionEnded: (sessionId) => endSession(ctx, { sessionId }) }
}
