import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import * as oidc from 'openid-client'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { expectOpenToBrowsers } from '../../../test/example-cors.ts'
import { freePort } from '../../../test/example-process.ts'
import { createUserAgent, type UserAgent, type Visit } from '../../server/test/user-agent.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const root = join(import.meta.dirname, '..')
// Bun's entry in `node_modules/.bin` is a shell script around this file.
const bun = join(root, 'node_modules/bun/bin/bun.exe')
const account = { email: 'demo@example.com', password: 'demo-password' }
const redirectUri = 'http://127.0.0.1:45454/callback'
const secret = 'a-secret-of-the-tests-0123456789-abcdef'
const folder = mkdtempSync(join(tmpdir(), 'oauth-bun-'))

let child: ChildProcess
let port: number
let baseUrl: string

beforeAll(async () => {
  port = await freePort()
  baseUrl = `http://localhost:${port}`
  await start()
})

afterAll(() => {
  child.kill()
  rmSync(folder, { recursive: true, force: true })
})

async function start(): Promise<void> {
  child = spawn(bun, [join(root, 'src/main.ts')], {
    // Vitest sets its own BASE_URL.
    env: { ...process.env, BASE_URL: '', PORT: String(port), DATABASE: join(folder, 'oauth.db'), OAUTH_SECRET: secret },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  let ended = false
  child.once('error', () => {
    ended = true
  })
  child.once('exit', () => {
    ended = true
  })
  for (let attempt = 0; attempt < 300 && !ended; attempt++) {
    if (
      await fetch(`${baseUrl}/auth/jwks`).then(
        ({ ok }) => ok,
        () => false,
      )
    )
      return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error('the example did not start')
}

function discover(): Promise<oidc.Configuration> {
  return oidc.discovery(new URL(`${baseUrl}/auth`), 'demo', undefined, oidc.None(), {
    execute: [oidc.allowInsecureRequests],
  })
}

async function begin(configuration: oidc.Configuration, parameters: Record<string, string> = {}) {
  const verifier = oidc.randomPKCECodeVerifier()
  const checks = { pkceCodeVerifier: verifier, expectedState: oidc.randomState(), expectedNonce: oidc.randomNonce() }
  const url = oidc.buildAuthorizationUrl(configuration, {
    redirect_uri: redirectUri,
    scope: 'openid profile email offline_access',
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state: checks.expectedState,
    nonce: checks.expectedNonce,
    ...parameters,
  })
  return { url, checks }
}

/** Signs in if a page asks for it, and allows all requested scopes. */
async function authorize(agent: UserAgent, url: URL): Promise<Visit> {
  let page = await agent.open(url, redirectUri)
  if (page.url.pathname === '/login') page = await agent.submit(page, 'Sign in', account, redirectUri)
  return page.url.pathname === '/consent' ? agent.submit(page, 'Allow', {}, redirectUri) : page
}

test('the API leads a client without a token to the server', async () => {
  const document = `${baseUrl}/.well-known/oauth-protected-resource/api`
  const refused = await fetch(`${baseUrl}/api/notes`)
  expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([
    401,
    `Bearer scope="notes:read", resource_metadata="${document}"`,
  ])
  expect(await (await fetch(document)).json()).toMatchObject({ resource: `${baseUrl}/api` })
})

test('scripts of other origins may call the API, and read its challenge', async () => {
  await expectOpenToBrowsers(`${baseUrl}/api/notes`)
})

test('bun:sqlite in the database of this example meets the storage contract', async () => {
  const { stdout } = await promisify(execFile)(bun, [join(root, 'test/contract.ts')])
  const { cases, failures } = JSON.parse(stdout)
  expect(failures).toEqual([])
  expect(cases).toBeGreaterThan(80)
})

test('the example signs a user in on Bun: login, consent, code, ID token, userinfo, refresh, logout', async () => {
  const configuration = await discover()
  const { url, checks } = await begin(configuration)
  const agent = createUserAgent()
  const login = await agent.open(url, redirectUri)
  expect([login.url.pathname, login.trail]).toEqual(['/login', ['/auth/oauth2/authorize', '/login']])
  const consent = await agent.submit(login, 'Sign in', account, redirectUri)
  expect(consent.body).toContain('Demo client</bdi> asks for access')
  expect(consent.body).toContain('127.0.0.1:45454')
  const back = await agent.submit(consent, 'Allow', {}, redirectUri)

  const tokens = await oidc.authorizationCodeGrant(configuration, back.url, { ...checks, idTokenExpected: true })
  const sub = tokens.claims()?.sub ?? ''
  expect(await oidc.fetchUserInfo(configuration, tokens.access_token, sub)).toMatchObject({
    name: 'Ada Lovelace',
    email: account.email,
  })
  const renewed = await oidc.refreshTokenGrant(configuration, tokens.refresh_token ?? '')
  await oidc.tokenRevocation(configuration, renewed.access_token)
  await expect(oidc.fetchUserInfo(configuration, renewed.access_token, sub)).rejects.toThrow()
  await expect(oidc.authorizationCodeGrant(configuration, back.url, checks)).rejects.toThrow()

  const logout = oidc.buildEndSessionUrl(configuration, { id_token_hint: tokens.id_token ?? '' })
  expect((await agent.open(logout)).body).toContain('You are signed out.')
  const again = await begin(configuration)
  expect((await agent.open(again.url, redirectUri)).url.pathname).toBe('/login')
})

test('of fifty concurrent exchanges of one code, one gets tokens', async () => {
  const configuration = await discover()
  const { url, checks } = await begin(configuration)
  const back = await authorize(createUserAgent(), url)
  const exchanges = Array.from({ length: 50 }, () => oidc.authorizationCodeGrant(configuration, back.url, checks))
  const outcomes = await Promise.allSettled(exchanges)
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
})

test('the example refuses a wrong password and a form from another site, and passes on a denial', async () => {
  const { url } = await begin(await discover())
  const agent = createUserAgent()
  const login = await agent.open(url, redirectUri)
  for (const wrong of [{ password: 'guess' }, { email: 'nobody@example.com' }]) {
    const answer = await agent.submit(login, 'Sign in', { ...account, ...wrong }, redirectUri)
    expect([answer.status, answer.body.includes('No account has this e-mail address and password.')]).toEqual([
      422,
      true,
    ])
  }
  const body = new URLSearchParams(account)
  const foreign = await fetch(login.url, { method: 'POST', body, headers: { origin: 'https://evil.example' } })
  expect(foreign.status).toBe(403)
  expect(foreign.headers.getSetCookie().join()).not.toContain('session=')
  const consent = await agent.submit(login, 'Sign in', account, redirectUri)
  const denied = await agent.submit(consent, 'Deny', {}, redirectUri)
  expect(denied.url.searchParams.get('error')).toBe('access_denied')
})

test('pages run no script and cannot be framed, and no script can read the session cookie (F08, F09)', async () => {
  const { url } = await begin(await discover())
  const agent = createUserAgent()
  const login = await agent.open(url, redirectUri)
  expect(login.headers.get('content-security-policy')).toMatch(/^default-src 'none'.*frame-ancestors 'none'$/)
  expect(login.headers.get('cache-control')).toBe('no-store')
  const planted = 'session=planted-by-somebody-else'
  const own = ['oauth_browser', 'oauth_form'].map((name) => `${name}=${agent.cookie(name)}`)
  const cookie = [...own, planted].join('; ')
  const form_token = /name="form_token" value="([^"]*)"/.exec(login.body)?.[1] ?? ''
  const response = await fetch(login.url, {
    method: 'POST',
    body: new URLSearchParams({ ...account, form_token }),
    headers: { origin: baseUrl, cookie },
    redirect: 'manual',
  })
  expect(response.headers.getSetCookie()).toEqual([
    expect.stringMatching(/^session=[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; SameSite=Lax$/),
  ])
})

test('sessions, keys and tokens survive a restart', async () => {
  const configuration = await discover()
  const { url, checks } = await begin(configuration)
  const agent = createUserAgent()
  const tokens = await oidc.authorizationCodeGrant(configuration, (await authorize(agent, url)).url, checks)
  const keys = await (await fetch(`${baseUrl}/auth/jwks`)).json()

  child.kill()
  await new Promise((resolve) => child.once('exit', resolve))
  await start()

  expect(await (await fetch(`${baseUrl}/auth/jwks`)).json()).toEqual(keys)
  const renewed = await oidc.refreshTokenGrant(configuration, tokens.refresh_token ?? '')
  const sub = tokens.claims()?.sub ?? ''
  expect(await oidc.fetchUserInfo(configuration, renewed.access_token, sub)).toMatchObject({ sub })
  // The user is still signed in. A client on the user's computer needs consent each time.
  const again = await begin(configuration)
  expect((await agent.open(again.url, redirectUri)).url.pathname).toBe('/consent')
})
