import { receivedAt } from '@oauth/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Listening, listen } from '../../../core/test/support/adapter-suite.ts'
import { authorizeUrl, createPkce, registerConfidential } from '../../../core/test/support/client.ts'
import { createQuickWorld } from '../../../core/test/support/tokens.ts'
import { listenerOf } from '../server.ts'

describe('a page', () => {
  const world = createQuickWorld({ basePath: '/auth' })
  let server: Listening
  beforeAll(async () => {
    server = await listen(listenerOf(world.provider))
  })
  afterAll(() => server.close())

  test('a page gets the login context in the browser that began the interaction', async () => {
    const client = await registerConfidential(world)
    const { pathname, search } = new URL(authorizeUrl(world, client, createPkce()))
    const started = await server.ask(pathname + search)
    const page = new URL(started.headers.get('location') ?? '')
    const [cookie = ''] = started.headers.getSetCookie().map((one) => one.split(';')[0])
    const ask = async (headers: Record<string, string>) => (await server.ask(`/page${page.search}`, { headers })).text
    expect(await ask({ cookie })).toContain(`client ${client.client_id}, step login`)
    expect(await ask({})).toContain('nothing')
    expect(await ask({ cookie: cookie.replace(/.$/, 'x') })).toContain('nothing')
  })
})

test('with a basePath, which Next removes from the URL, receivedAt restores the path of the issuer', async () => {
  const { provider } = createQuickWorld({ basePath: '/id/auth' })
  const server = await listen(listenerOf(receivedAt(provider, '/auth')))
  const { text } = await server.ask('/auth/.well-known/openid-configuration')
  expect(JSON.parse(text).issuer).toBe(provider.issuer)
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const body = 'grant_type=client_credentials&client_id=nobody&client_secret=x'
  const refused = await server.ask('/auth/oauth2/token', { method: 'POST', headers, body })
  expect([refused.status, JSON.parse(refused.text).error]).toEqual([401, 'invalid_client'])
  await server.close()
})
