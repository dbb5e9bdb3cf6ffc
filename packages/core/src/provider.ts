import { createInitialAccessToken } from './clients/initial-access-token.ts'
import { registerClient } from './clients/register.ts'
import { clientApi } from './clients/server-api.ts'
import { updateClient } from './clients/update.ts'
import type { ProviderOptions } from './config/options.ts'
import { checkPresetFeature } from './config/preset-feature.ts'
import { resolveConfig } from './config/resolve.ts'
import { switchedOff } from './config/switched-off.ts'
import { consentApi } from './consents/server-api.ts'
import type { Config } from './contracts/config.ts'
import type { ConformanceReporter } from './contracts/conformance.ts'
import type { Core } from './contracts/core.ts'
import type { Endpoint } from './contracts/endpoint.ts'
import type { Feature, FeatureApis } from './contracts/feature.ts'
import type { BaseUser } from './contracts/host.ts'
import type { Handlers, HandlersFor } from './handlers.ts'
import { type HostPorts, hostPorts } from './host/ports.ts'
import { asFetch } from './http/as-fetch.ts'
import { errorResponse } from './http/error-response.ts'
import { pathOf } from './http/target.ts'
import { verifyPageQuery } from './interaction/page-query.ts'
import { resolveLoginContext } from './interaction/resolve-login-context.ts'
import { sessionApi } from './logout/server-api.ts'
import { authorizationServerMetadata, openidConfiguration } from './metadata/documents.ts'
import { OAuthError } from './protocol/errors.ts'
import { isSameResource } from './protocol/resource.ts'
import type { Provider } from './provider-types.ts'
import { assemble } from './server/assemble.ts'
import { createContext } from './server/context.ts'
import { createCore } from './server/core.ts'
import { dispatch } from './server/dispatch.ts'
import { shareEntry } from './server/entry.ts'
import { createHealth } from './server/health.ts'
import { createObserve } from './server/observe.ts'
import { createLimits } from './server/rate-limit.ts'
import { createReadiness } from './server/readiness.ts'
import { createRouter, withoutLastSlash } from './server/router.ts'
import { createMeasure, type WatchedStorage, watchStorage } from './server/watched-storage.ts'
import type { Awaitable } from './storage/awaitable.ts'
import type { Storage } from './storage/storage.ts'
import { verifyAccessToken } from './tokens/verify.ts'

/**
 * Makes an authorization server. It checks all options, once, at the start. The types of the user and of
 * `provider.handlers` are inferred from the options.
 * @throws {TypeError} when an option is unknown, missing or wrong; the message names the option
 * @example
 * ```ts
 * const provider = createProvider({
 *   baseUrl: 'https://id.example.com',
 *   secret: env.OAUTH_SECRET,
 *   storage: sqliteStorage('./oauth.db'),
 *   authentication: { getSession: (request) => sessions.current(request), getUser: (id) => users.find(id) },
 *   loginUrl: '/login',
 *   consentUrl: '/consent',
 * })
 * ```
 */
export function createProvider<
  User extends BaseUser,
  const GrantTypes,
  const DisableJwtPlugin,
  const Registration,
  const Prelogin,
  const Features extends readonly Feature[] = readonly [],
>(
  options: ProviderOptions<User> & {
    readonly grantTypes?: GrantTypes
    readonly disableJwtPlugin?: DisableJwtPlugin
    readonly allowDynamicClientRegistration?: Registration
    readonly allowPublicClientPrelogin?: Prelogin
    readonly features?: Features
  },
): Provider<HandlersFor<GrantTypes, DisableJwtPlugin, Registration, Prelogin>, FeatureApis<Features>>
/**
 * Makes an authorization server. When you write the type of the user out, the compiler cannot infer which handlers
 * exist: those that depend on options are typed as possibly absent.
 * @throws {TypeError} when an option is unknown, missing or wrong; the message names the option
 */
export function createProvider<User extends BaseUser>(options: ProviderOptions<User>): Provider
export function createProvider(options: ProviderOptions<BaseUser>): Provider {
  const ports = hostPorts(options)
  const config: Config = resolveConfig(options, ports)
  const watched = measure(options.storage, ports)
  const core = createCore(createContext(config, watched?.storage ?? options.storage, ports))
  checkPresetFeature(options, options.features ?? [])
  const { registry, apis } = assemble(core, options.features ?? [])
  core.registry = registry
  for (const profile of registry.profiles) profile.checkServer(core)
  if (config.rateLimit !== undefined) core.limits = createLimits(config.rateLimit, registry.rateLimits, ports.clock)
  Object.freeze(core)
  const observe = createObserve(core, ports.announcements, watched)
  const readiness = createReadiness(core)
  const health = createHealth(core, readiness)
  const router = createRouter(config, registry.endpoints)
  const serve = (endpoint: Endpoint, request: Request) =>
    observe(endpoint.name, request, (own) => dispatch(own, endpoint, request))
  const handlers = Object.fromEntries(
    registry.endpoints.map((endpoint) => [endpoint.name, asFetch((request) => serve(endpoint, request))]),
  )
  const answer = (request: Request): Awaitable<Response> => {
    const path = pathOf(request.url)
    const endpoint = router.find(path)
    if (endpoint !== undefined) return serve(endpoint, request)
    return health?.answer(request) ?? observe('unknown', request, (own) => answerUnknown(own, withoutLastSlash(path)))
  }
  const fetch = asFetch(answer)
  shareEntry(fetch, { publishedUrl: (url) => url, answer })
  const metadata = registry.grantTypes.has('authorization_code') ? openidConfiguration : authorizationServerMetadata

  return Object.freeze<Provider>({
    issuer: config.issuer,
    handlers: Object.freeze(handlers) as unknown as Handlers,
    features: apis,
    branding: config.branding,
    clock: ports.clock,
    metadata: Object.freeze(JSON.parse(JSON.stringify(metadata(config, registry))) as Record<string, unknown>),
    matches(request) {
      const path = pathOf(request.url)
      return router.owns(path) || health?.owns(path) === true
    },
    fetch,

    registerClient: (input) => registerClient(core, input),
    createInitialAccessToken: ({ expiresIn }) => createInitialAccessToken(core, expiresIn),
    getClient: async (clientId) => core.clients.load(clientId),
    updateClient: (clientId, changes) => updateClient(core, clientId, changes),
    ...clientApi(core),
    ...consentApi(core),
    ...sessionApi(core),
    async verifyAccessToken(token, { audience } = {}) {
      const verified = await verifyAccessToken(core, token)
      const isFor = audience === undefined || verified?.audience.some((own) => isSameResource(own, audience))
      return isFor ? verified : undefined
    },
    async revokeGrant(grantId) {
      const ended = await core.storage.grants.revoke({ id: grantId, now: core.clock.now() })
      if (ended) core.emit({ type: 'grant.revoked', grantId })
      return ended
    },
    verifyPageQuery: (url) => verifyPageQuery(config.pageSecrets, url, core.clock.now()),
    resolveLoginContext: (request) => resolveLoginContext(core, request),
    async tryResolveLoginContext(request) {
      try {
        return await resolveLoginContext(core, request)
      } catch (error) {
        // What another request may find is not over.
        if (error instanceof OAuthError && error.status < 500) return undefined
        throw error
      }
    },
    ready: readiness.ready,
    drain() {
      readiness.drain()
      health?.forget()
    },
    conformanceReport(standard, options) {
      const { rate } = (apis.conformanceReport ?? {}) as { readonly rate?: ConformanceReporter }
      if (rate !== undefined) return rate(standard, options)
      throw new TypeError(
        'conformanceReport needs the feature conformanceReport() from @oauth/core/features/conformance-report: add it to features',
      )
    },
    listSigningKeys: () => core.keys.list(),
    async importSigningKeys(keys) {
      if (core.keys.import === undefined) {
        throw new TypeError('importSigningKeys: the option signingKeys keeps the keys outside: import them there')
      }
      await core.keys.import(keys)
      return core.keys.list()
    },
    rotateSigningKeys: (rotation) => core.keys.rotate(rotation),
    async rotateEncryptionKeys(rotation) {
      if (registry.encryptionKeys.length === 0) {
        throw new TypeError(
          'rotateEncryptionKeys: no feature of this provider decrypts anything, so it has no such keys',
        )
      }
      for (const keys of registry.encryptionKeys) await keys.rotate(rotation)
    },
    async purgeExpired({ limit = 1000 } = {}) {
      if (!Number.isSafeInteger(limit) || limit < 0) throw new TypeError('purgeExpired: limit must be a whole number')
      const now = core.clock.now()
      const { unusedClientTtl } = config.registration
      const removed = await core.storage.purgeExpired({
        now,
        limit,
        ...(unusedClientTtl !== undefined && { unusedClientsBefore: now - unusedClientTtl }),
      })
      let keys = await core.keys.purge()
      for (const set of registry.encryptionKeys) keys += await set.purge()
      return removed + keys
    },
  })
}

/** Makes what measures the storage, if anybody hears of the ends of requests or of calls of the storage. */
function measure(storage: Storage, { announcements }: HostPorts): WatchedStorage | undefined {
  const { endRequest, observers } = announcements
  const isHeard = observers.some((observer) => observer.request !== undefined || observer.storage !== undefined)
  if (endRequest === undefined && !isHeard) return undefined
  return watchStorage(storage, createMeasure(announcements))
}

/** Answers a path without an endpoint. When an option has turned the endpoint off, an event says which one. */
function answerUnknown(core: Core, path: string): Response {
  const error = new OAuthError('not_found', 'there is no such endpoint')
  if (core.served !== undefined) core.served.error = { code: error.code, status: error.status }
  const off = switchedOff(core.config, path)
  if (off !== undefined) {
    const description = `this endpoint is off: turn it on with the option ${off.option}`
    core.emit({ type: 'request.refused', endpoint: off.endpoint, error: 'not_found', status: 404, description })
  }
  return errorResponse(error, 'json')
}
