import { describe, expect, test } from 'vitest'
import {
  authorize,
  authorizeUrl,
  claimsOf,
  createPkce,
  exchangeCode,
  getTokens,
  isActive,
  postAs,
  refresh,
  registerConfidential,
} from '../support/client.ts'
import { expectErrorPage, expectJsonError } from '../support/expectations.ts'
import { api, createQuickWorld, introspect } from '../support/tokens.ts'
import { alice, createWorld, type WorldOptions } from '../support/world.ts'

const machine = { grant_type: 'client_credentials' }

async function prepare(options: WorldOptions = {}) {
  const world = createQuickWorld(options)
  return { world, client: await registerConfidential(world) }
}

describe('the options, one by one', () => {
  test('the defaults are 60, 3600, 3600, 30 days, 36000 and 600 seconds (decision 21; seed B176)', async () => {
    const { world, client } = await prepare()
    const tokens = await getTokens(world, client)
    const now = world.clock.now()
    expect(tokens.expires_in).toBe(3600)
    expect((await postAs(world, client, '/oauth2/token', machine)).body.expires_in).toBe(3600)
    expect(claimsOf(tokens.id_token).exp).toBe(now + 36_000)
    expect((await introspect(world, client, tokens.refresh_token)).body.exp).toBe(now + 2_592_000)
    const { url } = await world.browser().visit(authorizeUrl(world, client, createPkce()))
    expect(new URL(url).searchParams.get('exp')).toBe(String(now + 600))
  })

  test('authorizationCodeTtlSeconds sets how long a code is valid', async () => {
    const { world, client } = await prepare({ authorizationCodeTtlSeconds: 5 })
    const [late, early] = [await authorize(world, client), await authorize(world, client)]
    world.clock.advance(4)
    expect((await exchangeCode(world, client, early)).status).toBe(200)
    world.clock.advance(1)
    expectJsonError(await exchangeCode(world, client, late), 400, 'invalid_grant')
  })

  test.each([undefined, api])(
    'accessTokenTtlSeconds sets the lifetime of tokens for %s, and not that of machine tokens',
    async (resource) => {
      const { world, client } = await prepare({ accessTokenTtlSeconds: 100 })
      const { access_token, expires_in } = await getTokens(world, client, {}, { resource })
      expect(expires_in).toBe(100)
      world.clock.advance(99)
      expect(await isActive(world, access_token)).toBe(true)
      world.clock.advance(1)
      expect(await isActive(world, access_token)).toBe(false)
      expect((await postAs(world, client, '/oauth2/token', { ...machine, resource })).body.expires_in).toBe(3600)
    },
  )

  test.each([undefined, api])(
    'm2mAccessTokenTtlSeconds sets the lifetime of machine tokens for %s, and not that of user tokens',
    async (resource) => {
      const { world, client } = await prepare({ m2mAccessTokenTtlSeconds: 100 })
      const { body } = await postAs(world, client, '/oauth2/token', { ...machine, resource })
      expect(body.expires_in).toBe(100)
      if (resource !== undefined) expect(claimsOf(body.access_token).exp).toBe(world.clock.now() + 100)
      world.clock.advance(100)
      expect(await isActive(world, body.access_token)).toBe(false)
      expect((await getTokens(world, client, {}, { resource })).expires_in).toBe(3600)
    },
  )

  test('refreshTokenTtlSeconds starts anew with each exchange (seed B94)', async () => {
    const { world, client } = await prepare({ refreshTokenTtlSeconds: 1000 })
    let { refresh_token } = await getTokens(world, client)
    for (let times = 0; times < 3; times++) {
      world.clock.advance(999)
      const { status, body } = await refresh(world, client, refresh_token)
      expect(status).toBe(200)
      refresh_token = body.refresh_token
      expect((await introspect(world, client, refresh_token)).body.exp).toBe(world.clock.now() + 1000)
    }
    world.clock.advance(1000)
    expectJsonError(await refresh(world, client, refresh_token), 400, 'invalid_grant')
  })

  test('refreshTokenMaxTtlSeconds ends the token family, however often it is exchanged, without telling more (C09)', async () => {
    const { world, client } = await prepare({ refreshTokenMaxTtlSeconds: 1500, refreshTokenTtlSeconds: 1000 })
    const first = await getTokens(world, client)
    const end = world.clock.now() + 1500
    world.clock.advance(900)
    const { body } = await refresh(world, client, first.refresh_token)
    expect((await introspect(world, client, body.refresh_token)).body.exp).toBe(end)
    expect(body.expires_in).toBe(600)
    world.clock.advance(600)
    expect(await isActive(world, body.access_token)).toBe(false)
    expectJsonError(await refresh(world, client, body.refresh_token), 400, 'invalid_grant')
  })

  test('refreshTokensWithoutOfflineAccess: a client that may refresh does, and the grant lives as long', async () => {
    const { world, client } = await prepare({ refreshTokensWithoutOfflineAccess: true })
    const first = await getTokens(world, client, { scope: 'openid' })
    expect(first).toMatchObject({ scope: 'openid', refresh_token: expect.stringMatching(/^r/) })
    world.clock.advance(2_000_000)
    const { status, body } = await refresh(world, client, first.refresh_token)
    expect([status, body.scope]).toEqual([200, 'openid'])
    expect(await isActive(world, body.access_token)).toBe(true)
    const mayNot = await registerConfidential(world, { grant_types: ['authorization_code'] })
    expect(await getTokens(world, mayNot, { scope: 'openid' })).not.toHaveProperty('refresh_token')
  })

  test('idTokenTtlSeconds sets the lifetime of ID tokens', async () => {
    const { world, client } = await prepare({ idTokenTtlSeconds: 120 })
    const { exp, iat } = claimsOf((await getTokens(world, client)).id_token)
    expect([iat, exp]).toEqual([world.clock.now(), world.clock.now() + 120])
  })

  test('an answer after interactionTtlSeconds gets an error page (seed B56)', async () => {
    const { world, client } = await prepare({ interactionTtlSeconds: 30 })
    const browser = world.browser()
    const { url } = await browser.visit(authorizeUrl(world, client, createPkce()), { user: alice })
    world.clock.advance(30)
    await expectErrorPage(await browser.consent(url, true), 400, 'invalid_request')
  })

  test.each([0, -1])('interactionTtlSeconds %j is refused at start-up (decision 6 overrules seed B57)', (seconds) => {
    expect(() => createWorld({ interactionTtlSeconds: seconds })).toThrow('interactionTtlSeconds')
  })
})

describe('scopeExpirations', () => {
  const scopeExpirations = { 'notes:write': 300, 'notes:read': 900, email: 100_000 }

  test.each([
    ['openid', 3600],
    ['notes:read', 900],
    ['notes:write', 300],
    ['notes:read notes:write', 300],
    ['notes:write openid notes:read', 300],
    ['openid email', 3600],
  ])('a token for %s lives %i seconds, opaque or JWT', async (scope, seconds) => {
    const { world, client } = await prepare({ scopeExpirations })
    for (const resource of [undefined, api]) {
      const { expires_in, access_token } = await getTokens(world, client, { scope }, { resource })
      expect(expires_in).toBe(seconds)
      expect((await introspect(world, client, access_token)).body.exp).toBe(world.clock.now() + seconds)
    }
  })

  test('scopeExpirations limits machine tokens as well, below their own lifetime', async () => {
    const { world, client } = await prepare({ scopeExpirations, m2mAccessTokenTtlSeconds: 600 })
    const lifetime = async (scope: string) =>
      (await postAs(world, client, '/oauth2/token', { ...machine, scope })).body.expires_in
    expect([await lifetime('notes:read'), await lifetime('notes:write')]).toEqual([600, 300])
  })

  test('a refresh counts the scopes that it asks for', async () => {
    const { world, client } = await prepare({ scopeExpirations })
    const { refresh_token, expires_in } = await getTokens(world, client, {
      scope: 'notes:read notes:write offline_access',
    })
    expect(expires_in).toBe(300)
    const { body } = await refresh(world, client, refresh_token, { scope: 'notes:read' })
    expect(body.expires_in).toBe(900)
  })

  test('a name that every object has is no scope with a lifetime', async () => {
    const { world, client } = await prepare({ scopeExpirations, scopes: ['constructor', 'notes:read', 'notes:write'] })
    await world.provider.updateClient(client.client_id, { scope: 'constructor' })
    expect((await getTokens(world, client, { scope: 'constructor' })).expires_in).toBe(3600)
  })
})

describe('clientCredentialsDefaultScopes', () => {
  const ask = async (registered: string, allowed: readonly string[] | undefined, scope?: string) => {
    const { world } = await prepare()
    const limited = createQuickWorld({ clientCredentialsDefaultScopes: allowed, storage: world.storage })
    const client = await registerConfidential(limited, { scope: registered })
    return postAs(limited, client, '/oauth2/token', { ...machine, scope })
  }

  test('what a machine gets and may ask for is in both lists (S17)', async () => {
    expect((await ask('notes:read notes:write', ['notes:read'])).body.scope).toBe('notes:read')
    expect((await ask('notes:read notes:write', ['notes:read'], 'notes:read')).body.scope).toBe('notes:read')
    expectJsonError(await ask('notes:read notes:write', ['notes:read'], 'notes:write'), 400, 'invalid_scope')
  })

  test('clientCredentialsDefaultScopes never gives what a client has not registered (S17)', async () => {
    expectJsonError(await ask('notes:read', ['notes:read', 'notes:write'], 'notes:write'), 400, 'invalid_scope')
    expect((await ask('notes:read', ['notes:read', 'notes:write'])).body.scope).toBe('notes:read')
    const nothing = await ask('openid', ['notes:read'])
    expect([nothing.status, nothing.body.scope]).toEqual([200, undefined])
  })

  test('a scope in the query is refused, not issued (S1)', async () => {
    const { world, client } = await prepare({ clientCredentialsDefaultScopes: ['notes:read'] })
    expectJsonError(await postAs(world, client, '/oauth2/token?scope=notes:write', machine), 400, 'invalid_request')
  })

  test('clientCredentialsDefaultScopes changes no token of a user', async () => {
    const { world, client } = await prepare({ clientCredentialsDefaultScopes: ['notes:read'] })
    expect((await getTokens(world, client, { scope: 'notes:write' })).scope).toBe('notes:write')
  })
})
