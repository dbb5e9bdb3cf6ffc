import type { ClientMetadata } from '../protocol/client-metadata.ts'
import type { Awaitable } from '../storage/awaitable.ts'
import type { ClientRecord } from '../storage/client.ts'
import type { Context } from './context.ts'

/**
 * What a feature has to do with the sessions of the host: it tells clients that one has ended. The core keeps
 * records of who has to be told, one for each client of a session.
 */
export interface SessionObserver {
  /** For how many seconds after its user signed in a client may have a session of its own, and so has to be told. */
  readonly clientSessionTtl: number
  /** Whether this client is to be told. Then its ID tokens name the session (`sid`). */
  concerns(metadata: ClientMetadata): boolean
  /**
   * Tells clients that a session of the host's has ended. What goes wrong is an event: it must not throw.
   * @param clients those that it concerns
   * @returns what the browser has to do about it
   */
  sessionEnded(ctx: Context, clients: readonly SessionClient[]): Awaitable<BrowserWork>
}

/** A client that signed its user in within a session that has ended. */
export interface SessionClient {
  readonly client: ClientRecord
  readonly sessionId: string
  readonly userId: string
}

/** What is left for the browser. */
export interface BrowserWork {
  /** URLs of the clients that it has to load in frames, with the cookies that it has for them. */
  readonly frames: readonly string[]
}
