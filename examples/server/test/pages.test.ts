import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { demoAccount } from '../src/identity/demo-account.ts'
import { signIn } from './journey.ts'
import { type Example, startExample } from './start.ts'
import { createUserAgent, type UserAgent } from './user-agent.ts'

const redirectUri = 'https://rp.example/callback'
const sessionCookie = 'example_id_session'

describe('the pages of the identity side', () => {
  let example: Example
  let clientId: string

  beforeAll(async () => {
    example = await startExample()
    const client = await example.provider.registerClient({
      client_name: '<script>alert("client")</script>',
      redirect_uris: [redirectUri],
      scope: 'openid notes:read',
      token_endpoint_auth_method: 'none',
    })
    clientId = client.client_id
  })
  afterAll(async () => {
    await example?.stop()
    expect(example?.failures).toEqual([])
  })

  function authorization(more: Record<string, string> = {}): URL {
    const url = new URL(`${example.issuer}/oauth2/authorize`)
    url.search = new URLSearchParams({
      ...{
        response_type: 'code',
        client_id: clientId,
        redirect_uri: redirectUri,
        scope: 'openid notes:read',
        state: 's',
      },
      ...{ code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256' },
      ...more,
    }).toString()
    return url
  }

  const home = (agent: UserAgent) => agent.open(example.baseUrl)
  const signedIn = async (agent: UserAgent) => (await home(agent)).body.includes('Signed in as')

  async function signedInAgent(): Promise<UserAgent> {
    const agent = createUserAgent()
    await signIn(agent, await agent.open(`${example.baseUrl}/login`))
    expect(await signedIn(agent)).toBe(true)
    return agent
  }

  test.each([
    '/',
    '/login',
    '/signup',
    '/logout',
    '/consent',
    '/connected-apps',
    '/applications',
    '/client',
    '/nowhere',
  ])('the page %s has its security headers', async (path) => {
    const { headers } = await fetch(example.baseUrl + path)
    const policy = headers.get('content-security-policy')
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("frame-ancestors 'none'")
    // Chromium applies `form-action` to the whole chain of redirects, which ends at the client.
    expect(policy).not.toContain('form-action')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('referrer-policy')).toBe('same-origin')
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('content-type')?.toLowerCase()).toBe('text/html; charset=utf-8')
  })

  test('the pages refuse a form that another site posts', async () => {
    const { email, password } = demoAccount
    const post = (headers: Record<string, string>, fields: Record<string, string>) =>
      fetch(`${example.baseUrl}/login`, {
        method: 'POST',
        redirect: 'manual',
        headers,
        body: new URLSearchParams(fields),
      })

    const blind = await post({}, { email, password })
    expect(blind.status).toBe(403)
    expect(blind.headers.getSetCookie().join()).not.toContain(sessionCookie)

    const agent = createUserAgent()
    const { body } = await agent.open(`${example.baseUrl}/login`)
    const good = { cookie: `oauth_form=${agent.cookie('oauth_form')}` }
    const fields = { email, password, form_token: /name="form_token" value="([^"]*)"/.exec(body)?.[1] ?? '' }
    expect((await post({ cookie: `oauth_form=${'x'.repeat(43)}` }, fields)).status).toBe(403)
    expect((await post({ ...good, origin: 'https://evil.example' }, fields)).status).toBe(403)
    expect((await post({ ...good, origin: 'null' }, fields)).status).toBe(403)
    expect((await post({ ...good, 'sec-fetch-site': 'cross-site' }, fields)).status).toBe(403)
    expect((await post({ ...good, origin: example.baseUrl }, fields)).status).toBe(303)
  })

  test('the pages answer 413 to a form that is too large, and report no failure', async () => {
    const body = new URLSearchParams({ email: 'a'.repeat(100_000) })
    const answer = await fetch(`${example.baseUrl}/login`, { method: 'POST', body })
    expect(answer.status).toBe(413)
  })

  test('the logout page asks first, and only its own form signs out', async () => {
    const agent = await signedInAgent()
    const page = await agent.open(`${example.baseUrl}/logout`)
    expect(page.body).toContain('Sign out?')
    expect((await agent.submit(page, 'Sign out', { form_token: 'forged' })).status).toBe(403)
    expect(await signedIn(agent)).toBe(true)
    expect((await agent.submit(page, 'Sign out')).body).toContain('You are signed out.')
    expect(await signedIn(agent)).toBe(false)
  })

  test('the page of connected apps shows only the apps of the user, and only its own form withdraws one', async () => {
    const agent = await signedInAgent()
    const apps = () => agent.open(`${example.baseUrl}/connected-apps`)
    expect((await createUserAgent().open(`${example.baseUrl}/connected-apps`)).url.pathname).toBe('/login')

    const consent = await agent.open(authorization(), redirectUri)
    if (consent.url.pathname === '/consent') await agent.submit(consent, 'Allow', {}, redirectUri)
    const page = await apps()
    expect(page.body).toContain('&lt;script&gt;alert(&quot;client&quot;)&lt;/script&gt;')
    expect(page.body).not.toContain('<script')
    expect(page.body).toContain('Read your notes')

    const stranger = createUserAgent()
    const account = { name: 'Other', email: 'other@example.com', password: 'a long password' }
    await stranger.submit(await stranger.open(`${example.baseUrl}/signup`), 'Create account', account)
    const theirs = await stranger.open(`${example.baseUrl}/connected-apps`)
    expect(theirs.body).toContain('No application has access.')

    const button = 'Yes, disconnect &lt;script&gt;alert(&quot;client&quot;)&lt;/script&gt;'
    const forged = await agent.submit(page, button, { form_token: 'forged' })
    expect(forged.status).toBe(403)
    expect(forged.body).toContain('role="alert"')
    // A form cannot withdraw the apps of another user.
    const token = /name="form_token" value="([^"]*)"/.exec(theirs.body)?.[1] ?? ''
    const cookie = ['oauth_form', sessionCookie].map((name) => `${name}=${stranger.cookie(name)}`).join('; ')
    const body = new URLSearchParams({ client_id: clientId, form_token: token })
    await fetch(`${example.baseUrl}/connected-apps`, { method: 'POST', headers: { cookie }, body })
    expect((await apps()).body).toContain('Read your notes')

    const withdrawn = await agent.submit(page, button)
    expect(withdrawn.body).toContain('No application has access.')
    expect((await agent.open(authorization())).url.pathname).toBe('/consent')
  })

  test('the page of connected apps lists an app without a live grant as long as its consent is stored', async () => {
    const agent = createUserAgent()
    const account = { name: 'Keeper', email: 'keeper@example.com', password: 'a long password' }
    await agent.submit(await agent.open(`${example.baseUrl}/signup`), 'Create account', account)
    const consent = await agent.submit(await agent.open(`${example.baseUrl}/client`), 'Sign in with Example ID')
    const client = await agent.submit(consent, 'Allow')
    const apps = () => agent.open(`${example.baseUrl}/connected-apps`)
    expect((await apps()).body).toContain('The access ends on')

    await agent.submit(client, 'Revoke')
    expect((await apps()).body).toContain('It has no access now')
    await agent.submit(await apps(), 'Yes, disconnect Marginalia')
    expect((await apps()).body).toContain('No application has access.')
  })

  test('the page of connected apps links the initiate_login_uri of an app, and sign-out ends the grants of the session', async () => {
    const agent = createUserAgent()
    const account = { name: 'Opener', email: 'opener@example.com', password: 'a long password' }
    await agent.submit(await agent.open(`${example.baseUrl}/signup`), 'Create account', account)
    await agent.submit(await agent.open(authorization(), redirectUri), 'Allow', {}, redirectUri)
    const apps = () => agent.open(`${example.baseUrl}/connected-apps`)
    expect((await apps()).body).not.toContain('>Open ')
    await example.provider.updateClient(clientId, { initiate_login_uri: 'https://rp.example/start?from=id' })
    const iss = encodeURIComponent(example.issuer)
    expect((await apps()).body).toContain(`<a href="https://rp.example/start?from=id&amp;iss=${iss}"`)
    await example.provider.updateClient(clientId, { initiate_login_uri: null })

    expect((await apps()).body).toContain('The access ends on')
    await agent.submit(await agent.open(`${example.baseUrl}/logout`), 'Sign out')
    await agent.submit(await agent.open(`${example.baseUrl}/login`), 'Sign in', account)
    expect((await apps()).body).toContain('It has no access now')
  })

  test('a sign-in makes a new session and ends the old one, so that a planted session does not survive (F08)', async () => {
    const agent = createUserAgent()
    agent.setCookie(sessionCookie, 'planted')
    await signIn(agent, await agent.open(`${example.baseUrl}/login`))
    const first = agent.cookie(sessionCookie)
    expect(first).toMatch(/^[A-Za-z0-9_-]{43}$/)

    const login = await agent.open(authorization({ prompt: 'login' }))
    await signIn(agent, login, redirectUri)
    expect(agent.cookie(sessionCookie)).not.toBe(first)

    const thief = createUserAgent()
    thief.setCookie(sessionCookie, String(first))
    expect(await signedIn(thief)).toBe(false)
  })

  test('with prompt=login, the login page shows the form although a session exists, and offers no way around it', async () => {
    const agent = await signedInAgent()
    const login = await agent.open(authorization({ prompt: 'login' }))
    expect(login.url.pathname).toBe('/login')
    expect(login.body).toContain('autocomplete="current-password"')

    const state = String(login.url.searchParams.get('state'))
    const skipped = await agent.open(`${example.issuer}/oauth2/continue?state=${state}`, redirectUri)
    expect([skipped.url.pathname, skipped.url.searchParams.get('error')]).toEqual(['/callback', 'login_required'])

    // The login page still works if the user signs in later.
    const consent = await signIn(agent, login, redirectUri)
    expect(consent.url.pathname).toBe('/consent')
  })

  test('prompt=create shows the sign-up page, and the new user continues to the client', async () => {
    const agent = createUserAgent()
    const page = await agent.open(authorization({ prompt: 'create' }))
    expect(page.url.pathname).toBe('/signup')
    const account = { name: 'New', email: 'new@example.com', password: 'a long password' }
    const consent = await agent.submit(page, 'Create account', account)
    expect(consent.url.pathname).toBe('/consent')
    const callback = await agent.submit(consent, 'Allow', {}, redirectUri)
    expect(callback.url.searchParams.get('code')).toMatch(/^c[0-9a-v]{24}[\w-]{43}$/)
  })

  test('the sign-up page refuses an address that has an account', async () => {
    const agent = createUserAgent()
    const account = { name: 'Impostor', email: 'DEMO@example.com ', password: 'a long password' }
    const page = await agent.submit(await agent.open(`${example.baseUrl}/signup`), 'Create account', account)
    expect(page.status).toBe(422)
    expect(page.body).toContain('There is already an account with this address.')
  })

  test('the pages escape the name of a client', async () => {
    const agent = createUserAgent()
    const login = await agent.open(authorization({ login_hint: '"><script>alert("hint")</script>' }))
    const consent = await signIn(agent, login)
    expect(consent.url.pathname).toBe('/consent')
    expect(login.body).toContain('value="&quot;&gt;&lt;script&gt;alert(&quot;hint&quot;)&lt;/script&gt;"')
    for (const { body } of [login, consent]) {
      expect(body).toContain('&lt;script&gt;alert(&quot;client&quot;)&lt;/script&gt;')
      expect(body).not.toContain('<script')
    }
  })

  test('the consent page without a live interaction says that the request has ended', async () => {
    const page = await (await signedInAgent()).open(`${example.baseUrl}/consent?state=i_unknown`)
    expect(page.status).toBe(400)
    expect(page.body).toContain('This sign-in is over')
  })

  test('with an authorization of another browser, a user can sign in, and the page explains why it does not continue', async () => {
    const login = await createUserAgent().open(authorization())
    const agent = createUserAgent()
    const page = await agent.open(login.url)
    expect(page.status).toBe(200)
    expect(page.body).toContain('is over')
    expect(page.body).not.toContain('You then continue to')
    const end = await signIn(agent, page, redirectUri)
    expect(end.url.pathname).toBe('/')
    expect(end.body).toContain('Signed in as')
  })

  test('the login page sends a user who goes back in the history on to the current step', async () => {
    const agent = createUserAgent()
    const login = await agent.open(authorization())
    await signIn(agent, login)
    expect((await agent.open(login.url)).url.pathname).toBe('/consent')
  })

  test('ten wrong passwords lock an account for a while, also for the right password', {
    timeout: 60_000,
  }, async () => {
    const account = { name: 'Target', email: 'target@example.com', password: 'a long password' }
    const owner = createUserAgent()
    await owner.submit(await owner.open(`${example.baseUrl}/signup`), 'Create account', account)

    const agent = createUserAgent()
    let page = await agent.open(`${example.baseUrl}/login`)
    for (let attempt = 0; attempt < 10; attempt++) {
      page = await agent.submit(page, 'Sign in', { email: account.email, password: `guess ${attempt}` })
      expect(page.status).toBe(422)
    }
    page = await agent.submit(page, 'Sign in', { email: account.email, password: account.password })
    expect(page.status).toBe(429)
    expect(await signedIn(agent)).toBe(false)
    // Other accounts are not affected.
    expect(await signedIn(await signedInAgent())).toBe(true)
  })

  test('of forty passwords tried at the same time, ten are checked (G30)', { timeout: 60_000 }, async () => {
    const account = { name: 'Target', email: 'parallel@example.com', password: 'a long password' }
    const owner = createUserAgent()
    await owner.submit(await owner.open(`${example.baseUrl}/signup`), 'Create account', account)

    const agent = createUserAgent()
    const page = await agent.open(`${example.baseUrl}/login`)
    const guess = (password: string) => agent.submit(page, 'Sign in', { email: account.email, password })
    const tried = [...Array.from({ length: 39 }, (_, index) => `guess ${index}`), account.password]
    const statuses = (await Promise.all(tried.map(guess))).map(({ status }) => status)
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThanOrEqual(30)
    expect(statuses.filter((status) => status === 422).length).toBeLessThanOrEqual(10)
  })
})
