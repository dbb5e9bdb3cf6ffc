import * as client from 'openid-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { applicationLimit } from '../src/applications/application-limit.ts'
import { application, create, type Developer, developer, environmentOf, secretOf } from './developer.ts'
import { authorize } from './journey.ts'
import { type Example, startExample } from './start.ts'
import { createUserAgent } from './user-agent.ts'

const redirectUri = 'https://rp.example/callback'
const deviceCode = 'urn:ietf:params:oauth:grant-type:device_code'
const timeout = 60_000

describe('your applications', () => {
  let example: Example
  let ada: Developer

  beforeAll(async () => {
    example = await startExample()
    ada = await developer(example, 'ada')
  }, timeout)
  afterAll(async () => {
    await example?.stop()
    expect(example?.failures).toEqual([])
  })

  test('a developer finds the page from the start page, and a new account has no application', async () => {
    const home = await ada.agent.open(example.baseUrl)
    expect(home.body).toContain('href="/applications">Your applications</a>')
    const page = await ada.open('')
    expect(page.body).toContain('You have no applications yet.')
    for (const kind of ['web', 'spa', 'native', 'api', 'machine'])
      expect((await ada.open('/new')).body).toContain(`href="/applications/new/${kind}"`)
    expect((await ada.open('/new/other')).status).toBe(404)
  })

  test('a visitor of your applications who has to sign in first comes back there, and a link cannot name another place', async () => {
    const visitor = createUserAgent()
    const account = { email: 'ada@example.com', password: 'a long password' }
    const form = await visitor.open(`${example.baseUrl}/applications`)
    expect(form.url.pathname).toBe('/login')
    expect((await visitor.submit(form, 'Sign in', account)).url.pathname).toBe('/applications')
    for (const next of ['//evil.example', 'https://evil.example/applications', '/logout']) {
      const other = createUserAgent()
      const page = await other.open(`${example.baseUrl}/login?next=${encodeURIComponent(next)}`)
      expect((await other.submit(page, 'Sign in', account)).url.href).toBe(`${example.baseUrl}/`)
    }
  })

  test.each([
    ['web', 'client_secret_basic', ['authorization_code', 'refresh_token'], 'web'],
    ['spa', 'none', ['authorization_code', 'refresh_token'], 'web'],
    ['native', 'none', ['authorization_code', 'refresh_token', deviceCode], 'native'],
    ['api', 'client_secret_basic', [], 'web'],
    ['machine', 'client_secret_basic', ['client_credentials'], 'web'],
  ])('the kind %s decides that a client authenticates with %s', async (kind, method, grantTypes, type) => {
    const uris = kind === 'native' ? 'http://127.0.0.1/callback\r\ncom.example.app:/callback' : redirectUri
    const page = await create(ada, kind, { redirect_uris: uris, scope: kind === 'machine' ? 'notes:read' : 'openid' })
    const { id, clientId } = application(page)
    const stored = await example.provider.getClient(clientId)
    expect(stored?.metadata).toMatchObject({
      client_name: `The ${kind} of ada`,
      token_endpoint_auth_method: method,
      grant_types: grantTypes,
      application_type: type,
      require_pkce: true,
    })
    expect(stored?.userId).toBe(ada.userId)
    expect(stored?.registeredBy).toBe('user')
    expect(stored?.metadata.redirect_uris).toEqual(grantTypes.includes('authorization_code') ? uris.split('\r\n') : [])
    expect(stored?.secrets).toHaveLength(method === 'none' ? 0 : 1)

    const environment = environmentOf(page)
    expect(environment.OAUTH_ISSUER).toBe(example.issuer)
    expect(environment.OAUTH_CLIENT_ID).toBe(clientId)
    expect(environment.OAUTH_CLIENT_SECRET).toBe(secretOf(page))
    expect(environment.OAUTH_CLIENT_SECRET === undefined).toBe(method === 'none')
    expect(environment.OAUTH_REDIRECT_URI).toBe(stored?.metadata.redirect_uris[0])
    const callsApi = kind === 'api' || kind === 'machine'
    expect(environment.OAUTH_RESOURCE).toBe(callsApi ? `${example.baseUrl}/api` : undefined)
    expect((await ada.open('')).body).toContain(`<a href="/applications/${id}">The ${kind} of ada</a>`)
  })

  test('the settings of a new web application sign a user in with openid-client, who is warned at consent', {
    timeout,
  }, async () => {
    const page = await create(ada, 'web', { redirect_uris: redirectUri, scope: ['openid', 'email', 'notes:read'] })
    const { OAUTH_ISSUER, OAUTH_CLIENT_ID, OAUTH_CLIENT_SECRET, OAUTH_REDIRECT_URI, OAUTH_RESOURCE } =
      environmentOf(page)
    const config = await client.discovery(
      new URL(String(OAUTH_ISSUER)),
      String(OAUTH_CLIENT_ID),
      OAUTH_CLIENT_SECRET,
      undefined,
      { execute: [client.allowInsecureRequests] },
    )
    const verifier = client.randomPKCECodeVerifier()
    const url = client.buildAuthorizationUrl(config, {
      redirect_uri: String(OAUTH_REDIRECT_URI),
      resource: String(OAUTH_RESOURCE),
      scope: 'openid email notes:read',
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    })
    expect((await ada.agent.open(url)).body).toContain('Unverified: this application registered itself.')
    const callback = await authorize(createUserAgent(), url, redirectUri)
    const tokens = await client.authorizationCodeGrant(config, callback, { pkceCodeVerifier: verifier })
    expect(tokens.claims()?.aud).toBe(OAUTH_CLIENT_ID)
    const notes = await client.fetchProtectedResource(
      config,
      tokens.access_token,
      new URL(`${OAUTH_RESOURCE}/notes`),
      'GET',
    )
    expect(notes.status).toBe(200)
  })

  test('the settings of a machine get a token for the API, and it counts only while the application is enabled', async () => {
    const page = await create(ada, 'machine', { scope: 'notes:read' })
    const { clientId } = application(page)
    const { OAUTH_CLIENT_SECRET = '', OAUTH_RESOURCE = '' } = environmentOf(page)
    const request = () =>
      fetch(`${example.issuer}/oauth2/token`, {
        method: 'POST',
        headers: { authorization: `Basic ${btoa(`${clientId}:${OAUTH_CLIENT_SECRET}`)}` },
        body: new URLSearchParams({ grant_type: 'client_credentials', resource: OAUTH_RESOURCE }),
      })
    const { access_token } = (await (await request()).json()) as { access_token: string }
    const notes = async () =>
      (await fetch(`${OAUTH_RESOURCE}/notes`, { headers: { authorization: `Bearer ${access_token}` } })).status
    expect(await notes()).toBe(200)

    const disabled = await ada.agent.submit(page, 'Disable the application')
    expect(disabled.body).toContain('This application is disabled')
    expect((await ada.open('')).body).toContain('Machine to machine · disabled')
    expect(await notes()).toBe(401)
    expect((await request()).status).toBe(401)

    const enabled = await ada.agent.submit(disabled, 'Enable the application')
    expect(enabled.body).not.toContain('This application is disabled')
    expect(await notes()).toBe(200)
    expect((await request()).status).toBe(200)
  })

  /** Returns the access token of a web application that only signs its user in: it is for the server alone. */
  async function tokenThatSignsIn(): Promise<string> {
    const settings = environmentOf(await create(ada, 'web', { redirect_uris: redirectUri, scope: ['openid'] }))
    const { OAUTH_ISSUER, OAUTH_CLIENT_ID, OAUTH_CLIENT_SECRET } = settings
    const config = await client.discovery(
      new URL(String(OAUTH_ISSUER)),
      String(OAUTH_CLIENT_ID),
      OAUTH_CLIENT_SECRET,
      undefined,
      { execute: [client.allowInsecureRequests] },
    )
    const pkceCodeVerifier = client.randomPKCECodeVerifier()
    const url = client.buildAuthorizationUrl(config, {
      redirect_uri: redirectUri,
      scope: 'openid',
      code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
    })
    const callback = await authorize(createUserAgent(), url, redirectUri)
    const { access_token } = await client.authorizationCodeGrant(config, callback, { pkceCodeVerifier })
    await client.fetchUserInfo(config, access_token, client.skipSubjectCheck)
    return access_token
  }

  test('an API asks about tokens for its resource with its settings, about no others, and not while it is disabled', async () => {
    const machine = environmentOf(await create(ada, 'machine', { scope: 'notes:read' }))
    const page = await create(ada, 'api', {})
    const api = environmentOf(page)
    const post = async (path: string, settings: typeof api, body: Record<string, string>) => {
      const authorization = `Basic ${btoa(`${settings.OAUTH_CLIENT_ID}:${settings.OAUTH_CLIENT_SECRET}`)}`
      const init = { method: 'POST', headers: { authorization }, body: new URLSearchParams(body) }
      return (await (await fetch(`${example.issuer}/oauth2/${path}`, init)).json()) as Record<string, string>
    }
    const grant = { grant_type: 'client_credentials' }
    const { access_token: forApi = '' } = await post('token', machine, {
      ...grant,
      resource: String(api.OAUTH_RESOURCE),
    })
    // The samples that send no resource get a token for the API as well, since the server has no other.
    const { access_token: withoutResource = '' } = await post('token', machine, grant)
    const forServer = await tokenThatSignsIn()
    const about = { active: true, client_id: machine.OAUTH_CLIENT_ID, scope: 'notes:read' }
    expect(await post('introspect', api, { token: forApi })).toMatchObject(about)
    expect(await post('introspect', api, { token: withoutResource })).toMatchObject(about)
    expect(await post('introspect', api, { token: forServer })).toEqual({ active: false })
    expect(await post('token', api, grant)).toMatchObject({ error: 'unauthorized_client' })

    await ada.agent.submit(page, 'Disable the application')
    expect(await post('introspect', api, { token: forApi })).toMatchObject({ error: 'invalid_client' })
  })

  test('a developer makes a new secret, and the old one stops working', async () => {
    const page = await create(ada, 'machine', { scope: 'notes:read' })
    const { clientId } = application(page)
    const status = async (secret: string | undefined) => {
      const headers = { authorization: `Basic ${btoa(`${clientId}:${secret}`)}` }
      const body = new URLSearchParams({ grant_type: 'client_credentials' })
      return (await fetch(`${example.issuer}/oauth2/token`, { method: 'POST', headers, body })).status
    }
    expect(await status(secretOf(page))).toBe(200)
    const rotated = await ada.agent.submit(page, 'Make a new secret')
    expect(rotated.body).toContain('The application has a new secret')
    expect(secretOf(rotated)).not.toBe(secretOf(page))
    expect(await status(secretOf(page))).toBe(401)
    expect(await status(secretOf(rotated))).toBe(200)
  })

  test('a developer changes name, redirect URIs and scopes, and the form begins with what is stored', async () => {
    const page = await create(ada, 'web', { redirect_uris: redirectUri, scope: ['openid', 'profile'] })
    const { id, clientId } = application(page)
    const form = await ada.open(`/${id}/edit`)
    expect(form.body).toContain('value="The web of ada"')
    expect(form.body).toContain(`>\n${redirectUri}</textarea>`)
    expect(form.body).toMatch(/value="profile" checked/)
    expect(form.body).not.toMatch(/value="email" checked/)

    const changed = {
      name: 'Renamed',
      redirect_uris: `${redirectUri}\r\n${redirectUri}/two`,
      scope: ['openid', 'email'],
    }
    const saved = await ada.agent.submit(form, 'Save changes', changed)
    expect(saved.body).toContain('Your changes are saved.')
    expect((await example.provider.getClient(clientId))?.metadata).toMatchObject({
      client_name: 'Renamed',
      redirect_uris: [redirectUri, `${redirectUri}/two`],
      scope: 'openid email',
      token_endpoint_auth_method: 'client_secret_basic',
    })
  })

  test('a developer deletes an application', async () => {
    const page = await create(ada, 'spa', { redirect_uris: redirectUri, scope: 'openid' })
    const { id, clientId } = application(page)
    const list = await ada.agent.submit(page, 'Delete the application')
    expect(list.url.pathname).toBe('/applications')
    expect(list.body).toContain('The application is deleted.')
    expect(list.body).not.toContain(clientId)
    expect(await example.provider.getClient(clientId)).toBeUndefined()
    expect((await ada.open(`/${id}`)).status).toBe(404)
  })

  test.each([
    ['http://rp.example/callback', 'must use https unless it is a loopback address'],
    ['javascript:alert(1)', 'must not use the scheme javascript:'],
    ['https://rp.example/callback#fragment', 'must not have a fragment'],
    ['callback', 'must be an absolute URI'],
    ['', 'Enter the address to which users return'],
  ])(
    'the form says beside the field why %j cannot be a redirect URI, and keeps what was typed',
    async (uri, reason) => {
      const page = await create(ada, 'web', { redirect_uris: uri, scope: 'email' })
      expect(page.status).toBe(422)
      expect(page.body).toContain('Please correct the fields below.')
      const error = /<p class="error" id="redirect_uris-error">([^<]*)<\/p>/.exec(page.body)?.[1]
      expect(error).toContain(reason)
      expect(page.body).toMatch(/<textarea[^>]*aria-describedby="redirect_uris-error redirect_uris-hint"/)
      expect(page.body).toContain('value="The web of ada"')
      expect(page.body).toContain(`>\n${uri}</textarea>`)
      expect(page.body).toMatch(/value="email" checked/)
      expect(page.body).not.toMatch(/value="openid" checked/)
    },
  )

  test('the form says what is missing: a name, and a scope, since the provider would choose some', async () => {
    const page = await create(ada, 'machine', { name: ' ', scope: [] })
    expect(page.status).toBe(422)
    expect(page.body).toContain('Enter a name of at most 100 characters.')
    expect(page.body).toContain('Choose at least one scope.')
  })

  test('a user has a limited number of applications, and the page says so and keeps what was typed', {
    timeout,
  }, async () => {
    const hoarder = await developer(example, 'hoarder')
    for (let made = 0; made < applicationLimit; made++)
      await example.provider.registerClient({ user_id: hoarder.userId, grant_types: [] })
    expect((await hoarder.open('')).body).toContain('as many as one account may have')
    const page = await create(hoarder, 'spa', { redirect_uris: redirectUri, scope: 'openid' })
    expect(page.status).toBe(403)
    expect(page.body).toContain(`One account may have ${applicationLimit} applications.`)
    expect(page.body).toContain('value="The spa of hoarder"')
  })
})
