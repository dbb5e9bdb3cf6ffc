import { OAuthError, StorageUnavailableError } from '@oauth/core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { createUserAgent, type UserAgent, type Visit } from '../../../examples/server/test/user-agent.ts'
import { cookieSessions, createPages } from '../src/index.ts'
import { type AllTexts, englishPageTexts } from '../src/texts/english.ts'
import { clientLinks } from '../src/views/client.ts'
import { ada, grace, password, redirectUri, startWorld, type User, type World } from './support.ts'

const fail = (): never => {
  throw new Error('the database is away')
}

/** Keeps what is printed from the console until the test has ended. */
function watchConsole() {
  const printed = vi.spyOn(console, 'error').mockImplementation(() => undefined)
  onTestFinished(() => printed.mockRestore())
  return printed
}

/** What a user typed, in errors of a host whose libraries repeat it. */
const typed = 'hunter2-Correct-Horse-81'

function parseBody(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch (error) {
    return error
  }
}

let world: World

beforeAll(async () => {
  world = await startWorld()
})
afterAll(async () => {
  await world?.stop()
  expect(world?.errors).toEqual([])
})

async function signedIn(email = ada.email): Promise<UserAgent> {
  const agent = createUserAgent()
  await agent.submit(await agent.open(`${world.baseUrl}/login`), 'Sign in', { email, password })
  return agent
}

const signIn = (agent: UserAgent, page: Visit, until?: string) =>
  agent.submit(page, 'Sign in', { email: ada.email, password }, until)

describe('headers', () => {
  test.each(['/login', '/signup', '/accounts', '/consent', '/device', '/approvals', '/connected-apps', '/logout'])(
    'the page %s runs no script, cannot be framed or kept, and sends its URL to no other site (F08, F09)',
    async (path) => {
      const { headers } = await (await signedIn()).open(world.baseUrl + path)
      const policy = headers.get('content-security-policy') ?? ''
      expect(policy).toMatch(
        /^default-src 'none'; style-src 'sha256-[\w+/]{43}='; base-uri 'none'; frame-ancestors 'none'$/,
      )
      expect(headers.get('x-frame-options')).toBe('DENY')
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('referrer-policy')).toBe('same-origin')
      expect(headers.get('cache-control')).toBe('no-store')
    },
  )
})

describe('texts of others', () => {
  const evil = '"><script>alert(1)</script>'

  test('the name of a client, the login hint and typed texts are escaped (F05)', async () => {
    const agent = createUserAgent()
    const login = await agent.open(await world.authorization({ client_name: evil }, { login_hint: evil }))
    const again = await agent.submit(login, 'Sign in', { email: evil, password: 'x' })
    const account = { name: evil, email: evil, password: 'x' }
    const signup = await agent.submit(await agent.open(`${world.baseUrl}/signup`), 'Create account', account)
    const consent = await signIn(agent, again)
    await agent.submit(consent, 'Allow', {}, redirectUri)
    const apps = await agent.open(`${world.baseUrl}/connected-apps`)
    for (const { body, url } of [login, again, signup, consent, apps]) {
      expect(body, url.href).toContain('&quot;&gt;&lt;script&gt;')
      expect(body, url.href).not.toContain('<script')
    }
    await world.provider.disconnectApp(ada.id, new URL(login.url).searchParams.get('client_id') ?? '')
  })

  test('a link of a client with another scheme than http or https is not shown, whatever is stored (F05)', () => {
    const links = { clientUri: 'javascript:alert(1)', policyUri: 'data:text/html,x', tosUri: 'https://rp.example/"x' }
    const client = { clientId: 'c', clientName: 'Notes', selfRegistered: true, ...links }
    const { text } = clientLinks(client, { tag: 'en', texts: englishPageTexts as unknown as AllTexts })
    expect(text.match(/href="[^"]*"/g)).toEqual(['href="https://rp.example/&quot;x"'])
  })

  test('a scope and a claim without words are named, so that nothing is approved unseen', async () => {
    const own = await startWorld({ pages: { scopes: {} } })
    const agent = createUserAgent()
    const login = await agent.open(await own.authorization({}, { scope: 'openid notes:read' }))
    expect((await signIn(agent, login)).body).toContain('<code>notes:read</code>')
    await own.stop()
  })
})

describe('logos', () => {
  const logo_uri = 'https://cdn.rp.example/logo.png'
  const consentWith = async (own: World, client: object) => {
    const agent = createUserAgent()
    return signIn(agent, await agent.open(await own.authorization(client)))
  }

  test('that of a client that the host registered is loaded without a referrer, and the policy allows its host alone', async () => {
    const { body, headers } = await consentWith(world, { logo_uri })
    expect(body).toContain(`<img src="${logo_uri}" alt="" width="48" height="48" referrerpolicy="no-referrer">`)
    expect(headers.get('content-security-policy')).toContain('; img-src https://cdn.rp.example')
  })

  test('on the origin of the pages is shown also without https, which a machine of a developer does not have', async () => {
    const own = `${world.baseUrl}/client/logo.svg`
    const { body } = await consentWith(world, { logo_uri: own })
    expect(body).toContain(`<img src="${own}"`)
  })

  test('is not loaded over http, nor from a host with characters of the policy syntax (F05)', async () => {
    for (const wrong of ['http://localhost:1/logo.png', 'https://x;script-src/logo.png', "https://x'y,z/logo.png"]) {
      const { body, headers } = await consentWith(world, { logo_uri: wrong })
      expect(body).not.toContain('<img')
      expect(headers.get('content-security-policy')).not.toContain('img-src')
    }
  })

  test('with clientLogos none there is none, and a function decides for each client', async () => {
    const none = await startWorld({ pages: { clientLogos: 'none' } })
    expect((await consentWith(none, { logo_uri })).body).not.toContain('<img')
    const asked: unknown[] = []
    const clientLogos = (client: unknown) => asked.push(client) > 100
    const never = await startWorld({ pages: { clientLogos } })
    expect((await consentWith(never, { logo_uri })).body).not.toContain('<img')
    expect(asked[0]).toEqual({ clientId: expect.any(String), selfRegistered: false })
    const late = await startWorld({ pages: { clientLogos: (async () => false) as never } })
    expect((await consentWith(late, { logo_uri })).body).not.toContain('<img')
    await Promise.all([none.stop(), never.stop(), late.stop()])
  })
})

describe('forms of other sites', () => {
  /** Posts a form with these headers and fields, besides what the browser of the user sends. */
  const post = (agent: UserAgent | undefined, path: string, fields: Record<string, string>, headers = {}) => {
    const cookie = ['oauth_form', 'session', 'oauth_browser']
      .map((name) => [name, agent?.cookie(name)])
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => `${name}=${value}`)
      .join('; ')
    return fetch(world.baseUrl + path, {
      method: 'POST',
      redirect: 'manual',
      headers: { cookie, ...headers },
      body: new URLSearchParams(fields),
    })
  }
  const tokenOf = ({ body }: Visit) => /name="form_token" value="([^"]*)"/.exec(body)?.[1] ?? ''

  test.each([
    { path: '/login', fields: { email: ada.email, password } },
    { path: '/signup', fields: { name: 'X', email: 'x@example.com', password: 'a long password' } },
    { path: '/logout', fields: {} },
    { path: '/connected-apps', fields: { client_id: 'x' } },
  ])(
    'the form of $path is refused without its token, with that of another page, and from another origin (F02)',
    async ({ path, fields }) => {
      const agent = path === '/login' || path === '/signup' ? createUserAgent() : await signedIn()
      const page = await agent.open(world.baseUrl + path)
      const token = tokenOf(page)
      const refused = async (given: Record<string, string>, headers = {}) => {
        const answer = await post(agent, path, { ...fields, ...given }, headers)
        expect(answer.status).toBe(403)
        expect(answer.headers.getSetCookie().join()).not.toContain('session=')
      }
      await refused({})
      await refused({ form_token: 'x'.repeat(43) })
      const other = await agent.open(`${world.baseUrl}${path === '/login' ? '/signup' : '/login?switch=1'}`)
      if (path !== '/login' && path !== '/signup') await refused({ form_token: tokenOf(other) })
      await refused({ form_token: token }, { origin: 'https://evil.example' })
      await refused({ form_token: token }, { origin: 'null' })
      await refused({ form_token: token }, { 'sec-fetch-site': 'cross-site' })
      await refused({ form_token: token }, { 'sec-fetch-site': 'same-site' })
      if (path !== '/connected-apps' && path !== '/logout') return
      // A form that was shown to another user does nothing for this one.
      const theirs = await signedIn(grace.email)
      theirs.setCookie('oauth_form', agent.cookie('oauth_form') ?? '')
      expect((await post(theirs, path, { ...fields, form_token: token })).status).toBe(403)
    },
  )

  test('a browser cannot be signed in to an account of the attacker by a form with the token of the attacker (login CSRF)', async () => {
    const attacker = createUserAgent()
    const token = tokenOf(await attacker.open(`${world.baseUrl}/login`))
    const victim = createUserAgent()
    await victim.open(`${world.baseUrl}/login`)
    const fields = { email: grace.email, password, form_token: token }
    const answer = await post(victim, '/login', fields)
    expect([answer.status, answer.headers.getSetCookie()]).toEqual([403, []])
  })

  test('a GET never changes anything', async () => {
    const agent = await signedIn()
    for (const path of ['/logout', '/connected-apps?client_id=x', '/login?email=x&password=y']) {
      await agent.open(world.baseUrl + path)
    }
    expect((await agent.open(`${world.baseUrl}/connected-apps`)).url.pathname).toBe('/connected-apps')
  })

  test('a form that is too large or no form is refused before it is read, and other methods too', async () => {
    const large = await fetch(`${world.baseUrl}/login`, {
      method: 'POST',
      body: new URLSearchParams({ email: 'a'.repeat(100_000) }),
    })
    expect(large.status).toBe(413)
    const json = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' }
    expect((await fetch(`${world.baseUrl}/login`, json)).status).toBe(413)
    expect((await fetch(`${world.baseUrl}/login`, { method: 'PUT' })).status).toBe(405)
    expect((await fetch(`${world.baseUrl}/device`, { method: 'POST' })).status).toBe(405)
  })
})

describe('where a sign-in leads', () => {
  test.each([
    'https://evil.example/',
    '//evil.example/',
    '/\\evil.example/',
    '/connected-apps/../../x',
    '/connected-appsX',
    'javascript:alert(1)',
    '/auth/oauth2/authorize?x=1',
    '/\t/evil.example/',
  ])('?next=%s leads home, to no address of the request (F03)', async (next) => {
    const agent = createUserAgent()
    const login = await agent.open(`${world.baseUrl}/login?${new URLSearchParams({ next })}`)
    const answer = await signIn(agent, login)
    expect([answer.url.origin, answer.url.pathname]).toEqual([world.baseUrl, '/connected-apps'])
  })

  test('a page of the host that it has named is reached, with its query', async () => {
    const own = await startWorld({ pages: { nextPaths: ['/applications'] } })
    const agent = createUserAgent()
    const login = await agent.open(`${own.baseUrl}/login?${new URLSearchParams({ next: '/applications/1?tab=2' })}`)
    const there = await signIn(agent, login, `${own.baseUrl}/applications`)
    expect(there.url.pathname + there.url.search).toBe('/applications/1?tab=2')
    await own.stop()
  })

  test.each(['/.//evil.example/', '/%2e//evil.example/', '/x/..//evil.example/'])(
    '?next=%s leads home, also where each page of the host may be next (F03)',
    async (next) => {
      const own = await startWorld({ pages: { nextPaths: ['/'] } })
      const agent = createUserAgent()
      const login = await agent.open(`${own.baseUrl}/login?${new URLSearchParams({ next })}`)
      const answer = await signIn(agent, login, 'http://evil.example/')
      expect(answer.url.href).toBe(`${own.baseUrl}/connected-apps`)
      await own.stop()
    },
  )

  test('the query cannot say where the browser goes after an authorization', async () => {
    const agent = createUserAgent()
    const login = await agent.open(await world.authorization())
    const url = new URL(login.url)
    for (const name of ['redirect_uri', 'return_to', 'next']) url.searchParams.set(name, 'https://evil.example/')
    const consent = await signIn(agent, await agent.open(url))
    expect(consent.url.pathname).toBe('/consent')
    const back = await agent.submit(consent, 'Allow', {}, redirectUri)
    expect(back.url.href).toMatch(/^https:\/\/rp\.example\/callback\?/)
  })
})

describe('interactions and sessions of others', () => {
  test('the id of an interaction that began in another browser shows nothing of it, and does not continue it (F01)', async () => {
    const login = await createUserAgent().open(await world.authorization({ client_name: 'Secret project' }))
    const thief = createUserAgent()
    const page = await thief.open(login.url)
    expect(page.body).not.toContain('Secret project')
    expect(page.body).toContain('is over')
    expect((await signIn(thief, page)).url.pathname).toBe('/connected-apps')
    const consent = new URL(login.url)
    consent.pathname = '/consent'
    expect((await thief.open(consent)).status).toBe(400)
    consent.pathname = '/accounts'
    expect((await thief.open(consent)).status).toBe(400)
  })

  test('a sign-in makes a new session, and a planted one does not survive it (session fixation, F08)', async () => {
    const agent = createUserAgent()
    agent.setCookie('session', 'planted')
    const page = await agent.open(`${world.baseUrl}/login`)
    await signIn(agent, page)
    const first = agent.cookie('session') ?? ''
    expect(first).toMatch(/^[\w-]{43}$/)
    await signIn(agent, await agent.open(`${world.baseUrl}/login?switch=1`))
    expect(agent.cookie('session')).not.toBe(first)
    const thief = createUserAgent()
    thief.setCookie('session', first)
    expect((await thief.open(`${world.baseUrl}/connected-apps`)).url.pathname).toBe('/login')
  })

  test('a user cannot disconnect the applications of another user', async () => {
    const agent = await signedIn()
    const url = await world.authorization()
    await agent.submit(await agent.open(url), 'Allow', {}, redirectUri)
    const theirs = await signedIn(grace.email)
    await theirs.submit(await theirs.open(url), 'Allow', {}, redirectUri)
    const page = await theirs.open(`${world.baseUrl}/connected-apps`)
    await theirs.submit(page, 'Yes, disconnect <bdi class="name">Notes</bdi>')
    expect((await agent.open(`${world.baseUrl}/connected-apps`)).body).toContain('Notes')
  })

  test('an account that is not of this browser cannot be chosen', async () => {
    const agent = await signedIn()
    const page = await agent.open(await world.authorization({}, { prompt: 'select_account' }))
    const button = /<button[^>]*class="account quiet">([\s\S]*?)<\/button>/.exec(page.body)?.[1] ?? ''
    const answer = await agent.submit(page, button, { account: grace.id })
    expect([answer.status, answer.url.pathname]).toEqual([422, '/accounts'])
  })

  test('with prompt=login nothing on the page leads around the password', async () => {
    const agent = await signedIn()
    const login = await agent.open(await world.authorization({}, { prompt: 'login' }))
    const links = [...login.body.matchAll(/href="([^"]+)"/g)].map(([, href]) => href?.replaceAll('&amp;', '&') ?? '')
    for (const link of links) expect((await agent.open(new URL(link, login.url))).body).toContain('name="password"')
    const skipped = await agent.open(
      `${world.issuer}/oauth2/continue?state=${login.url.searchParams.get('state')}`,
      redirectUri,
    )
    expect(skipped.url.searchParams.get('error')).toBe('login_required')
  })
})

describe('guessing passwords', () => {
  test('ten wrong passwords close an address for a while, also for the right password, and no other (G30)', async () => {
    const own = await startWorld()
    const agent = createUserAgent()
    const page = await agent.open(`${own.baseUrl}/login`)
    const guess = (guessed: string, email: string = ada.email) =>
      agent.submit(page, 'Sign in', { email, password: guessed })
    const tried = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        guess(`guess ${index}`, index % 2 ? ada.email : ada.email.toUpperCase()),
      ),
    )
    expect(tried.filter(({ status }) => status === 422)).toHaveLength(10)
    expect(tried.filter(({ status }) => status === 429)).toHaveLength(10)
    expect((await guess(password)).status).toBe(429)
    expect((await guess(password, grace.email)).status).toBe(200)
    await own.stop()
  })
})

test.each<readonly [string, unknown]>([
  ['a text', 'https://id.example.com/login'],
  ['a URL', new URL('https://id.example.com/login')],
])('pages.fetch with %s rejects with an error that says what to pass', async (_name, url) => {
  const { provider, users } = world
  const sessions = cookieSessions<User>({ baseUrl: world.baseUrl, getUser: (id) => users.get(id) })
  const pages = createPages({ provider, sessions, users: { authenticate: () => undefined } })
  await expect(pages.fetch(url as Request)).rejects.toThrow(
    new TypeError('fetch takes a Request, not a URL: pass new Request(url)'),
  )
})

describe('functions of the host', () => {
  test.each([
    ['throws', () => fail()],
    ['rejects', async () => fail()],
  ])('an onError that %s leaves the user the page, and everybody the process', async (_how, onError) => {
    const printed = watchConsole()
    const own = await startWorld({ pages: { users: { authenticate: () => fail() }, onError } })
    const agent = createUserAgent()
    const answer = await signIn(agent, await agent.open(`${own.baseUrl}/login`))
    expect([answer.status, answer.body.includes('Something went wrong')]).toEqual([500, true])
    expect(answer.headers.get('x-frame-options')).toBe('DENY')
    const lines = printed.mock.calls.map(([text]) => String(text).split('\n')[0])
    expect(lines).toEqual([
      '[oauth] onError of createPages failed: Error: the database is away',
      '[oauth] a page failed: Error: the database is away',
    ])
    await own.stop()
  })

  test.each<readonly [string, () => unknown]>([
    ['a connection string', () => new Error(`no answer of postgres://oauth:${typed}@db.internal/oauth`)],
    [
      'the values of a statement',
      () => new Error(`select 1 from users where email = $1\nparams: ada@example.com,${typed}`),
    ],
    ['a cause', () => new Error('the user cannot be read', { cause: new Error(`password=${typed}`) })],
    ['several errors', () => new AggregateError([new Error(`authorization: Bearer ${typed}`)], 'no address answers')],
    ['a parser', () => parseBody(`{"password":"${typed}",}`)],
    ['a text', () => `secret: ${typed}`],
    [
      'members of its own',
      () => Object.assign(new Error('the query failed'), { parameters: [typed], request: { typed } }),
    ],
    ['an object', () => ({ typed })],
  ])('without onError, the console gets no credentials of an error with %s (G33)', async (_name, error) => {
    const printed = watchConsole()
    const authenticate = () => {
      throw error()
    }
    const own = await startWorld({ pages: { users: { authenticate }, onError: undefined } })
    const agent = createUserAgent()
    const answer = await signIn(agent, await agent.open(`${own.baseUrl}/login`))
    expect([answer.status, answer.body.includes(typed)]).toEqual([500, false])
    expect(printed).toHaveBeenCalledOnce()
    const [text, ...more] = printed.mock.lastCall ?? []
    expect(more).toEqual([])
    expect(text).toMatch(/^\[oauth\] a page failed: /)
    expect(text).not.toContain(typed)
    await own.stop()
  })

  test('without onError, nobody can fill the console: it gets a failure that repeats once a minute, in one line of its own (G33)', async () => {
    const printed = watchConsole()
    const authenticate = ({ email }: { readonly email: string }) => {
      throw new Error(`no mailbox\n[oauth] a page failed: ${email}`)
    }
    const own = await startWorld({ pages: { users: { authenticate }, onError: undefined } })
    const agent = createUserAgent()
    for (let visit = 0; visit < 3; visit++) await signIn(agent, await agent.open(`${own.baseUrl}/login`))
    expect(printed).toHaveBeenCalledOnce()
    const [first, ...others] = String(printed.mock.lastCall?.[0]).split('\n')
    expect(first).toBe(`[oauth] a page failed: Error: no mailbox [oauth] a page failed: ${ada.email}`)
    expect(others.every((line) => /^\s+at /.test(line))).toBe(true)
    await own.stop()
  })

  test.each<[string, () => unknown, string]>([
    ['the storage is away', () => new StorageUnavailableError('no connection', { retryAfter: 7 }), '7'],
    [
      'the storage of another copy of the core is away',
      () => Object.assign(new Error('away'), { name: 'StorageUnavailableError' }),
      '5',
    ],
    [
      'the server cannot serve for a moment',
      () => new OAuthError('temporarily_unavailable', 'too many documents', { headers: { 'retry-after': '3' } }),
      '3',
    ],
  ])('a page that fails because %s is 503 with Retry-After (G41)', async (_why, make, retryAfter) => {
    const authenticate = () => Promise.reject(make())
    const own = await startWorld({ pages: { users: { authenticate } } })
    const agent = createUserAgent()
    const { status, headers, body } = await signIn(agent, await agent.open(`${own.baseUrl}/login`))
    expect([status, headers.get('retry-after'), body.includes('Something went wrong')]).toEqual([503, retryAfter, true])
    expect(own.errors).toHaveLength(1)
    await own.stop()
  })

  test('an address that is cut has no spaces at its end, so that a database that ignores them finds nobody uncounted', async () => {
    const typed: string[] = []
    const own = await startWorld({ pages: { users: { authenticate: ({ email }) => void typed.push(email) } } })
    const agent = createUserAgent()
    const email = `${ada.email}${' '.repeat(200)}x`
    await agent.submit(await agent.open(`${own.baseUrl}/login`), 'Sign in', { email, password })
    expect(typed).toEqual([ada.email])
    await own.stop()
  })

  test.each([
    ['authenticate', { users: { authenticate: () => true } }],
    ['a user without an id', { users: { authenticate: () => ({ name: 'Ada' }) } }],
    ['start', { sessions: 'no cookie' }],
    ['start with a second header', { sessions: 'a=b\r\nx: y' }],
  ])('a wrong answer of %s signs nobody in, is told to onError, and not to the user', async (_name, wrong) => {
    const { users, sessions } = wrong as { readonly users?: object; readonly sessions?: string }
    const own = await startWorld({
      pages: {
        ...(users !== undefined && { users: users as never }),
        ...(sessions !== undefined && {
          sessions: { getSession: () => undefined, start: () => sessions, end: () => '' },
        }),
      },
    })
    const agent = createUserAgent()
    const answer = await signIn(agent, await agent.open(`${own.baseUrl}/login`))
    expect([answer.status, answer.body.includes('Something went wrong')]).toEqual([500, true])
    expect(answer.body).not.toContain('must answer')
    expect(String(own.errors[0])).toMatch(/must answer with/)
    expect(agent.cookie('session')).toBeUndefined()
    await own.stop()
  })
})
