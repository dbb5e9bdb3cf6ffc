import type { Awaitable } from '../storage/awaitable.ts'

/**
 * Tells the other processes of a server which clients have changed, so that they drop them from their caches at once and not
 * when `clientCacheSeconds` have passed. `redisClientCacheSignal` of `@oauth/redis` is one.
 */
export interface ClientCacheSignal {
  /**
   * Tells all processes that a client was changed. The server calls this after each write to a client and does not wait for
   * it: when it fails, the event `client_cache_signal.failed` reports it, and the others notice after `clientCacheSeconds`.
   */
  publish(clientId: string): Awaitable<void>
  /**
   * Called once, when the provider is made. Call `changed` with the id of each client that another process has published, and
   * without an id whenever something may have been missed, for instance after a lost connection: the process then drops all
   * cached clients. Messages of this process may come back.
   */
  subscribe(changed: (clientId?: string) => void): void
}
