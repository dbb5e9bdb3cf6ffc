import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { expectOpenToBrowsers } from '../../../test/example-cors.ts'
import { signInAtClient } from '../../../test/example-journey.ts'
import { createApp } from '../src/app.ts'

describe('the Express example', () => {
  const folder = mkdtempSync(join(tmpdir(), 'oauth-express-'))
  const server = createServer()
  let baseUrl: string
  let example: ReturnType<typeof createApp>

  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    baseUrl = `http://localhost:${(server.address() as AddressInfo).port}`
    const secret = 'a-secret-of-the-tests-0123456789-abcdef'
    example = createApp({ baseUrl, secret, database: join(folder, 'oauth.db') })
    server.on('request', example.app)
  })
  afterAll(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    rmSync(folder, { recursive: true, force: true })
  })

  test('the Express example signs a user in at a client: login, consent, tokens, userinfo, refresh', async () => {
    const { client_id } = await example.provider.registerClient({
      client_name: 'Notes <b>',
      redirect_uris: ['http://localhost:9/callback'],
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
    })
    const { pages, claims } = await signInAtClient(`${baseUrl}/auth`, client_id)
    expect(pages).toEqual(['/login', '/consent'])
    expect(claims).toMatchObject({ sub: 'u-1', email: 'ada@example.com', name: 'Ada Lovelace' })
  })

  test('the API of the Express example leads a client without a token to the server, and takes a token for it', async () => {
    const refused = await fetch(`${baseUrl}/api/notes`)
    const document = `${baseUrl}/.well-known/oauth-protected-resource/api`
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([
      401,
      `Bearer scope="notes:read", resource_metadata="${document}"`,
    ])
    const { resource, authorization_servers } = (await (await fetch(document)).json()) as Record<string, unknown>
    expect(authorization_servers).toEqual([`${baseUrl}/auth`])
    const { client_id, client_secret } = await example.provider.registerClient({
      redirect_uris: [],
      grant_types: ['client_credentials'],
      scope: 'notes:read',
    })
    const response = await fetch(`${baseUrl}/auth/oauth2/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${client_id}:${client_secret}`)}` },
      body: new URLSearchParams({ grant_type: 'client_credentials', resource: String(resource) }),
    })
    const { access_token } = (await response.json()) as { access_token: string }
    const notes = await fetch(`${baseUrl}/api/notes`, { headers: { authorization: `Bearer ${access_token}` } })
    expect([notes.status, await notes.json()]).toEqual([200, { notes: ['Read the margins.'], reader: client_id }])
  })

  test('a page of the Express example allows its own style sheet and nothing else', async () => {
    const response = await fetch(`${baseUrl}/login`)
    const style = /<style>([\s\S]*)<\/style>/.exec(await response.text())?.[1] ?? ''
    const hash = createHash('sha256').update(style).digest('base64')
    const policy = response.headers.get('content-security-policy')
    expect(policy).toContain(`default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; frame-ancestors 'none'`)
    expect(style).toContain('sans-serif')
  })

  test('scripts of other origins may call the API of the Express example, and read its challenge', async () => {
    await expectOpenToBrowsers(`${baseUrl}/api/notes`)
  })

  test('the Express example signs no user in for a form of another site or a wrong password', async () => {
    const page = await fetch(`${baseUrl}/login`)
    const [cookie = ''] = (page.headers.get('set-cookie') ?? '').split(';')
    const form_token = /name="form_token" value="([^"]*)"/.exec(await page.text())?.[1] ?? ''
    const login = (origin: string, password: string) =>
      fetch(`${baseUrl}/login`, {
        method: 'POST',
        body: new URLSearchParams({ email: 'ada@example.com', password, form_token }),
        headers: { origin, cookie },
        redirect: 'manual',
      })
    const foreign = await login('https://evil.example', 'demo-password')
    expect([foreign.status, foreign.headers.get('set-cookie')]).toEqual([403, null])
    const wrong = await login(baseUrl, 'guess')
    expect([wrong.status, wrong.headers.get('set-cookie')]).toEqual([422, null])
    const right = await login(baseUrl, 'demo-password')
    expect(right.status).toBe(303)
    expect(right.headers.get('set-cookie')).toMatch(/^sid=.*HttpOnly; SameSite=Lax/)
    expect((await fetch(`${baseUrl}/consent`)).status).toBe(400)
  })
})
