import { memoryStorage } from '@oauth/core/memory'
import { describe, expect, test } from 'vitest'
import type { ProviderOptions } from '../../../src/config/options.ts'
import { resolveConfig } from '../../../src/config/resolve.ts'
import { createProvider } from '../../../src/provider.ts'

const good: ProviderOptions = {
  baseUrl: 'https://id.example.com',
  secret: 's'.repeat(32),
  storage: memoryStorage(),
  authentication: { getSession: () => undefined, getUser: () => undefined },
  loginUrl: '/login',
  consentUrl: '/consent',
}

/** Returns the message of the error that these options cause. */
function refusal(changes: Record<string, unknown>): string {
  try {
    createProvider({ ...good, ...changes } as ProviderOptions)
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError)
    return (error as TypeError).message
  }
  return 'not refused'
}

const resolve = (changes: Partial<ProviderOptions> = {}) => resolveConfig({ ...good, ...changes })

describe('the defaults of the options', () => {
  test('the defaults of the options are all grant types in order, no default scopes, and every option that opens something off (seed B176)', () => {
    expect(resolve()).toMatchObject({
      grantTypes: ['authorization_code', 'client_credentials', 'refresh_token'],
      defaultScopes: [],
      issuer: 'https://id.example.com/auth',
      validAudiences: ['https://id.example.com/auth'],
      jwtDisabled: false,
      bindResources: true,
      defaultResource: undefined,
      refreshTokensWithoutOfflineAccess: false,
      exposeRefreshTokenExpiration: false,
      rememberConsentOfNativeClients: false,
      unregisteredScopes: 'ignore',
      registration: { enabled: false, anonymous: false, prelogin: false, substitutes: false, secretExpiresAt: 0 },
      pairwiseSecret: undefined,
      machineDefaultScopes: undefined,
    })
    expect([...resolve().trustedClients, ...resolve().scopeExpirations]).toEqual([])
    expect(Object.values(resolve().resolvers).filter((resolver) => resolver !== undefined)).toEqual([])
  })

  test('the defaults of the options are a lifetime of 60 seconds for codes (decision 21) and the lifetimes of the seed for the rest (seed B176)', () => {
    expect(resolve().lifetimes).toEqual({
      authorizationCode: 60,
      accessToken: 3600,
      machineAccessToken: 3600,
      refreshToken: 2_592_000,
      refreshTokenAbsolute: 31_536_000,
      refreshTokenReuseWindow: 30,
      idToken: 36_000,
      interaction: 600,
      clientCache: 5,
      keyCache: 60,
    })
  })

  test('send outbound requests through the platform, within five seconds, and to no private address', () => {
    expect(resolve().outbound).toEqual({ fetch: undefined, allowPrivate: false, timeout: 5 })
    const outboundFetch = async () => new Response()
    const changes = { outboundFetch, outboundTimeoutSeconds: 2, dangerouslyAllowPrivateAddresses: true }
    expect(resolve(changes).outbound).toEqual({ fetch: expect.any(Function), allowPrivate: true, timeout: 2 })
  })

  test('give tokens no prefix and no generator of the host', () => {
    expect(resolve().formats).toMatchObject({
      accessToken: { prefix: '', generate: undefined },
      refreshToken: { prefix: '', generate: undefined },
      clientSecretPrefix: '',
      generateClientId: undefined,
      generateClientSecret: undefined,
    })
  })
})

describe('options that the seed removed', () => {
  const removed = [
    ...['route_prefix', 'prefix', 'resource_server_url', 'resource_scopes', 'resources'],
    ...['include_root_resource_metadata_fallback', 'include_root_oauth_metadata_fallback'],
    ...['include_root_openid_metadata_fallback', 'client_id', 'redirect_uris', 'static_client_require_pkce'],
    'client_secret',
  ]
  const camelCase = (name: string) => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())

  test.each([...new Set([...removed, ...removed.map(camelCase)])])(
    'the removed option %s is refused by name (seed B177)',
    (name) => {
      expect(refusal({ [name]: 'x' })).toMatch(new RegExp(`^unknown option ${name}(;|$)`))
    },
  )

  test.each([
    'adapter',
    'signing',
    'fallbackSigningSecret',
    'stateTtlSeconds',
    'codeChallengeMethod',
    'enableEndSession',
  ])('the option %s, which has no effect or another place here, is refused by name', (name) => {
    expect(refusal({ [name]: 'x' })).toMatch(new RegExp(`^unknown option ${name}(;|$)`))
  })
})

describe('an option of the seed with another name here', () => {
  test.each([
    ['adapter', 'storage'],
    ['stateTtlSeconds', 'interactionTtlSeconds'],
    ['state_ttl_seconds', 'interactionTtlSeconds'],
    ['signing', 'idTokenSigningAlgorithm'],
    ['route_prefix', 'basePath'],
    ['resources', 'validAudiences'],
    ['login_url', 'loginUrl'],
  ])('the error for the option %s of the seed suggests %s', (name, now) => {
    expect(refusal({ [name]: 'x' })).toBe(`unknown option ${name}; did you mean ${now}?`)
  })
})

describe('the option authentication', () => {
  const getSession = () => undefined
  const getUser = () => undefined
  class Sessions {
    getSession() {}
    getUsr() {}
  }
  class CompleteSessions extends Sessions {
    getUser() {}
  }
  const session = 'getSession(request), which answers { user, session } of who is signed in, or undefined'
  const user = 'getUser(id), which answers the user with this id, or undefined'

  test.each<readonly [string, unknown, string]>([
    ['an empty object', {}, `must have ${session}, and ${user}`],
    ['no object', 'cookies', `must have ${session}, and ${user}`],
    ['null', null, `must have ${session}, and ${user}`],
    ['an object without getUser', { getSession }, `must have the function ${user}`],
    ['an object without getSession', { getUser }, `must have the function ${session}`],
    ['a getUser that is no function', { getSession, getUser: {} }, `must have the function ${user}`],
    ['a misspelt getSession', { getSesion: getSession, getUser }, 'getSesion is not known; did you mean getSession?'],
    ['other capitals', { getSession, getuser: getUser }, 'getuser is not known; did you mean getUser?'],
    ['snake_case', { get_session: getSession, getUser }, 'get_session is not known; did you mean getSession?'],
    ['a class with a misspelt method', new Sessions(), 'getUsr is not known; did you mean getUser?'],
    [
      'endSession in other capitals',
      { getSession, getUser, endsession() {} },
      'endsession is not known; did you mean endSession?',
    ],
    ['a function that was not called', () => ({ getSession, getUser }), 'is a function: call it, or pass its answer'],
  ])('the error for %s names the function and says what to pass', (_name, value, text) => {
    expect(refusal({ authentication: value })).toBe(`option authentication: ${text}`)
  })

  test.each<readonly [string, object]>([
    [
      'an object with members of its own',
      { getSession, getUser, getUsers: getUser, endSessions() {}, cookieName: 'session' },
    ],
    ['a class with members that look alike', new CompleteSessions()],
  ])('%s is accepted', (_name, value) => {
    expect(refusal({ authentication: value })).toBe('not refused')
  })
})

describe('options that are lists', () => {
  test('duplicate audiences and scopes are removed, and scopes keep their order (seed B178)', () => {
    const config = resolve({
      validAudiences: ['https://b.example', 'https://a.example', 'https://b.example'],
      defaultScopes: ['notes', 'openid'],
      scopes: ['files', 'notes', 'email'],
      clientRegistrationAllowedScopes: ['extra', 'files'],
    })
    expect(config.validAudiences).toEqual(['https://b.example', 'https://a.example'])
    expect(config.scopes).toEqual([
      ...['notes', 'openid', 'profile', 'email', 'address', 'phone', 'offline_access', 'files', 'extra'],
    ])
  })

  test('duplicate grant types are removed', () => {
    expect(resolve({ grantTypes: ['client_credentials', 'client_credentials'] }).grantTypes).toEqual([
      'client_credentials',
    ])
  })

  test('the issuer is the only audience by default (seed B180)', () => {
    expect(resolve({ baseUrl: 'https://x.example', basePath: '' }).validAudiences).toEqual(['https://x.example'])
  })
})

describe('options that need each other (seed B179 B181 B182 B183 B184)', () => {
  test.each<[string, Record<string, unknown>, RegExp]>([
    [
      'an advertised scope that does not exist (seed B179)',
      { advertisedMetadata: { scopesSupported: ['x'] } },
      /^advertisedMetadata\.scopesSupported x not found in supported scopes: add it to the option scopes$/,
    ],
    [
      'a default scope of registration that does not exist',
      { clientRegistrationDefaultScopes: ['x'] },
      /^clientRegistrationDefaultScopes x not found in supported scopes: add it to the option scopes$/,
    ],
    [
      'a default scope of machine clients that does not exist',
      { clientCredentialsDefaultScopes: ['x'] },
      /^clientCredentialsDefaultScopes x not found in supported scopes: add it to the option scopes$/,
    ],
    [
      'a lifetime for a scope that does not exist',
      { scopeExpirations: { x: 60 } },
      /^scopeExpirations x not found in supported scopes: add it to the option scopes$/,
    ],
    [
      'no loginUrl (seed B181)',
      { loginUrl: undefined },
      /^loginUrl is required with the authorization_code grant type$/,
    ],
    [
      'no consentUrl (seed B181)',
      { consentUrl: undefined },
      /^consentUrl is required with the authorization_code grant type$/,
    ],
    ['a short pairwiseSecret (seed B182)', { pairwiseSecret: 'p'.repeat(31) }, /pairwiseSecret: must have at least 32/],
    ['refresh_token alone (seed B183)', { grantTypes: ['refresh_token'] }, /^grantTypes: refresh_token needs authoriz/],
    [
      'an encoder without a decoder (seed B184)',
      { refreshTokenEncoder: (token: string) => token },
      /^refreshTokenEncoder needs refreshTokenDecoder$/,
    ],
    [
      'an account resolver without its page',
      { selectAccountResolver: () => true },
      /^selectAccountResolver needs selectAccountUrl$/,
    ],
    [
      'a post-login resolver without its page',
      { postLoginResolver: () => true },
      /^postLoginResolver needs postLoginUrl$/,
    ],
    [
      'anonymous registration without registration',
      { allowUnauthenticatedClientRegistration: true },
      /^allowUnauthenticatedClientRegistration needs allowDynamicClientRegistration$/,
    ],
    ['logoutUrl without endSession', { logoutUrl: '/bye' }, /^logoutUrl needs authentication.endSession$/],
    [
      'an unknown value of grantsEndingWithSession',
      { grantsEndingWithSession: 'some' },
      /^option grantsEndingWithSession/,
    ],
    [
      'a value of exposeRefreshTokenExpiration that is no boolean',
      { exposeRefreshTokenExpiration: 'yes' },
      /^option exposeRefreshTokenExpiration/,
    ],
  ])('the options are refused with %s', (_name, changes, message) => {
    expect(refusal(changes)).toMatch(message)
  })

  test.each<[string, Record<string, unknown>]>([
    ['a decoder alone (seed B184)', { refreshTokenDecoder: (text: string) => text }],
    ['a pairwiseSecret of 32 characters (seed B182)', { pairwiseSecret: 'p'.repeat(32) }],
    ['no refresh_token (seed B183)', { grantTypes: ['authorization_code'] }],
    [
      'both resolvers with their pages',
      {
        selectAccountResolver: () => true,
        selectAccountUrl: '/accounts',
        postLoginResolver: () => true,
        postLoginUrl: '/terms',
      },
    ],
    ['pages without their resolvers', { selectAccountUrl: '/accounts', postLoginUrl: '/terms' }],
    ['every option off that may be off', { disableJwtPlugin: false, bindResources: false, scopeExpirations: {} }],
  ])('the options are accepted with %s', (_name, changes) => {
    expect(refusal(changes)).toBe('not refused')
  })

  test('the message that refuses a pairwiseSecret does not contain it', () => {
    expect(refusal({ pairwiseSecret: 'my-short-pairwise' })).not.toContain('my-short-pairwise')
  })
})

describe('wrong values of the options for tokens, trust and registration', () => {
  test.each<[string, unknown]>([
    ['disableJwtPlugin', 'yes'],
    ['bindResources', 1],
    ['refreshTokensWithoutOfflineAccess', 'always'],
    ['clientRegistrationAddedScopes', 'notes'],
    ['clientRegistrationAddedScopes', ['not-a-scope-of-the-server']],
    ['rememberConsentOfNativeClients', 'true'],
    ['scopeExpirations', { 'notes read': 60 }],
    ['scopeExpirations', { notes: 0 }],
    ['scopeExpirations', { notes: 1.5 }],
    ['scopeExpirations', ['notes']],
    ['clientCredentialsDefaultScopes', 'notes'],
    ['clientCredentialsDefaultScopes', ['a b']],
    ['tokenPrefixes', { accessToken: '' }],
    ['tokenPrefixes', { accessToken: 'a.b' }],
    ['tokenPrefixes', { refreshToken: 'a b' }],
    ['tokenPrefixes', { clientSecret: 'a'.repeat(33) }],
    ['tokenPrefixes', { access_token: 'x_' }],
    ['tokenPrefixes', 'x_'],
    ['generateAccessToken', 'x'],
    ['generateRefreshToken', {}],
    ['generateClientId', 1],
    ['generateClientSecret', []],
    ['refreshTokenDecoder', 'base64'],
    ['cachedTrustedClients', 'client'],
    ['cachedTrustedClients', ['']],
    ['trustedClientResolver', true],
    ['selectAccountResolver', '/accounts'],
    ['postLoginResolver', {}],
    ['consentReferenceResolver', 'org'],
    ['selectAccountUrl', 'javascript:alert(1)'],
    ['postLoginUrl', 'http://evil.test/'],
    ['advertisedMetadata', { scopes_supported: [] }],
    ['advertisedMetadata', 'openid'],
    ['outboundFetch', 'https://proxy.example'],
    ['outboundTimeoutSeconds', 0],
    ['outboundTimeoutSeconds', 1.5],
    ['dangerouslyAllowPrivateAddresses', 'localhost'],
  ])('the option %s refuses %j by name', (name, value) => {
    expect(refusal({ [name]: value })).toMatch(new RegExp(`\\b${name}\\b`))
  })
})

describe('the error of a wrong option says what to change', () => {
  test.each<[string, Record<string, unknown>, string]>([
    ['no secret', { secret: undefined }, 'the option secret is required: make one with `openssl rand -base64 32`'],
    [
      'an empty secret',
      { secret: '' },
      'option secret: must have at least 32 characters: make one with `openssl rand -base64 32`',
    ],
    [
      'a short secret in a list',
      { secret: ['s'.repeat(32), 'short'] },
      'option secret[1]: must have at least 32 characters: make one with `openssl rand -base64 32`',
    ],
    [
      'a storage that was not called',
      { storage: memoryStorage },
      'storage is a function: call it, for instance memoryStorage()',
    ],
    [
      'a scope in no list of the server',
      { clientRegistrationDefaultScopes: ['notes:read'] },
      'clientRegistrationDefaultScopes notes:read not found in supported scopes: add it to the option scopes',
    ],
  ])('the options are refused, and told what to change, with %s', (_name, changes, message) => {
    expect(refusal(changes)).toBe(message)
  })
})

describe('the error text of a wrong option says in plain words what to change', () => {
  test.each<[string, Record<string, unknown>]>([
    [
      'branding.logo: is not known; there are name, logoUrl, colours, links, defaultLanguage, languages',
      { branding: { logo: '/logo.svg' } },
    ],
    [
      'branding.links.impressum: is not known; there are home, help, privacy, terms',
      { branding: { links: { impressum: '/impressum' } } },
    ],
    [
      'branding.languages.fr.signOutTitel: is not known; did you mean signOutTitle?',
      { branding: { languages: { fr: { signOutTitel: 'x' } } } },
    ],
    ['branding.languages.fr.nothingLikeIt: is not known', { branding: { languages: { fr: { nothingLikeIt: 'x' } } } }],
    ['requestId.header: is not known; there are fromHeader, toHeader', { requestId: { header: 'x' } }],
    [
      'healthPages: must be true, false or an object with the paths live and ready, for instance { ready: "/readyz" }',
      { healthPages: { redy: '/readyz' } },
    ],
    [
      'resourceOptions.https://api.example.com.scopes: is not known; there are accessTokenSigningAlgorithm, accessTokenTyp',
      { resourceOptions: { 'https://api.example.com': { scopes: [] } } },
    ],
    ['clientRegistrationMachineAccess.resources: is missing', { clientRegistrationMachineAccess: { scopes: [] } }],
    ['validAudiences: must be a list', { validAudiences: 'https://api.example.com' }],
    ['scopes[0]: must be a string', { scopes: [1] }],
    ['rateLimit: must be an object', { rateLimit: true }],
    ['onEvent: must be a function', { onEvent: {} }],
    ['disableJwtPlugin: must be true or false', { disableJwtPlugin: 'yes' }],
    ['accessTokenTtlSeconds: must be a number', { accessTokenTtlSeconds: '1h' }],
    ['accessTokenTtlSeconds: must be a whole number', { accessTokenTtlSeconds: 0.5 }],
    ['accessTokenTtlSeconds: must be at least 1', { accessTokenTtlSeconds: 0 }],
    ['authorizationCodeTtlSeconds: must be at most 600', { authorizationCodeTtlSeconds: 601 }],
    ['consentUrl: must not be empty', { consentUrl: '' }],
    ['includeGrantedScopes: must be one of never, onRequest, always', { includeGrantedScopes: 'sometimes' }],
  ])('%s', (text, options) => {
    expect(refusal(options)).toBe(`option ${text}`)
  })
})
