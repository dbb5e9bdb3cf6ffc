import type { ProviderOptions } from '../config/options.ts'
import type { Clock } from '../contracts/clock.ts'
import type { OAuthEvent } from '../contracts/events.ts'
import type { Feature } from '../contracts/feature.ts'
import type { BaseUser } from '../contracts/host.ts'
import type { Logger } from '../contracts/logger.ts'
import type { Provider } from '../provider-types.ts'
import type { Mountable } from '../server/received-at.ts'
import type { Awaitable } from '../storage/awaitable.ts'
import type { Storage } from '../storage/storage.ts'
import type { TenantResolver } from './resolver.ts'
import type { Secret } from './tenant-secret.ts'

/**
 * The options of one tenant: those of `createProvider`, without `baseUrl` and `basePath`, which the resolver knows, and without
 * `storage`, which is shared.
 */
export type TenantOptions<User extends BaseUser = BaseUser> = Omit<
  ProviderOptions<User>,
  'baseUrl' | 'basePath' | 'storage' | 'secret'
> & {
  /** A secret of the tenant's own. Default: the option `secret` of `createTenants`. */
  readonly secret?: Secret | undefined
}

/** The options of `createTenants`. */
export interface TenantsOptions<
  User extends BaseUser = BaseUser,
  Features extends readonly Feature[] = readonly Feature[],
> {
  /** Says which tenant a URL belongs to: `tenantsByHost(…)`, `tenantsByPath(…)`, or a resolver of your own. */
  readonly resolve: TenantResolver
  /**
   * Answers the options of a tenant, or `undefined` when there is no such tenant. The server asks when it needs the tenant, keeps
   * the provider, and asks again after `refreshSeconds` or `forget`. When the function throws, or the options are wrong, requests
   * for this tenant get 503 and the event `request.failed` has the reason; the next request asks again.
   */
  readonly options: (
    tenant: string,
  ) => Awaitable<(TenantOptions<User> & { readonly features?: Features | undefined }) | undefined>
  /** The storage that all tenants share. Each tenant sees only what is its own. */
  readonly storage: Storage
  /**
   * A secret for all tenants: at least 32 random characters, the same in every process, or a list as in `createProvider`. Each
   * tenant gets one that is derived from it, and from its id. Default: none, and each tenant needs a `secret` in its options.
   */
  readonly secret?: Secret | undefined
  /** How many providers are kept. The least recently used goes first, and none that serves a request. Default: 100. */
  readonly maxProviders?: number | undefined
  /** Seconds after which a provider that serves no request goes. Default: 3600. */
  readonly idleSeconds?: number | undefined
  /**
   * Seconds after which a provider is made anew, so that options that changed take effect in every process. Default: 300.
   */
  readonly refreshSeconds?: number | undefined
  /** Seconds within which `options` must answer. Default: 10. */
  readonly optionsTimeoutSeconds?: number | undefined
  /**
   * Where all tenants log: each entry has the id of its tenant as `tenant`. A tenant may have a `logger` of its own. `false` logs
   * nothing. Default: `consoleLogger()`.
   */
  readonly logger?: Logger | false | undefined
  /**
   * Called with every event of every tenant, and the tenant that it belongs to. The `onEvent` in the options of a tenant is
   * called as well. Default: what `onEvent` of `createProvider` says.
   */
  readonly onEvent?: ((event: OAuthEvent, tenant: string) => void) | undefined
  /** Tells the time, for tests. Default: the system's clock. */
  readonly clock?: Clock | undefined
}

/**
 * Many issuers in one process, made by `createTenants`. Adapters mount it as they mount a provider. `issuer` is the origin for
 * requests that name no tenant; it is no issuer.
 */
export interface Tenants<Apis extends object = Readonly<Record<string, object>>> extends Mountable {
  readonly originOf: (host: string | undefined) => string
  /** Returns the tenant that a request belongs to, by its URL. It need not exist. */
  tenantOf(request: { readonly url: string }): string | undefined
  /**
   * Returns the provider of a tenant, for server-side calls and for your pages; `undefined` when there is no such tenant. Do not
   * keep it: ask again for each request, so that options that changed take effect.
   *
   * Its `purgeExpired` deletes what no other tenant has a part in: unused clients and old keys. Expired rows are deleted by
   * `purgeExpired` of the tenants.
   * @throws {Error} when the options of the tenant cannot be had, or are wrong
   * @example
   * const provider = await tenants.provider('acme')
   * await provider?.registerClient({ redirect_uris: ['https://notes.example.com/callback'] })
   */
  provider(tenant: string): Promise<Provider<Provider['handlers'], Apis> | undefined>
  /**
   * Forgets the provider of a tenant, so that the next request asks for its options. Call it when they have changed. Requests
   * that run now end with the old ones. Other processes notice after `refreshSeconds`.
   */
  forget(tenant: string): void
  /**
   * Deletes the expired rows of all tenants, and what the kept providers no longer need. Call it from a timer. One call deletes
   * at most `limit` rows (default 1000).
   * @returns how many rows were deleted; call it again while that is `limit` or more
   * @throws {TypeError} when `limit` is not a whole number
   */
  purgeExpired(options?: { readonly limit?: number }): Promise<number>
  /**
   * Deletes everything that the storage has of a tenant, for ever: clients, keys, consents, grants, tokens. First make `options`
   * answer `undefined` for it in every process. Requests that this process serves for it are waited for, at most ten seconds, because
   * they may still write. One call deletes at most `limit` rows (default 1000).
   * @returns how many rows were deleted; call it again while that is `limit` or more
   * @throws {TypeError} when `limit` is not a whole number, or the text is no id of a tenant
   * @example
   * while ((await tenants.deleteTenant('acme')) >= 1000);
   */
  deleteTenant(tenant: string, options?: { readonly limit?: number }): Promise<number>
}
