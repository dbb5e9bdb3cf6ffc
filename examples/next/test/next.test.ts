import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { signInAtClient } from '../../../test/example-journey.ts'
import { freePort } from '../../../test/example-process.ts'
import { keepAliveTraffic } from '../../../test/keep-alive-traffic.ts'

const root = join(import.meta.dirname, '..')
const next = join(root, 'node_modules/next/dist/bin/next')

describe('the Next.js example, built for production', () => {
  const folder = mkdtempSync(join(tmpdir(), 'oauth-next-'))
  let child: ChildProcess | undefined
  let baseUrl: string

  beforeAll(async () => {
    const env = { ...process.env, NODE_ENV: 'production' as const, NEXT_TELEMETRY_DISABLED: '1' }
    // The build must work without a secret and without a database.
    await promisify(execFile)(process.execPath, [next, 'build', root], { env })
    const port = await freePort()
    baseUrl = `http://localhost:${port}`
    const settings = { BASE_URL: undefined, DATABASE: join(folder, 'oauth.db'), OAUTH_SECRET: 'x'.repeat(40) }
    child = spawn(process.execPath, [join(root, 'server.mjs')], {
      env: { ...env, ...settings, PORT: String(port) },
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    await answers(`${baseUrl}/auth/jwks`)
  }, 300_000)
  afterAll(() => {
    child?.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  })

  async function registerClient(): Promise<string> {
    const response = await fetch(`${baseUrl}/auth/oauth2/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        client_name: 'Notes <b>',
        redirect_uris: ['http://localhost:9/callback'],
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code', 'refresh_token'],
      }),
    })
    expect(response.status).toBe(201)
    return ((await response.json()) as { client_id: string }).client_id
  }

  test('the Next.js example signs a user in at a client: login, consent, tokens, userinfo, refresh', async () => {
    const { pages, claims } = await signInAtClient(`${baseUrl}/auth`, await registerClient())
    expect(pages).toEqual(['/login', '/consent'])
    expect(claims).toMatchObject({ sub: 'u-1', email: 'ada@example.com', name: 'Ada Lovelace' })
  })

  test('the Next.js example serves the metadata documents outside of /auth and inside', async () => {
    for (const document of ['oauth-authorization-server', 'openid-configuration']) {
      const inserted = await fetch(`${baseUrl}/.well-known/${document}/auth`)
      const appended = await fetch(`${baseUrl}/auth/.well-known/${document}`)
      expect([inserted.status, await inserted.text()]).toEqual([200, await appended.text()])
    }
    expect((await fetch(`${baseUrl}/auth/nothing`)).headers.get('content-type')).toBe('application/json')
  })

  test('the API of the Next.js example leads a client without a token to the server', async () => {
    const document = `${baseUrl}/.well-known/oauth-protected-resource/api`
    for (const headers of [{}, { authorization: 'Bearer wrong' }]) {
      const refused = await fetch(`${baseUrl}/api/notes`, { headers })
      expect(refused.status).toBe(401)
      expect(refused.headers.get('www-authenticate')).toContain(`resource_metadata="${document}"`)
    }
    expect(await (await fetch(document)).json()).toMatchObject({
      resource: `${baseUrl}/api`,
      authorization_servers: [`${baseUrl}/auth`],
    })
  })

  test('the Next.js example refuses a form of another site and a wrong password, and the right password starts a session', async () => {
    const page = await fetch(`${baseUrl}/login`)
    expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'none'.*frame-ancestors 'none'$/)
    const [form = ''] = (page.headers.get('set-cookie') ?? '').split(';')
    const form_token = /name="form_token" value="([^"]*)"/.exec(await page.text())?.[1] ?? ''
    const login = (origin: string, password: string) => {
      const body = new URLSearchParams({ email: 'ada@example.com', password, form_token })
      const headers = { origin, cookie: form }
      return fetch(`${baseUrl}/login`, { method: 'POST', body, headers, redirect: 'manual' })
    }
    const foreign = await login('https://evil.example', 'demo-password')
    expect([foreign.status, foreign.headers.get('set-cookie')]).toEqual([403, null])
    const wrong = await login(baseUrl, 'guess')
    expect([wrong.status, wrong.headers.get('set-cookie')]).toEqual([422, null])
    const right = await login(baseUrl, 'demo-password')
    const cookie = right.headers.get('set-cookie') ?? ''
    expect(cookie).toMatch(/^sid=[\w-]{43}; Max-Age=\d+; Path=\/; HttpOnly; SameSite=Lax$/)
    const home = await fetch(baseUrl, { headers: { cookie: cookie.split(';')[0] ?? '' } })
    expect(await home.text()).toContain('You are signed in as Ada Lovelace')
    expect(await (await fetch(baseUrl)).text()).toContain('<a href="/login">Sign in</a>')
  })

  test('/healthz and /readyz of the Next.js example answer 200', async () => {
    const [health, ready] = [await fetch(`${baseUrl}/healthz`), await fetch(`${baseUrl}/readyz`)]
    expect([health.status, await health.json()]).toEqual([200, { ok: true }])
    const checks = ['storage', 'schema', 'keys'].map((name) => ({ name, ok: true }))
    expect([ready.status, await ready.json()]).toEqual([200, { ok: true, checks }])
  })

  // This must be the last test, because it ends the server.
  test('after SIGTERM, the Next.js example answers twenty busy connections with Connection: close, and exits with 0 (G45)', async () => {
    const traffic = keepAliveTraffic(`${baseUrl}/auth/jwks`, 20)
    await traffic.started
    const ended = new Promise((resolve) => child?.once('exit', (code, signal) => resolve(signal ?? code)))
    child?.kill('SIGTERM')
    const connections = await traffic.ended
    expect(connections.map(({ error }) => error)).toEqual(connections.map(() => undefined))
    expect(connections.map(({ answers }) => answers.at(-1)?.closes)).toEqual(connections.map(() => true))
    expect(await ended).toBe(0)
    expect(readdirSync(folder)).toEqual(['oauth.db'])
  }, 60_000)
})

async function answers(url: string): Promise<void> {
  for (let attempt = 0; attempt < 600; attempt++) {
    try {
      if ((await fetch(url)).ok) return
    } catch {
      // The server does not listen yet.
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`nothing answers at ${url}`)
}
