import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { users } from '../src/host/users.ts'
import { readSettings } from '../src/settings.ts'
import { afterLogout, ask, authorize, call, callback, discover, redeem, register, verifyIdToken } from './client.ts'
import { createScriptedBrowser } from './scripted-browser.ts'
import { type Host, startHost } from './start.ts'

describe.each(['http', 'https'] as const)('the conformance host over %s', (scheme) => {
  let host: Host
  beforeAll(async () => {
    host = await startHost(scheme, { allowPrivateAddresses: true })
  })
  afterAll(async () => {
    await host.stop()
    expect(host.events.filter(({ type }) => type === 'request.failed')).toEqual([])
  })

  test('discovery has the members that the profiles require', async () => {
    const metadata = await discover(host)
    expect(metadata.issuer).toBe(host.issuer)
    expect(host.issuer.startsWith(`${scheme}://localhost:`)).toBe(true)
    expect(metadata).toMatchObject({
      subject_types_supported: ['public', 'pairwise'],
      end_session_endpoint: `${host.issuer}/oauth2/end-session`,
      registration_endpoint: `${host.issuer}/oauth2/register`,
      backchannel_logout_supported: true,
      backchannel_logout_session_supported: true,
      frontchannel_logout_supported: true,
      frontchannel_logout_session_supported: true,
      response_modes_supported: expect.arrayContaining(['query', 'form_post']),
      claims_parameter_supported: true,
      request_parameter_supported: true,
      request_uri_parameter_supported: true,
      id_token_signing_alg_values_supported: ['RS256', 'PS256', 'ES256', 'EdDSA'],
      acr_values_supported: ['1', '2'],
    })
    expect(metadata.token_endpoint_auth_methods_supported).toEqual(
      expect.arrayContaining(['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'client_secret_jwt']),
    )
    expect(metadata.scopes_supported).toEqual(
      expect.arrayContaining(['openid', 'profile', 'email', 'address', 'phone', 'offline_access']),
    )
  })

  test('a program without a token registers a confidential client and manages it: 201, 200, 200, 204, 401', async () => {
    const { status, headers, body: client } = await register(host, { client_name: 'Suite' })
    expect([status, headers['cache-control']]).toEqual([201, 'no-store'])
    expect(client).toMatchObject({
      token_endpoint_auth_method: 'client_secret_basic',
      client_secret: expect.any(String),
      client_secret_expires_at: 0,
      require_pkce: false,
    })
    const token = { authorization: `Bearer ${client.registration_access_token}` }
    const read = await call(host, 'GET', client.registration_client_uri, token)
    expect([read.status, read.body.client_name]).toEqual([200, 'Suite'])
    const update = JSON.stringify({ client_id: client.client_id, redirect_uris: [callback], client_name: 'Renamed' })
    const json = { ...token, 'content-type': 'application/json' }
    const replaced = await call(host, 'PUT', client.registration_client_uri, json, update)
    expect([replaced.status, replaced.body.client_name]).toEqual([200, 'Renamed'])
    const next = { authorization: `Bearer ${replaced.body.registration_access_token}` }
    expect((await call(host, 'DELETE', client.registration_client_uri, next)).status).toBe(204)
    expect((await call(host, 'GET', client.registration_client_uri, next)).status).toBe(401)
  })

  test.each([
    [{ redirect_uris: ['https://suite.example.com/cb#x'] }, 'invalid_redirect_uri'],
    [{ initiate_login_uri: 'http://suite.example.com/start' }, 'invalid_client_metadata'],
    [{ frontchannel_logout_uri: 'https://other.example.com/out' }, 'invalid_client_metadata'],
  ])('the server refuses the registration of %j with a JSON error', async (metadata, error) => {
    const { status, body } = await register(host, metadata)
    expect([status, body.error]).toEqual([400, error])
  })

  test('the code flow works without PKCE and without nonce, through forms that are found by their ids', async () => {
    const { body: client } = await register(host)
    const scope = 'openid profile email address phone'
    const { answer } = await authorize(host, client, { scope, state: 's' })
    expect([answer.get('state'), answer.get('iss')]).toEqual(['s', host.issuer])
    const { status, body } = await redeem(host, client, answer.get('code') ?? '')
    expect(status).toBe(200)
    const claims = await verifyIdToken(host, client, body.id_token)
    expect(claims).not.toHaveProperty('nonce')
    // The claims of scopes are at userinfo alone (OpenID Connect Core section 5.4).
    for (const name of Object.keys(users[0]?.claims ?? {})) expect(claims).not.toHaveProperty(name)
    const { userinfo_endpoint } = await discover(host)
    const userinfo = await call(host, 'GET', userinfo_endpoint, { authorization: `Bearer ${body.access_token}` })
    expect(userinfo.body).toEqual({ ...users[0]?.claims, sub: claims.sub })
    const again = await redeem(host, client, answer.get('code') ?? '')
    expect([again.status, again.body.error]).toEqual([400, 'invalid_grant'])
    const dead = await call(host, 'GET', userinfo_endpoint, { authorization: `Bearer ${body.access_token}` })
    expect(dead.status).toBe(401)
  })

  test('form_post works through the pages, with claims requested by name and the requested acr', async () => {
    const { body: client } = await register(host)
    const claims = JSON.stringify({ id_token: { email: null, auth_time: { essential: true } } })
    const parameters = { response_mode: 'form_post', state: 's', acr_values: '2', claims }
    const { page } = await authorize(host, client, parameters)
    expect([page.status, page.body]).toEqual([
      200,
      expect.stringContaining(`<form method="post" action="${callback}">`),
    ])
    const field = (name: string) => new RegExp(`name="${name}" value="([^"]*)"`).exec(page.body)?.[1]
    expect([field('state'), field('iss')]).toEqual(['s', host.issuer])
    const { body } = await redeem(host, client, field('code') ?? '')
    const idToken = await verifyIdToken(host, client, body.id_token)
    expect(idToken).toMatchObject({ acr: '2', email: users[0]?.claims.email, auth_time: expect.any(Number) })
  })

  test('a request for offline_access without PKCE gets a refresh token', async () => {
    const { body: client } = await register(host, { grant_types: ['authorization_code', 'refresh_token'] })
    const { answer } = await authorize(host, client, { scope: 'openid offline_access', prompt: 'consent' })
    expect((await redeem(host, client, answer.get('code') ?? '')).body).toHaveProperty('refresh_token')
  })

  test('clients of two sectors get different pairwise subjects for one user', async () => {
    const subjects: unknown[] = []
    for (const uri of [callback, 'https://second.example.com/callback']) {
      const { body: client } = await register(host, { subject_type: 'pairwise', redirect_uris: [uri] })
      const { page, browser } = await ask(host, client, { redirect_uri: uri })
      const consent = await browser.press(page, 'submit', { login: 'alice', password: 'alice-password' })
      const end = await browser.press(consent, 'accept', {}, uri)
      const { token_endpoint } = await discover(host)
      const form = { grant_type: 'authorization_code', code: end.url.searchParams.get('code') ?? '', redirect_uri: uri }
      const authorization = `Basic ${btoa(`${client.client_id}:${client.client_secret}`)}`
      const headers = { 'content-type': 'application/x-www-form-urlencoded', authorization }
      const { body } = await call(host, 'POST', token_endpoint, headers, new URLSearchParams(form).toString())
      subjects.push((await verifyIdToken(host, client, body.id_token)).sub)
    }
    expect(new Set([...subjects, 'user-1']).size).toBe(3)
  })

  test('the login page reports a wrong password, and the client gets access_denied when the user denies consent', async () => {
    const { body: client } = await register(host)
    const { browser, page } = await ask(host, client)
    const again = await browser.press(page, 'submit', { login: 'alice', password: 'wrong' })
    expect([again.status, again.body]).toEqual([422, expect.stringContaining('id="problem"')])
    const { answer } = await authorize(host, client, { state: 's' }, 'deny')
    expect(Object.fromEntries(answer)).toMatchObject({ error: 'access_denied', state: 's', iss: host.issuer })
  })

  test('prompt=login shows the form although a session exists, and prompt=none succeeds without a page', async () => {
    const { body: client } = await register(host)
    const { browser } = await authorize(host, client)
    const silent = await ask(host, client, { prompt: 'none' }, browser)
    expect(silent.page.url.searchParams.has('code')).toBe(true)
    const { page } = await ask(host, client, { prompt: 'login' }, browser)
    expect([page.status, page.body]).toEqual([200, expect.stringContaining('id="password"')])
  })

  test('an error that cannot go to a client is shown on a page with its code', async () => {
    const { body: client } = await register(host)
    const { page } = await ask(host, client, { redirect_uri: `${callback}/other` })
    expect([page.status, page.body]).toEqual([400, expect.stringMatching(/<p>Error: invalid_request<\/p>/)])
    const { page: unknown } = await ask(host, { client_id: 'nobody' })
    expect(unknown.body).toMatch(/<p>Error: invalid_client<\/p>/)
    const lost = await createScriptedBrowser(host.ca).open(`${host.baseUrl}/login?state=unknown`)
    expect([lost.status, lost.body]).toEqual([400, expect.stringContaining('Error: invalid_request')])
  })

  test('logout with a hint redirects to the registered URI, and without a hint asks the user, at #confirm', async () => {
    const { body: client } = await register(host, { post_logout_redirect_uris: [afterLogout] })
    expect(client.enable_end_session).toBe(true)
    const { end_session_endpoint } = await discover(host)
    for (const hinted of [true, false]) {
      const { browser, answer } = await authorize(host, client, { prompt: 'consent' })
      const { body } = await redeem(host, client, answer.get('code') ?? '')
      const hint = { id_token_hint: body.id_token, post_logout_redirect_uri: afterLogout, state: 's' }
      const page = await browser.open(`${end_session_endpoint}?${new URLSearchParams(hinted ? hint : {})}`, afterLogout)
      if (hinted) expect(page.url.href).toBe(`${afterLogout}?state=s`)
      else expect((await browser.press(page, 'confirm')).body).toContain('You are signed out.')
      const { page: after } = await ask(host, client, { prompt: 'none' }, browser)
      expect(after.url.searchParams.get('error')).toBe('login_required')
    }
  })

  test('the end of one session notifies clients by back-channel and front-channel logout', async () => {
    const got: string[] = []
    const receiver = createServer((request, response) => {
      request.on('data', (part) => got.push(String(part))).on('end', () => response.end())
    })
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
    const { port } = receiver.address() as AddressInfo
    const { body: client } = await register(host, {
      post_logout_redirect_uris: [afterLogout],
      backchannel_logout_uri: `http://127.0.0.1:${port}/out`,
      frontchannel_logout_uri: 'https://suite.example.com/front',
    })
    const { browser, answer } = await authorize(host, client)
    const { body } = await redeem(host, client, answer.get('code') ?? '')
    const { end_session_endpoint } = await discover(host)
    const hint = { id_token_hint: body.id_token, post_logout_redirect_uri: afterLogout }
    const page = await browser.open(`${end_session_endpoint}?${new URLSearchParams(hint)}`)
    const { sid } = await verifyIdToken(host, client, body.id_token)
    expect(page.headers.refresh).toBe(`1; url=${afterLogout}`)
    expect(page.body).toContain(`https://suite.example.com/front?iss=${encodeURIComponent(host.issuer)}&amp;sid=${sid}`)
    const token = new URLSearchParams(got.join('')).get('logout_token') as string
    expect(await verifyIdToken(host, client, token)).toMatchObject({ sid, events: expect.any(Object) })
    await new Promise((resolve) => receiver.close(resolve))
  })
})

describe('private addresses', () => {
  test('the server refuses private addresses without ALLOW_PRIVATE_ADDRESSES', async () => {
    const host = await startHost('http')
    const { status } = await register(host, { backchannel_logout_uri: 'https://127.0.0.1/out' })
    expect(status).toBe(400)
    await host.stop()
  })
})

describe('ID_TOKEN_ALGORITHMS', () => {
  test('ID_TOKEN_ALGORITHMS chooses the algorithms in discovery and the JWKS, for suites that do not know EdDSA', async () => {
    const { idTokenAlgorithms } = readSettings({ ID_TOKEN_ALGORITHMS: 'ES256, RS256' })
    const host = await startHost('http', { idTokenAlgorithms })
    const metadata = await discover(host)
    expect(metadata.id_token_signing_alg_values_supported).toEqual(['ES256', 'RS256'])
    const { body } = await call(host, 'GET', metadata.jwks_uri)
    expect(body.keys.map(({ kty }: { kty: string }) => kty).sort()).toEqual(['EC', 'RSA'])
    const { body: client } = await register(host)
    expect(client.id_token_signed_response_alg ?? 'ES256').toBe('ES256')
    await host.stop()
  })
})

describe('settings', () => {
  test('readSettings has defaults for this machine, and reads the settings for a suite', () => {
    expect(readSettings({})).toMatchObject({
      port: 3100,
      baseUrl: 'http://localhost:3100',
      hostname: '127.0.0.1',
      database: ':memory:',
      tls: undefined,
      allowPrivateAddresses: false,
      idTokenAlgorithms: ['RS256', 'PS256', 'ES256', 'EdDSA'],
    })
    expect(
      readSettings({ BASE_URL: 'https://op.example.com/', PORT: '80', ALLOW_PRIVATE_ADDRESSES: '1' }),
    ).toMatchObject({
      port: 80,
      baseUrl: 'https://op.example.com',
      hostname: undefined,
      allowPrivateAddresses: true,
    })
  })

  test.each([
    [{ PORT: 'x' }, 'PORT'],
    [{ TLS_KEY: 'key.pem' }, 'go together'],
    [{ TLS_KEY: 'no.pem', TLS_CERT: 'no.pem' }, 'TLS_KEY'],
    [{ BASE_URL: 'http://op.example.com' }, 'https://'],
    [{ BASE_URL: 'https://op.example.com/op' }, 'no path'],
    [{ DATABASE: 'oauth.db' }, 'OAUTH_SECRET'],
    [{ ALLOW_PRIVATE_ADDRESSES: 'yes' }, 'ALLOW_PRIVATE_ADDRESSES'],
    [{ ID_TOKEN_ALGORITHMS: 'RS256 HS256' }, 'ID_TOKEN_ALGORITHMS'],
    [{ ID_TOKEN_ALGORITHMS: ' ' }, 'ID_TOKEN_ALGORITHMS'],
  ])('the settings %j cause an error that names the variable or the problem', (env, message) => {
    expect(() => readSettings(env)).toThrow(message)
  })
})
