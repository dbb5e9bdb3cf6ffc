import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createUserAgent, type UserAgent, type Visit } from '../../../examples/server/test/user-agent.ts'
import { cookieSessions } from '../src/index.ts'
import { ada, grace, password, redirectUri, startWorld, type User, type World } from './support.ts'

let world: World

beforeAll(async () => {
  world = await startWorld({ branding: { name: 'Example ID' } })
})
afterAll(async () => {
  await world?.stop()
  expect(world?.errors).toEqual([])
})

const signIn = (agent: UserAgent, page: Visit, email = ada.email): Promise<Visit> =>
  agent.submit(page, 'Sign in', { email, password }, redirectUri)

async function signedIn(email = ada.email): Promise<UserAgent> {
  const agent = createUserAgent()
  await signIn(agent, await agent.open(`${world.baseUrl}/login`), email)
  return agent
}

/** What the button of an account says. */
const userButton = (page: Visit, index = 0): string =>
  [...page.body.matchAll(/<button[^>]*class="account quiet">([\s\S]*?)<\/button>/g)][index]?.[1] ?? ''

const said = (page: Visit, name: string) => page.url.searchParams.get(name)

describe('login and consent', () => {
  test('lead from the client through login and consent back to the client with a code', async () => {
    const agent = createUserAgent()
    const login = await agent.open(await world.authorization())
    expect(login.url.pathname).toBe('/login')
    expect(login.body).toContain('You then continue to')
    expect(login.body).toContain('rp.example')
    const consent = await signIn(agent, login)
    expect(consent.body).toContain('Ada Lovelace')
    expect(consent.body).toContain('See your name and the rest of your profile')
    const back = await agent.submit(consent, 'Allow', {}, redirectUri)
    expect([said(back, 'state'), said(back, 'error')]).toEqual(['s', null])
    expect(said(back, 'code')).not.toBeNull()
  })

  test('a user may deny, and may cancel before signing in: the client gets access_denied', async () => {
    const agent = createUserAgent()
    const consent = await signIn(agent, await agent.open(await world.authorization()))
    expect(said(await agent.submit(consent, 'Deny', {}, redirectUri), 'error')).toBe('access_denied')

    const stranger = createUserAgent()
    const login = await stranger.open(await world.authorization())
    const button = 'Cancel and go back to <bdi class="name">Notes</bdi>'
    expect(said(await stranger.submit(login, button, {}, redirectUri), 'error')).toBe('access_denied')
    expect((await stranger.open(login.url)).body).toContain('The sign-in that an application started is over.')
  })

  test('a wrong password is told in place, keeps the address and shows no password', async () => {
    const agent = createUserAgent()
    const login = await agent.open(await world.authorization())
    const again = await agent.submit(login, 'Sign in', { email: ada.email, password: 'guess' })
    expect(again.status).toBe(422)
    expect(again.body).toContain('No account has this e-mail address and password.')
    expect(again.body).toContain(`value="${ada.email}"`)
    expect(again.body).not.toContain('guess')
    expect((await signIn(agent, again)).url.pathname).toBe('/consent')
  })

  test('prompt=login asks a user who is signed in to confirm who it is', async () => {
    const agent = await signedIn()
    const login = await agent.open(await world.authorization({}, { prompt: 'login' }))
    expect(login.body).toContain('Confirm that it is you')
    expect(login.body).toContain(`value="${ada.email}"`)
    const consent = await agent.submit(login, 'Confirm', { email: ada.email, password })
    expect(consent.url.pathname).toBe('/consent')
  })

  test('another user may sign in from the consent page, and the consent is theirs', async () => {
    const agent = await signedIn()
    const consent = await agent.open(await world.authorization())
    expect(consent.body).toContain('Ada Lovelace')
    const link = /href="([^"]*switch=1)"/.exec(consent.body)?.[1]?.replaceAll('&amp;', '&') ?? ''
    const login = await agent.open(new URL(link, consent.url))
    const theirs = await signIn(agent, login, grace.email)
    expect(theirs.url.pathname).toBe('/consent')
    expect(theirs.body).toContain('Grace Hopper')
    expect(theirs.body).not.toContain('Ada Lovelace')
    expect(said(await agent.submit(theirs, 'Allow', {}, redirectUri), 'code')).not.toBeNull()
    expect(await world.provider.listConnectedApps(grace.id)).toHaveLength(1)
  })

  test('the back button after the sign-in leads on, and after the consent tells that the sign-in is over', async () => {
    const agent = createUserAgent()
    const login = await agent.open(await world.authorization())
    const consent = await signIn(agent, login)
    expect((await agent.open(login.url)).url.pathname).toBe('/consent')
    await agent.submit(consent, 'Allow', {}, redirectUri)
    const again = await agent.open(consent.url)
    expect([again.status, again.body.includes('This sign-in is over')]).toEqual([400, true])
    expect((await agent.open(login.url)).body).toContain('This sign-in is over')
    expect((await agent.submit(consent, 'Allow', {}, redirectUri)).status).toBe(400)
  })

  test('a login form that is sent twice leads to the consent page both times, which takes the answer', async () => {
    const agent = createUserAgent()
    const login = await agent.open(await world.authorization())
    await signIn(agent, login)
    const consent = await signIn(agent, login)
    expect(consent.url.pathname).toBe('/consent')
    expect(said(await agent.submit(consent, 'Allow', {}, redirectUri), 'code')).not.toBeNull()
  })

  test('the consent page warns of programs on this computer, of apps, and of clients that nobody has checked', async () => {
    const page = async (uri: string) => {
      const agent = await signedIn()
      const client = { redirect_uris: [uri], application_type: 'native' } as const
      return (await agent.open(await world.authorization(client, { redirect_uri: uri }))).body
    }
    expect(await page('http://127.0.0.1/callback')).toContain('Any program here can call itself')
    const app = await page('com.example.app:/callback')
    expect(app).toContain('an app on this device that opens addresses with <strong><bdi>com.example.app:')
    expect(app).not.toContain('You will not be asked again')
  })
})

describe('sign-up', () => {
  test('prompt=create makes an account and continues to the client', async () => {
    const agent = createUserAgent()
    const page = await agent.open(await world.authorization({}, { prompt: 'create' }))
    expect(page.url.pathname).toBe('/signup')
    const short = await agent.submit(page, 'Create account', { name: 'New', email: 'nonsense', password: 'short' })
    expect(short.status).toBe(422)
    expect(short.body).toContain('href="#email"')
    expect(short.body).toContain('Use 10 to 200 characters.')
    const account = { name: 'New', email: 'new@example.com', password: 'a long password' }
    const consent = await agent.submit(short, 'Create account', account)
    expect(consent.url.pathname).toBe('/consent')
    expect(said(await agent.submit(consent, 'Allow', {}, redirectUri), 'code')).not.toBeNull()
  })

  test('without an application, the sign-up page does not tell the visitor to sign in to an account', async () => {
    const page = await createUserAgent().open(`${world.baseUrl}/signup`)
    expect(page.body).toContain('<h1>Create an account</h1>')
    expect(page.body).not.toContain('Sign in to your account.')
    expect((await createUserAgent().open(`${world.baseUrl}/login`)).body).toContain('Sign in to your account.')
  })

  test('an address that is taken is told at the field', async () => {
    const agent = createUserAgent()
    const page = await agent.open(`${world.baseUrl}/signup`)
    const taken = { name: 'Ada', email: ada.email, password: 'a long password' }
    const again = await agent.submit(page, 'Create account', taken)
    expect([again.status, again.body.includes('There is already an account with this address.')]).toEqual([422, true])
  })
})

describe('the choice of an account', () => {
  const selecting = { prompt: 'select_account' }

  test('continues with the account that is signed in', async () => {
    const agent = await signedIn()
    const page = await agent.open(await world.authorization({}, selecting))
    expect(page.url.pathname).toBe('/accounts')
    expect((await agent.submit(page, userButton(page))).url.pathname).toBe('/consent')
  })

  test('continues with another account after signing in', async () => {
    const agent = await signedIn()
    const page = await agent.open(await world.authorization({}, selecting))
    const link = /href="([^"]*switch=1)"/.exec(page.body)?.[1]?.replaceAll('&amp;', '&') ?? ''
    const consent = await signIn(agent, await agent.open(new URL(link, page.url)), grace.email)
    expect([consent.url.pathname, consent.body.includes('Grace Hopper')]).toEqual(['/consent', true])
  })

  test('does not count as made when the user goes back to the login page instead', async () => {
    const agent = await signedIn()
    const page = await agent.open(await world.authorization({}, selecting))
    const login = new URL('/login', page.url)
    login.searchParams.set('state', said(page, 'state') ?? '')
    expect((await agent.open(login)).url.pathname).toBe('/accounts')
  })
})

describe('the choice of an account without an application', () => {
  test('asks a visitor to sign in, and then shows the account', async () => {
    const agent = createUserAgent()
    const login = await agent.open(`${world.baseUrl}/accounts`)
    expect([login.status, login.url.pathname]).toEqual([200, '/login'])
    const page = await agent.submit(login, 'Sign in', { email: ada.email, password })
    expect([page.status, page.url.pathname]).toEqual([200, '/accounts'])
    expect(page.body).toContain('You are signed in as')
    expect(page.body).toContain('/login?switch=1')
    const home = await agent.submit(page, userButton(page))
    expect(home.url.pathname).toBe('/connected-apps')
  })

  test('makes another account of this browser the current one', async () => {
    const sessions = cookieSessions<User>({ baseUrl: world.baseUrl, getUser: (id) => world.users.get(id) })
    const chosen: string[] = []
    const choose = (id: string) => {
      chosen.push(id)
      return []
    }
    const several = await startWorld({ pages: { sessions: { ...sessions, accounts: () => [ada, grace], choose } } })
    const agent = createUserAgent()
    await agent.submit(await agent.open(`${several.baseUrl}/login`), 'Sign in', { email: ada.email, password })
    const page = await agent.open(`${several.baseUrl}/accounts`)
    await agent.submit(page, userButton(page, 1))
    expect(chosen).toEqual([grace.id])
    await several.stop()
  })

  test('tells that a sign-in is over when an application had started one', async () => {
    const page = await (await signedIn()).open(`${world.baseUrl}/accounts?state=${'x'.repeat(43)}`)
    expect([page.status, page.body.includes('This sign-in is over')]).toEqual([400, true])
  })
})

describe('a device', () => {
  test('is connected with its code, after the user has compared it', async () => {
    const { client_id } = await world.provider.registerClient({
      client_name: 'Television',
      grant_types: ['urn:ietf:params:oauth:grant-type:device_code'],
      scope: 'openid profile',
      token_endpoint_auth_method: 'none',
    })
    const body = new URLSearchParams({ client_id, scope: 'openid profile' })
    const begun = await fetch(`${world.issuer}/oauth2/device_authorization`, { method: 'POST', body })
    const { user_code, verification_uri_complete } = (await begun.json()) as Record<string, string>
    const agent = await signedIn()
    const page = await agent.open(verification_uri_complete ?? '')
    expect(page.body).toContain('Compare this code')
    const consent = await agent.submit(page, 'The codes are the same', { user_code: user_code ?? '' })
    expect(consent.url.pathname).toBe('/consent')
    expect(consent.body).toContain(`<strong class="code">${user_code}</strong>`)
    expect(consent.body).toContain('Deny it if somebody sent you the code or a link.')
    expect(consent.body).not.toContain('Cancel')
    expect((await agent.submit(consent, 'Allow')).body).toContain('The device is connected')
  })
})

describe('connected apps', () => {
  test('shows what an application may do, and takes its access back', async () => {
    const agent = await signedIn()
    const client = { client_name: 'Reader', redirect_uris: [redirectUri] }
    const consent = await agent.open(await world.authorization(client, { scope: 'openid notes:read offline_access' }))
    await agent.submit(consent, 'Allow', {}, redirectUri)
    const page = await agent.open(`${world.baseUrl}/connected-apps`)
    expect(page.body).toContain('Read your notes')
    expect(page.body).toContain('It keeps the access while you are signed out.')
    expect(page.body).toContain('Last sign-in:')
    const done = await agent.submit(page, 'Yes, disconnect <bdi class="name">Reader</bdi>')
    expect(done.body).toContain('Access is withdrawn.')
    expect(done.body).not.toContain('>Reader<')
  })

  test('asks a visitor to sign in, and comes back', async () => {
    const agent = createUserAgent()
    const login = await agent.open(`${world.baseUrl}/connected-apps`)
    expect(login.url.pathname).toBe('/login')
    expect((await signIn(agent, login)).url.pathname).toBe('/connected-apps')
  })
})

describe('sign-out', () => {
  test('asks first, ends the session, and tells the provider', async () => {
    const agent = await signedIn()
    const question = await agent.open(`${world.baseUrl}/logout`)
    expect(question.body).toContain('Sign out?')
    const done = await agent.submit(question, 'Sign out')
    expect(done.body).toContain('You are signed out.')
    expect((await agent.open(`${world.baseUrl}/connected-apps`)).url.pathname).toBe('/login')
  })
})

describe('a sign-in over a session', () => {
  const ended = () => world.events.flatMap((event) => (event.type === 'session.ended' ? [event.grantsEnded] : []))

  /** Signs Ada in at a client, which gets access for as long as she is signed in. */
  async function connected() {
    const agent = createUserAgent()
    const consent = await signIn(agent, await agent.open(await world.authorization()))
    await agent.submit(consent, 'Allow', {}, redirectUri)
    world.events.length = 0
    return agent
  }

  test('of another user ends what clients got in it', async () => {
    const agent = await connected()
    const login = await agent.open(`${world.baseUrl}/login?switch=1`)
    await agent.submit(login, 'Sign in', { email: grace.email, password })
    expect(ended()).toEqual([1])
  })

  test('with a new account ends what clients got in it', async () => {
    const agent = await connected()
    const form = await agent.open(`${world.baseUrl}/signup`)
    const account = { name: 'Edith', email: 'edith@example.com', password: 'long enough for this' }
    await agent.submit(form, 'Create account', account)
    expect(ended()).toEqual([1])
  })

  test('of the same user ends nothing, and the sign-out later ends what clients got before', async () => {
    const agent = await connected()
    // A sign-in within one second of the one before gets a new session.
    await new Promise((resolve) => setTimeout(resolve, 1100))
    const again = await agent.open(await world.authorization({}, { prompt: 'login' }))
    await agent.submit(again, 'Confirm', { email: ada.email, password })
    expect(ended()).toEqual([])
    await agent.submit(await agent.open(`${world.baseUrl}/logout`), 'Sign out')
    expect(ended()).toEqual([1])
  })

  test('keeps the other session at a host that has several accounts in a browser', async () => {
    const sessions = cookieSessions<User>({ baseUrl: world.baseUrl, getUser: (id) => world.users.get(id) })
    const several = await startWorld({
      pages: { sessions: { ...sessions, accounts: () => [ada, grace], choose: () => [] } },
    })
    const agent = createUserAgent()
    for (const { email } of [ada, grace]) {
      await agent.submit(await agent.open(`${several.baseUrl}/login?switch=1`), 'Sign in', { email, password })
    }
    expect(several.events.filter(({ type }) => type === 'session.ended')).toEqual([])
    await several.stop()
  })
})

describe('languages', () => {
  test('are those of the request, then of the browser, then the default', async () => {
    const open = (url: URL | string, language: string) => fetch(url, { headers: { 'accept-language': language } })
    expect(await (await open(`${world.baseUrl}/login`, 'de-AT, en;q=0.5')).text()).toContain(
      '<html lang="de" dir="ltr">',
    )
    expect(await (await open(`${world.baseUrl}/login`, 'fr')).text()).toContain('<h1>Sign in</h1>')
    const agent = createUserAgent()
    const login = await agent.open(await world.authorization({}, { ui_locales: 'de', scope: 'openid notes:read' }))
    expect(login.headers.get('content-language')).toBe('de')
    const consent = await agent.submit(login, 'Anmelden', { email: ada.email, password })
    expect(consent.body).toContain('Ihre Notizen lesen')
    expect((await agent.submit(consent, 'Erlauben', {}, redirectUri)).url.searchParams.get('code')).not.toBeNull()
  })
})
