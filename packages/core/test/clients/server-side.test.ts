import type { ClientInput } from '@oauth/core'
import { describe, expect, test } from 'vitest'
import {
  authorizeUrl,
  createPkce,
  exchangeCode,
  isActive,
  postAs,
  redirectUri,
  refresh,
  registerConfidential,
  registerPublic,
} from '../support/client.ts'
import { expectJsonError } from '../support/expectations.ts'
import { prepare } from '../support/prepared.ts'
import { watchStorage } from '../support/watched-storage.ts'
import { createWorld } from '../support/world.ts'

const api = 'https://api.example.com'

/** Passes input that the type forbids. */
const loose = (input: Record<string, unknown>): ClientInput => input as ClientInput

const badMetadata: readonly (readonly [string, Record<string, unknown>, string])[] = [
  ['no redirect URI', { redirect_uris: [] }, 'invalid_redirect_uri'],
  ['redirect URIs that are no list', { redirect_uris: redirectUri }, 'invalid_redirect_uri'],
  ['a redirect URI that is no text', { redirect_uris: [1] }, 'invalid_redirect_uri'],
  ['too many redirect URIs', { redirect_uris: Array(51).fill(redirectUri) }, 'invalid_redirect_uri'],
  [
    'a redirect URI that is too long',
    { redirect_uris: [`${redirectUri}?${'x'.repeat(2048)}`] },
    'invalid_redirect_uri',
  ],
  ['an unknown member', { redirect_url: redirectUri }, 'invalid_client_metadata'],
  ['an unknown authentication method', { token_endpoint_auth_method: 'private_key_jwt' }, 'invalid_client_metadata'],
  ['an unknown grant type', { grant_types: ['authorization_code', 'password'] }, 'invalid_client_metadata'],
  ['an unknown response type', { response_types: ['code', 'token'] }, 'invalid_client_metadata'],
  ['the code flow without its response type', { response_types: [] }, 'invalid_client_metadata'],
  ['an unknown scope', { scope: 'openid unheard:of' }, 'invalid_client_metadata'],
  ['a malformed scope', { scope: 'openid "' }, 'invalid_client_metadata'],
  ['a scope that is no text', { scope: ['openid'] }, 'invalid_client_metadata'],
  ['an unknown application type', { application_type: 'desktop' }, 'invalid_client_metadata'],
  ['a name with a control character', { client_name: 'a\u0000b' }, 'invalid_client_metadata'],
  ['a name that is too long', { client_name: 'x'.repeat(3000) }, 'invalid_client_metadata'],
  ['contacts that are no list', { contacts: 'a@example.com' }, 'invalid_client_metadata'],
  ['a logo over http', { logo_uri: 'http://app.example.com/logo.png' }, 'invalid_client_metadata'],
  ['a logo that is no URL', { logo_uri: 'logo.png' }, 'invalid_client_metadata'],
  ['an algorithm we have not', { id_token_signed_response_alg: 'HS256' }, 'invalid_client_metadata'],
  ['the algorithm none', { id_token_signed_response_alg: 'none' }, 'invalid_client_metadata'],
  ['a pairwise subject, which nothing here makes', { subject_type: 'pairwise' }, 'invalid_client_metadata'],
  ['require_pkce that is no boolean', { require_pkce: 'false' }, 'invalid_client_metadata'],
  ['skip_consent that is no boolean', { skip_consent: 'true' }, 'invalid_client_metadata'],
]

describe('registerClient', () => {
  test.each(badMetadata)('%s is refused with the registered code and nothing is stored', async (_name, input, code) => {
    const { storage, writes } = watchStorage()
    const world = createWorld({ storage })
    await expect(registerConfidential(world, loose(input))).rejects.toMatchObject({
      name: 'OAuthError',
      code,
      status: 400,
    })
    expect(writes).toEqual([])
  })

  test.each<[string, Record<string, unknown>]>([
    ['an id with a space', { client_id: 'a b' }],
    ['an id with a NUL', { client_id: 'a\0b' }],
    ['an empty id', { client_id: '' }],
    ['a short secret', { client_secret: 'short' }],
    ['a secret with other characters', { client_secret: 'пароль'.repeat(10) }],
    ['an end of the secret in the past of time', { client_secret_expires_at: -1 }],
    ['an end of the secret that is no whole number', { client_secret_expires_at: 1.5 }],
    [
      'a secret for a public client',
      { client_secret: 'x'.repeat(40), token_endpoint_auth_method: 'none', grant_types: ['authorization_code'] },
    ],
  ])('%s is invalid_client_metadata', async (_name, input) => {
    const { storage, writes } = watchStorage()
    const attempt = registerConfidential(createWorld({ storage }), loose(input))
    await expect(attempt).rejects.toMatchObject({ code: 'invalid_client_metadata' })
    expect(writes).toEqual([])
  })

  test('null and undefined members are absent, the effective metadata is echoed, nothing is null', async () => {
    const world = createWorld()
    const input = { redirect_uris: [redirectUri], client_name: null, logo_uri: undefined, scope: null }
    const client = await world.provider.registerClient(loose(input))
    expect(client).toEqual({
      client_id: expect.any(String),
      client_id_issued_at: world.clock.now(),
      client_secret: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/),
      client_secret_expires_at: 0,
      redirect_uris: [redirectUri],
      token_endpoint_auth_method: 'client_secret_basic',
      grant_types: ['authorization_code'],
      response_types: ['code'],
      scope: 'openid profile email address phone offline_access',
      application_type: 'web',
      require_pkce: true,
    })
  })

  test.each<[string, Record<string, unknown>, boolean]>([
    ['the authorization code alone, by name', { grant_types: ['authorization_code'] }, false],
    ['refresh_token', { grant_types: ['authorization_code', 'refresh_token'] }, true],
    ['no grant type by name', {}, true],
    [
      'the authorization code alone, and the scope by name',
      { grant_types: ['authorization_code'], scope: 'openid offline_access' },
      true,
    ],
  ])(
    'a client that the server side registers with %s has offline_access by default only if it may refresh',
    async (_, given, has) => {
      const { provider } = createWorld()
      const client = await provider.registerClient(loose({ redirect_uris: [redirectUri], ...given }))
      expect(String(client.scope).split(' ').includes('offline_access')).toBe(has)
      expect(client.scope).toMatch(/^openid/)
    },
  )

  test('a public client has no secret, and a loopback one is native unless it says otherwise', async () => {
    const client = await registerPublic(createWorld(), {
      redirect_uris: ['http://127.0.0.1/cb', 'com.example.app:/cb'],
    })
    expect(client).not.toHaveProperty('client_secret')
    expect(client).not.toHaveProperty('client_secret_expires_at')
    expect(client.application_type).toBe('native')
  })

  test('the stored client has the secret’s digest and never the secret', async () => {
    const world = createWorld()
    const client = await registerConfidential(world)
    const stored = await world.provider.getClient(client.client_id)
    expect(JSON.stringify(stored)).not.toContain(client.client_secret)
    expect(stored?.secrets).toEqual([{ hash: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/), expiresAt: 0 }])
  })
})

describe('getClient and updateClient', () => {
  test.each(['', 'nobody', '\0', 'x'.repeat(5000)])('%j: undefined, and not_found', async (id) => {
    const world = createWorld()
    expect(await world.provider.getClient(id)).toBeUndefined()
    await expect(world.provider.updateClient(id, { client_name: 'x' })).rejects.toMatchObject({ code: 'not_found' })
  })

  test.each(badMetadata)('an update with %s is refused and the client stays as it is', async (_name, input, code) => {
    const { storage, writes } = watchStorage()
    const world = createWorld({ storage })
    const { client_id } = await registerConfidential(world)
    const before = await world.provider.getClient(client_id)
    writes.length = 0
    await expect(world.provider.updateClient(client_id, loose(input))).rejects.toMatchObject({ code })
    expect(writes).toEqual([])
    expect(await world.provider.getClient(client_id)).toEqual(before)
  })

  test('neither the id nor the secret can be changed, and a secret is not made up', async () => {
    const world = createWorld()
    const open = await registerPublic(world)
    for (const changes of [
      { client_id: 'other' },
      { client_secret: 'x'.repeat(40) },
      { token_endpoint_auth_method: 'client_secret_basic' } as const,
    ]) {
      const attempt = world.provider.updateClient(open.client_id, changes)
      await expect(attempt).rejects.toMatchObject({ code: 'invalid_client_metadata' })
    }
  })

  test('a change counts at once, leaves the rest, and of two at once none is lost', async () => {
    const world = createWorld()
    const { client_id } = await registerConfidential(world)
    const browser = world.browser()
    const page = await browser.visit(authorizeUrl(world, { client_id }, createPkce()))
    await Promise.all([
      world.provider.updateClient(client_id, { client_name: 'Renamed' }),
      world.provider.updateClient(client_id, { logo_uri: 'https://app.example.com/logo.png' }),
    ])
    const context = await world.provider.resolveLoginContext(browser.pageRequest(page.url))
    expect(context).toMatchObject({ clientName: 'Renamed', logoUri: 'https://app.example.com/logo.png' })
    const stored = await world.provider.getClient(client_id)
    expect(stored).toMatchObject({ version: 3, metadata: { redirect_uris: [redirectUri] } })
  })

  test('disabled: refused everywhere, its tokens with it; enabled again: all good again', async () => {
    const { world, client, tokens } = await prepare()
    await world.provider.updateClient(client.client_id, { disabled: true })
    expectJsonError(await refresh(world, client, tokens.refresh_token), 401, 'invalid_client')
    expect(await isActive(world, tokens.access_token)).toBe(false)
    expect(await world.provider.getClient(client.client_id)).toMatchObject({ disabled: true })
    await world.provider.updateClient(client.client_id, { disabled: false })
    expect(await isActive(world, tokens.access_token)).toBe(true)
    expect((await refresh(world, client, tokens.refresh_token)).status).toBe(200)
  })
})

describe('verifyAccessToken, revokeGrant, purgeExpired', () => {
  test.each([
    '',
    ' ',
    '.',
    '..',
    '...',
    'a.b.c',
    '\0',
    `${'x'.repeat(2000)}.x.x`,
    'e30.e30.e30',
    'bnVsbA.e30.e30',
    '🔑.🔑.🔑',
  ])('verifyAccessToken(%j) is undefined and never throws', async (token) => {
    expect(await createWorld().provider.verifyAccessToken(token)).toBeUndefined()
  })

  test('verifyAccessToken says whose a token is, and refuses another audience', async () => {
    const { world, client, tokens, authorized } = await prepare()
    const { provider } = world
    const opaque = { kind: 'opaque', clientId: client.client_id, userId: 'user-alice', audience: [] }
    expect(await provider.verifyAccessToken(tokens.access_token)).toMatchObject(opaque)
    expect(await provider.verifyAccessToken(tokens.access_token, { audience: api })).toBeUndefined()
    const { access_token: jwt } = (await exchangeCode(world, client, authorized, { resource: api })).body
    expect(await provider.verifyAccessToken(jwt, { audience: api })).toMatchObject({ kind: 'jwt', audience: [api] })
    // The same resource to the authorization endpoint, and so here (0037).
    expect(await provider.verifyAccessToken(jwt, { audience: `${api}/` })).toMatchObject({ audience: [api] })
    for (const audience of [
      '',
      `${api}//`,
      `${api}/v1`,
      `${api}.evil.test`,
      'https://files.example.com/v1',
      'https://evil.test',
    ]) {
      expect(await provider.verifyAccessToken(jwt, { audience })).toBeUndefined()
    }
    for (const other of [tokens.refresh_token, authorized.code]) {
      expect(await provider.verifyAccessToken(other)).toBeUndefined()
    }
  })

  test('revokeGrant ends everything of it once; an unknown one is false', async () => {
    const { world, client, tokens } = await prepare()
    for (const id of ['', 'nobody', '\0', tokens.access_token]) expect(await world.provider.revokeGrant(id)).toBe(false)
    const grantId = (await world.provider.verifyAccessToken(tokens.access_token))?.grantId as string
    expect(await world.provider.revokeGrant(grantId)).toBe(true)
    expect(await world.provider.revokeGrant(grantId)).toBe(false)
    expect(await isActive(world, tokens.access_token)).toBe(false)
    expectJsonError(await refresh(world, client, tokens.refresh_token), 400, 'invalid_grant')
    expect(world.events.filter(({ type }) => type === 'grant.revoked')).toEqual([{ type: 'grant.revoked', grantId }])
  })

  test('a grant that was revoked before its code was redeemed gives no tokens', async () => {
    const { world, client, authorized } = await prepare()
    const grants = await world.storage.grants.list({ userId: 'user-alice', now: world.clock.now() })
    for (const { id } of grants) await world.provider.revokeGrant(id)
    expectJsonError(await exchangeCode(world, client, authorized), 400, 'invalid_grant')
  })

  test('purgeExpired takes at most limit, spares what is alive, and ends at nothing', async () => {
    const { world, client, tokens } = await prepare()
    expect(await world.provider.purgeExpired()).toBe(0)
    for (let times = 0; times < 3; times++) {
      await postAs(world, client, '/oauth2/token', { grant_type: 'client_credentials' })
    }
    world.clock.advance(3601)
    expect(await world.provider.purgeExpired({ limit: 0 })).toBe(0)
    expect(await world.provider.purgeExpired({ limit: 2 })).toBe(2)
    expect(await world.provider.purgeExpired()).toBeGreaterThanOrEqual(3)
    expect(await world.provider.purgeExpired()).toBe(0)
    expect((await refresh(world, client, tokens.refresh_token)).status).toBe(200)
  })
})

test('a member in other words is refused with the name that was meant', async () => {
  const { provider } = createWorld()
  const register = (member: string) => provider.registerClient({ [member]: ['https://app.example.com/cb'] } as never)
  await expect(register('redirectUris')).rejects.toThrow('redirectUris: is not known; did you mean redirect_uris?')
  await expect(register('somethingElseAltogether')).rejects.toThrow(/: is not known$/)
})
