import SQLite from 'better-sqlite3'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { signIn } from './journey.ts'
import { type Example, startExample } from './start.ts'
import { createUserAgent, type UserAgent, type Visit } from './user-agent.ts'

let example: Example

beforeAll(async () => {
  example = await startExample()
})

afterAll(async () => {
  await example?.stop()
  expect(example?.failures).toEqual([])
})

const client = (agent: UserAgent): Promise<Visit> => agent.open(`${example.baseUrl}/client`)

async function signedIn(fields: Record<string, string> = {}): Promise<{ agent: UserAgent; page: Visit }> {
  const agent = createUserAgent()
  const login = await agent.submit(await client(agent), 'Sign in with Example ID', fields)
  const next = await signIn(agent, login)
  return { agent, page: next.url.pathname === '/consent' ? await agent.submit(next, 'Allow') : next }
}

/** Returns the buttons that a page offers. */
function offered({ body }: Visit): readonly string[] {
  return [...body.matchAll(/<button([^>]*)>([^<]*)/g)].flatMap(([, attributes = '', text = '']) =>
    attributes.includes('disabled') ? [] : [text],
  )
}

/** Changes rows of the database, to let time pass. */
function change(statement: string): void {
  const database = new SQLite(example.database)
  database.exec(statement)
  database.close()
}

/** Counts the requests of the timeline. */
const requests = ({ body }: Visit): number => body.split('<summary><span>').length - 1

test('after a revocation, the page offers no action that would fail, says why, and leads to a new sign-in', async () => {
  const { agent, page } = await signedIn()
  expect(offered(page)).toEqual(expect.arrayContaining(['Ask userinfo', 'Call the API', 'Refresh', 'Revoke']))
  const revoked = await agent.submit(page, 'Revoke')
  for (const button of ['Ask userinfo', 'Call the API', 'Open locked notes', 'Refresh', 'Revoke']) {
    expect(offered(revoked)).not.toContain(button)
    expect(revoked.body).toContain(`disabled>${button}</button>`)
  }
  expect(revoked.body).toContain('The access has ended.')
  expect(offered(revoked)).toEqual(expect.arrayContaining(['Introspect', 'Sign in again', 'Sign out']))
  expect((await agent.submit(revoked, 'Introspect')).body).toContain('the access token is not active')

  const again = await agent.submit(revoked, 'Sign in again')
  expect(offered(again)).toContain('Call the API')
  expect(offered(again)).not.toContain('Sign in again')
})

test('a button of an old page makes no request when its action is not possible any more', async () => {
  const { agent, page } = await signedIn()
  const revoked = await agent.submit(page, 'Revoke')
  const late = await agent.submit(page, 'Call the API')
  expect(late.body).toContain('role="alert"')
  expect(late.body).toContain('<strong>The access has ended.</strong>')
  expect(requests(late)).toBe(requests(revoked))
})

test('the page says that an access token has expired, and only the refresh is offered until there is a new one', async () => {
  const { agent } = await signedIn()
  change(`update demo_sessions set data = json_set(data, '$.tokens.expiresAt', unixepoch() - 1)`)
  const expired = await client(agent)
  expect(expired.body).toContain('<span class="badge bad">expired</span> The access token has expired. Refresh it.')
  expect(offered(expired)).not.toContain('Call the API')
  const refreshed = await agent.submit(expired, 'Refresh')
  expect(refreshed.body).toContain('<span class="badge good">valid</span> JWT, for the API, expires in 60 minutes')
  expect(offered(refreshed)).toContain('Call the API')
})

test('when the user withdraws the application, it learns this from the next refusal and says so in plain words', async () => {
  const { agent, page } = await signedIn()
  await agent.submit(await agent.open(`${example.baseUrl}/connected-apps`), 'Yes, disconnect Marginalia')
  const refused = await agent.submit(page, 'Ask userinfo')
  expect(refused.body).toContain('The access token is not accepted')
  expect(refused.body).toContain('OAuth error <code>invalid_token</code>, HTTP 401')
  expect(refused.body).toContain('The access token was refused. Refresh it.')
  expect(offered(refused)).not.toContain('Call the API')
  const ended = await agent.submit(refused, 'Refresh')
  expect(ended.body).toContain('<code>invalid_grant</code>')
  expect(ended.body).toContain('Example ID has withdrawn the access.')
  expect(offered(ended)).not.toContain('Refresh')
})

test('an opaque token is for userinfo alone: the page says so instead of offering the API', async () => {
  const { agent, page } = await signedIn({ token: 'opaque' })
  expect(page.body).toContain('This token is good for userinfo alone.')
  expect(offered(page)).not.toContain('Call the API')
  expect((await agent.submit(page, 'Ask userinfo')).body).toContain('Userinfo answered anew.')
  expect((await agent.submit(page, 'Introspect')).body).toContain('the access token is active')
})

test('locked notes open after a fresh sign-in, and with an older one the API makes the user sign in again', async () => {
  const { agent, page } = await signedIn()
  expect((await agent.submit(page, 'Open locked notes')).body).toContain('The last page is missing.')

  change('update app_sessions set auth_time = auth_time - 600')
  const older = await agent.submit(await agent.submit(page, 'Sign out here only'), 'Sign in with Example ID')
  const login = await agent.submit(older, 'Open locked notes')
  expect(login.url.pathname).toBe('/login')
  const opened = await signIn(agent, login)
  expect(opened.trail.at(-2)).toBe('/client/confirmed')
  expect(opened.body).toContain('The last page is missing.')
  expect(opened.body).toContain('insufficient_user_authentication')
  // The response works once.
  expect((await agent.open(`${example.baseUrl}/client/confirmed?state=x&code=y`)).body).not.toContain(
    'The API opened the locked notes.',
  )
})

test('another account cannot confirm for the user who is signed in, so the notes stay locked', async () => {
  const { agent, page } = await signedIn()
  change('update app_sessions set auth_time = auth_time - 600')
  const older = await agent.submit(await agent.submit(page, 'Sign out here only'), 'Sign in with Example ID')
  const login = await agent.submit(older, 'Open locked notes')
  const account = { name: 'Other', email: 'other@example.com', password: 'a long password' }
  const other = createUserAgent()
  await other.submit(await other.open(`${example.baseUrl}/signup`), 'Create account', account)
  let end = await agent.submit(login, 'Confirm', { email: account.email, password: account.password })
  if (end.url.pathname === '/consent') end = await agent.submit(end, 'Allow')
  expect(end.body).not.toContain('The API opened the locked notes.')
  expect(end.body).toContain('role="alert"')
  expect(end.body).toContain('Hello, Demo Person')
})

test('a silent sign-in without a session says in plain words that a page was needed, with the code beside it', async () => {
  const agent = createUserAgent()
  const page = await agent.submit(await client(agent), 'Sign in silently')
  expect(page.status).toBe(400)
  expect(page.body).toContain('Example ID does not know you in this browser')
  expect(page.body).toContain('<code>login_required</code>')
})

test('a user signs in with a code that another browser approves', async () => {
  const agent = createUserAgent()
  const waiting = await agent.submit(await client(agent), 'Use a code')
  const code = /<p class="code-to-enter">([^<]+)</.exec(waiting.body)?.[1] ?? ''
  expect(code).toMatch(/^[A-Z]{4}-[A-Z]{4}$/)
  const early = await agent.submit(waiting, 'Check now')
  expect([early.status, early.body.includes('Nobody has approved it yet.')]).toEqual([400, true])
  expect(early.body).toContain(code)
  // Another browser waits for nothing.
  expect((await client(createUserAgent())).body).not.toContain(code)

  const phone = createUserAgent()
  const link = /<a href="([^"]+)" target/.exec(waiting.body)?.[1] ?? ''
  const login = await phone.submit(await phone.open(link), 'The codes are the same', { user_code: code })
  const consent = login.url.pathname === '/login' ? await signIn(phone, login) : login
  await phone.submit(consent, 'Allow')

  let page = await agent.submit(early, 'Check now')
  // The server makes a program that asks too often wait.
  for (let round = 0; round < 20 && page.body.includes('slow_down'); round++) {
    await new Promise((resolve) => setTimeout(resolve, 1000 + 500 * round))
    page = await agent.submit(page, 'Check now')
  }
  expect(page.body).toContain('Hello, Demo Person')
  expect(page.body).not.toContain(code)
}, 60_000)

test('a code can be given up, and only by a form of the application', async () => {
  const agent = createUserAgent()
  const waiting = await agent.submit(await client(agent), 'Use a code')
  expect((await agent.submit(waiting, 'Cancel', { form_token: 'forged' })).status).toBe(403)
  expect((await agent.submit(waiting, 'Check now', { form_token: 'forged' })).status).toBe(403)
  expect((await client(agent)).body).toContain('Approve this code')
  expect((await agent.submit(waiting, 'Cancel')).body).toContain('Sign in with Example ID')
})

test('a fresh account comes from the way “Sign up”, and “Sign in anew” asks for the password in spite of a session', async () => {
  const agent = createUserAgent()
  const page = await client(agent)
  expect((await agent.submit(page, 'Sign up')).url.pathname).toBe('/signup')
  await signIn(agent, await agent.open(`${example.baseUrl}/login`))
  expect((await agent.submit(page, 'Sign in anew')).url.pathname).toBe('/login')
})

test('the registration names a logo, a policy and terms, and the application serves each of them', async () => {
  const database = new SQLite(example.database)
  const { client_id } = database.prepare('select client_id from demo_client').get() as { client_id: string }
  database.close()
  const { logo_uri, policy_uri, tos_uri, client_uri } = (await example.provider.getClient(client_id))?.metadata ?? {}
  const logo = await fetch(String(logo_uri))
  expect([logo.status, logo.headers.get('content-type')]).toEqual([200, 'image/svg+xml'])
  expect(logo.headers.get('content-security-policy')).toContain("default-src 'none'")
  expect(await logo.text()).not.toContain('<script')
  for (const url of [policy_uri, tos_uri, client_uri]) expect((await fetch(String(url))).status).toBe(200)
  // A browser that has the file gets no copy.
  const etag = logo.headers.get('etag') ?? ''
  expect((await fetch(String(logo_uri), { headers: { 'if-none-match': etag } })).status).toBe(304)
})
