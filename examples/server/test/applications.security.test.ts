import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { applicationLimit } from '../src/applications/application-limit.ts'
import { application, cookiesOf, create, type Developer, developer, secretOf } from './developer.ts'
import { type Example, startExample } from './start.ts'
import { createUserAgent, type Visit } from './user-agent.ts'

const redirectUri = 'https://rp.example/callback'
const timeout = 60_000

describe('attacks on your applications', () => {
  let example: Example
  let owner: Developer
  let attacker: Developer
  let page: Visit

  beforeAll(async () => {
    example = await startExample()
    owner = await developer(example, 'owner')
    attacker = await developer(example, 'attacker')
    page = await create(owner, 'web', { redirect_uris: redirectUri, scope: 'openid' })
  }, timeout)
  afterAll(async () => {
    await example?.stop()
    expect(example?.failures).toEqual([])
  })

  const stored = () => example.provider.getClient(application(page).clientId)
  const actions = ['edit', 'rotate', 'disable', 'enable', 'delete']

  /** Posts a form with the attacker's own session and form token. */
  function post(path: string, fields: Readonly<Record<string, string>> = {}, headers: Record<string, string> = {}) {
    return fetch(`${example.baseUrl}/applications${path}`, {
      method: 'POST',
      redirect: 'manual',
      headers: { cookie: cookiesOf(attacker.agent), ...headers },
      body: new URLSearchParams({ form_token: String(attacker.agent.cookie('example_id_form')), ...fields }),
    })
  }

  test('a user neither sees nor changes the application of another user: each path is 404, as for an unknown id (G16)', async () => {
    const before = await stored()
    const { id } = application(page)
    const unknown = await attacker.open('/unknown')
    for (const path of [`/${id}`, `/${id}/edit`]) {
      const answer = await attacker.open(path)
      expect(answer.status).toBe(404)
      expect(answer.body).toBe(unknown.body)
    }
    for (const action of actions) {
      const changed = { name: 'Taken', redirect_uris: 'https://evil.example/', scope: 'openid' }
      const answer = await post(`/${id}/${action}`, changed)
      expect([action, answer.status]).toEqual([action, 404])
      expect(await answer.text()).toBe(unknown.body)
    }
    expect(await stored()).toEqual(before)
    expect((await attacker.open('')).body).not.toContain(id)
    expect((await owner.open(`/${id}`)).status).toBe(200)
  })

  test('a client that nobody owns, such as the demo client, is 404 to every user (G16)', async () => {
    const [demo] = (await example.provider.listClients()).filter(({ userId }) => userId === undefined)
    expect((await owner.open(`/${demo?.id}`)).status).toBe(404)
    expect((await post(`/${demo?.id}/delete`)).status).toBe(404)
    expect(await example.provider.getClient(String(demo?.id))).toEqual(demo)
  })

  test.each(['%00', '%E0%A4%A', 'a%2Fb', '..%2F..%2Flogin', 'ü', 'x'.repeat(3000)])(
    'an id that cannot be one is 404: %s',
    async (id) => {
      expect((await attacker.open(`/${id}`)).status).toBe(404)
      expect((await post(`/${id}/delete`)).status).toBe(404)
    },
  )

  test('forms of other sites, and forms without a token, change nothing', async () => {
    const mine = await create(attacker, 'web', { redirect_uris: redirectUri, scope: 'openid' })
    const { id, clientId } = application(mine)
    const before = await example.provider.getClient(clientId)
    const count = async () => (await example.provider.listClients({ userId: attacker.userId })).length
    const had = await count()
    const fields = { name: 'Forged', redirect_uris: 'https://evil.example/', scope: 'openid' }
    for (const path of ['/new/web', ...actions.map((action) => `/${id}/${action}`)]) {
      for (const headers of [
        { origin: 'https://evil.example' },
        { origin: 'null' },
        { 'sec-fetch-site': 'cross-site' },
        { 'sec-fetch-site': 'same-site' },
      ])
        expect([path, (await post(path, fields, headers)).status]).toEqual([path, 403])
      for (const form_token of ['', 'forged'])
        expect([path, (await post(path, { ...fields, form_token })).status]).toEqual([path, 403])
    }
    expect(await example.provider.getClient(clientId)).toEqual(before)
    expect(await count()).toBe(had)
  })

  test('a visitor who is not signed in sees and changes nothing', async () => {
    const { id } = application(page)
    const before = await stored()
    const visitor = createUserAgent()
    for (const path of ['', '/new', '/new/web', `/${id}`, `/${id}/edit`])
      expect((await visitor.open(`${example.baseUrl}/applications${path}`)).url.pathname).toBe('/login')
    const form_token = String(visitor.cookie('example_id_form'))
    const headers = { cookie: `example_id_form=${form_token}` }
    for (const path of ['/new/web', ...actions.map((action) => `/${id}/${action}`)]) {
      const answer = await post(path, { form_token }, headers)
      expect([path, answer.status, answer.headers.get('location')]).toEqual([path, 303, '/login'])
    }
    expect(await stored()).toEqual(before)
  })

  test('the secret is on one page only: not in a URL, a cookie, the database, a second request or another session', async () => {
    const { baseUrl } = example
    const send = (path: string, init: RequestInit = {}, cookie = cookiesOf(attacker.agent)) =>
      fetch(`${baseUrl}/applications${path}`, { redirect: 'manual', ...init, headers: { cookie } })
    const made = await post('/new/web', { name: 'Once', redirect_uris: redirectUri, scope: 'openid' })
    const location = String(made.headers.get('location')).replace('/applications', '')
    expect(made.status).toBe(303)
    expect(await made.text()).toBe('')

    // Neither the owner of another session nor a request without a page uses the secret up.
    const elsewhere = createUserAgent()
    const account = { email: 'attacker@example.com', password: 'a long password' }
    await elsewhere.submit(await elsewhere.open(`${baseUrl}/login`), 'Sign in', account)
    expect(secretOf(await elsewhere.open(`${baseUrl}/applications${location}`))).toBeUndefined()
    expect((await send(location, { method: 'HEAD' })).status).toBe(200)
    expect((await send(location, {}, cookiesOf(owner.agent))).status).toBe(404)

    const [first, second] = await Promise.all([send(location), send(location)])
    const pages = await Promise.all(
      [first, second].map(async (answer) => ({ url: answer.url, body: await answer.text() })),
    )
    const secrets = pages.flatMap((shown) => secretOf(shown as unknown as Visit) ?? [])
    expect(secrets).toHaveLength(1)
    const [secret = ''] = secrets
    expect(pages.filter(({ body }) => body.includes(secret))).toHaveLength(1)
    for (const answer of [first, second]) expect(answer.headers.get('cache-control')).toBe('no-store')
    for (const answer of [made, first, second])
      expect(`${answer.url} ${JSON.stringify([...answer.headers])}`).not.toContain(secret)
    expect(await (await send(location)).text()).not.toContain(secret)
    expect(JSON.stringify(await example.provider.listClients())).not.toContain(secret)
  })

  test('the form cannot make a public client confidential, trusted or free of PKCE, nor another kind of client', async () => {
    const more = {
      ...{ token_endpoint_auth_method: 'client_secret_basic', grant_types: 'client_credentials', client_id: 'chosen' },
      ...{ skip_consent: 'true', require_pkce: 'false', user_id: owner.userId, client_secret: 'x'.repeat(40) },
      ...{ application_type: 'native', resources: `${example.baseUrl}/api`, disabled: 'true' },
    }
    const typed = { name: 'More', redirect_uris: redirectUri, scope: 'openid', ...more }
    const made = await post('/new/spa', typed)
    const path = String(made.headers.get('location')).replace(/^\/applications|\?.*/g, '')
    expect((await post(`${path}/edit`, typed)).status).toBe(303)
    const client = await example.provider.getClient(path.slice(1))
    expect(client).toMatchObject({ userId: attacker.userId, disabled: false, secrets: [], registeredBy: 'user' })
    expect(client?.metadata).toEqual({
      client_name: 'More',
      redirect_uris: [redirectUri],
      scope: 'openid',
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      application_type: 'web',
      require_pkce: true,
    })
    // It has no secret, so it cannot get a new one, and the page says why.
    const rotated = await post(`${path}/rotate`)
    expect(rotated.status).toBe(422)
    expect(await rotated.text()).toContain('public clients cannot rotate secrets')
  })

  test('scopes that the server does not know, or that need a user, are refused beside the field', async () => {
    for (const [kind, scope, uris] of [
      ['web', 'admin', redirectUri],
      ['machine', 'openid', ''],
      ['machine', 'notes:read profile', ''],
      ['web', 'open"id', redirectUri],
    ] as const) {
      const answer = await create(attacker, kind, { redirect_uris: uris, scope })
      expect([scope, answer.status]).toEqual([scope, 422])
      expect(answer.body).toMatch(/<p class="error" id="scope-error">[^<]*scope/)
    }
  })

  test('a private-use scheme that another app may have is refused, and one with a period is taken', async () => {
    const refused = await create(attacker, 'native', { redirect_uris: 'mailto:x', scope: 'openid' })
    expect(refused.status).toBe(422)
    const taken = await create(attacker, 'native', { redirect_uris: 'com.example.app:/callback', scope: 'openid' })
    expect(taken.status).toBe(200)
  })

  test('a name and a redirect URI with markup stay text on every page, and shells read the settings as text', async () => {
    const name = '</title><script>alert("name")</script><b>\'&amp;'
    const uris = "https://rp.example/callback?a='$(reboot)'&b=</textarea>"
    const refused = await create(attacker, 'web', { name, redirect_uris: uris, scope: '"><script>x' })
    const uri = "https://rp.example/callback?a=$(reboot)&b='"
    const shown = await create(attacker, 'web', { name, redirect_uris: uri, scope: 'openid' })
    expect([refused.status, shown.status]).toEqual([422, 200])
    const { id } = application(shown)
    const consent = new URL(`${example.issuer}/oauth2/authorize`)
    consent.search = new URLSearchParams({
      ...{ response_type: 'code', client_id: application(shown).clientId, redirect_uri: uri, scope: 'openid' },
      ...{ code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256' },
    }).toString()
    const pages = [refused, shown, await attacker.open(''), await attacker.open(`/${id}/edit`)]
    for (const { body } of [...pages, await attacker.agent.open(consent)]) {
      expect(body).not.toContain('<script')
      expect(body).not.toContain('<b>')
      expect(body).toContain(
        '&lt;/title&gt;&lt;script&gt;alert(&quot;name&quot;)&lt;/script&gt;&lt;b&gt;&#39;&amp;amp;',
      )
    }
    expect(refused.body.match(/<\/textarea>/g)).toHaveLength(1)
    expect(shown.body).toContain(
      "OAUTH_REDIRECT_URI='https://rp.example/callback?a=$(reboot)&b='\\'''"
        .replaceAll("'", '&#39;')
        .replace('&b', '&amp;b'),
    )
  })

  test('a name with characters that turn text around is refused beside the field', async () => {
    const answer = await create(attacker, 'web', {
      name: 'Bank\u202eknaB',
      redirect_uris: redirectUri,
      scope: 'openid',
    })
    expect(answer.status).toBe(422)
    expect(answer.body).toMatch(/<p class="error" id="name-error">The name must not have control characters/)
  })

  test('requests at the same time do not get past the limit of applications, on the page or at the endpoint', {
    timeout,
  }, async () => {
    const hoarder = await developer(example, 'hoarder')
    const cookie = cookiesOf(hoarder.agent)
    const form_token = String(hoarder.agent.cookie('example_id_form'))
    const byForm = () =>
      post('/new/web', { form_token, name: 'Many', redirect_uris: redirectUri, scope: 'openid' }, { cookie })
    const byEndpoint = () =>
      fetch(`${example.issuer}/oauth2/create-client`, {
        method: 'POST',
        headers: { cookie, origin: example.baseUrl, 'content-type': 'application/json' },
        body: JSON.stringify({ redirect_uris: [redirectUri] }),
      })
    const answers = await Promise.all(Array.from({ length: 40 }, () => [byForm(), byEndpoint()]).flat())
    expect(answers.filter(({ status }) => status === 403).length).toBeGreaterThanOrEqual(80 - applicationLimit)
    const clients = await example.provider.listClients({ userId: hoarder.userId })
    expect(clients.length).toBeGreaterThan(0)
    expect(clients.length).toBeLessThanOrEqual(applicationLimit)
  })
})
