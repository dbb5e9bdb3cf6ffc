import { systemClock } from '../contracts/clock.ts'
import type { OAuthEvent } from '../contracts/events.ts'
import type { Feature, FeatureApis } from '../contracts/feature.ts'
import type { BaseUser } from '../contracts/host.ts'
import { withinSeconds } from '../host/deadline.ts'
import { type Announcements, createAnnouncements } from '../host/events.ts'
import { markTold } from '../host/told-errors.ts'
import { asFetch, requireRequest } from '../http/as-fetch.ts'
import { errorResponse } from '../http/error-response.ts'
import { pause } from '../http/pause.ts'
import { pathOf } from '../http/target.ts'
import { OAuthError } from '../protocol/errors.ts'
import type { Provider } from '../provider-types.ts'
import { entryOf, shareEntry } from '../server/entry.ts'
import { createMemoryRateLimiter } from '../server/memory-rate-limiter.ts'
import type { Awaitable } from '../storage/awaitable.ts'
import { checkTenantsOptions, requireLimit } from './check-options.ts'
import { liveTenants } from './live-tenants.ts'
import { makeProvider, type Shared } from './make-provider.ts'
import type { Tenants, TenantsOptions } from './options.ts'
import { isOwnedPath } from './owned-path.ts'
import { isTenantId, tenantNames } from './tenant-id.ts'
import { tenantLogger } from './tenant-logger.ts'
import { requireRanges } from './tenant-storage.ts'

/** Seconds to wait for the end of requests before their tenant is deleted. One of them may never end. */
const patience = 10

/**
 * Makes an authorization server of many issuers: one for each tenant, with options, clients, keys and users of its own, on a
 * storage that they share. Providers are made when they are needed, and at most `maxProviders` are kept.
 * @throws {TypeError} when an option is unknown, missing or wrong; the message names the option
 * @example
 * ```ts
 * const tenants = createTenants({
 *   resolve: tenantsByHost({ baseUrl: 'https://auth.example.com' }),
 *   storage: kyselyStorage(db),
 *   secret: env.OAUTH_SECRET,
 *   options: async (tenant) => {
 *     const settings = await settingsOf(tenant)
 *     return settings && { authentication: authenticationOf(tenant), loginUrl: '/login', consentUrl: '/consent' }
 *   },
 * })
 * createServer(nodeListener(tenants, pages)).listen(3000)
 * ```
 */
export function createTenants<User extends BaseUser, const Features extends readonly Feature[] = readonly []>(
  given: TenantsOptions<User, Features>,
): Tenants<FeatureApis<Features>>
/**
 * Makes an authorization server of many issuers. When you write the type of the user out, the compiler cannot infer the features:
 * their APIs are typed as plain objects.
 * @throws {TypeError} when an option is unknown, missing or wrong; the message names the option
 */
export function createTenants<User extends BaseUser>(given: TenantsOptions<User>): Tenants
export function createTenants(given: TenantsOptions): Tenants {
  checkTenantsOptions(given)
  const { resolve, storage, clock = systemClock } = given
  const ranges = requireRanges(storage)
  const shared: Shared = { tenants: given, limiter: createMemoryRateLimiter() }
  const announcementsOf = (tenant: string): Announcements => {
    const logger = tenantLogger(given.logger, tenant) || undefined
    const onEvent = given.onEvent && ((event: OAuthEvent) => given.onEvent?.(event, tenant))
    const listeners = { logger, onEvent, onRequestEnd: undefined, observers: [] }
    return createAnnouncements(listeners, clock, [given.secret ?? []].flat())
  }

  const live = liveTenants<Provider>({
    clock,
    most: given.maxProviders ?? 100,
    idleSeconds: given.idleSeconds ?? 3600,
    refreshSeconds: given.refreshSeconds ?? 300,
    async make(tenant) {
      try {
        const found = await withinSeconds('options', given.optionsTimeoutSeconds ?? 10, () => given.options(tenant))
        return found === undefined || found === null ? undefined : await makeProvider(shared, tenant, found)
      } catch (cause) {
        const { emit, hearsEvents } = announcementsOf(tenant)
        emit({ type: 'request.failed', endpoint: 'tenant', cause })
        // A page of the host that asks for the provider may let the error through, to whoever prints what a page throws.
        throw hearsEvents ? markTold(unavailable(cause)) : unavailable(cause)
      }
    },
  })

  const answer = (request: Request): Awaitable<Response> => {
    const tenant = resolve.tenantOf(request.url)
    if (!isTenantId(tenant)) {
      requireRequest(request)
      return notFound()
    }
    const served = live.use<Response>(tenant, (provider) =>
      provider === undefined ? notFound() : entryOf(provider).answer(request),
    )
    return served instanceof Promise ? served.catch(onlyUnavailable) : served
  }
  const fetch = asFetch(answer)
  shareEntry(fetch, { publishedUrl: (url) => url, answer })

  return Object.freeze<Tenants>({
    issuer: resolve.originOf(undefined),
    originOf: (host) => resolve.originOf(host),
    tenantOf: ({ url }) => {
      const tenant = resolve.tenantOf(url)
      return isTenantId(tenant) ? tenant : undefined
    },
    matches({ url }) {
      const tenant = resolve.tenantOf(url)
      if (!isTenantId(tenant)) return false
      const { baseUrl, basePath = '/auth' } = resolve.locate(tenant)
      return isOwnedPath(pathOf(url), (pathOf(baseUrl).replace(/\/+$/, '') + basePath).replace(/\/+$/, ''))
    },
    fetch,
    provider: async (tenant) => (isTenantId(tenant) ? live.use(tenant, (provider) => provider) : undefined),
    forget: (tenant) => live.forget(tenant),
    async purgeExpired({ limit = 1000 } = {}) {
      requireLimit('purgeExpired', limit)
      let removed = await storage.purgeExpired({ now: clock.now(), limit })
      for (const provider of live.all()) removed += await provider.purgeExpired({ limit: Math.max(0, limit - removed) })
      return removed
    },
    async deleteTenant(tenant, { limit = 1000 } = {}) {
      requireLimit('deleteTenant', limit)
      const { range } = tenantNames(tenant)
      live.forget(tenant)
      await Promise.race([live.idle(tenant), pause(patience)])
      return ranges.delete({ ...range, limit })
    },
  })
}

/** The answer of a provider to a path that it does not have, so that nobody learns which tenants there are. */
function notFound(): Response {
  return errorResponse(new OAuthError('not_found', 'there is no such endpoint'), 'json')
}

function unavailable(cause: unknown): OAuthError {
  const description = 'this server is not available at the moment; please try again'
  return new OAuthError('temporarily_unavailable', description, { cause, headers: { 'retry-after': '5' } })
}

/** Answers with the error of a tenant whose provider cannot be made. Providers answer their own errors themselves. */
function onlyUnavailable(error: unknown): Response {
  if (error instanceof OAuthError) return errorResponse(error, 'json')
  throw error
}
