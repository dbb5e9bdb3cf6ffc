import type { RegisteredClient } from '@oauth/core'
import { describe, expect, test } from 'vitest'
import {
  authorize,
  authorizeUrl,
  createPkce,
  credentials,
  post,
  redirectUri,
  registerConfidential,
  registerPublic,
} from '../support/client.ts'
import { send } from '../support/expectations.ts'
import { createLogoutWorld, logoutUrl } from '../support/logout.ts'
import { issuer, type World } from '../support/world.ts'

const own = 'https://app.example.com'
const foreign = 'https://evil.test'

function createOpenWorld(): World {
  return createLogoutWorld({ allowDynamicClientRegistration: true, allowUnauthenticatedClientRegistration: true })
}

function corsHeaders(headers: Headers): readonly string[] {
  return [...headers.keys()].filter((name) => name.startsWith('access-control-')).sort()
}

async function preflight(world: World, path: string, origin: string) {
  return send(world, issuer + path, {
    method: 'OPTIONS',
    headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'dpop' },
  })
}

async function redeem(world: World, client: RegisteredClient, origin: string) {
  const { code, pkce } = await authorize(world, client, { scope: 'openid' })
  const { headers, form } = credentials(client)
  const body = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: pkce.verifier }
  return post(world, '/oauth2/token', { ...body, ...form }, { ...headers, origin })
}

/** Returns the names in the header Vary. A framework around the provider may add names to it. */
const variesBy = (headers: Headers): readonly string[] => (headers.get('vary') ?? '').split(', ')

describe('the front channel (G10)', () => {
  test.each(['authorize', 'consent', 'continue', 'login', 'end-session'])(
    '%s has no CORS headers (G10)',
    async (name) => {
      const world = createOpenWorld()
      const url = `${issuer}/oauth2/${name}`
      for (const origin of [own, foreign, 'null', issuer.replace('/auth', '')]) {
        for (const method of ['GET', 'POST', 'OPTIONS']) {
          const answer = await send(world, url, { method, headers: { origin } })
          expect(answer.status).not.toBe(404)
          expect(corsHeaders(answer.headers)).toEqual([])
        }
      }
    },
  )

  test('a successful redirect has no CORS headers (G10)', async () => {
    const world = createOpenWorld()
    const client = await registerConfidential(world)
    for (const url of [authorizeUrl(world, client, createPkce()), logoutUrl(world, {})]) {
      const response = await world.browser().request(url, { headers: { origin: own } })
      expect(response.status).toBeLessThan(400)
      expect(corsHeaders(response.headers)).toEqual([])
    }
  })
})

describe('token and revoke: the client’s own origins alone (G10)', () => {
  test.each([
    ['public', registerPublic],
    ['confidential', registerConfidential],
  ])('a %s client’s answer is for its own origin (G10)', async (_kind, register) => {
    const world = createOpenWorld()
    const client = await register(world)
    const good = await redeem(world, client, own)
    expect(good.status).toBe(200)
    expect(good.headers.get('access-control-allow-origin')).toBe(own)
    expect(variesBy(good.headers)).toContain('Origin')
    expect(good.headers.get('access-control-expose-headers')).toMatch(/retry-after/i)
    for (const origin of [
      foreign,
      'null',
      'https://app.example.com.evil.test',
      'http://app.example.com',
      `${own}:8443`,
    ]) {
      const answer = await redeem(world, client, origin)
      expect(answer.status).toBe(200)
      expect(corsHeaders(answer.headers), origin).toEqual([])
    }
  })

  test('errors after authentication can be read there alone (G10)', async () => {
    const world = createOpenWorld()
    const client = await registerPublic(world)
    const { client_id } = client
    const refused = await post(world, '/oauth2/token', { client_id, grant_type: 'unknown' }, { origin: own })
    expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([400, own])
    const elsewhere = await post(world, '/oauth2/token', { client_id, grant_type: 'unknown' }, { origin: foreign })
    expect(corsHeaders(elsewhere.headers)).toEqual([])
  })

  test('errors before authentication can be read by any origin, so that a script learns that its client was deleted, and they are the same for a wrong secret (G10)', async () => {
    const world = createOpenWorld()
    const deleted = await registerConfidential(world)
    await world.provider.deleteClient(deleted.client_id)
    const { client_id } = await registerConfidential(world)
    const answers = []
    for (const form of [
      { client_id, client_secret: 'wrong' },
      { client_id: deleted.client_id, client_secret: deleted.client_secret },
      { client_id: 'unknown', client_secret: 'wrong' },
    ]) {
      const { status, headers, body } = await post(world, '/oauth2/token', form, { origin: foreign })
      answers.push({ status, body, cors: corsHeaders(headers), origin: headers.get('access-control-allow-origin') })
    }
    expect(answers[0]).toMatchObject({ status: 401, body: { error: 'invalid_client' }, origin: '*' })
    for (const answer of answers) expect(answer).toEqual(answers[0])
    for (const form of [{}, { client_id: 'unknown' }]) {
      const { headers } = await post(world, '/oauth2/token', form, { origin: own })
      expect(headers.get('access-control-allow-origin')).toBe('*')
      expect(headers.get('access-control-allow-credentials')).toBeNull()
      expect(corsHeaders((await post(world, '/oauth2/token', form, { origin: 'null' })).headers)).toEqual([])
    }
  })

  test('the server side gives one client further origins, and no client gives them to itself (G10)', async () => {
    const world = createOpenWorld()
    const allowed_cors_origins = ['https://spa.example', 'chrome-extension://abcdefghijklmnop', 'http://localhost:5173']
    const { client_id } = await registerPublic(world, { allowed_cors_origins })
    const other = await registerPublic(world)
    const ask = async (id: string, origin: string) => {
      const { headers } = await post(world, '/oauth2/revoke', { client_id: id, token: 'x' }, { origin })
      return headers.get('access-control-allow-origin')
    }
    for (const origin of allowed_cors_origins) {
      expect([await ask(client_id, origin), await ask(other.client_id, origin)]).toEqual([origin, null])
    }
    for (const origin of ['https://spa.example.evil.test', 'http://spa.example', 'http://localhost:5174', 'null']) {
      expect(await ask(client_id, origin)).toBeNull()
    }
    const json = { 'content-type': 'application/json' }
    const claimed = { redirect_uris: [redirectUri], allowed_cors_origins: [foreign] }
    const init = { method: 'POST', headers: json, body: JSON.stringify(claimed) }
    const { body: self } = await send(world, `${issuer}/oauth2/register`, init)
    expect(self).not.toHaveProperty('allowed_cors_origins')
    expect(await ask(self.client_id, foreign)).toBeNull()
    // What the server side gave stays when the client replaces its registration.
    await world.provider.updateClient(self.client_id, { allowed_cors_origins: ['https://spa.example'] })
    const put = await send(world, self.registration_client_uri, {
      method: 'PUT',
      headers: { ...json, authorization: `Bearer ${self.registration_access_token}` },
      body: JSON.stringify({ ...claimed, client_id: self.client_id }),
    })
    expect(put.body.allowed_cors_origins).toEqual(['https://spa.example'])
  })

  test('allowedCorsOrigins counts for every client, and for no other origin (G10)', async () => {
    const world = createLogoutWorld({ allowedCorsOrigins: ['https://portal.example'] })
    for (const { client_id } of [await registerPublic(world), await registerPublic(world)]) {
      for (const [origin, allowed] of [
        ['https://portal.example', 'https://portal.example'],
        ['https://portal.example:444', null],
        [foreign, null],
      ] as const) {
        const { headers } = await post(world, '/oauth2/revoke', { client_id, token: 'x' }, { origin })
        expect(headers.get('access-control-allow-origin')).toBe(allowed)
      }
    }
  })

  test.each([
    '*',
    'null',
    '',
    'https://*.example.com',
    'https://app.example.com/',
    'https://app.example.com/path',
    'https://APP.example.com',
    'https://app.example.com:443',
    'https://user@app.example.com',
    'http://app.example.com',
    'app.example.com',
    'javascript:alert(1)',
    'https://',
    'https://a b',
  ])('%j is no origin that may be allowed (G10)', async (origin) => {
    expect(() => createLogoutWorld({ allowedCorsOrigins: [origin] })).toThrow(
      /^option allowedCorsOrigins\[0\]: must be an origin/,
    )
    const refused = registerPublic(createLogoutWorld(), { allowed_cors_origins: [origin] })
    await expect(refused).rejects.toMatchObject({ code: 'invalid_client_metadata' })
  })

  test('the revocation endpoint has CORS headers for the client’s own origins alone (G10)', async () => {
    const world = createOpenWorld()
    const { client_id } = await registerPublic(world)
    for (const [origin, allowed] of [
      [own, own],
      [foreign, null],
      ['null', null],
    ] as const) {
      const answer = await post(world, '/oauth2/revoke', { client_id, token: 'x' }, { origin })
      expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([200, allowed])
    }
  })

  test('a private-use scheme has no origin, not even `null` (G10)', async () => {
    const world = createOpenWorld()
    const redirect_uris = ['com.example.app:/cb', 'http://127.0.0.1:8000/cb']
    const { client_id } = await registerPublic(world, { redirect_uris, application_type: 'native' })
    for (const origin of ['null', 'com.example.app:', 'com.example.app://', 'http://127.0.0.1']) {
      const answer = await post(world, '/oauth2/revoke', { client_id, token: 'x' }, { origin })
      expect(corsHeaders(answer.headers), origin).toEqual([])
    }
    const answer = await post(world, '/oauth2/revoke', { client_id, token: 'x' }, { origin: 'http://127.0.0.1:8000' })
    expect(answer.headers.get('access-control-allow-origin')).toBe('http://127.0.0.1:8000')
  })

  test('a request without Origin gets no CORS headers (G10)', async () => {
    const world = createOpenWorld()
    const { client_id } = await registerPublic(world)
    expect(corsHeaders((await post(world, '/oauth2/revoke', { client_id, token: 'x' })).headers)).toEqual([])
  })

  test('introspection has no CORS headers (G10)', async () => {
    const world = createOpenWorld()
    const client = await registerConfidential(world)
    const { headers } = credentials(client)
    const answer = await post(world, '/oauth2/introspect', { token: 'x' }, { ...headers, origin: own })
    expect([answer.status, corsHeaders(answer.headers)]).toEqual([200, []])
    expect((await preflight(world, '/oauth2/introspect', own)).status).toBe(405)
  })
})

describe('preflights (G10)', () => {
  test.each(['/oauth2/token', '/oauth2/revoke'])(
    'the preflight of %s allows any origin but null, by name (G10)',
    async (path) => {
      const world = createOpenWorld()
      for (const origin of [own, foreign]) {
        const { status, headers } = await preflight(world, path, origin)
        expect([status, headers.get('access-control-allow-origin')]).toEqual([204, origin])
        expect(variesBy(headers)).toContain('Origin')
        expect(headers.get('access-control-allow-headers')).toMatch(/DPoP/)
        expect(headers.get('access-control-allow-methods')).toBe('POST')
      }
    },
  )

  test.each(['/oauth2/userinfo', '/oauth2/register', '/jwks', '/.well-known/openid-configuration'])(
    'the preflight of %s allows any origin (G10)',
    async (path) => {
      const { status, headers } = await preflight(createOpenWorld(), path, foreign)
      expect([status, headers.get('access-control-allow-origin')]).toEqual([204, '*'])
    },
  )

  test.each(['/oauth2/token', '/oauth2/revoke', '/oauth2/userinfo', '/oauth2/register'])(
    'the preflight of %s refuses `null` (G10)',
    async (path) => {
      const { status, headers } = await preflight(createOpenWorld(), path, 'null')
      expect([status, corsHeaders(headers)]).toEqual([204, []])
    },
  )
})

describe('headers that a script wants to send (G10)', () => {
  const ask = (path: string, names: string, origin = foreign) =>
    send(createOpenWorld(), issuer + path, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': names },
    })

  test.each(['/oauth2/token', '/oauth2/register', '/oauth2/userinfo', '/.well-known/oauth-authorization-server'])(
    'the preflight of %s allows the headers of tracing libraries, and caches tell them apart (G10)',
    async (path) => {
      const wanted = ['traceparent', 'sentry-trace', 'baggage', 'x-requested-with', 'mcp-protocol-version']
      const { headers } = await ask(path, wanted.join(', '))
      const allowed = (headers.get('access-control-allow-headers') ?? '').toLowerCase().split(', ')
      expect(allowed).toEqual(expect.arrayContaining([...wanted, 'authorization', 'content-type']))
      expect(new Set(allowed).size).toBe(allowed.length)
      expect(variesBy(headers)).toContain('Access-Control-Request-Headers')
    },
  )

  test('what is no header name is left out, and the list is bounded (G10)', async () => {
    const many = Array.from({ length: 500 }, (_, n) => `x-${n}`).join(',')
    const { headers } = await ask('/oauth2/token', `x-good, "x-bad", x bad, <script>, ${'y'.repeat(101)}, ${many}`)
    const allowed = (headers.get('access-control-allow-headers') ?? '').split(', ')
    expect(allowed).toContain('x-good')
    expect(allowed.every((name) => /^[\w-]{1,100}$/.test(name))).toBe(true)
    expect(allowed.length).toBeLessThan(60)
  })

  test('where there is no CORS, and for `null`, nothing is echoed (G10)', async () => {
    expect(corsHeaders((await ask('/oauth2/authorize', 'traceparent')).headers)).toEqual([])
    expect(corsHeaders((await ask('/oauth2/introspect', 'traceparent')).headers)).toEqual([])
    expect(corsHeaders((await ask('/oauth2/token', 'traceparent', 'null')).headers)).toEqual([])
  })
})

test('nothing ever allows credentials (G10)', async () => {
  const world = createOpenWorld()
  for (const { pathname } of Object.entries(world.provider.metadata)
    .filter(([name]) => /_endpoint$|_uri$/.test(name))
    .map(([, url]) => new URL(url as string))) {
    for (const origin of [own, foreign, 'null']) {
      for (const method of ['GET', 'POST', 'OPTIONS']) {
        const { headers } = await send(world, new URL(pathname, issuer).href, { method, headers: { origin } })
        expect(headers.get('access-control-allow-credentials')).toBeNull()
      }
    }
  }
})

test('documents and userinfo can be read by any origin, registration too (G10)', async () => {
  const world = createOpenWorld()
  const headers = { origin: foreign }
  for (const path of ['/jwks', '/.well-known/openid-configuration', '/oauth2/userinfo']) {
    expect((await send(world, issuer + path, { headers })).headers.get('access-control-allow-origin')).toBe('*')
  }
  const registered = await send(world, `${issuer}/oauth2/register`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({ redirect_uris: [redirectUri], token_endpoint_auth_method: 'none' }),
  })
  expect([registered.status, registered.headers.get('access-control-allow-origin')]).toEqual([201, '*'])
})
