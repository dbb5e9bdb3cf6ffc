import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as oidc from 'openid-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freePort } from '../../../test/example-process.ts'
import { createUserAgent, type UserAgent, type Visit } from '../../server/test/user-agent.ts'
import { bundle, serve } from '../src/serve/serve.ts'

const account = { email: 'demo@example.com', password: 'the-password-of-the-tests' }
const clientSecret = 'the-secret-of-the-demo-client-0123456789'
const redirectUri = 'http://localhost:9/callback'

let workerd: ChildProcess
let baseUrl: string
/** The status codes of the first requests to the Worker, which were sent at once. */
let first: readonly number[]

let port: number
const data = mkdtempSync(join(tmpdir(), 'oauth-workers-'))

/** Starts workerd on the folder of the tests. */
async function start(): Promise<void> {
  const variables = {
    BASE_URL: baseUrl,
    OAUTH_SECRET: 'a-secret-of-the-tests-0123456789-abcdef',
    CLIENT_SECRET: clientSecret,
    CLIENT_REDIRECT_URI: redirectUri,
    USER_PASSWORD: account.password,
  }
  workerd = serve(port, variables, data)
  await new Promise((resolve, reject) => {
    workerd.once('error', reject)
    workerd.once('exit', (code) => reject(new Error(`workerd ended with ${code}`)))
    accepts(port).then(resolve, reject)
  })
}

/** Ends workerd without a chance to tidy up. */
async function kill(): Promise<void> {
  const exited = new Promise((resolve) => workerd.once('exit', resolve))
  workerd.kill('SIGKILL')
  await exited
}

beforeAll(async () => {
  await bundle()
  port = await freePort()
  baseUrl = `http://localhost:${port}`
  await start()
  first = await Promise.all(Array.from({ length: 20 }, async () => (await fetch(`${baseUrl}/auth/jwks`)).status))
}, 120_000)

afterAll(async () => {
  await kill()
  rmSync(data, { recursive: true, force: true })
})

function discover(): Promise<oidc.Configuration> {
  const authentication = oidc.ClientSecretBasic(clientSecret)
  return oidc.discovery(new URL(`${baseUrl}/auth`), 'demo', undefined, authentication, {
    execute: [oidc.allowInsecureRequests],
  })
}

async function begin(configuration: oidc.Configuration) {
  const verifier = oidc.randomPKCECodeVerifier()
  const checks = { pkceCodeVerifier: verifier, expectedState: oidc.randomState(), expectedNonce: oidc.randomNonce() }
  const url = oidc.buildAuthorizationUrl(configuration, {
    redirect_uri: redirectUri,
    scope: 'openid profile email offline_access',
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state: checks.expectedState,
    nonce: checks.expectedNonce,
  })
  return { url, checks }
}

test('an isolate answers its first requests when they all come at once', () => {
  expect(first).toEqual(Array.from({ length: 20 }, () => 200))
})

test('the example signs a user in on workerd: login, consent, code, ID token, userinfo, refresh', async () => {
  const configuration = await discover()
  const { url, checks } = await begin(configuration)
  const agent = createUserAgent()
  const login = await agent.open(url, redirectUri)
  expect(login.url.pathname).toBe('/login')
  const consent = await agent.submit(login, 'Sign in', account, redirectUri)
  expect(consent.url.pathname).toBe('/consent')
  expect(consent.body).toContain('Demo client</bdi> asks for access')
  const back = await agent.submit(consent, 'Allow', {}, redirectUri)

  const tokens = await oidc.authorizationCodeGrant(configuration, back.url, { ...checks, idTokenExpected: true })
  expect(tokens.claims()).toMatchObject({ iss: `${baseUrl}/auth`, aud: 'demo', sub: 'u1' })
  const userinfo = await oidc.fetchUserInfo(configuration, tokens.access_token, 'u1')
  expect(userinfo).toMatchObject({ name: 'Ada Lovelace', email: account.email })
  const renewed = await oidc.refreshTokenGrant(configuration, tokens.refresh_token ?? '')
  expect(renewed.access_token).not.toBe(tokens.access_token)
  await oidc.tokenRevocation(configuration, renewed.access_token)
  await expect(oidc.fetchUserInfo(configuration, renewed.access_token, 'u1')).rejects.toThrow()

  // The second time, the provider asks the same browser nothing.
  const again = await begin(configuration)
  const silent = await agent.open(again.url, redirectUri)
  expect(silent.trail).toEqual(['/auth/oauth2/authorize'])
  // A replay of the code fails and revokes the tokens that it gave.
  await expect(oidc.authorizationCodeGrant(configuration, back.url, { ...checks })).rejects.toThrow()
  await expect(oidc.refreshTokenGrant(configuration, renewed.refresh_token ?? '')).rejects.toThrow()
})

test('sessions, consents, keys and tokens survive the end of the process by SIGKILL', async () => {
  const configuration = await discover()
  const { url, checks } = await begin(configuration)
  const agent = createUserAgent()
  const back = await signIn(agent, await agent.open(url, redirectUri))
  const tokens = await oidc.authorizationCodeGrant(configuration, back.url, { ...checks, idTokenExpected: true })
  const spent = await oidc.refreshTokenGrant(configuration, tokens.refresh_token ?? '')
  const keys = await (await fetch(`${baseUrl}/auth/jwks`)).text()

  await kill()
  await start()

  expect(await (await fetch(`${baseUrl}/auth/jwks`)).text()).toBe(keys)
  expect(await oidc.fetchUserInfo(configuration, spent.access_token, 'u1')).toMatchObject({ sub: 'u1' })
  const again = await begin(configuration)
  const silent = await agent.open(again.url, redirectUri)
  expect(silent.trail).toEqual(['/auth/oauth2/authorize'])
  // The code is still consumed: its replay fails, and revokes what it gave.
  await expect(oidc.authorizationCodeGrant(configuration, back.url, checks)).rejects.toThrow()
  await expect(oidc.refreshTokenGrant(configuration, spent.refresh_token ?? '')).rejects.toThrow()
})

test('a code exchange with a wrong client secret is refused, and the code stays valid', async () => {
  const configuration = await discover()
  const { url, checks } = await begin(configuration)
  const agent = createUserAgent()
  const back = await signIn(agent, await agent.open(url, redirectUri))
  const guess = oidc.ClientSecretBasic(clientSecret.toUpperCase())
  const stranger = new oidc.Configuration(configuration.serverMetadata(), 'demo', undefined, guess)
  oidc.allowInsecureRequests(stranger)
  await expect(oidc.authorizationCodeGrant(stranger, back.url, checks)).rejects.toMatchObject({ status: 401 })
  expect(await oidc.authorizationCodeGrant(configuration, back.url, checks)).toHaveProperty('access_token')
})

test('the example refuses a wrong password and a form from another site, and passes on a denial', async () => {
  const configuration = await discover()
  const { url } = await begin(configuration)
  url.searchParams.set('prompt', 'consent')
  const agent = createUserAgent()
  const login = await agent.open(url, redirectUri)
  const wrong = await agent.submit(login, 'Sign in', { ...account, password: 'guess' }, redirectUri)
  expect([wrong.status, wrong.body.includes('No account has this e-mail address and password.')]).toEqual([422, true])
  const body = new URLSearchParams(account)
  const foreign = await fetch(login.url, { method: 'POST', body, headers: { origin: 'https://evil.example' } })
  expect(foreign.status).toBe(403)
  expect(foreign.headers.getSetCookie().join()).not.toContain('session=')
  const consent = await agent.submit(login, 'Sign in', account, redirectUri)
  const denied = await agent.submit(consent, 'Deny', {}, redirectUri)
  expect(denied.url.searchParams.get('error')).toBe('access_denied')
})

test('the pages have security headers, and scripts cannot read the cookies', async () => {
  const { url } = await begin(await discover())
  const agent = createUserAgent()
  const login = await agent.open(url, redirectUri)
  expect(login.headers.get('content-security-policy')).toMatch(/^default-src 'none'.*frame-ancestors 'none'$/)
  expect(login.headers.get('cache-control')).toBe('no-store')
  const cookie = ['oauth_browser', 'oauth_form'].map((name) => `${name}=${agent.cookie(name)}`).join('; ')
  const headers = { origin: baseUrl, cookie }
  const form_token = /name="form_token" value="([^"]*)"/.exec(login.body)?.[1] ?? ''
  const body = new URLSearchParams({ ...account, form_token })
  const response = await fetch(login.url, { method: 'POST', body, headers, redirect: 'manual' })
  expect(response.status).toBe(303)
  expect(response.headers.getSetCookie()).toEqual([
    expect.stringMatching(/^session=[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; SameSite=Lax$/),
  ])
  expect((await fetch(`${baseUrl}/elsewhere`)).status).toBe(404)
  expect((await fetch(`${baseUrl}/auth/elsewhere`)).status).toBe(404)
})

async function signIn(agent: UserAgent, login: Visit): Promise<Visit> {
  const page = await agent.submit(login, 'Sign in', account, redirectUri)
  return page.url.pathname === '/consent' ? agent.submit(page, 'Allow', {}, redirectUri) : page
}

async function accepts(port: number): Promise<void> {
  const { connect } = await import('node:net')
  for (let attempt = 0; attempt < 300; attempt++) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false))
      socket.on('connect', () => socket.destroy())
    })
    if (open) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`nothing listens on port ${port}`)
}
