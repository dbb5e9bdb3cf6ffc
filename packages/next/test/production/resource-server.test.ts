import { AsyncLocalStorage } from 'node:async_hooks'
import type { LocalVerification } from '@oauth/resource-server'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Listening, listen, mountable } from '../../../core/test/support/adapter-suite.ts'
import { listenerOf } from '../server.ts'

const verifications = new AsyncLocalStorage<LocalVerification>()
Object.assign(globalThis, { oauthTestVerification: verifications })

const token = {
  clientId: 'a-client',
  userId: 'ada',
  scopes: ['notes:read'],
  audience: ['https://files.example.com/v1'],
  issuedAt: 0,
  expiresAt: 4_000_000_000,
}
const document = '/.well-known/oauth-protected-resource/v1'
const headers = { authorization: 'Bearer good' }

describe('a protected resource in an application that Next.js has built', () => {
  let server: Listening
  beforeAll(async () => {
    const serve = listenerOf(mountable(async () => new Response(null, { status: 404 })))
    const verifyWith: LocalVerification = async (text) => (text === 'good' ? token : undefined)
    server = await listen((incoming, outgoing) => verifications.run(verifyWith, () => serve(incoming, outgoing)))
  })
  afterAll(() => server.close())

  test('a route handler gets the caller, and its body as sent', async () => {
    const answer = await server.ask('/v1', { headers })
    expect([answer.status, JSON.parse(answer.text)]).toEqual([200, { subject: 'ada', scopes: ['notes:read'] }])
    const posted = await server.ask('/v1', { method: 'POST', headers, body: '{"a": ["ü"]}' })
    expect([posted.status, posted.text]).toEqual([200, '{"a": ["ü"]}'])
  })

  test('a request without a token or without a scope gets a challenge with the published URL of the metadata (F05)', async () => {
    const forged = { host: 'evil.example', 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'http' }
    const missing = await server.ask('/v1', { headers: forged })
    expect([missing.status, missing.headers.get('www-authenticate')]).toEqual([
      401,
      `Bearer scope="notes:read", resource_metadata="https://files.example.com${document}"`,
    ])
    expect((await server.ask('/v1', { headers: { authorization: 'Bearer wrong' } })).status).toBe(401)
    const weak = await server.ask('/v1/write', { headers })
    expect([weak.status, weak.headers.get('www-authenticate')]).toEqual([
      403,
      expect.stringContaining('scope="notes:read notes:write"'),
    ])
  })

  test('the metadata document is at the well-known path of the resource, also with a slash at its end', async () => {
    for (const path of [document, `${document}/`]) {
      const { status, text } = await server.ask(path)
      expect([status, JSON.parse(text).resource]).toEqual([200, 'https://files.example.com/v1'])
    }
    const head = await server.ask(document, { method: 'HEAD' })
    expect([head.status, head.text]).toEqual([200, ''])
  })

  test('a preflight is answered without a token', async () => {
    const preflight = { origin: 'https://app.example.com', 'access-control-request-method': 'POST' }
    const answer = await server.ask('/v1', { method: 'OPTIONS', headers: preflight })
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([204, '*'])
    expect((await server.ask('/v1', { method: 'OPTIONS' })).status).toBe(401)
  })
})
