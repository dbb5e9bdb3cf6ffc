import type { Config } from '../contracts/config.ts'
import type { BaseUser } from '../contracts/host.ts'
import { checkedFormats } from '../host/formats.ts'
import { checkedOutboundFetch } from '../host/outbound-fetch.ts'
import { checkedRateLimit } from '../host/rate-limit.ts'
import { checkedResolvers } from '../host/resolvers.ts'
import { agentSchemes } from '../protocol/redirect-scheme.ts'
import type { ProviderOptions } from './options.ts'
import { resolveRateLimits } from './rate-limits.ts'
import type { ParsedOptions } from './schema.ts'

type Policies =
  | 'resolvers'
  | 'trustedClients'
  | 'registration'
  | 'formats'
  | 'unregisteredScopes'
  | 'jwtDisabled'
  | 'corsOrigins'
  | 'strictClientAuthMethod'
  | 'refreshTokensWithoutOfflineAccess'
  | 'exposeRefreshTokenExpiration'
  | 'grantsEndingWithSession'
  | 'rememberConsentOfNativeClients'
  | 'redirectErrorsAfterConsentOnly'
  | 'requireAcrValues'
  | 'includeGrantedScopes'
  | 'userinfoAudience'
  | 'idTokenScopeClaims'
  | 'audienceParameter'
  | 'scopeExpirations'
  | 'machineDefaultScopes'
  | 'advertised'
  | 'rateLimit'
  | 'requestIds'
  | 'healthPages'
  | 'outbound'

/** Resolves the part of the configuration that decides who may do what, and how credentials look. */
export function resolvePolicies<User extends BaseUser>(
  given: ProviderOptions<User>,
  options: ParsedOptions,
  scopes: readonly string[],
): Pick<Config<User>, Policies> {
  const { tokenPrefixes, advertisedMetadata } = options
  return {
    resolvers: checkedResolvers(given),
    trustedClients: new Set(options.cachedTrustedClients),
    registration: Object.freeze({
      enabled: options.allowDynamicClientRegistration,
      anonymous: options.allowUnauthenticatedClientRegistration,
      prelogin: options.allowPublicClientPrelogin,
      enablesEndSession: options.clientRegistrationEnablesEndSession,
      anonymousSecrets: options.dangerouslyAllowUnauthenticatedConfidentialClients,
      withoutPkce: options.dangerouslyAllowRegistrationWithoutPkce,
      substitutes: options.clientRegistrationSubstitutes,
      defaultScopes: options.clientRegistrationDefaultScopes,
      allowedScopes: options.clientRegistrationAllowedScopes,
      addedScopes: options.clientRegistrationAddedScopes,
      redirectSchemes: new Set([...agentSchemes, ...options.clientRegistrationRedirectSchemes]),
      machineAccess: options.clientRegistrationMachineAccess,
      secretExpiresAt: options.clientRegistrationClientSecretExpiresAt,
      unusedClientTtl: options.unusedClientTtlSeconds,
    }),
    formats: checkedFormats({
      accessToken: { prefix: tokenPrefixes.accessToken ?? '', generate: options.generateAccessToken },
      refreshToken: { prefix: tokenPrefixes.refreshToken ?? '', generate: options.generateRefreshToken },
      encodeRefreshToken: options.refreshTokenEncoder,
      decodeRefreshToken: options.refreshTokenDecoder ?? ((text) => text),
      clientSecretPrefix: tokenPrefixes.clientSecret ?? '',
      generateClientId: options.generateClientId,
      generateClientSecret: options.generateClientSecret,
    }),
    unregisteredScopes: options.refuseUnregisteredScopes ? 'refuse' : 'ignore',
    jwtDisabled: options.disableJwtPlugin,
    corsOrigins: new Set(options.allowedCorsOrigins),
    strictClientAuthMethod: options.strictClientAuthMethod,
    refreshTokensWithoutOfflineAccess: options.refreshTokensWithoutOfflineAccess,
    exposeRefreshTokenExpiration: options.exposeRefreshTokenExpiration,
    grantsEndingWithSession: options.grantsEndingWithSession,
    rememberConsentOfNativeClients: options.rememberConsentOfNativeClients,
    redirectErrorsAfterConsentOnly: options.redirectErrorsAfterConsentOnly,
    requireAcrValues: options.requireAcrValues,
    includeGrantedScopes: options.includeGrantedScopes,
    userinfoAudience: options.userinfoAudience,
    idTokenScopeClaims: options.idTokenScopeClaims,
    audienceParameter: options.audienceParameter,
    scopeExpirations: new Map(Object.entries(options.scopeExpirations)),
    machineDefaultScopes: options.clientCredentialsDefaultScopes,
    advertised: Object.freeze({
      scopes: advertisedMetadata.scopesSupported ?? scopes,
      claims: advertisedMetadata.claimsSupported,
      acrValues: advertisedMetadata.acrValuesSupported,
      uiLocales: advertisedMetadata.uiLocalesSupported,
      claimsLocales: advertisedMetadata.claimsLocalesSupported,
      displayValues: advertisedMetadata.displayValuesSupported ?? ['page'],
    }),
    requestIds: Object.freeze({
      fromHeader: options.requestId.fromHeader?.toLowerCase(),
      toHeader: options.requestId.toHeader?.toLowerCase(),
    }),
    healthPages: resolveHealthPages(options.healthPages),
    rateLimit: given.rateLimit && checkedRateLimit(resolveRateLimits(given.rateLimit)),
    outbound: Object.freeze({
      fetch: checkedOutboundFetch(options.outboundFetch),
      allowPrivate: options.dangerouslyAllowPrivateAddresses,
      timeout: options.outboundTimeoutSeconds,
    }),
  }
}

function resolveHealthPages(given: ParsedOptions['healthPages']): Config['healthPages'] {
  if (given === false) return undefined
  const { live = '/healthz', ready = '/readyz' } = given === true ? {} : given
  if (live === ready) throw new TypeError('healthPages: live and ready must be two paths')
  return Object.freeze({ live, ready })
}
