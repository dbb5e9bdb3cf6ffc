import { createInitialAccessToken } from './clients/initial-access-token.ts'
import { registerClient } from './clients/register.ts'
import { clientApi } from './clients/server-api.ts'
import { updateClient } from './clients/update.ts'
import type { ProviderOptions } from './config/options.ts'
import { resolveConfig } from './config/resolve.ts'
import { switchedOff } from './config/switched-off.ts'
import { consentApi } from './consents/server-api.ts'
import type { Config } from './contracts/config.ts'
import type { BaseUser } from './contracts/host.ts'
import type { Handlers, HandlersFor } from './handlers.ts'
import { hostPorts } from './host/ports.ts'
import { errorResponse } from './http/error-response.ts'
import { pathOf } from './http/target.ts'
import { verifyPageQuery } from './interaction/page-query.ts'
import { resolveLoginContext } from './interaction/resolve-login-context.ts'
import { sessionApi } from './logout/server-api.ts'
import { authorizationServerMetadata, openidConfiguration } from './metadata/documents.ts'
import { OAuthError } from './protocol/errors.ts'
import type { Provider } from './provider-types.ts'
import { assemble } from './server/assemble.ts'
import { createContext } from './server/context.ts'
import { dispatch } from './server/dispatch.ts'
import { createReadiness } from './server/readiness.ts'
import { createRouter } from './server/router.ts'
import { verifyAccessToken } from './tokens/verify.ts'

/**
 * Makes an authorization server. Everything is checked and assembled here, once; a request finds it ready. The types of
 * the user and of `provider.handlers` are inferred from the options.
 * @throws {TypeError} when an option is unknown, missing or wrong
 * @example
 * const provider = createProvider({
 *   baseUrl: 'https://id.example.com',
 *   secret: env.OAUTH_SECRET,
 *   storage: sqliteStorage('./oauth.db'),
 *   authentication: { getSession: (request) => sessions.current(request), getUser: (id) => users.find(id) },
 *   loginUrl: '/login',
 *   consentUrl: '/consent',
 * })
 */
export function createProvider<
  User extends BaseUser,
  const GrantTypes,
  const DisableJwtPlugin,
  const Registration,
  const Prelogin,
>(
  options: ProviderOptions<User> & {
    readonly grantTypes?: GrantTypes
    readonly disableJwtPlugin?: DisableJwtPlugin
    readonly allowDynamicClientRegistration?: Registration
    readonly allowPublicClientPrelogin?: Prelogin
  },
): Provider<HandlersFor<GrantTypes, DisableJwtPlugin, Registration, Prelogin>>
/** With the type of the user written out, the handlers that options bring are typed as possibly absent. */
export function createProvider<User extends BaseUser>(options: ProviderOptions<User>): Provider
export function createProvider(options: ProviderOptions<BaseUser>): Provider {
  const ports = hostPorts(options)
  const config: Config = resolveConfig(options, ports)
  const registry = assemble(config, options.features ?? [])
  const ctx = createContext(config, registry, options.storage, ports)
  const router = createRouter(config, registry.endpoints)
  const handlers = Object.fromEntries(
    registry.endpoints.map((endpoint) => [endpoint.name, (request: Request) => dispatch(ctx, endpoint, request)]),
  )
  const metadata = registry.grantTypes.has('authorization_code') ? openidConfiguration : authorizationServerMetadata

  return Object.freeze<Provider>({
    issuer: config.issuer,
    handlers: Object.freeze(handlers) as unknown as Handlers,
    metadata: Object.freeze(JSON.parse(JSON.stringify(metadata(config, registry))) as Record<string, unknown>),
    matches: (request) => router.owns(pathOf(request.url)),
    async fetch(request) {
      const path = pathOf(request.url)
      const endpoint = router.find(path)
      if (endpoint !== undefined) return dispatch(ctx, endpoint, request)
      const off = switchedOff(config, path)
      if (off !== undefined) {
        const description = `this endpoint is off: turn it on with the option ${off.option}`
        ctx.emit({ type: 'request.refused', endpoint: off.endpoint, error: 'not_found', status: 404, description })
      }
      return errorResponse(new OAuthError('not_found', 'there is no such endpoint'), 'json')
    },

    registerClient: (input) => registerClient(ctx, input),
    createInitialAccessToken: ({ expiresIn }) => createInitialAccessToken(ctx, expiresIn),
    getClient: async (clientId) => ctx.storage.clients.find(clientId),
    updateClient: (clientId, changes) => updateClient(ctx, clientId, changes),
    ...clientApi(ctx),
    ...consentApi(ctx),
    ...sessionApi(ctx),
    async verifyAccessToken(token, { audience } = {}) {
      const verified = await verifyAccessToken(ctx, token)
      return verified === undefined || audience === undefined || verified.audience.includes(audience)
        ? verified
        : undefined
    },
    async revokeGrant(grantId) {
      const ended = await ctx.storage.grants.revoke({ id: grantId, now: ctx.clock.now() })
      if (ended) ctx.emit({ type: 'grant.revoked', grantId })
      return ended
    },
    verifyPageQuery: (url) => verifyPageQuery(config.pageSecrets, url, ctx.clock.now()),
    resolveLoginContext: (request) => resolveLoginContext(ctx, request),
    async tryResolveLoginContext(request) {
      try {
        return await resolveLoginContext(ctx, request)
      } catch (error) {
        if (error instanceof OAuthError) return undefined
        throw error
      }
    },
    ready: createReadiness(ctx),
    rotateSigningKeys: (rotation) => ctx.keys.rotate(rotation),
    async purgeExpired({ limit = 1000 } = {}) {
      if (!Number.isSafeInteger(limit) || limit < 0) throw new TypeError('limit must be a whole number')
      const now = ctx.clock.now()
      const { unusedClientTtl } = config.registration
      const removed = await ctx.storage.purgeExpired({
        now,
        limit,
        ...(unusedClientTtl !== undefined && { unusedClientsBefore: now - unusedClientTtl }),
      })
      return removed + (await ctx.keys.purge())
    },
  })
}
