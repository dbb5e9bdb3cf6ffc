import type { Context } from '../contracts/context.ts'
import { endSession, type SessionEnd } from './end-session.ts'

/** What the server side says of the sessions of its users. */
export interface SessionApi {
  /**
   * Tells this server that a session of yours has ended: by your own logout page, by itself, or because you ended it. The
   * grants that were given in it end (`grantsEndingWithSession`), and the clients that signed the user in within it are
   * told, by the features that do so. Call it after the session has ended: once it has returned, no code is issued in
   * the session, whatever began before. A second call finds nothing left to do. `/oauth2/end-session` does the same by
   * itself, after `authentication.endSession`: do not call it from there.
   * @throws {TypeError} without a session
   */
  sessionEnded(sessionId: string): Promise<SessionEnd>
}

export function sessionApi(ctx: Context): SessionApi {
  return { sessionEnded: (sessionId) => endSession(ctx, { sessionId }) }
}
