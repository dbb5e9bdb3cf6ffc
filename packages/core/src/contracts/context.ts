import type { FetchBudget } from '../http/fetch-budget.ts'
import type { Outbound } from '../http/outbound.ts'
import type { Awaitable } from '../storage/awaitable.ts'
import type { ClientRecord } from '../storage/client.ts'
import type { Storage } from '../storage/storage.ts'
import type { Clock } from './clock.ts'
import type { Config } from './config.ts'
import type { OAuthEvent } from './events.ts'
import type { KeySet } from './key-set.ts'
import type { Random } from './random.ts'
import type { Limits } from './rate-limit.ts'
import type { Registry } from './registry.ts'

/** Clients as they are needed in a request: cached for a few seconds, and never disabled. */
export interface ClientDirectory {
  /** `undefined` for unknown and for disabled clients alike. */
  find(id: string): Awaitable<ClientRecord | undefined>
  /**
   * The client as it is stored or as its source knows it, disabled ones too; not cached. Only a stored client can be
   * changed.
   */
  load(id: string): Awaitable<ClientRecord | undefined>
  /**
   * What `load` answers; `undefined` also where a feature's source of clients fails, which is an event. For lists of
   * clients, which one of them must not break.
   */
  tryLoad(id: string): Promise<ClientRecord | undefined>
  /** Whether a feature's source of clients owns the id, so that nobody can register it. */
  isForeign(id: string): boolean
  /** Forgets what is cached: a write through this process is seen at once. */
  forget(id: string): void
}

/** Everything that a function may need beside its own arguments. It is made once and goes first. */
export interface Context {
  readonly config: Config
  readonly registry: Registry
  readonly storage: Storage
  readonly clients: ClientDirectory
  readonly keys: KeySet
  readonly clock: Clock
  readonly random: Random
  /** The one way to fetch what somebody else points at. */
  readonly outbound: Outbound
  /** How often it may be used because somebody asked who is not known. */
  readonly fetchBudget: FetchBudget
  /** There with the option `rateLimit`. */
  readonly limits?: Limits
  emit(event: OAuthEvent): void
  /**
   * Makes something once for this provider, for instance a cache that several files share: the same function gets the same
   * value each time.
   */
  once<Value>(make: (ctx: Context) => Value): Value
}
