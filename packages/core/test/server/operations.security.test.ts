import { describe, expect, test } from 'vitest'
import {
  authorize,
  authorizeUrl,
  createPkce,
  credentials,
  exchangeCode,
  getTokens,
  post,
  postAs,
  redirectUri,
  refresh,
  registerConfidential,
  userinfo,
} from '../support/client.ts'
import { ask, expectErrorPage, expectErrorRedirect, expectJsonError, send } from '../support/expectations.ts'
import { plainScope, prepare } from '../support/prepared.ts'
import { failingStorage } from '../support/watched-storage.ts'
import { alice, createWorld, issuer } from '../support/world.ts'

const forged = {
  host: 'evil.test',
  'x-forwarded-host': 'evil.test',
  'x-forwarded-proto': 'http',
  'x-forwarded-port': '8080',
  'x-forwarded-prefix': '/evil',
  'x-original-url': '/evil',
  'x-rewrite-url': '/evil',
  forwarded: 'for=1.2.3.4;host=evil.test;proto=http',
}

describe('forged host headers (G08)', () => {
  test('discovery is byte for byte the same, whatever host was asked (G08)', async () => {
    const world = createWorld()
    for (const name of ['openid-configuration', 'oauth-authorization-server']) {
      const url = `${issuer}/.well-known/${name}`
      const { body } = await send(world, url)
      expect(body.issuer).toBe(issuer)
      expect((await send(world, url, { headers: forged })).body).toEqual(body)
      const elsewhere = await send(world, url.replace(/^https:\/\/[^/]+/, 'http://evil.test:8080'), { headers: forged })
      expect(elsewhere.body).toEqual(body)
    }
  })

  test('redirects, iss and the cookie do not change (G08)', async () => {
    const world = createWorld()
    const client = await registerConfidential(world)
    const pkce = createPkce()
    const url = authorizeUrl(world, client, pkce).replace('https://id.example.com', 'http://evil.test')
    const response = await world.browser().request(url, { headers: forged })
    expect(response.headers.get('location')).toMatch(/^https:\/\/id\.example\.com\/login\?/)
    expect(response.headers.getSetCookie()).toHaveLength(1)
    expect(response.headers.getSetCookie()[0]).toMatch(
      /^__Host-oauth_browser=[A-Za-z0-9_-]{43}; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax; Secure$/,
    )
    const failed = await world.browser().request(`${url}&scope=`, { headers: forged })
    expect(failed.headers.get('location') ?? '').not.toContain('evil')
    const silent = authorizeUrl(world, client, pkce, { prompt: 'none' })
    const refused = await world.browser().request(silent, { headers: forged })
    expectErrorRedirect(world, refused, redirectUri, 'login_required')
    const foreign = await world.browser().request(url.split('?')[0] as string, {
      method: 'POST',
      headers: { ...forged, 'sec-fetch-site': 'cross-site' },
      body: new URL(url).searchParams,
    })
    expect(foreign.headers.get('location')?.startsWith(`${issuer}/oauth2/authorize?`)).toBe(true)
  })

  test('tokens are made for and checked against the configured issuer (G08)', async () => {
    const { world, client, headers } = await prepare()
    const form = { grant_type: 'client_credentials', resource: 'https://api.example.com' }
    const { body } = await post(world, '/oauth2/token', form, { ...headers, ...forged })
    const verified = await world.provider.verifyAccessToken(body.access_token)
    expect(verified?.claims?.iss).toBe(issuer)
    expect(verified?.audience).toEqual(['https://api.example.com'])
    const evil = { ...form, resource: 'https://evil.test' }
    expectJsonError(await post(world, '/oauth2/token', evil, { ...headers, ...forged }), 400, 'invalid_target')
    expect(client.client_id).toBe(verified?.clientId)
  })

  test('the origin check of the consent page does not believe them either (G08)', async () => {
    const world = createWorld()
    const client = await registerConfidential(world)
    const browser = world.browser()
    const { url } = await browser.visit(authorizeUrl(world, client, createPkce()), { user: alice })
    const response = await browser.request('https://evil.test/auth/oauth2/consent', {
      method: 'POST',
      headers: { ...forged, origin: 'https://evil.test' },
      body: new URLSearchParams({ state: new URL(url).searchParams.get('state') ?? '', accept: 'true' }),
    })
    await expectErrorPage(response, 403, 'access_denied')
  })
})

describe('nobody stores an answer (G09)', () => {
  function expectNotStored({ headers }: { readonly headers: Headers }): void {
    expect(headers.get('cache-control')).toBe('no-store')
  }

  test('the token endpoint sends no-store and no-cache, with tokens and with errors (G09)', async () => {
    const { world, client, authorized, headers } = await prepare()
    const answers = [
      await exchangeCode(world, client, authorized),
      await exchangeCode(world, client, authorized),
      await postAs(world, client, '/oauth2/token', { grant_type: 'client_credentials' }),
      await postAs(world, client, '/oauth2/token', { grant_type: 'unknown' }),
      await post(world, '/oauth2/token', {}),
      await post(world, '/oauth2/token', 'x'.repeat(70_000), headers),
      await send(world, `${issuer}/oauth2/token`),
    ]
    expect(answers.map(({ status }) => status)).toEqual([200, 400, 200, 400, 401, 413, 405])
    for (const answer of answers) {
      expectNotStored(answer)
      expect(answer.headers.get('pragma')).toBe('no-cache')
    }
  })

  test('introspection, revocation and userinfo send no-store, with answers and with errors (G09)', async () => {
    const world = createWorld()
    const client = await registerConfidential(world)
    const { access_token: token, refresh_token } = await getTokens(world, client)
    const answers = [
      await userinfo(world, token),
      await userinfo(world, 'unknown'),
      await send(world, `${issuer}/oauth2/userinfo`),
      await postAs(world, client, '/oauth2/introspect', { token }),
      await postAs(world, client, '/oauth2/introspect', { token: 'unknown' }),
      await postAs(world, client, '/oauth2/introspect', {}),
      await post(world, '/oauth2/introspect', { token }),
      await postAs(world, client, '/oauth2/revoke', { token: refresh_token }),
      await postAs(world, client, '/oauth2/revoke', {}),
      await post(world, '/oauth2/revoke', { token }),
      await send(world, `${issuer}/nothing/here`),
    ]
    expect(answers.map(({ status }) => status)).toEqual([200, 401, 401, 200, 200, 400, 401, 200, 400, 401, 404])
    for (const answer of answers) expectNotStored(answer)
  })

  test('redirects and the answers to scripts of the front channel send no-store (G09)', async () => {
    const world = createWorld()
    const client = await registerConfidential(world)
    const browser = world.browser()
    const { url } = await browser.visit(authorizeUrl(world, client, createPkce()), { user: alice })
    expectNotStored(await browser.consent(url, true))
    expectNotStored(await ask(world, client))
    expectNotStored(await ask(world, client, { prompt: 'none' }))
    const headers = { accept: 'application/json' }
    expectNotStored(await browser.request(authorizeUrl(world, client, createPkce()), { headers }))
    expectNotStored(await browser.request(authorizeUrl(world, { client_id: 'x' }, createPkce()), { headers }))
  })
})

describe('a failure inside tells nothing outside (G12)', () => {
  const inside = 'SELECT secret FROM users at /srv/app/db.ts:42'
  const failure = (): Error => new Error(inside)

  function expectSilent(text: string): void {
    expect(text).not.toMatch(/SELECT|secret FROM|\/srv\/|\.ts\b|node_modules|at .*\(|TypeError|stack/)
  }

  test.each([
    ['clients.find', 'clients', 'find'],
    ['authorizationCodes.find', 'authorizationCodes', 'find'],
    ['authorizationCodes.redeem', 'authorizationCodes', 'redeem'],
  ])(
    'when %s fails at the token endpoint, the answer is 500 server_error and the event has the reason (G12)',
    async (_name, store, verb) => {
      const { storage, fail } = failingStorage()
      const world = createWorld({ storage, clientCacheSeconds: 0 })
      const client = await registerConfidential(world)
      const authorized = await authorize(world, client, { scope: plainScope })
      fail(store, verb, failure())
      const answer = await exchangeCode(world, client, authorized)
      expectJsonError(answer, 500, 'server_error')
      expectSilent(JSON.stringify([answer.body, ...answer.headers]))
      const event = world.events.findLast(({ type }) => type === 'request.failed')
      expect(event).toMatchObject({ endpoint: 'token', cause: expect.objectContaining({ message: inside }) })
    },
  )

  test('refresh, introspection, revocation and userinfo answer server_error without the reason (G12)', async () => {
    const { storage, fail } = failingStorage()
    const world = createWorld({ storage })
    const client = await registerConfidential(world)
    const tokens = await getTokens(world, client)
    fail('accessTokens', 'find', failure())
    fail('refreshTokens', 'find', failure())
    const token = tokens.access_token
    const answers = [
      await refresh(world, client, tokens.refresh_token),
      await postAs(world, client, '/oauth2/introspect', { token }),
      await postAs(world, client, '/oauth2/revoke', { token }),
      await userinfo(world, token),
    ]
    for (const answer of answers) {
      expectJsonError(answer, 500, 'server_error')
      expectSilent(JSON.stringify([answer.body, ...answer.headers]))
    }
  })

  test('a failure of the front channel shows a page before the redirect URI is checked, and goes to the client after it (G12)', async () => {
    const { storage, fail } = failingStorage()
    const world = createWorld({ storage, clientCacheSeconds: 0 })
    const client = await registerConfidential(world)
    fail('records', 'insert', failure())
    const redirected = await ask(world, client)
    expectErrorRedirect(world, redirected, redirectUri, 'server_error')
    expectSilent(JSON.stringify([...redirected.headers]))
    fail('clients', 'find', failure())
    expectSilent(await expectErrorPage(await ask(world, client), 500, 'server_error'))
  })

  test('a hook that throws, and keys that cannot be read, tell nothing outside (G12)', async () => {
    const { storage, fail } = failingStorage()
    const throwing = () => {
      throw failure()
    }
    const world = createWorld({ storage, customTokenResponseFields: throwing })
    const client = await registerConfidential(world)
    const answer = await postAs(world, client, '/oauth2/token', { grant_type: 'client_credentials' })
    expectJsonError(answer, 500, 'server_error')
    fail('signingKeys', 'list', failure())
    const jwks = await send(world, `${issuer}/jwks`)
    expectJsonError(jwks, 500, 'server_error')
    expectSilent(JSON.stringify([answer.body, jwks.body, credentials(client).form]))
  })
})
