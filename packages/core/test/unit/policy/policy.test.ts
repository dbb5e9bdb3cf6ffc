import { describe, expect, test } from 'vitest'
import { sha256 } from '../../../src/crypto/hash.ts'
import { isPublic, loopbackRule } from '../../../src/policy/client.ts'
import { isLive } from '../../../src/policy/grant.ts'
import { checkChallenge, checkVerifier } from '../../../src/policy/pkce.ts'
import { judgeRefreshToken, withholdRefreshToken } from '../../../src/policy/refresh-token.ts'
import { requestedResources } from '../../../src/policy/resource.ts'
import { machineScope, refreshedScope, requestedScope } from '../../../src/policy/scope.ts'
import { scheduleKeys } from '../../../src/policy/signing-key.ts'
import type { ClientMetadata } from '../../../src/protocol/client-metadata.ts'
import type { ClientRecord } from '../../../src/storage/client.ts'
import { clientRecord } from '../../../src/testing/storage-fixtures.ts'

function client(metadata: Partial<ClientMetadata>): ClientRecord {
  const record = clientRecord()
  return { ...record, metadata: { ...record.metadata, require_pkce: true, ...metadata } }
}

const app = client({ token_endpoint_auth_method: 'none' })
const web = client({ token_endpoint_auth_method: 'client_secret_basic' })
const exempt = client({ token_endpoint_auth_method: 'client_secret_basic', require_pkce: false })
const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'
const refused = (code: string): unknown => expect.objectContaining({ name: 'OAuthError', code })

describe('PKCE (RFC 7636)', () => {
  const ask = (of: ClientRecord, code?: string, method?: string, scope: readonly string[] = ['openid']) =>
    checkChallenge(of, { challenge: code, method, scope })

  test.each([app, web, exempt])('every client may use S256', (of) => {
    expect(ask(of, challenge, 'S256')).toBe(challenge)
  })

  test('only an exempt confidential client may leave PKCE out, and not with offline_access', () => {
    expect(ask(exempt)).toBeUndefined()
    expect(() => ask(exempt, undefined, undefined, ['openid', 'offline_access'])).toThrow(refused('invalid_request'))
    expect(() => ask(web)).toThrow(refused('invalid_request'))
    expect(() => ask(app)).toThrow(refused('invalid_request'))
    const forged = client({ token_endpoint_auth_method: 'none', require_pkce: false })
    expect(() => ask(forged)).toThrow(refused('invalid_request'))
  })

  test.each([
    [challenge, undefined],
    [undefined, 'S256'],
    [challenge, 'plain'],
    [challenge, 's256'],
    [challenge, 'S512'],
    [challenge.slice(1), 'S256'],
    [`${challenge}A`, 'S256'],
    [`${challenge}=`, 'S256'],
    [challenge.replace('-', '+'), 'S256'],
    [`${challenge.slice(0, -1)}N`, 'S256'],
    [`${challenge.slice(0, -1)}\n`, 'S256'],
    ['a'.repeat(128), 'S256'],
  ])('the challenge %s with the method %s is invalid_request, also for an exempt client', (code, method) => {
    for (const of of [app, web, exempt]) expect(() => ask(of, code, method)).toThrow(refused('invalid_request'))
  })

  test('a code verifier must have 43 to 128 unreserved characters', async () => {
    for (const good of ['a'.repeat(43), 'Z9-._~'.repeat(20), 'a'.repeat(128)]) {
      await expect(checkVerifier(await sha256(good), good)).resolves.toBeUndefined()
      await expect(checkVerifier(challenge, good)).rejects.toThrow(refused('invalid_grant'))
    }
    const bad = [
      'a'.repeat(42),
      'a'.repeat(129),
      `${'a'.repeat(43)}+`,
      `${'a'.repeat(43)} `,
      `${'a'.repeat(43)}\n`,
      'ä'.repeat(43),
    ]
    for (const verifier of bad) {
      await expect(checkVerifier(await sha256(verifier), verifier)).rejects.toThrow(refused('invalid_grant'))
    }
  })

  test('a code verifier is required with a challenge and refused without one', async () => {
    await expect(checkVerifier(undefined, undefined)).resolves.toBeUndefined()
    await expect(checkVerifier(undefined, 'a'.repeat(43))).rejects.toThrow(refused('invalid_grant'))
    await expect(checkVerifier(challenge, undefined)).rejects.toThrow(refused('invalid_grant'))
  })
})

describe('judging refresh tokens', () => {
  const now = 1000
  const found = (rotatedAt: number | undefined, successorRotated = false) =>
    ({ token: { ...(rotatedAt !== undefined && { rotatedAt }) }, grant: {}, successorRotated }) as never

  test.each([
    [undefined, false, 30, 'fresh'],
    [now, false, 30, 'retry'],
    [now - 29, false, 30, 'retry'],
    [now - 30, false, 30, 'replay'],
    [now - 31, false, 30, 'replay'],
    [now, false, 0, 'replay'],
    [now, true, 30, 'replay'],
    [now - 29, true, 3000, 'replay'],
  ] as const)(
    'a token that was rotated at %s, with a rotated successor: %s, in a window of %i seconds, is %s',
    (rotatedAt, successor, window, verdict) => {
      expect(judgeRefreshToken(found(rotatedAt, successor), now, window)).toBe(verdict)
    },
  )

  test('a client that may refresh gets a refresh token with offline_access', () => {
    const may = client({ grant_types: ['authorization_code', 'refresh_token'] })
    const mayNot = client({ grant_types: ['authorization_code'] })
    const grantTypes = ['authorization_code', 'refresh_token']
    const usual = { refreshTokensWithoutOfflineAccess: false, grantTypes }
    expect(withholdRefreshToken(may, ['openid', 'offline_access'], usual)).toBeUndefined()
    expect(withholdRefreshToken(may, ['openid'], usual)).toBe('offline_access_not_granted')
    expect(withholdRefreshToken(mayNot, ['offline_access'], usual)).toBe('client_may_not_refresh')
    const always = { refreshTokensWithoutOfflineAccess: true, grantTypes }
    expect(withholdRefreshToken(may, ['openid'], always)).toBeUndefined()
    expect(withholdRefreshToken(mayNot, ['openid'], always)).toBe('client_may_not_refresh')
    const nobody = { refreshTokensWithoutOfflineAccess: true, grantTypes: ['authorization_code'] }
    expect(withholdRefreshToken(may, ['openid', 'offline_access'], nobody)).toBe('refresh_not_supported')
  })

  test.each([
    [{ expiresAt: now + 1 }, true],
    [{ expiresAt: now }, false],
    [{ expiresAt: now + 100, revokedAt: now }, false],
    [{ expiresAt: now + 100, revokedAt: 0 }, false],
  ])('a grant %o is live: %s', (grant, live) => {
    expect(isLive(grant as never, now)).toBe(live)
  })
})

describe('the schedule of signing keys', () => {
  const key = (id: string, activatesAt: number) => ({ id, activatesAt }) as never
  const states = (now: number, ...times: number[]) =>
    scheduleKeys(
      times.map((time, index) => key(`k${index}`, time)),
      now,
      100,
    ).map(({ state }) => state)

  test.each([
    [10, [0], ['active']],
    [10, [10], ['active']],
    [10, [11], ['next']],
    [10, [0, 20], ['active', 'next']],
    [20, [0, 20], ['retired', 'active']],
    [30, [0, 20, 40], ['retired', 'active', 'next']],
    // In an emergency rotation while another key waits, the newest key signs, at once and later.
    [15, [0, 40, 15], ['retired', 'retired', 'active']],
    [50, [0, 40, 15], ['retired', 'retired', 'active']],
    [10, [], []],
  ])('at the time %i, keys that activate at %j are %j', (now, times, expected) => {
    expect(states(now, ...times)).toEqual(expected)
  })

  test('a key stays published until the last token that it signed has expired', () => {
    const scheduled = scheduleKeys([key('a', 0), key('b', 20)], 30, 100)
    expect(scheduled.map(({ neededUntil }) => neededUntil)).toEqual([120, Number.POSITIVE_INFINITY])
  })
})

describe('resources (RFC 8707)', () => {
  const valid = ['https://a.example', 'https://b.example/v1/', 'urn:example:c']

  test.each([
    [[], []],
    [['https://a.example'], ['https://a.example']],
    [['https://a.example/'], ['https://a.example']],
    [['https://b.example/v1'], ['https://b.example/v1/']],
    [
      ['urn:example:c', 'https://a.example'],
      ['urn:example:c', 'https://a.example'],
    ],
    [['https://a.example', 'https://a.example/'], ['https://a.example']],
    [['HTTPS://A.Example'], ['https://a.example']],
  ])('the requested resources %j become %j', (asked, expected) => {
    expect(requestedResources(asked, valid)).toEqual(expected)
  })

  test.each([
    'https://c.example',
    'https://a.example//',
    'https://a.example/A',
    'https://user@a.example',
    'https://a.example?x',
    'http://a.example',
    '/',
    ' ',
  ])('the resource %s is invalid_target, alone and beside a valid one', (asked) => {
    expect(() => requestedResources([asked], valid)).toThrow(refused('invalid_target'))
    expect(() => requestedResources(['https://a.example', asked], valid)).toThrow(refused('invalid_target'))
  })
})

describe('scope', () => {
  const of = client({ scope: 'openid email offline_access notes:read notes:write' })

  test('an authorization request gets the scopes that it asks for and the client registered, or the defaults', () => {
    expect(requestedScope(of, 'notes:read openid', [])).toEqual(['notes:read', 'openid'])
    expect(requestedScope(of, undefined, [])).toEqual(['openid', 'email', 'notes:read', 'notes:write'])
    expect(requestedScope(of, undefined, ['notes:read', 'other'])).toEqual(['notes:read'])
    for (const bad of ['profile', 'openid admin', 'openid "', ' ', 'OPENID']) {
      expect(() => requestedScope(of, bad, [])).toThrow(refused('invalid_scope'))
    }
  })

  test('a token without a user gets no scope about users', () => {
    expect(machineScope(of, undefined, undefined)).toEqual(['notes:read', 'notes:write'])
    expect(machineScope(of, undefined, ['notes:write', 'never:registered'])).toEqual(['notes:write'])
    expect(() => machineScope(of, 'notes:read', ['notes:write'])).toThrow(refused('invalid_scope'))
    expect(machineScope(of, 'notes:write', undefined)).toEqual(['notes:write'])
    for (const bad of ['openid', 'notes:read offline_access', 'email', 'other']) {
      expect(() => machineScope(of, bad, undefined)).toThrow(refused('invalid_scope'))
    }
  })

  test('a refreshed token gets only scopes of the grant that the client is still registered for', () => {
    expect(refreshedScope(of, ['openid', 'profile'], undefined)).toEqual(['openid'])
    expect(refreshedScope(of, ['openid', 'email'], 'email')).toEqual(['email'])
    for (const bad of ['notes:read', 'profile', '']) {
      expect(() => refreshedScope(of, ['openid', 'profile'], bad)).toThrow(refused('invalid_scope'))
    }
  })
})

test.each([
  ['none', 'native', true, true],
  ['none', 'web', true, false],
  ['client_secret_basic', 'native', true, true],
  ['client_secret_basic', 'web', false, false],
] as const)(
  'a %s client of type %s may change the port of a loopback address: %s, and of localhost: %s',
  (method, type, address, localhost) => {
    const of = client({ token_endpoint_auth_method: method, application_type: type })
    expect(loopbackRule(of)).toEqual({ address, localhost })
    expect(isPublic(of)).toBe(method === 'none')
  },
)
