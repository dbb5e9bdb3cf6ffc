import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ExampleProcess, freePort, startExample } from '../../../test/example-process.ts'

const command = (file: string) => [process.execPath, '--import', 'tsx', `src/${file}.ts`] as const
const secret = 'a-secret-of-the-tests-0123456789-abcdef'
const admin = 'the-secret-of-the-operator-0123456789-a'
const resource = 'https://api.example.com'

describe('an authorization server whose signing keys are in another process', { timeout: 120_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'oauth-signer-'))
  const file = join(folder, 'keys.json')
  let signer: ExampleProcess
  let server: ExampleProcess
  let signerUrl = ''
  let issuer = ''

  async function startSigner(): Promise<void> {
    const env = { SIGNER_PORT: new URL(signerUrl).port, SIGNER_SECRET: secret, SIGNER_ADMIN_SECRET: admin, KEYS: file }
    signer = await startExample('external-signer', [...command('signer')], env, `${signerUrl}/healthz`)
  }

  beforeAll(async () => {
    signerUrl = `http://127.0.0.1:${await freePort()}`
    await startSigner()
    const port = await freePort()
    const origin = `http://localhost:${port}`
    issuer = `${origin}/auth`
    const env = {
      ...{ PORT: `${port}`, SIGNER_URL: signerUrl, SIGNER_SECRET: secret },
      ...{ OAUTH_SECRET: secret, CLIENT_SECRET: secret, KEY_CACHE_SECONDS: '1' },
    }
    server = await startExample('external-signer', [...command('main')], env, `${origin}/healthz`)
  }, 120_000)

  afterAll(() => {
    server?.kill()
    signer?.kill()
    rmSync(folder, { recursive: true, force: true })
  })

  const operate = (path: string, key = admin) =>
    fetch(signerUrl + path, { method: 'POST', headers: { authorization: `Bearer ${key}` } })

  const post = (path: string, form: Record<string, string>) =>
    fetch(issuer + path, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`machine:${secret}`)}` },
      body: new URLSearchParams(form),
    })

  const requestToken = () => post('/oauth2/token', { grant_type: 'client_credentials', scope: 'notes:read', resource })

  async function tokenOf(response: Response): Promise<string> {
    expect(response.status).toBe(200)
    return ((await response.json()) as { access_token: string }).access_token
  }

  async function publishedKids(): Promise<readonly string[]> {
    const { keys } = (await (await fetch(`${issuer}/jwks`)).json()) as { keys: { kid: string }[] }
    return keys.map(({ kid }) => kid)
  }

  const kidOf = (jwt: string) => decodeProtectedHeader(jwt).kid

  /** Repeats a look until it is as expected: the server reads the list of keys once in a second. */
  const eventually = (look: () => Promise<void>) =>
    expect.poll(() => look().then(() => 'done', String), { timeout: 20_000 })

  test('tokens verify with the published key, and the server has no private key', async () => {
    const token = await tokenOf(await requestToken())
    const keys = createRemoteJWKSet(new URL(`${issuer}/jwks`))
    const { payload } = await jwtVerify(token, keys, { issuer, audience: resource, typ: 'at+jwt' })
    expect(payload.client_id).toBe('machine')
    expect(await (await fetch(`${issuer}/jwks`)).text()).not.toContain('"d"')
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(readFileSync(file, 'utf8')).toContain('PRIVATE KEY')
  })

  test('a rotation by the operator publishes the new key first, then signs with it, and deleting the old one ends its tokens', async () => {
    const old = await tokenOf(await requestToken())
    const { kid } = (await (await operate('/rotate?activate_after=4')).json()) as { kid: string }
    await eventually(async () => expect(await publishedKids()).toContain(kid)).toBe('done')
    expect(await publishedKids()).toContain(kidOf(old))
    await eventually(async () => expect(kidOf(await tokenOf(await requestToken()))).toBe(kid)).toBe('done')
    expect((await operate(`/delete?kid=${kidOf(old)}`)).status).toBe(204)
    await eventually(async () => expect(await publishedKids()).toEqual([kid])).toBe('done')
    const introspected = await post('/oauth2/introspect', { token: old })
    expect(await introspected.json()).toEqual({ active: false })
  })

  test('the secret of the server neither rotates nor deletes, and nobody signs without it', async () => {
    expect((await operate('/rotate', secret)).status).toBe(401)
    expect((await operate('/delete?kid=x', secret)).status).toBe(401)
    expect((await operate('/sign?kid=x', 'another')).status).toBe(401)
  })

  test('while the signer is down, token requests are 503 and the server is not ready; both recover by themselves', async () => {
    const before = kidOf(await tokenOf(await requestToken()))
    signer.kill()
    await signer.ended
    const failed = await requestToken()
    expect(failed.status).toBe(503)
    expect(failed.headers.get('retry-after')).toBe('5')
    expect(await failed.json()).toMatchObject({ error: 'temporarily_unavailable' })
    const origin = new URL(issuer).origin
    await eventually(async () => expect((await fetch(`${origin}/readyz`)).status).toBe(503)).toBe('done')
    expect((await fetch(`${origin}/healthz`)).status).toBe(200)
    expect((await fetch(`${issuer}/jwks`)).status).toBe(200)
    await startSigner()
    await eventually(async () => expect(kidOf(await tokenOf(await requestToken()))).toBe(before)).toBe('done')
    await eventually(async () => expect((await fetch(`${origin}/readyz`)).status).toBe(200)).toBe('done')
  })
})
