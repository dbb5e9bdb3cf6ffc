import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import SQLite from 'better-sqlite3'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type App, createApp } from '../src/app.ts'
import { openDatabase } from '../src/database.ts'
import { demoAccount } from '../src/identity/demo-account.ts'
import { createSessions } from '../src/identity/sessions.ts'
import { createUsers } from '../src/identity/users.ts'

const secret = 'a-secret-of-the-tests-0123456789-abcdef'

let folder: string
let database: string
const apps: App[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oauth-app-'))
  database = join(folder, 'oauth.db')
})
afterEach(async () => {
  for (const app of apps.splice(0)) await app.close()
  await rm(folder, { recursive: true, force: true })
})

async function create(baseUrl: string): Promise<App> {
  const app = await createApp({ baseUrl, database, secret })
  apps.push(app)
  return app
}

function rows(query: string): unknown[] {
  const opened = new SQLite(database)
  try {
    return opened.prepare(query).all()
  } finally {
    opened.close()
  }
}

test('the example makes every cookie Secure and bound to the host over https', async () => {
  const baseUrl = 'https://id.example.com'
  const app = await create(baseUrl)
  const page = await app.fetch(new Request(`${baseUrl}/login`))
  const [formCookie = ''] = page.headers.getSetCookie()
  expect(formCookie).toMatch(/^__Host-oauth_form=.+; Path=\/; HttpOnly; SameSite=Lax; Secure$/)

  const cookie = formCookie.split(';')[0] ?? ''
  const form_token = /name="form_token" value="([^"]*)"/.exec(await page.text())?.[1] ?? ''
  const body = new URLSearchParams({ ...demoAccount, form_token })
  const answer = await app.fetch(new Request(`${baseUrl}/login`, { method: 'POST', body, headers: { cookie } }))
  expect(answer.status).toBe(303)
  const session = answer.headers.getSetCookie().find((line) => line.startsWith('__Host-example_id_session='))
  expect(session).toMatch(/; Max-Age=1209600; Path=\/; HttpOnly; Secure; SameSite=Lax$/)
})

test('a second start makes no second demo client or account, and another BASE_URL changes the redirect URI', async () => {
  await create('http://localhost:3000')
  const [first] = rows('select * from demo_client') as { client_id: string }[]
  const app = await create('http://localhost:4000')
  expect(rows('select client_id, redirect_uri from demo_client')).toEqual([
    { client_id: first?.client_id, redirect_uri: 'http://localhost:4000/client/callback' },
  ])
  const client = await app.provider.getClient(String(first?.client_id))
  const redirectUris = ['callback', 'paid', 'confirmed'].map((path) => `http://localhost:4000/client/${path}`)
  expect(client?.metadata.redirect_uris).toEqual(redirectUris)
  expect(client?.metadata.post_logout_redirect_uris).toEqual(['http://localhost:4000/client/signed-out'])
  expect(rows('select email from app_users')).toEqual([{ email: 'demo@example.com' }])
})

test('a start with a database of an older version updates the demo client for sign-out', async () => {
  const { provider } = await create('http://localhost:3000')
  const [{ client_id } = { client_id: '' }] = rows('select client_id from demo_client') as { client_id: string }[]
  await provider.updateClient(client_id, { post_logout_redirect_uris: null, enable_end_session: null })
  expect((await provider.getClient(client_id))?.metadata.enable_end_session).toBeUndefined()

  const app = await create('http://localhost:3000')
  const client = await app.provider.getClient(client_id)
  expect(client?.metadata).toMatchObject({
    enable_end_session: true,
    post_logout_redirect_uris: ['http://localhost:3000/client/signed-out'],
  })
  await create('http://localhost:3000')
  expect((await app.provider.getClient(client_id))?.version).toBe(client?.version)
})

test('the database contains neither passwords nor session cookies', async () => {
  await create('http://localhost:3000')
  const opened = await openDatabase(database)
  const users = createUsers(opened.db)
  const user = await users.authenticate(demoAccount.email, demoAccount.password)
  if (user === undefined) throw new Error('the demo account does not work')
  const sessions = createSessions(opened.db, users, 'http://localhost:3000')
  const line = await sessions.start(new Request('http://localhost:3000/'), user)
  const token = /=([^;]+)/.exec(line)?.[1] ?? ''
  const signedIn = await sessions.current(
    new Request('http://localhost:3000/', { headers: { cookie: `example_id_session=${token}` } }),
  )
  opened.close()

  expect(signedIn?.user.email).toBe(demoAccount.email)
  // The session id is in tokens, so it must differ from the cookie.
  expect(signedIn?.session.id).not.toBe(token)
  const stored = JSON.stringify([rows('select * from app_users'), rows('select * from app_sessions')])
  expect(stored).not.toContain(demoAccount.password)
  expect(stored).not.toContain(token)
})

test('the purge deletes expired data and keeps live data', async () => {
  const app = await create('http://localhost:3000')
  const opened = new SQLite(database)
  const [user] = rows('select id from app_users') as { id: string }[]
  for (const [name, end] of [
    ['old', 1],
    ['alive', 9e9],
  ] as const) {
    opened.prepare('insert into app_sessions values (?, ?, ?, 1, ?)').run(name, name, user?.id, end)
    opened.prepare('insert into demo_sign_ins values (?, ?, ?, ?, null, ?)').run(name, name, name, name, end)
    opened.prepare('insert into demo_sessions values (?, ?, ?)').run(name, name, end)
    opened.prepare('insert into demo_devices values (?, ?, ?)').run(name, name, end)
  }
  opened.close()
  await app.purgeExpired()
  expect(rows('select id from app_sessions')).toEqual([{ id: 'alive' }])
  expect(rows('select state from demo_sign_ins')).toEqual([{ state: 'alive' }])
  expect(rows('select data from demo_sessions')).toEqual([{ data: 'alive' }])
  expect(rows('select data from demo_devices')).toEqual([{ data: 'alive' }])
})

test('one purge deletes more than one batch', async () => {
  const app = await create('http://localhost:3000')
  const opened = new SQLite(database)
  const insert = opened.prepare('insert into oauth_revoked_jwts (jti, expires_at) values (?, ?)')
  opened.transaction(() => {
    for (let row = 0; row < 2500; row++) insert.run(`jti-${row}`, row === 0 ? 9e9 : 1)
  })()
  opened.close()
  await app.purgeExpired()
  expect(rows('select jti from oauth_revoked_jwts')).toEqual([{ jti: 'jti-0' }])
})
