import type { FetchBudget } from '../http/fetch-budget.ts'
import type { Outbound } from '../http/outbound.ts'
import type { Awaitable } from '../storage/awaitable.ts'
import type { ClientRecord } from '../storage/client.ts'
import type { Storage } from '../storage/storage.ts'
import type { Clock } from './clock.ts'
import type { Config } from './config.ts'
import type { Core } from './core.ts'
import type { OAuthEvent } from './events.ts'
import type { KeySet } from './key-set.ts'
import type { Random } from './random.ts'
import type { Limits } from './rate-limit.ts'
import type { Registry } from './registry.ts'
import type { ServedRequest } from './served-request.ts'

/**
 * Looks clients up, those of the storage and those of features' sources. It caches stored clients for a few seconds.
 */
export interface ClientDirectory {
  /** Finds an enabled client; `undefined` for an unknown or disabled one. */
  find(id: string): Awaitable<ClientRecord | undefined>
  /**
   * Finds an enabled client, in a request that is not the client's own, for instance one with its access token. Here a
   * client whose source calls it invalid is unknown; `find` would blame the caller by `invalid_client`.
   */
  findNamed(id: string): Awaitable<ClientRecord | undefined>
  /**
   * Reads a client without the cache, also a disabled one, for instance to change it. Only a stored client can be
   * changed.
   */
  load(id: string): Awaitable<ClientRecord | undefined>
  /**
   * Returns what `load` returns, and `undefined` also when a feature's client source fails, which is an event. For lists of
   * clients, which one of them must not break.
   */
  tryLoad(id: string): Promise<ClientRecord | undefined>
  /** Whether a feature's client source owns the id, so that the server never makes it. */
  isForeign(id: string): boolean
  /** Whether nobody can register the id or change its client, because a client source alone answers for it. */
  isReserved(id: string): boolean
  /** Drops the client from the caches of all processes. Call it after each write to a client. */
  forget(id: string): void
  /**
   * Returns the directory, with the same cache, for the work of one request: it reads the storage of that core, and its
   * events and those of the client sources have the id of the request.
   */
  within(core: Core): ClientDirectory
}

/**
 * The state of a provider: what functions need besides their own arguments. It is made once and is the first argument.
 */
export interface Context {
  readonly config: Config
  readonly registry: Registry
  readonly storage: Storage
  readonly clients: ClientDirectory
  readonly keys: KeySet
  readonly clock: Clock
  readonly random: Random
  /**
   * Fetches a URL that comes from a client. It is the only way to do so: it checks the address and bounds time and
   * size.
   */
  readonly outbound: Outbound
  /** Bounds how often requests of unknown origin can make the server fetch a URL. */
  readonly fetchBudget: FetchBudget
  /** Present with the option `rateLimit`. */
  readonly limits?: Limits
  /**
   * The request that is being served. Present while somebody logs, counts or hears of events. The context of a request is
   * an object of its own, so that its events have the id of the request.
   */
  readonly served?: ServedRequest
  /** Reports an event to the host (`logger`, `onEvent`). It never throws. */
  emit(event: OAuthEvent): void
  /**
   * Makes a value once for this provider, for instance a cache that several files share. The same function always gets
   * the same value.
   * @example
   * ```ts
   * const cache = ctx.once(createCache) // function createCache(ctx: Context): Cache
   * ```
   */
  once<Value>(make: (ctx: Context) => Value): Value
}
