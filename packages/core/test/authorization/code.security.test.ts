import { memoryStorage } from '@oauth/core/memory'
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
  redirectUri,
  refresh,
  registerConfidential,
} from '../support/client.ts'
import { ask, expectErrorRedirect, expectJsonError, send } from '../support/expectations.ts'
import { watchStorage } from '../support/watched-storage.ts'
import { alice, bob, createWorld, issuer } from '../support/world.ts'

describe('iss in every authorization response (B01)', () => {
  test('success, denial and errors carry the issuer of discovery, and the metadata says so (B01)', async () => {
    const world = createWorld()
    const { body: metadata } = await send(world, `${issuer}/.well-known/openid-configuration`)
    expect(metadata.authorization_response_iss_parameter_supported).toBe(true)
    const client = await registerConfidential(world)
    const url = authorizeUrl(world, client, createPkce())
    const denied = await world.browser().visit(url, { user: alice, accept: false })
    expect(new URL(denied.url).searchParams.get('error')).toBe('access_denied')
    const approved = await world.browser().visit(url, { user: alice, accept: true })
    expect(new URL(approved.url).searchParams.get('code')).toMatch(/^c[0-9a-v]{24}[\w-]{43}$/)
    const failed = (await ask(world, client, { response_type: 'token' })).headers.get('location') as string
    const silent = (await ask(world, client, { prompt: 'none' })).headers.get('location') as string
    for (const answer of [denied.url, approved.url, failed, silent]) {
      expect(new URL(answer).searchParams.getAll('iss')).toEqual([metadata.issuer])
    }
  })
})

describe('two issuers on one store (B02)', () => {
  async function twoIssuers() {
    const storage = memoryStorage()
    const a = createWorld({ storage })
    const b = createWorld({ storage, baseUrl: 'https://other.example.com' })
    return { a, b, client: await registerConfidential(a) }
  }

  test('a code of one issuer is invalid_grant at the other, and stays as it was (B02)', async () => {
    const { a, b, client } = await twoIssuers()
    const authorized = await authorize(a, client)
    expectJsonError(await exchangeCode(b, client, authorized), 400, 'invalid_grant')
    expect((await exchangeCode(a, client, authorized)).status).toBe(200)
  })

  test('tokens of one issuer are invalid at the other (B02)', async () => {
    const { a, b, client } = await twoIssuers()
    const tokens = await getTokens(a, client)
    const jwt = (await getTokens(a, client, {}, { resource: 'https://api.example.com' })).access_token
    for (const token of [tokens.access_token, jwt]) {
      expect(await isActive(b, token)).toBe(false)
      expect((await postAs(b, client, '/oauth2/introspect', { token })).body).toEqual({ active: false })
      expect((await postAs(b, client, '/oauth2/revoke', { token })).status).toBe(200)
      expect(await isActive(a, token)).toBe(true)
    }
    expectJsonError(await refresh(b, client, tokens.refresh_token), 400, 'invalid_grant')
    await postAs(b, client, '/oauth2/revoke', { token: tokens.refresh_token })
    expect((await refresh(a, client, tokens.refresh_token)).status).toBe(200)
  })
})

describe('a code of another client (B08)', () => {
  test('a code of another client is invalid_grant, consumes nothing and ends nothing, used or not (B08)', async () => {
    const { storage, writes } = watchStorage()
    const world = createWorld({ storage })
    const owner = await registerConfidential(world)
    const stranger = await registerConfidential(world)
    const authorized = await authorize(world, owner)
    writes.length = 0
    expectJsonError(await exchangeCode(world, stranger, authorized), 400, 'invalid_grant')
    expect(writes).toEqual([])
    const tokens = (await exchangeCode(world, owner, authorized)).body
    writes.length = 0
    expectJsonError(await exchangeCode(world, stranger, authorized), 400, 'invalid_grant')
    expect(writes).toEqual([])
    expect(await isActive(world, tokens.access_token)).toBe(true)
    expect((await refresh(world, owner, tokens.refresh_token)).status).toBe(200)
  })
})

describe('replay by the right client (B09)', () => {
  test('a replayed code is invalid_grant, ends the first tokens, mints no second pair, and causes one event (B09)', async () => {
    const world = createWorld()
    const client = await registerConfidential(world)
    const authorized = await authorize(world, client)
    const first = (await exchangeCode(world, client, authorized)).body
    for (let times = 0; times < 3; times++) {
      const replay = await exchangeCode(world, client, authorized)
      expectJsonError(replay, 400, 'invalid_grant')
      expect(Object.keys(replay.body).sort()).toEqual(['error', 'error_description'])
    }
    expect(await isActive(world, first.access_token)).toBe(false)
    expectJsonError(await refresh(world, client, first.refresh_token), 400, 'invalid_grant')
    const ended = world.events.filter((event) => event.type === 'code.replayed' && event.ended)
    expect(ended).toHaveLength(1)
  })

  test('a replay ends a JWT access token and refreshed tokens as well, even after the code has expired (B09)', async () => {
    const world = createWorld()
    const client = await registerConfidential(world)
    const authorized = await authorize(world, client)
    const first = (await exchangeCode(world, client, authorized, { resource: 'https://api.example.com' })).body
    const second = (await refresh(world, client, first.refresh_token)).body
    world.clock.advance(300)
    expectJsonError(await exchangeCode(world, client, authorized), 400, 'invalid_grant')
    expect(await isActive(world, first.access_token)).toBe(false)
    expect(await isActive(world, second.access_token)).toBe(false)
    expectJsonError(await refresh(world, client, second.refresh_token), 400, 'invalid_grant')
  })
})

test('fifty parallel redemptions of one code give one 200 and one token family (B10)', async () => {
  const { storage, writes } = watchStorage()
  const world = createWorld({ storage })
  const client = await registerConfidential(world)
  const authorized = await authorize(world, client)
  writes.length = 0
  const answers = await Promise.all(Array.from({ length: 50 }, () => exchangeCode(world, client, authorized)))
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  const refused = answers.filter(({ status, body }) => status === 400 && body.error === 'invalid_grant')
  expect(refused).toHaveLength(49)
  expect(writes).not.toContain('grants.insert')
  expect(writes).not.toContain('accessTokens.insert')
  const winner = answers.find(({ status }) => status === 200)
  expect(await isActive(world, winner?.body.access_token)).toBe(false)
})

describe('expiry (B11)', () => {
  test.each([60, 61, 120, 3600, 315_360_000])('a code is invalid_grant after %i seconds (B11)', async (age) => {
    const world = createWorld()
    const client = await registerConfidential(world)
    const authorized = await authorize(world, client)
    world.clock.advance(age)
    expectJsonError(await exchangeCode(world, client, authorized), 400, 'invalid_grant')
  })

  test('a code is good for its last second (B11)', async () => {
    const world = createWorld()
    const client = await registerConfidential(world)
    const authorized = await authorize(world, client)
    world.clock.advance(59)
    expect((await exchangeCode(world, client, authorized)).status).toBe(200)
  })

  test('there is no leeway: a process whose clock is 60 seconds ahead refuses at once, one behind does not extend (B11)', async () => {
    const world = createWorld()
    const client = await registerConfidential(world)
    const authorized = await authorize(world, client)
    world.clock.advance(60)
    expectJsonError(await exchangeCode(world, client, authorized), 400, 'invalid_grant')
    world.clock.advance(-120)
    expect((await exchangeCode(world, client, authorized)).status).toBe(200)
  })

  test('more than ten minutes cannot be configured (B11)', () => {
    expect(() => createWorld({ authorizationCodeTtlSeconds: 601 })).toThrow(/authorizationCodeTtlSeconds/)
    expect(() => createWorld({ authorizationCodeTtlSeconds: 600 })).not.toThrow()
  })
})

test('the nonce in the ID token is that of the code’s own request (B12)', async () => {
  const world = createWorld()
  const client = await registerConfidential(world)
  await authorize(world, client, { nonce: 'of-the-victim' }, { user: alice })
  const injected = await authorize(world, client, { nonce: 'of-the-attacker' }, { user: bob })
  const { body } = await exchangeCode(world, client, injected, { nonce: 'of-the-victim' })
  expect(claimsOf(body.id_token)).toMatchObject({ nonce: 'of-the-attacker', sub: bob.id })
  const without = await authorize(world, client, {}, { user: bob })
  const second = await exchangeCode(world, client, without, { nonce: 'of-the-victim' })
  expect(claimsOf(second.body.id_token)).not.toHaveProperty('nonce')
})

describe('state (B13)', () => {
  test.each([
    'plain',
    'xyz +/?&=#%25',
    'a;b,c:d@e!$\'()*~`^|\\"<>{}[]',
    'ünïcödé ✓ 🔑',
    '  leading and trailing  ',
    'line\r\nbreak\ttab',
    '0',
    'x'.repeat(2000),
  ])('%j comes back byte for byte, with a code and with errors (B13)', async (state) => {
    const world = createWorld()
    const client = await registerConfidential(world)
    expect((await authorize(world, client, { state })).parameters.getAll('state')).toEqual([state])
    const failed = await ask(world, client, { state, scope: 'unheard:of' })
    expect(expectErrorRedirect(world, failed, redirectUri, 'invalid_scope').getAll('state')).toEqual([state])
    const denied = await world
      .browser()
      .visit(authorizeUrl(world, client, createPkce(), { state, prompt: 'consent' }), { user: alice, accept: false })
    expect(new URL(denied.url).searchParams.getAll('state')).toEqual([state])
  })

  test('without a state in the request the answer has none (B13)', async () => {
    const world = createWorld()
    const client = await registerConfidential(world)
    expect((await authorize(world, client, { state: undefined })).parameters.has('state')).toBe(false)
    const failed = await ask(world, client, { state: undefined, scope: 'unheard:of' })
    expect(expectErrorRedirect(world, failed, redirectUri, 'invalid_scope').has('state')).toBe(false)
  })
})

describe('what OAuth 2.1 dropped (B14)', () => {
  test.each(['token', 'id_token', 'id_token token', 'code id_token', 'code token', 'code id_token token', 'none'])(
    'response_type %s is unsupported, and no token is in the answer (B14)',
    async (response_type) => {
      const world = createWorld()
      const client = await registerConfidential(world)
      const browser = world.browser()
      browser.signIn(alice)
      await authorize(world, client, {}, { browser })
      const response = await ask(world, client, { response_type, nonce: 'n' }, { browser })
      const location = response.headers.get('location') as string
      expectErrorRedirect(world, response, redirectUri, 'unsupported_response_type')
      expect(location).not.toMatch(/#|access_token|id_token=|refresh_token|code=/)
    },
  )

  test.each(['password', 'implicit', 'urn:ietf:params:oauth:grant-type:jwt-bearer', 'constructor', '__proto__'])(
    'grant_type %s is unsupported_grant_type (B14)',
    async (grant_type) => {
      const world = createWorld()
      const client = await registerConfidential(world)
      const form = { grant_type, username: alice.email, password: 'demo-password' }
      expectJsonError(await postAs(world, client, '/oauth2/token', form), 400, 'unsupported_grant_type')
    },
  )

  test('metadata advertises neither the implicit nor the password grant (B14)', async () => {
    const { body } = await send(createWorld(), `${issuer}/.well-known/openid-configuration`)
    expect(body.response_types_supported).toEqual(['code'])
    expect(body.response_modes_supported).toEqual(['query', 'fragment', 'form_post'])
    expect(body.grant_types_supported.sort()).toEqual(['authorization_code', 'client_credentials', 'refresh_token'])
  })

  test('a successful answer has a code and nothing that is a token (B14)', async () => {
    const world = createWorld()
    const { parameters } = await authorize(world, await registerConfidential(world))
    expect([...parameters.keys()].sort()).toEqual(['code', 'iss', 'state'])
  })
})
