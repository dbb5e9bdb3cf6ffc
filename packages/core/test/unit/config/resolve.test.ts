import { memoryStorage } from '@oauth/core/memory'
import { describe, expect, test } from 'vitest'
import type { ProviderOptions } from '../../../src/config/options.ts'
import { resolveConfig } from '../../../src/config/resolve.ts'
import { resolveIssuer } from '../../../src/config/urls.ts'
import { nearestName } from '../../../src/protocol/nearest.ts'
import { createProvider } from '../../../src/provider.ts'

const secret = 's'.repeat(32)
const good: ProviderOptions = {
  baseUrl: 'https://id.example.com',
  secret,
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

describe('the issuer (RFC 8414 section 2)', () => {
  test.each([
    ['https://id.example.com', '/auth', 'https://id.example.com/auth'],
    ['https://id.example.com/', '/auth', 'https://id.example.com/auth'],
    ['https://id.example.com', '/auth/', 'https://id.example.com/auth'],
    ['https://id.example.com', '', 'https://id.example.com'],
    ['https://id.example.com/', '', 'https://id.example.com'],
    ['https://id.example.com', '/', 'https://id.example.com'],
    ['https://id.example.com/app', '/auth', 'https://id.example.com/app/auth'],
    ['https://id.example.com/app/', '/a/b', 'https://id.example.com/app/a/b'],
    ['https://ID.Example.COM:443', '/auth', 'https://id.example.com/auth'],
    ['https://id.example.com:8443', '/auth', 'https://id.example.com:8443/auth'],
    ['http://localhost:3000', '/auth', 'http://localhost:3000/auth'],
    ['http://127.0.0.1:3000', '', 'http://127.0.0.1:3000'],
    ['http://[::1]:3000', '/auth', 'http://[::1]:3000/auth'],
  ])('baseUrl %s and basePath %j make the issuer %s', (baseUrl, basePath, issuer) => {
    expect(resolveIssuer(baseUrl, basePath)).toBe(issuer)
    expect(new URL(issuer).origin + new URL(issuer).pathname.replace(/\/$/, '')).toBe(issuer)
  })

  test.each([
    ['http://id.example.com', '/auth', 'baseUrl'],
    ['http://127.0.0.1.evil.test', '/auth', 'baseUrl'],
    ['http://localhost.evil.test', '/auth', 'baseUrl'],
    ['http://0.0.0.0:3000', '/auth', 'baseUrl'],
    ['http://10.0.0.1', '/auth', 'baseUrl'],
    ['ftp://id.example.com', '/auth', 'baseUrl'],
    ['javascript:alert(1)', '/auth', 'baseUrl'],
    ['id.example.com', '/auth', 'baseUrl'],
    ['/auth', '/auth', 'baseUrl'],
    ['https://', '/auth', 'baseUrl'],
    ['https://id.example.com?x=1', '/auth', 'baseUrl'],
    ['https://id.example.com/?', '/auth', 'baseUrl'],
    ['https://id.example.com/#', '/auth', 'baseUrl'],
    ['https://id.example.com/#x', '/auth', 'baseUrl'],
    ['https://user@id.example.com', '/auth', 'baseUrl'],
    ['https://user:pass@id.example.com', '/auth', 'baseUrl'],
    ['https://id.example.com', 'auth', 'basePath'],
    ['https://id.example.com', '//auth', 'basePath'],
    ['https://id.example.com', '/auth//', 'basePath'],
    ['https://id.example.com', '/auth?x', 'basePath'],
    ['https://id.example.com', '/auth#x', 'basePath'],
    ['https://id.example.com', '/a b', 'basePath'],
    ['https://id.example.com', '/%61uth', 'basePath'],
    ['https://id.example.com', '/ä', 'basePath'],
    ['https://id.example.com', '/../auth', 'basePath'],
    ['https://id.example.com', '/auth/.', 'basePath'],
    ['https://id.example.com', '\\auth', 'basePath'],
  ])('baseUrl %s and basePath %j are refused', (baseUrl, basePath, name) => {
    expect(refusal({ baseUrl, basePath })).toMatch(new RegExp(`^${name}: `))
  })

  test.each(['https://id.example.com//', 'https://id.example.com/app//'])(
    'baseUrl %s makes an issuer without a slash at its end',
    (baseUrl) => {
      let issuer = 'refused'
      try {
        issuer = resolveIssuer(baseUrl, '')
      } catch {}
      expect(issuer).not.toMatch(/\/$/)
    },
  )
})

describe('unknown options', () => {
  test.each([
    ['loginURL', 'loginUrl'],
    ['login_url', 'loginUrl'],
    ['consent_url', 'consentUrl'],
    ['valid_audiences', 'validAudiences'],
    ['base_url', 'baseUrl'],
    ['m2m_access_token_ttl_seconds', 'm2mAccessTokenTtlSeconds'],
    ['custom_id_token_claims', 'customIdTokenClaims'],
    ['accessTokenTtlSecs', 'accessTokenTtlSeconds'],
    ['refreshTokenTtlSecond', 'refreshTokenTtlSeconds'],
    ['scope', 'scopes'],
    ['storge', 'storage'],
    ['onEvents', 'onEvent'],
  ])('the error for the unknown option %s suggests %s', (name, nearest) => {
    expect(refusal({ [name]: 1 })).toBe(`unknown option ${name}; did you mean ${nearest}?`)
  })

  test.each(['somethingQuiteDifferentFromAnything', 'zzzzzzzzzz', 'toString', '__proto__x'])(
    'the error for the unknown option %s suggests no other',
    (name) => {
      expect(refusal({ [name]: 1 })).toBe(`unknown option ${name}`)
    },
  )

  test('an unknown option that is undefined is absent', () => {
    expect(refusal({ signupUrl: undefined, login_url: undefined })).toBe('not refused')
  })

  test('nearestName returns the closest name', () => {
    expect(nearestName('abd', ['xyz', 'abc', 'abcd'])).toBe('abc')
    expect(nearestName('', ['abc'])).toBeUndefined()
    expect(nearestName('abc', [])).toBeUndefined()
  })
})

describe('wrong values of options', () => {
  const seconds = [
    ...['authorizationCodeTtlSeconds', 'accessTokenTtlSeconds', 'm2mAccessTokenTtlSeconds', 'refreshTokenTtlSeconds'],
    ...['refreshTokenMaxTtlSeconds', 'idTokenTtlSeconds', 'interactionTtlSeconds', 'keyCacheSeconds'],
  ]

  test.each([
    ...seconds.flatMap((name) =>
      [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '60'].map((value) => [name, value] as const),
    ),
    ...['refreshTokenReuseWindowSeconds', 'clientCacheSeconds'].flatMap((name) =>
      [-1, 0.5, '0'].map((value) => [name, value] as const),
    ),
    ['authorizationCodeTtlSeconds', 601],
    ['baseUrl', ''],
    ['baseUrl', 1],
    ['baseUrl', new URL('https://id.example.com')],
    ['secret', 'short'],
    ['secret', 's'.repeat(31)],
    ['secret', []],
    ['secret', ['short']],
    ['secret', [secret, 'short']],
    ['secret', 1],
    ['storage', {}],
    ['storage', 'memory'],
    ['features', 'dpop'],
    ['features', [{}]],
    ['authentication', {}],
    ['authentication', { getSession: () => undefined }],
    ['userClaims', {}],
    ['loginUrl', ''],
    ['loginUrl', 1],
    ['onEvent', 'log'],
    ['grantTypes', 'authorization_code'],
    ['grantTypes', [1]],
    ['grantTypes', ['password']],
    ['grantTypes', ['implicit']],
    ['scopes', 'notes'],
    ['scopes', ['notes read']],
    ['scopes', ['']],
    ['scopes', ['"']],
    ['defaultScopes', ['a\tb']],
    ['validAudiences', ['api']],
    ['validAudiences', ['https://api.example.com#x']],
    ['validAudiences', 'https://api.example.com'],
    ['idTokenSigningAlgorithm', 'none'],
    ['idTokenSigningAlgorithm', 'HS256'],
    ['accessTokenSigningAlgorithm', 'rs256'],
    ['resourceOptions', ['https://api.example.com']],
    ['resourceOptions', { 'https://id.example.com/auth': { accessTokenSigningAlgorithm: 'HS256' } }],
    ['resourceOptions', { 'https://id.example.com/auth': { accessTokenTyp: 'at' } }],
    ['resourceOptions', { 'https://id.example.com/auth': { typ: 'JWT' } }],
    ['resourceOptions', { 'https://other.example.com': {} }],
    ['resourceOptions', { 'https://id.example.com/auth': {}, 'https://ID.example.com/auth/': {} }],
    ['customAccessTokenClaims', {}],
    ['customIdTokenClaims', 'x'],
    ['customUserinfoClaims', []],
    ['customTokenResponseFields', true],
    ['clock', {}],
    ['random', Math],
    ['loginUrl', null],
    ['storage', null],
    ['loginUrl', 'javascript:alert(1)'],
    ['consentUrl', 'ftp://id.example.com/consent'],
    ['signupUrl', 'http://'],
  ] as const)('the option %s refuses %j by name', (name, value) => {
    expect(refusal({ [name]: value })).toMatch(new RegExp(`\\b${name}\\b`))
  })

  test.each(['baseUrl', 'secret', 'storage', 'authentication'])('the option %s is required', (name) => {
    expect(refusal({ [name]: undefined })).toMatch(new RegExp(`^the option ${name} is required: .`))
  })

  test('the message that refuses a secret does not contain it', () => {
    expect(refusal({ secret: 'my-short-secret' })).not.toContain('my-short-secret')
  })
})

describe('how tokens are signed', () => {
  const api = 'https://api.example.com'
  const resolved = (options: object) => resolveConfig({ ...good, validAudiences: [api], ...options })

  test('the server has keys for the algorithms of ID tokens, of access tokens and of each resource, once each', () => {
    expect(resolved({}).signingAlgorithms).toEqual(['RS256', 'ES256'])
    expect(resolved({ idTokenSigningAlgorithms: [] }).signingAlgorithms).toEqual(['RS256'])
    const ofResource = { resourceOptions: { [api]: { accessTokenSigningAlgorithm: 'EdDSA' } } }
    expect(resolved(ofResource).signingAlgorithms).toEqual(['RS256', 'EdDSA', 'ES256'])
    const narrow = resolved({ ...ofResource, idTokenSigningAlgorithms: [], accessTokenSigningAlgorithm: 'PS256' })
    expect([narrow.idTokenAlgorithms, narrow.signingAlgorithms]).toEqual([['RS256'], ['RS256', 'PS256', 'EdDSA']])
  })

  test('a resource keeps what its resourceOptions do not say, and an error says what to change', () => {
    const { resourceFormats } = resolved({ accessTokenSigningAlgorithm: 'EdDSA', resourceOptions: { [`${api}/`]: {} } })
    expect([...resourceFormats]).toEqual([[api, { algorithm: 'EdDSA', typ: 'at+jwt' }]])
    expect(refusal({ resourceOptions: { [api]: {} } })).toBe(
      `resourceOptions ${api} is not in validAudiences: add it there`,
    )
    expect(refusal({ validAudiences: [api], resourceOptions: { [api]: {}, [`${api}/`]: {} } })).toBe(
      `resourceOptions has ${api} twice: keep one spelling of it`,
    )
  })
})

describe('options that depend on each other', () => {
  test.each(['loginUrl', 'consentUrl'])(
    'the option %s is required only with the authorization_code grant type',
    (name) => {
      expect(refusal({ [name]: undefined })).toMatch(new RegExp(`^${name} is required`))
      expect(refusal({ [name]: undefined, grantTypes: ['client_credentials'] })).toBe('not refused')
    },
  )

  test('the grant type refresh_token needs authorization_code', () => {
    expect(refusal({ grantTypes: ['refresh_token'] })).toMatch(/^grantTypes: /)
  })

  test('the resolved configuration is complete and frozen', () => {
    const config = resolveConfig({ ...good, scopes: ['notes', 'openid'], secret: [secret, 't'.repeat(32)] })
    expect(Object.isFrozen(config)).toBe(true)
    expect(Object.isFrozen(config.lifetimes) && Object.isFrozen(config.hooks) && Object.isFrozen(config.pages)).toBe(
      true,
    )
    expect(config).toMatchObject({
      issuer: 'https://id.example.com/auth',
      origin: 'https://id.example.com',
      issuerPath: '/auth',
      secure: true,
      secrets: [secret, 't'.repeat(32)],
      validAudiences: ['https://id.example.com/auth'],
      idTokenAlgorithm: 'RS256',
      accessTokenFormat: { algorithm: 'RS256', typ: 'at+jwt' },
      pages: { login: 'https://id.example.com/login', consent: 'https://id.example.com/consent' },
      grantTypes: ['authorization_code', 'client_credentials', 'refresh_token'],
      lifetimes: { authorizationCode: 60, refreshTokenReuseWindow: 30, interaction: 600 },
    })
    expect(config.scopes.filter((scope) => scope === 'openid')).toEqual(['openid'])
  })
})
