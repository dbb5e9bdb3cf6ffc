import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { freePort } from '../../../test/example-process.ts'
import { connect, finish, start } from './fapi2-client.ts'

const minimal = join(import.meta.dirname, '..', '..', 'minimal')
const tsx = join(minimal, 'node_modules/.bin/tsx')
const timeout = 120_000
const callback = 'https://app.example.com/callback'

/** A browser that keeps cookies, signs in and allows, until it comes back to the client. */
async function browse(url: URL): Promise<URL> {
  const cookies = new Map<string, string>()
  let next: Request = new Request(url)
  for (let hop = 0; hop < 12; hop++) {
    const cookie = [...cookies].map((pair) => pair.join('=')).join('; ')
    const headers = new Headers(next.headers)
    headers.set('cookie', cookie)
    const response = await fetch(new Request(next, { headers, redirect: 'manual' }))
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';')
      cookies.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1))
    }
    const location = response.headers.get('location')
    if (location !== null) {
      const target = new URL(location, next.url)
      if (target.href.startsWith(callback)) return target
      next = new Request(target)
      continue
    }
    const state = /name="state" value="([^"]+)"/.exec(await response.text())?.[1]
    if (state === undefined) throw new Error(`no form at ${next.url}: ${response.status}`)
    const { origin } = new URL(next.url)
    const body = new URLSearchParams({ state, accept: 'true' })
    next = new Request(`${origin}/auth/oauth2/consent`, { method: 'POST', headers: { origin }, body })
  }
  throw new Error('the browser did not come back')
}

describe.each([
  ['the Security Profile', false],
  ['Message Signing', true],
])('the server and the client of docs/profiles.md, with %s', (_, messageSigning) => {
  const folder = mkdtempSync(join(tmpdir(), 'oauth-fapi2-'))
  let child: ChildProcess
  let issuer: URL
  let key: CryptoKey

  beforeAll(async () => {
    execFileSync(tsx, [join(minimal, 'src', 'fapi2-key.ts')], { cwd: folder })
    const jwk = JSON.parse(readFileSync(join(folder, 'client-key.json'), 'utf8'))
    key = await crypto.subtle.importKey('jwk', jwk, { name: 'RSA-PSS', hash: 'SHA-256' }, false, ['sign'])
    const port = await freePort()
    issuer = new URL(`http://localhost:${port}/auth`)
    child = spawn(tsx, [join(minimal, 'src', 'fapi2.ts')], {
      env: {
        ...process.env,
        PORT: String(port),
        OAUTH_SECRET: 'a-secret-of-the-tests-0123456789-abcdef',
        BASE_URL: issuer.origin,
        DATABASE: join(folder, 'oauth.db'),
        CLIENT_JWKS: join(folder, 'client-jwks.json'),
        MESSAGE_SIGNING: messageSigning ? '1' : '0',
      },
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    const answers = async (): Promise<void> => expect((await fetch(`${issuer}/jwks`)).ok).toBe(true)
    await vi.waitFor(answers, { timeout, interval: 200 })
  }, timeout)

  afterAll(() => {
    child.kill()
    rmSync(folder, { recursive: true, force: true })
  })

  test('openid-client pushes, proves its key with nonces, and gets bound tokens and userinfo (P29, D39)', {
    timeout,
  }, async () => {
    const client = await connect(issuer, key, messageSigning)
    const { url, checks } = await start(client)
    expect([...url.searchParams.keys()].sort()).toEqual(['client_id', 'request_uri'])
    const answer = await browse(url)
    expect(answer.searchParams.has('response')).toBe(messageSigning)
    const { tokens, about } = await finish(client, answer, checks)
    expect([tokens.token_type, about.email]).toEqual(['dpop', 'ada@example.com'])
  })
})
