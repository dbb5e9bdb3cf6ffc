import { describe, expect, test } from 'vitest'
import {
  authorizeUrl,
  createPkce,
  exchangeCode,
  type Pkce,
  redirectUri,
  registerConfidential,
} from '../support/client.ts'
import { expectErrorPage, expectErrorRedirect } from '../support/expectations.ts'
import { alice, createWorld, type World } from '../support/world.ts'

const requestUri = 'urn:example:request:1'

/** A host that has issued one request URI. */
async function start(change: Readonly<Record<string, string>> = {}) {
  const stored = new Map<string, Record<string, string>>()
  const asked: unknown[] = []
  const world: World = createWorld({
    requestUriResolver: async (uri, clientId) => {
      asked.push([uri, clientId])
      return stored.get(uri)
    },
  })
  const client = await registerConfidential(world)
  const pkce: Pkce = createPkce()
  stored.set(requestUri, {
    response_type: 'code',
    client_id: client.client_id,
    redirect_uri: redirectUri,
    scope: 'openid notes:read',
    state: 'stored-state',
    code_challenge: pkce.challenge,
    code_challenge_method: 'S256',
    ...change,
  })
  const url = (parameters: Readonly<Record<string, string>>): string =>
    `${world.issuer}/oauth2/authorize?${new URLSearchParams(parameters)}`
  return { world, client, pkce, asked, url, browser: world.browser() }
}

describe('requestUriResolver', () => {
  test('the stored parameters are used; the client gets the stored state, iss and no request_uri (seed B028)', async () => {
    const { world, client, url, browser, asked } = await start()
    const from = url({ client_id: client.client_id, request_uri: requestUri })
    const { url: end } = await browser.visit(from, { user: alice, accept: true })
    const parameters = new URL(end).searchParams
    expect(end.startsWith(redirectUri)).toBe(true)
    expect([...parameters.keys()].sort()).toEqual(['code', 'iss', 'state'])
    expect([parameters.get('state'), parameters.get('iss')]).toEqual(['stored-state', world.issuer])
    expect(asked).toEqual([[requestUri, client.client_id]])
  })

  test('redirect_uri, scope, state and challenge of the front channel are ignored (seed B029)', async () => {
    const { world, client, pkce, url, browser } = await start()
    const front = createPkce()
    const from = url({
      client_id: client.client_id,
      request_uri: requestUri,
      redirect_uri: 'https://evil.test/cb',
      scope: 'openid notes:write',
      state: 'front',
      prompt: 'none',
      code_challenge: front.challenge,
      code_challenge_method: 'S256',
    })
    const { url: end } = await browser.visit(from, { user: alice, accept: true })
    const parameters = new URL(end).searchParams
    expect([end.startsWith(redirectUri), parameters.get('state')]).toEqual([true, 'stored-state'])
    const code = parameters.get('code') ?? ''
    const wrong = await exchangeCode(world, client, { code, pkce: front, parameters, browser })
    expect(wrong.body.error).toBe('invalid_grant')
    const right = await exchangeCode(world, client, { code, pkce, parameters, browser })
    expect([right.status, right.body.scope]).toEqual([200, 'openid notes:read'])
  })

  test('without a client_id in the front channel the stored one counts', async () => {
    const { url, browser } = await start()
    const { url: end } = await browser.visit(url({ request_uri: requestUri }), { user: alice, accept: true })
    expect(new URL(end).searchParams.has('code')).toBe(true)
  })

  test('a POST with a request_uri works as a GET does', async () => {
    const { world, client, browser } = await start()
    const body = new URLSearchParams({ client_id: client.client_id, request_uri: requestUri })
    const response = await browser.request(`${world.issuer}/oauth2/authorize`, { method: 'POST', body })
    expect(response.headers.get('location')).toMatch(/\/login\?/)
  })

  test('the request_uri of another client shows a page with invalid_request (H03)', async () => {
    const { world, url, browser } = await start()
    const other = await registerConfidential(world)
    const response = await browser.request(url({ client_id: other.client_id, request_uri: requestUri }))
    await expectErrorPage(response, 400, 'invalid_request')
  })

  test('an unknown or expired request_uri shows a page with invalid_request_uri, whatever else was sent', async () => {
    const { world, client, browser } = await start()
    const response = await browser.request(
      authorizeUrl(world, client, createPkce(), { request_uri: 'urn:example:request:2' }),
    )
    await expectErrorPage(response, 400, 'invalid_request_uri')
  })

  test.each([
    ['a stored redirect URI that is not registered', { redirect_uri: 'https://evil.test/cb' }],
    ['a stored client that does not exist', { client_id: 'unknown' }],
  ])('a stored request with %s shows a page', async (_name, change) => {
    const { url, browser } = await start(change)
    const response = await browser.request(url({ request_uri: requestUri }))
    expect([response.status, response.headers.get('location')]).toEqual([400, null])
  })

  test('a stored request_uri or request is not followed; errors of the stored request go to the client', async () => {
    for (const [change, error] of [
      [{ request_uri: requestUri }, 'request_uri_not_supported'],
      [{ request: 'x.y.z' }, 'request_not_supported'],
      [{ code_challenge_method: 'plain' }, 'invalid_request'],
    ] as const) {
      const { world, url, browser } = await start(change)
      const parameters = expectErrorRedirect(
        world,
        await browser.request(url({ request_uri: requestUri })),
        redirectUri,
        error,
      )
      expect(parameters.get('state')).toBe('stored-state')
    }
  })

  test('a repeated request_uri, or one together with request, shows a page with invalid_request, and the host is not asked (G04)', async () => {
    const { url, browser, asked } = await start()
    const twice = `${url({ request_uri: requestUri })}&request_uri=urn%3Aother`
    await expectErrorPage(await browser.request(twice), 400, 'invalid_request')
    const both = url({ request_uri: requestUri, request: 'x.y.z' })
    await expectErrorPage(await browser.request(both), 400, 'invalid_request')
    expect(asked).toEqual([])
  })

  test('a resolver that throws shows a page with 500 (G12)', async () => {
    const world = createWorld({
      requestUriResolver: () => {
        throw new Error('no database')
      },
    })
    const client = await registerConfidential(world)
    const url = authorizeUrl(world, client, createPkce(), { request_uri: requestUri })
    expect(await expectErrorPage(await world.browser().request(url), 500, 'server_error')).not.toContain('database')
  })
})

describe('without the option', () => {
  test('request_uri_not_supported goes to the client', async () => {
    const world = createWorld()
    const client = await registerConfidential(world)
    const url = authorizeUrl(world, client, createPkce(), { request_uri: requestUri })
    expectErrorRedirect(world, await world.browser().request(url), redirectUri, 'request_uri_not_supported')
  })

  test('discovery never advertises request_uri for requestUriResolver', async () => {
    const { world } = await start()
    expect(world.provider.metadata.request_uri_parameter_supported).toBe(false)
    expect(createWorld().provider.metadata.request_uri_parameter_supported).toBe(false)
  })
})
