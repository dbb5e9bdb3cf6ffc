import type { ClientMetadata } from '../protocol/client-metadata.ts'
import type { Awaitable } from '../storage/awaitable.ts'
import type { ClientRecord } from '../storage/client.ts'
import type { Context } from './context.ts'

/**
 * Tells clients that a session of the host has ended. The core records which clients signed the user in within a
 * session.
 */
export interface SessionObserver {
  /**
   * For how many seconds after its user signed in a client is told of the end of the session: as long as the client may
   * have a session of its own.
   */
  readonly clientSessionTtl: number
  /** Whether this client has to be told. Its ID tokens then name the session (`sid`). */
  concerns(metadata: ClientMetadata): boolean
  /**
   * Tells clients that a session of the host has ended. It must not throw: report failures as events.
   * @param clients the clients for which `concerns` returned `true`
   * @returns what the browser has to do
   */
  sessionEnded(ctx: Context, clients: readonly SessionClient[]): Awaitable<BrowserWork>
}

/** A client that signed its user in within the session that has ended. */
export interface SessionClient {
  readonly client: ClientRecord
  readonly sessionId: string
  readonly userId: string
}

/** What the browser has to do when a session has ended. */
export interface BrowserWork {
  /** URLs of clients that the browser has to load in frames, with its cookies for them. */
  readonly frames: readonly string[]
}
