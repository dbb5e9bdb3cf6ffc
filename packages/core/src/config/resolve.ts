import { defaultUserClaims } from '../claims/default-user-claims.ts'
import type { Config, DefaultResource } from '../contracts/config.ts'
import type { BaseUser } from '../contracts/host.ts'
import { checkedAuthentication } from '../host/authentication.ts'
import { checkedClaimHooks } from '../host/claim-hooks.ts'
import { type HostPorts, hostPorts } from '../host/ports.ts'
import { checkedRenderPage } from '../host/render-page.ts'
import { checkedUserClaims } from '../host/user-claims.ts'
import { endpointPaths } from '../protocol/endpoint-paths.ts'
import { findResource } from '../protocol/resource.ts'
import { standardScopes } from '../protocol/scope.ts'
import { resolveBranding } from './branding.ts'
import type { ProviderOptions } from './options.ts'
import { resolvePolicies } from './policies.ts'
import { type ParsedOptions, parseOptions } from './schema.ts'
import { resolveSigning } from './signing.ts'
import { resolveIssuer, resolvePage } from './urls.ts'

/**
 * Checks the options, completes them with defaults and freezes them. Functions of the host (sessions, users, hooks,
 * resolvers, generators) are wrapped here once, so that every later answer is checked where it comes in.
 * @throws {TypeError} that names the option and says what is wrong
 */
export function resolveConfig<User extends BaseUser>(
  given: ProviderOptions<User>,
  ports: Pick<HostPorts, 'clock' | 'emit'> = hostPorts(given),
): Config<User> {
  const options = parseOptions(given)
  const issuer = resolveIssuer(options.baseUrl, options.basePath)
  const { origin, pathname, protocol } = new URL(issuer)
  const pages = {
    login: resolvePage('loginUrl', options.loginUrl, options.baseUrl),
    consent: resolvePage('consentUrl', options.consentUrl, options.baseUrl),
    signup: resolvePage('signupUrl', options.signupUrl, options.baseUrl),
    selectAccount: resolvePage('selectAccountUrl', options.selectAccountUrl, options.baseUrl),
    postLogin: resolvePage('postLoginUrl', options.postLoginUrl, options.baseUrl),
    logout: resolvePage('logoutUrl', options.logoutUrl, options.baseUrl),
  }
  const scopes = supportedScopes(options)
  checkTogether(options, scopes)
  const validAudiences = [...new Set(options.validAudiences ?? [issuer])]
  checkMachineAccess(options, validAudiences)
  const secrets = (typeof options.secret === 'string' ? [options.secret] : options.secret) as [string, ...string[]]
  return Object.freeze<Config<User>>({
    issuer,
    origin,
    issuerPath: pathname === '/' ? '' : pathname,
    secure: protocol === 'https:',
    secrets,
    pageSecrets:
      options.oauthQuerySigningSecret === undefined
        ? secrets.map((secret) => `oauth/page-url\0${secret}`)
        : [options.oauthQuerySigningSecret],
    authentication: checkedAuthentication(given.authentication, ports.clock, given.storage.longestId),
    userClaims: given.userClaims ? checkedUserClaims(given.userClaims) : defaultUserClaims,
    hooks: checkedClaimHooks(given),
    pages: Object.freeze(pages),
    branding: resolveBranding(options.branding, options.baseUrl),
    renderPage: given.renderPage && checkedRenderPage(given.renderPage),
    pageOrigins: [
      ...new Set([origin, ...Object.values(pages).flatMap((page) => (page === undefined ? [] : new URL(page).origin))]),
    ],
    scopes,
    defaultScopes: options.defaultScopes,
    grantTypes: [...new Set(options.grantTypes)],
    validAudiences,
    bindResources: options.bindResources,
    defaultResource: resolveDefaultResource(options, issuer, validAudiences),
    lifetimes: Object.freeze({
      authorizationCode: options.authorizationCodeTtlSeconds,
      accessToken: options.accessTokenTtlSeconds,
      machineAccessToken: options.m2mAccessTokenTtlSeconds,
      refreshToken: options.refreshTokenTtlSeconds,
      refreshTokenAbsolute: options.refreshTokenMaxTtlSeconds,
      refreshTokenReuseWindow: options.refreshTokenReuseWindowSeconds,
      idToken: options.idTokenTtlSeconds,
      interaction: options.interactionTtlSeconds,
      clientCache: options.clientCacheSeconds,
      keyCache: options.keyCacheSeconds,
    }),
    ...resolveSigning(options, validAudiences),
    pairwiseSecret: options.pairwiseSecret,
    clientCacheSignal: given.clientCacheSignal,
    ...resolvePolicies(given, options, scopes),
    userinfoUrl: issuer + endpointPaths.userinfo,
  })
}

/** Checks the options that depend on each other. */
function checkTogether(options: ParsedOptions, scopes: readonly string[]): void {
  const { grantTypes } = options
  if (grantTypes.includes('authorization_code')) {
    if (options.loginUrl === undefined)
      throw new TypeError('loginUrl is required with the authorization_code grant type')
    if (options.consentUrl === undefined)
      throw new TypeError('consentUrl is required with the authorization_code grant type')
  } else if (grantTypes.includes('refresh_token')) {
    throw new TypeError('grantTypes: refresh_token needs authorization_code')
  }
  const pages: readonly (readonly [keyof ProviderOptions, keyof ProviderOptions])[] = [
    ['selectAccountResolver', 'selectAccountUrl'],
    ['postLoginResolver', 'postLoginUrl'],
  ]
  for (const [resolver, page] of pages) {
    if (options[resolver] !== undefined && options[page] === undefined) throw new TypeError(`${resolver} needs ${page}`)
  }
  if (options.refreshTokenEncoder !== undefined && options.refreshTokenDecoder === undefined) {
    throw new TypeError('refreshTokenEncoder needs refreshTokenDecoder')
  }
  const { allowUnauthenticatedClientRegistration, allowDynamicClientRegistration } = options
  if (allowUnauthenticatedClientRegistration && !allowDynamicClientRegistration) {
    throw new TypeError('allowUnauthenticatedClientRegistration needs allowDynamicClientRegistration')
  }
  if (options.dangerouslyAllowUnauthenticatedConfidentialClients && !allowUnauthenticatedClientRegistration) {
    throw new TypeError(
      'dangerouslyAllowUnauthenticatedConfidentialClients needs allowUnauthenticatedClientRegistration',
    )
  }
  if (options.logoutUrl !== undefined && options.authentication.endSession === undefined) {
    throw new TypeError('logoutUrl needs authentication.endSession')
  }
  for (const [name, list] of [
    ['advertisedMetadata.scopesSupported', options.advertisedMetadata.scopesSupported],
    ['clientRegistrationDefaultScopes', options.clientRegistrationDefaultScopes],
    ['clientRegistrationAddedScopes', options.clientRegistrationAddedScopes],
    ['clientCredentialsDefaultScopes', options.clientCredentialsDefaultScopes],
    ['clientRegistrationMachineAccess.scopes', options.clientRegistrationMachineAccess?.scopes],
    ['scopeExpirations', Object.keys(options.scopeExpirations)],
  ] as const) {
    const unknown = list?.find((scope) => !scopes.includes(scope))
    if (unknown !== undefined)
      throw new TypeError(`${name} ${unknown} not found in supported scopes: add it to the option scopes`)
  }
}

/**
 * The resource of requests that name none: that of the option, or else the only one that there is beside the issuer. The
 * latter is not for servers whose authorization endpoint ignores `resource`.
 */
function resolveDefaultResource(
  { defaultResource, bindResources }: ParsedOptions,
  issuer: string,
  validAudiences: readonly string[],
): DefaultResource | undefined {
  if (defaultResource === undefined) {
    const [sole, another] = validAudiences.filter((audience) => audience !== issuer)
    const stands = bindResources !== false && sole !== undefined && another === undefined
    return stands ? { resource: sole, whenSigningIn: false } : undefined
  }
  if (defaultResource === false) return undefined
  const resource = findResource(validAudiences, defaultResource)
  if (resource !== undefined) return { resource, whenSigningIn: true }
  throw new TypeError(`defaultResource ${defaultResource} is not in validAudiences: add it there`)
}

function checkMachineAccess(
  { clientRegistrationMachineAccess: access }: ParsedOptions,
  validAudiences: readonly string[],
): void {
  const forUsers = access?.scopes.find((scope) => standardScopes.includes(scope))
  if (forUsers !== undefined) {
    throw new TypeError(
      `clientRegistrationMachineAccess.scopes ${forUsers} is about a user, and a machine has none: leave it out`,
    )
  }
  const outside = access?.resources.find((resource) => !validAudiences.includes(resource))
  if (outside !== undefined) {
    throw new TypeError(`clientRegistrationMachineAccess.resources ${outside} is not in validAudiences: add it there`)
  }
}

function supportedScopes(options: ParsedOptions): readonly string[] {
  const { defaultScopes, scopes, clientRegistrationAllowedScopes = [] } = options
  return [...new Set([...defaultScopes, ...standardScopes, ...scopes, ...clientRegistrationAllowedScopes])]
}
