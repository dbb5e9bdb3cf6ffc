import * as v from 'valibot'
import { issueText, isUnknownName } from '../contracts/issue-text.ts'
import { accessTokenTyps } from '../protocol/access-token-typ.ts'
import { nearestName } from '../protocol/nearest.ts'
import { originProblem } from '../protocol/origin.ts'
import { isDangerousScheme } from '../protocol/redirect-scheme.ts'
import { signingAlgorithms } from '../protocol/signing-algorithm.ts'
import { brandingSchema } from './branding.ts'
import { loggerSchema } from './logger-schema.ts'
import type { LifetimeOptions } from './options/lifetimes.ts'
import type { ProviderOptions } from './options.ts'
import { rateLimitSchema } from './rate-limits.ts'
import { renamedOptions } from './renamed.ts'
import { requireAuthentication } from './require-authentication.ts'
import { storageSchema } from './storage-schema.ts'
import { suggestMember } from './suggest-member.ts'

const seconds = v.pipe(v.number(), v.integer(), v.minValue(1))
const secondsOrNone = v.pipe(v.number(), v.integer(), v.minValue(0))
const makeSecret = 'make one with `openssl rand -base64 32`'
const shortSecret = `must have at least 32 characters: ${makeSecret}`
const secret = v.pipe(v.string(shortSecret), v.minLength(32, shortSecret))
const text = v.pipe(v.string(), v.nonEmpty())
const scope = v.pipe(v.string(), v.regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/, 'is not a scope'))
/** Letters that need no escaping in headers, URLs and forms. */
const prefix = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{1,32}$/, 'must be 1 to 32 letters, digits, _ or -'))
const hook = v.optional(v.function())
const uri = v.pipe(
  v.string(),
  v.check((value) => URL.canParse(value) && !value.includes('#'), 'must be an absolute URI without a fragment'),
)

const origin = v.pipe(
  v.string(),
  v.check((value) => originProblem(value) === undefined, 'must be an origin, for instance https://app.example.com'),
)
const privateUseScheme = v.pipe(
  v.string(),
  v.regex(/^[a-z][a-z0-9+.-]*$/, 'must be a scheme in lower case, without the colon'),
  v.check((name) => !isDangerousScheme(name), 'is a scheme that nobody may register'),
  v.check((name) => name !== 'http' && name !== 'https', 'is no private-use scheme'),
)

/** Checks that a value is an object with the methods that the server calls. */
function objectWith(...methods: readonly string[]) {
  return v.custom<object>(
    (value) => {
      if (typeof value !== 'object' || value === null) return false
      return methods.every((method) => typeof (value as Record<string, unknown>)[method] === 'function')
    },
    `must be an object with ${methods.join(', ')}`,
  )
}

const headerName = v.pipe(
  v.string(),
  v.regex(/^[a-z0-9-]+$/i, 'must be the name of a header, for instance x-request-id'),
)
const pagePath = v.pipe(v.string(), v.regex(/^\/[\w./-]*$/, 'must be a path, for instance /readyz'))

const keySource = v.custom<object>((value) => {
  const { algorithms, start } = (value ?? {}) as { readonly algorithms?: unknown; readonly start?: unknown }
  return typeof start === 'function' && Array.isArray(algorithms)
}, 'must be what externalSigningKeys({ algorithms, list, sign }) of @oauth/core/external-signing-keys returns')

/** What a required option is for, to complete "is required". */
const required: Readonly<Record<string, string>> = {
  baseUrl: 'set it to the public URL of your application, for instance https://id.example.com',
  secret: makeSecret,
  storage: 'for instance memoryStorage() from @oauth/core/memory, which forgets everything with the process',
  authentication: 'set it to { getSession, getUser }, which tell who is signed in',
}

/** The schema of every option. A name that is not here is not an option; the type demands one entry per option. */
const optionEntries = {
  baseUrl: text,
  basePath: v.optional(v.string(), '/auth'),
  secret: v.union([secret, v.pipe(v.array(secret), v.minLength(1))], shortSecret),
  storage: storageSchema,
  // Each of them is checked where it is started.
  features: v.optional(v.array(v.unknown()), []),
  // `requireAuthentication` checks it before.
  authentication: v.unknown(),
  userClaims: hook,
  loginUrl: v.optional(text),
  consentUrl: v.optional(text),
  signupUrl: v.optional(text),
  selectAccountUrl: v.optional(text),
  postLoginUrl: v.optional(text),
  logoutUrl: v.optional(text),
  branding: v.optional(brandingSchema),
  renderPage: hook,
  grantsEndingWithSession: v.optional(v.picklist(['online', 'all', 'none']), 'online'),
  oauthQuerySigningSecret: v.optional(secret),
  rateLimit: v.optional(rateLimitSchema),
  logger: v.optional(loggerSchema),
  clientCacheSignal: v.optional(objectWith('publish', 'subscribe')),
  onEvent: hook,
  onRequestEnd: hook,
  requestId: v.optional(v.strictObject({ fromHeader: v.optional(headerName), toHeader: v.optional(headerName) }), {}),
  healthPages: v.optional(
    v.union(
      [v.boolean(), v.strictObject({ live: v.optional(pagePath), ready: v.optional(pagePath) })],
      'must be true, false or an object with the paths live and ready, for instance { ready: "/readyz" }',
    ),
    false,
  ),
  allowedCorsOrigins: v.optional(v.array(origin), []),
  strictClientAuthMethod: v.optional(v.boolean(), false),
  grantTypes: v.optional(v.array(text), ['authorization_code', 'client_credentials', 'refresh_token']),
  scopes: v.optional(v.array(scope), []),
  defaultScopes: v.optional(v.array(scope), []),
  refuseUnregisteredScopes: v.optional(v.boolean(), false),
  validAudiences: v.optional(v.array(uri)),
  userinfoAudience: v.optional(v.boolean(), true),
  idTokenScopeClaims: v.optional(v.boolean(), true),
  idTokenSigningAlgorithm: v.optional(v.picklist(signingAlgorithms), 'RS256'),
  idTokenSigningAlgorithms: v.optional(v.array(v.picklist(signingAlgorithms))),
  signingKeys: v.optional(keySource),
  accessTokenSigningAlgorithm: v.optional(v.picklist(signingAlgorithms), 'RS256'),
  resourceOptions: v.optional(
    v.record(
      v.string(),
      v.strictObject({
        accessTokenSigningAlgorithm: v.optional(v.picklist(signingAlgorithms)),
        accessTokenTyp: v.optional(v.picklist(accessTokenTyps)),
      }),
    ),
    {},
  ),
  pairwiseSecret: v.optional(secret),
  rememberConsentOfNativeClients: v.optional(v.boolean(), false),
  redirectErrorsAfterConsentOnly: v.optional(v.boolean(), false),
  requireAcrValues: v.optional(v.boolean()),
  includeGrantedScopes: v.optional(v.picklist(['never', 'onRequest', 'always']), 'never'),
  disableJwtPlugin: v.optional(v.boolean(), false),
  bindResources: v.optional(v.union([v.boolean(), v.literal('strict')], "must be true, false or 'strict'"), true),
  defaultResource: v.optional(v.union([uri, v.literal(false)], 'must be an absolute URI or false')),
  audienceParameter: v.optional(v.picklist(['resource', 'ignore']), 'ignore'),
  refreshTokensWithoutOfflineAccess: v.optional(v.boolean(), false),
  exposeRefreshTokenExpiration: v.optional(v.boolean(), false),
  scopeExpirations: v.optional(v.record(scope, seconds), {}),
  clientCredentialsDefaultScopes: v.optional(v.array(scope)),
  tokenPrefixes: v.optional(
    v.strictObject({
      accessToken: v.optional(prefix),
      refreshToken: v.optional(prefix),
      clientSecret: v.optional(prefix),
    }),
    {},
  ),
  generateAccessToken: hook,
  generateRefreshToken: hook,
  refreshTokenEncoder: hook,
  refreshTokenDecoder: hook,
  generateClientId: hook,
  generateClientSecret: hook,
  advertisedMetadata: v.optional(
    v.strictObject({
      scopesSupported: v.optional(v.array(scope)),
      claimsSupported: v.optional(v.array(text)),
      acrValuesSupported: v.optional(v.array(text)),
      uiLocalesSupported: v.optional(v.array(text)),
      claimsLocalesSupported: v.optional(v.array(text)),
      displayValuesSupported: v.optional(v.array(text)),
    }),
    {},
  ),
  allowDynamicClientRegistration: v.optional(v.boolean(), false),
  allowUnauthenticatedClientRegistration: v.optional(v.boolean(), false),
  clientRegistrationSubstitutes: v.optional(v.boolean(), false),
  clientRegistrationEnablesEndSession: v.optional(v.boolean(), false),
  dangerouslyAllowUnauthenticatedConfidentialClients: v.optional(v.boolean(), false),
  dangerouslyAllowRegistrationWithoutPkce: v.optional(v.boolean(), false),
  allowPublicClientPrelogin: v.optional(v.boolean(), false),
  clientRegistrationDefaultScopes: v.optional(v.array(scope)),
  clientRegistrationAllowedScopes: v.optional(v.array(scope)),
  clientRegistrationAddedScopes: v.optional(v.array(scope), []),
  clientRegistrationRedirectSchemes: v.optional(v.array(privateUseScheme), []),
  clientRegistrationMachineAccess: v.optional(v.strictObject({ scopes: v.array(scope), resources: v.array(uri) })),
  clientRegistrationClientSecretExpiresAt: v.optional(
    v.union(
      [secondsOrNone, v.strictObject({ afterSeconds: seconds })],
      'must be seconds since the epoch or { afterSeconds }',
    ),
    0,
  ),
  unusedClientTtlSeconds: v.optional(seconds),
  cachedTrustedClients: v.optional(v.array(text), []),
  outboundFetch: hook,
  outboundTimeoutSeconds: v.optional(seconds, 5),
  dangerouslyAllowPrivateAddresses: v.optional(v.boolean(), false),
  authorizationCodeTtlSeconds: v.optional(v.pipe(seconds, v.maxValue(600)), 60),
  accessTokenTtlSeconds: v.optional(seconds, 3600),
  m2mAccessTokenTtlSeconds: v.optional(seconds, 3600),
  refreshTokenTtlSeconds: v.optional(seconds, 2_592_000),
  refreshTokenMaxTtlSeconds: v.optional(seconds, 31_536_000),
  refreshTokenReuseWindowSeconds: v.optional(secondsOrNone, 30),
  idTokenTtlSeconds: v.optional(seconds, 36_000),
  interactionTtlSeconds: v.optional(seconds, 600),
  clientCacheSeconds: v.optional(secondsOrNone, 5),
  keyCacheSeconds: v.optional(seconds, 60),
  customAccessTokenClaims: hook,
  customIdTokenClaims: hook,
  customUserinfoClaims: hook,
  customTokenResponseFields: hook,
  selectAccountResolver: hook,
  postLoginResolver: hook,
  consentReferenceResolver: hook,
  clientReferenceResolver: hook,
  clientPrivileges: hook,
  mayCreateClient: hook,
  trustedClientResolver: hook,
  authorizeAdmin: hook,
  requestUriResolver: hook,
  clock: v.optional(objectWith('now')),
  random: v.optional(objectWith('bytes')),
} satisfies { [Option in keyof ProviderOptions]-?: v.GenericSchema }

const optionsSchema = v.strictObject(optionEntries)

type Defaulted =
  | 'basePath'
  | 'features'
  | 'allowedCorsOrigins'
  | 'strictClientAuthMethod'
  | 'grantTypes'
  | 'scopes'
  | 'defaultScopes'
  | 'refuseUnregisteredScopes'
  | 'idTokenSigningAlgorithm'
  | 'accessTokenSigningAlgorithm'
  | 'resourceOptions'
  | 'grantsEndingWithSession'
  | 'requestId'
  | 'healthPages'
  | 'rememberConsentOfNativeClients'
  | 'redirectErrorsAfterConsentOnly'
  | 'includeGrantedScopes'
  | 'userinfoAudience'
  | 'idTokenScopeClaims'
  | 'disableJwtPlugin'
  | 'bindResources'
  | 'audienceParameter'
  | 'refreshTokensWithoutOfflineAccess'
  | 'exposeRefreshTokenExpiration'
  | 'scopeExpirations'
  | 'tokenPrefixes'
  | 'advertisedMetadata'
  | 'allowDynamicClientRegistration'
  | 'allowUnauthenticatedClientRegistration'
  | 'allowPublicClientPrelogin'
  | 'clientRegistrationAddedScopes'
  | 'clientRegistrationRedirectSchemes'
  | 'clientRegistrationSubstitutes'
  | 'clientRegistrationEnablesEndSession'
  | 'dangerouslyAllowUnauthenticatedConfidentialClients'
  | 'dangerouslyAllowRegistrationWithoutPkce'
  | 'clientRegistrationClientSecretExpiresAt'
  | 'cachedTrustedClients'
  | 'outboundTimeoutSeconds'
  | 'dangerouslyAllowPrivateAddresses'
  | keyof LifetimeOptions

/** The options after the check, with the defaults filled in. */
export type ParsedOptions = Omit<ProviderOptions, Defaulted> & {
  readonly [Option in Defaulted]: NonNullable<ProviderOptions[Option]>
}

/**
 * Checks the options: unknown names and wrong values are errors, and a member that is `undefined` is absent.
 * @throws {TypeError} that names the option and what is wrong; for an unknown name also the nearest known one
 */
export function parseOptions(options: object): ParsedOptions {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(optionEntries, name)) continue
    const nearest = nearestName(name, Object.keys(optionEntries), renamedOptions)
    throw new TypeError(`unknown option ${name}${nearest === undefined ? '' : `; did you mean ${nearest}?`}`)
  }
  refuseUncalled(given)
  if ('authentication' in given) requireAuthentication(given.authentication)
  const result = v.safeParse(optionsSchema, given)
  if (result.success) return result.output as unknown as ParsedOptions
  const [issue] = result.issues
  const path = v.getDotPath(issue) ?? 'options'
  if (path in required && !(path in given)) throw new TypeError(`the option ${path} is required: ${required[path]}`)
  const option = `option ${path.replaceAll(/\.(\d+)/g, '[$1]')}`
  if (isUnknownName(issue)) throw new TypeError(`${option}: is not known${suggestMember(optionsSchema, issue)}`)
  throw new TypeError(`${option}: ${issueText(issue)}`)
}

/** A storage is made by a function: a host that forgets the parentheses is told so. Features are checked where they start. */
function refuseUncalled({ storage }: Readonly<Record<string, unknown>>): void {
  if (typeof storage !== 'function') return
  throw new TypeError(`storage is a function: call it, for instance ${storage.name || 'memoryStorage'}()`)
}
