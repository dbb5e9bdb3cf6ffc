import SQLite from 'better-sqlite3'
import { Hono } from 'hono'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTimeline } from '../src/client/timeline.ts'
import { signIn } from './journey.ts'
import { type Example, startExample } from './start.ts'
import { createUserAgent, type UserAgent, type Visit } from './user-agent.ts'

const cookie = 'marginalia_timeline'

describe('the timeline of the demo client', () => {
  let example: Example

  beforeAll(async () => {
    example = await startExample()
  })

  afterAll(async () => {
    await example?.stop()
    expect(example?.failures).toEqual([])
  })

  const client = (agent: UserAgent) => agent.open(`${example.baseUrl}/client`)

  /** What the timeline says happened, newest first. */
  const said = ({ body }: Visit) => [...body.matchAll(/<summary><span>([^<]*)/g)].map(([, what]) => what)

  async function signedIn(
    agent: UserAgent = createUserAgent(),
  ): Promise<{ agent: UserAgent; page: Visit; callback: URL }> {
    const callback = `${example.baseUrl}/client/callback`
    const login = await agent.submit(await client(agent), 'Sign in with Example ID')
    let end = await signIn(agent, login, callback)
    if (end.url.pathname === '/consent') end = await agent.submit(end, 'Allow', {}, callback)
    return { agent, page: await agent.open(end.url), callback: end.url }
  }

  test('it has the requests of a sign-in, newest first, with status, duration, what was sent and the decoded tokens', async () => {
    const { agent, page } = await signedIn()
    const steps = said(page).filter(
      (what) => !['Reads the signing keys', 'Reads the discovery document, once'].includes(what ?? ''),
    )
    expect(steps).toEqual([
      'Asks userinfo who you are',
      'Exchanges the code for tokens',
      'You come back with the response',
      'Sends you to Example ID to sign in',
    ])
    expect(page.body).toContain('POST /auth/oauth2/token')
    expect(page.body).toMatch(/<span class="status">200<\/span> · \d+ ms/)
    for (const part of ['code_challenge', 'grant_type', 'authorization_code', 'Inside the id_token', 'at+jwt'])
      expect(page.body).toContain(part)
    const called = await agent.submit(page, 'Call the API')
    expect(said(called)[0]).toBe('Reads your notes at the API')
    expect(called.body).toContain('GET /api/notes')
  })

  test('it has no credential: no token, code, verifier, state, client secret or cookie', async () => {
    const { agent, page, callback } = await signedIn()
    const pages = [page]
    for (const button of ['Call the API', 'Introspect', 'Refresh', 'Buy for 12.50 EUR']) {
      await agent.submit(page, button)
      pages.push(await client(agent))
    }
    pages.push(await agent.submit(pages.at(-1) ?? page, 'Revoke'))
    const database = new SQLite(example.database)
    const rows = (query: string) => database.prepare(query).all() as Record<string, string>[]
    const [{ client_id = '', client_secret = '' } = {}] = rows('select * from demo_client')
    const sessions = rows('select data from demo_sessions').map(({ data = '' }) => JSON.parse(data))
    database.close()
    const secrets: string[] = [
      client_secret,
      Buffer.from(`${client_id}:${client_secret}`).toString('base64'),
      ...sessions.flatMap(({ tokens }) => [tokens.accessToken, tokens.refreshToken, tokens.idTokenHint]),
      ...sessions.flatMap(({ paying }) => (paying === undefined ? [] : [paying.codeVerifier, paying.state])),
      ...['code', 'state'].map((name) => callback.searchParams.get(name) ?? ''),
      ...['marginalia_session', 'marginalia_browser', cookie].map((name) => agent.cookie(name) ?? ''),
    ]
    expect(secrets.filter((secret) => secret === undefined || secret.length < 20)).toEqual([])
    for (const { body } of pages) for (const secret of secrets) expect(body).not.toContain(secret)
    expect(pages.at(-1)?.body).not.toMatch(/urn:ietf:params:oauth:request_uri:[\w-]{20}/)
    expect(pages.at(-1)?.body).toContain('Basic … (client id and secret)')
  })

  test('another browser sees nothing of it, not even one that has planted its own cookie before the sign-in', async () => {
    const attacker = createUserAgent()
    await attacker.submit(await client(attacker), 'Sign in silently')
    const planted = attacker.cookie(cookie) ?? ''
    expect(said(await client(attacker))).toHaveLength(2)

    const victim = createUserAgent()
    victim.setCookie(cookie, planted)
    const { page } = await signedIn(victim)
    expect(said(page)).toContain('Exchanges the code for tokens')
    expect(victim.cookie(cookie)).not.toBe(planted)
    const seen = await client(attacker)
    expect(said(seen)).toEqual([])
    expect(seen.body).not.toContain('demo@example.com')
    expect(said(await client(createUserAgent()))).toEqual([])
  })

  test('a cookie that the application did not make is replaced, so that nobody chooses under which value it is kept', async () => {
    const agent = createUserAgent()
    agent.setCookie(cookie, 'chosen-by-somebody-else')
    await agent.submit(await client(agent), 'Sign in silently')
    expect(agent.cookie(cookie)).toMatch(/^[\w-]{43}$/)
  })

  test('a sign-out leaves only the request that ends the session, and the button “Clear” leaves nothing', async () => {
    const { agent, page } = await signedIn()
    const out = await agent.submit(page, 'Sign out')
    expect(said(out)).toEqual(['Sends you to Example ID to end the session there'])
    expect(out.body).not.toContain('Demo Person')
    expect(said(await agent.submit(out, 'Clear', { form_token: 'forged' }))).toHaveLength(1)
    expect(said(await agent.submit(out, 'Clear'))).toEqual([])
  })

  test('a refusal is marked with its status or, if the browser brings it back, with its code', async () => {
    const agent = createUserAgent()
    const page = await agent.submit(await client(agent), 'Sign in silently')
    expect(page.body).toContain('<li class="refused">')
    expect(page.body).toContain('<span class="status">login_required</span> · in your browser')
  })

  test('what a provider or an API sends is escaped', async () => {
    const agent = createUserAgent()
    const account = { name: '<b>Bold</b>', email: 'bold@example.com', password: 'a long password' }
    await agent.submit(await agent.open(`${example.baseUrl}/signup`), 'Create account', account)
    const consent = await agent.submit(await client(agent), 'Sign in with Example ID')
    const page = await agent.submit(consent, 'Allow')
    expect(page.body).toContain('&lt;b&gt;Bold&lt;/b&gt;')
    expect(page.body).not.toContain('<b>Bold')
  })
})

describe('the memory of the timelines', () => {
  /** An application with one page that writes `count` requests down, and says how many are kept. */
  function application(now: () => number) {
    const timeline = createTimeline('http://localhost:3000', now)
    const app = new Hono()
    app.get('/write/:count', (c) => {
      const log = timeline.open(c)
      for (let one = 0; one < Number(c.req.param('count')); one++)
        log.browser(`${one}`, new URL('http://localhost/a?b=c'))
      return c.text('written')
    })
    app.get('/count', (c) => c.text(`${timeline.of(c.req.raw).length}`))
    const ask = async (path: string, value = '') => app.request(path, { headers: { cookie: `${cookie}=${value}` } })
    return {
      timeline,
      async write(count: number): Promise<string> {
        const [line = ''] = (await ask(`/write/${count}`)).headers.getSetCookie()
        return /=([^;]+)/.exec(line)?.[1] ?? ''
      },
      kept: async (value: string) => Number(await (await ask('/count', value)).text()),
    }
  }

  test('it keeps the newest 30 requests of a browser, and the newest 100 browsers', async () => {
    const { write, kept } = application(() => 0)
    const first = await write(40)
    expect(await kept(first)).toBe(30)
    for (let browser = 0; browser < 99; browser++) await write(1)
    expect(await kept(first)).toBe(30)
    const last = await write(1)
    expect([await kept(first), await kept(last)]).toEqual([0, 1])
  })

  test('it forgets a browser after an hour without a request', async () => {
    let now = 0
    const { write, kept, timeline } = application(() => now)
    const browser = await write(1)
    now = 3599_000
    expect(await kept(browser)).toBe(1)
    now = 3600_000
    expect(await kept(browser)).toBe(0)
    timeline.purgeExpired()
    now = 0
    expect(await kept(browser)).toBe(0)
  })
})
