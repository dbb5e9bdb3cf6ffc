import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { createMergedConsents } from '../../src/import/consents.ts'
import { type Row, RowProblem } from '../../src/import/row.ts'
import type { ReadClient, SourceSettings } from '../../src/import/source.ts'
import { belgie } from '../../src/import/sources/belgie.ts'
import { betterAuth } from '../../src/import/sources/better-auth.ts'
import { oidcProvider } from '../../src/import/sources/oidc-provider.ts'

const settings: SourceSettings = {
  registeredBy: 'server',
  secretPrefix: undefined,
  secrets: undefined,
  withoutSecrets: false,
  now: 2_000_000_000,
}
const secret = 'abcdefghijklmnopqrstuvwxyzABCDEF'
const hash = createHash('sha256').update(secret).digest('base64url')

describe('oidc-provider', () => {
  const payload = { client_id: 'a', client_secret: secret, redirect_uris: ['https://a.example.com/cb'] }
  const grant = { kind: 'Grant', jti: 'g', accountId: 'u', clientId: 'a', iat: 1_900_000_000, exp: 2_000_000_001 }
  const consentOf = (row: Row) => oidcProvider.consent(row, settings)

  test.each<readonly [string, Row]>([
    ['a payload alone', payload],
    ['a row of a table for one model, as Sequelize keeps it', { id: 'a', data: payload }],
    ['a row of a table for all models, with its number', { id: 'a', type: 7, payload: JSON.stringify(payload) }],
    ['a row of a table for all models, with its name', { id: 'a', type: 'Client', payload }],
  ])('reads a client from %s', (_name, row) => {
    expect(oidcProvider.client(row, settings)).toEqual({
      client: { ...payload, registered_by: 'server' },
      losses: [],
    })
    expect(oidcProvider.consent(row, settings)).toBeUndefined()
  })

  test.each<readonly [string, Row]>([
    ['a token of a client', { id: 't', type: 2, payload: { kind: 'AccessToken', clientId: 'a' } }],
    ['a grant', { id: 'g', type: 13, payload: grant }],
    ['a row that says another model than its payload', { id: 'a', type: 13, payload }],
  ])('does not take %s for a client', (_name, row) => {
    expect(oidcProvider.client(row, settings)).toBeUndefined()
  })

  test('leaves out what the server filled in, and keeps what the client registered', () => {
    const filled = {
      ...payload,
      authorization_signed_response_alg: 'RS256',
      dpop_bound_access_tokens: false,
      require_pushed_authorization_requests: true,
      post_logout_redirect_uris: [],
      sector_identifier_uri: null,
      id_token_signed_response_alg: 'ES256',
    }
    expect(oidcProvider.client(filled, settings)?.client).toEqual({
      ...payload,
      registered_by: 'server',
      require_pushed_authorization_requests: true,
      id_token_signed_response_alg: 'ES256',
    })
  })

  test('a client with keys does not bring the secret that it does not use', () => {
    const { client } = oidcProvider.client(
      { ...payload, token_endpoint_auth_method: 'private_key_jwt' },
      settings,
    ) as ReadClient
    expect(client.client_secret).toBeUndefined()
  })

  test('a consent has what was granted and not rejected', () => {
    const row = {
      ...grant,
      openid: { scope: 'openid profile email', claims: ['birthdate', 'phone_number'] },
      resources: { 'https://api.example.com': 'read write' },
      rejected: {
        openid: { scope: 'email', claims: ['phone_number'] },
        resources: { 'https://api.example.com': 'write' },
      },
    }
    expect(consentOf(row)).toEqual({
      omitted: [],
      consent: {
        clientId: 'a',
        userId: 'u',
        scopes: ['openid', 'profile', 'read'],
        resources: ['https://api.example.com'],
        claims: ['birthdate'],
        createdAt: 1_900_000_000,
      },
    })
  })

  test('a scope that was granted for one of two resources is left out, since it would count for both', () => {
    const resources = { 'https://a.example.com': 'read write', 'https://b.example.com': 'read' }
    const read = consentOf({ ...grant, openid: { scope: 'openid' }, resources, rar: [{ type: 'payment' }] })
    expect(read?.consent.scopes).toEqual(['openid', 'read'])
    expect(read?.omitted).toEqual(['write', 'authorization_details'])
  })

  test('a grant that has expired is no consent', () => {
    expect(consentOf({ ...grant, exp: 2_000_000_000, openid: { scope: 'openid' } })).toBeUndefined()
  })

  test('grants of several sessions are put together, and approvals for different resources are not mixed', () => {
    const merged = createMergedConsents()
    const add = (more: Row) => {
      const read = consentOf({ ...grant, ...more })
      if (read !== undefined) merged.add({ ...read, place: 'line 1', rows: 1 })
    }
    add({ openid: { scope: 'openid' } })
    add({ openid: { scope: 'openid profile', claims: ['birthdate'] } })
    add({ accountId: 'v', iat: 2, openid: { scope: 'openid' }, resources: { 'https://a.example.com': 'write' } })
    add({ accountId: 'v', iat: 1, openid: { scope: 'openid' }, resources: { 'https://b.example.com': 'read' } })
    const all = [...merged.all()].map(({ consent: { userId, scopes, claims, resources } }) => ({
      userId,
      scopes,
      claims,
      resources,
    }))
    expect(all).toEqual([
      { userId: 'u', scopes: ['openid', 'profile'], claims: ['birthdate'], resources: [] },
      { userId: 'v', scopes: ['openid', 'write'], claims: [], resources: ['https://a.example.com'] },
    ])
  })
})

describe('better-auth', () => {
  const row = {
    clientId: 'a',
    clientSecret: hash,
    redirectUris: '["https://a.example.com/cb"]',
    userId: 'u',
    createdAt: '2025-01-02T03:04:05Z',
  }

  test('reads the row of an adapter with lists and dates, and of one with text and snake_case, alike', () => {
    const other = {
      client_id: 'a',
      client_secret: hash,
      redirect_uris: ['https://a.example.com/cb'],
      user_id: 'u',
      created_at: new Date('2025-01-02T03:04:05Z'),
    }
    const expected = {
      client_id: 'a',
      client_secret_hash: { algorithm: 'sha256', value: hash },
      redirect_uris: ['https://a.example.com/cb'],
      token_endpoint_auth_method: 'client_secret_basic',
      grant_types: ['authorization_code'],
      registered_by: 'user',
      user_id: 'u',
      client_id_issued_at: 1_735_787_045,
    }
    expect(betterAuth.client(row, settings)?.client).toEqual(expected)
    expect(betterAuth.client(other, settings)?.client).toEqual(expected)
  })

  test('reads an application of the earlier plugins, whose secrets are plain', () => {
    const earlier = {
      clientId: 'a',
      clientSecret: secret,
      redirectUrls: 'https://a.example.com/cb,https://b.example.com/cb',
      type: 'web',
    }
    expect(betterAuth.client(earlier, settings)?.client).toEqual({
      client_id: 'a',
      client_secret: secret,
      redirect_uris: ['https://a.example.com/cb', 'https://b.example.com/cb'],
      token_endpoint_auth_method: 'client_secret_basic',
      grant_types: ['authorization_code', 'refresh_token'],
      registered_by: 'server',
    })
    const open = { ...earlier, type: 'public' }
    expect(betterAuth.client(open, settings)?.client).toMatchObject({ token_endpoint_auth_method: 'none' })
    expect(betterAuth.client(open, settings)?.client).not.toHaveProperty('client_secret')
  })

  test('a user who said no has not agreed', () => {
    const no = { clientId: 'a', userId: 'u', scopes: 'openid profile', consentGiven: 0 }
    expect(betterAuth.consent(no, settings)).toBeUndefined()
    expect(betterAuth.consent({ ...no, consentGiven: 1 }, settings)?.consent.scopes).toEqual(['openid', 'profile'])
  })

  test.each<readonly [string, Row, string]>([
    [
      'a client that would get more scopes without a user',
      {
        grantTypes: '["client_credentials"]',
        scopes: '["openid","read","write"]',
        clientCredentialsScopes: '["read"]',
      },
      'write',
    ],
    ['a pairwise client, whose subjects change', { subjectType: 'pairwise' }, 'other subjects'],
  ])('tells of %s', (_name, more, text) => {
    expect(betterAuth.client({ ...row, ...more }, settings)?.losses).toMatchObject([
      { text: expect.stringContaining(text) },
    ])
  })
})

describe('belgie', () => {
  const row = {
    client_id: 'a',
    client_secret_hash: hash,
    redirect_uris: '["https://a.example.com/cb"]',
    individual_id: 'u',
  }

  test('prefers the plain secret, which is there when it signs, and adds the prefix that is not stored', () => {
    const prefixed = { ...settings, secretPrefix: 'bel_' }
    expect(belgie.client(row, prefixed)?.client.client_secret_hash).toEqual({
      algorithm: 'sha256',
      value: hash,
      prefix: 'bel_',
    })
    expect(belgie.client({ ...row, client_secret: secret }, prefixed)?.client.client_secret).toBe(`bel_${secret}`)
  })
})

describe('rows that cannot be trusted', () => {
  const betterAuthRow = { clientId: 'a', clientSecret: hash, redirectUris: [], userId: 'u' }
  const belgieRow = { client_id: 'a', client_secret_hash: hash, individual_id: 'u' }
  test.each<readonly [string, () => unknown, RegExp]>([
    [
      'two columns for one member that differ',
      () => betterAuth.client({ ...betterAuthRow, client_secret: secret }, settings),
      /clientSecret and client_secret are both there/,
    ],
    ['a flag that is neither', () => belgie.client({ ...belgieRow, disabled: 'no' }, settings), /disabled is neither/],
    [
      'a list of something else',
      () => belgie.client({ ...belgieRow, redirect_uris: [1] }, settings),
      /redirect_uris is no list/,
    ],
    ['broken JSON', () => belgie.client({ ...belgieRow, redirect_uris: '["a' }, settings), /redirect_uris is no JSON/],
    [
      'a secret that is no text',
      () => belgie.client({ ...belgieRow, client_secret: {} }, settings),
      /client_secret is no text/,
    ],
    [
      'a time that is none',
      () => belgie.client({ ...belgieRow, created_at: 'soon' }, settings),
      /created_at is no time/,
    ],
    ['no client id', () => belgie.client({ individual_id: 'u' }, settings), /client_id is missing/],
    [
      'a secret of an unknown form',
      () => betterAuth.client({ ...betterAuthRow, clientSecret: 'ab12' }, settings),
      /no SHA-256 hash/,
    ],
    [
      'an earlier secret that may be a hash',
      () => betterAuth.client({ ...betterAuthRow, redirectUrls: '' }, settings),
      /plain text or a hash/,
    ],
    [
      'a client that is a document',
      () => betterAuth.client({ ...betterAuthRow, clientDiscoveryId: 'cimd' }, settings),
      /document at a URL/,
    ],
    ['no owner', () => belgie.client({ client_id: 'a' }, { ...settings, registeredBy: undefined }), /--registered-by/],
    [
      'only what OAuth 2.1 removed',
      () => belgie.client({ ...belgieRow, grant_types: ['password'] }, settings),
      /nothing else/,
    ],
  ])('%s is a problem without values', (_name, read, text) => {
    expect(read).toThrow(RowProblem)
    expect(read).toThrow(text)
    expect(read).not.toThrow(new RegExp(`${secret}|${hash}`))
  })

  test('columns that only look like those of a source are ignored', () => {
    const row = {
      ...belgieRow,
      client_ѕecret: secret,
      CLIENT_SECRET: secret,
      constructor: 'x',
      __proto__: { disabled: 1 },
    }
    expect(belgie.client(row, settings)?.client).toEqual({
      client_id: 'a',
      token_endpoint_auth_method: 'client_secret_basic',
      client_secret_hash: { algorithm: 'sha256', value: hash },
      registered_by: 'user',
      user_id: 'u',
    })
  })
})
