import type { ClientInput } from '@oauth/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { signIn } from './journey.ts'
import { type Example, startExample } from './start.ts'
import { createUserAgent } from './user-agent.ts'

const grantType = 'urn:ietf:params:oauth:grant-type:device_code'
const television: ClientInput = {
  client_name: 'Television',
  redirect_uris: [],
  grant_types: [grantType],
  scope: 'openid email',
  token_endpoint_auth_method: 'none',
}

describe('the pages for devices', () => {
  let example: Example
  let client_id: string

  beforeAll(async () => {
    example = await startExample()
    client_id = (await example.provider.registerClient(television)).client_id
  })

  afterAll(async () => {
    await example?.stop()
    expect(example?.failures).toEqual([])
  })

  async function post(path: string, form: Record<string, string>) {
    const body = new URLSearchParams({ client_id, ...form })
    const headers = { 'user-agent': 'Television <b>1.0</b>' }
    const response = await fetch(example.issuer + path, { method: 'POST', body, headers })
    return { status: response.status, body: await response.json() }
  }

  const start = async () => (await post('/oauth2/device_authorization', { scope: 'openid email' })).body
  const poll = (device_code: string) => post('/oauth2/token', { grant_type: grantType, device_code })

  test('a user enters the code, signs in, compares it on the consent page, and the device gets its tokens', async () => {
    const { device_code, user_code, verification_uri } = await start()
    expect(verification_uri).toBe(`${example.baseUrl}/device`)
    const agent = createUserAgent()
    const entered = await agent.submit(await agent.open(verification_uri), 'Continue', { user_code })
    expect(entered.url.pathname).toBe('/login')
    const consent = await signIn(agent, entered)
    expect(consent.body).toContain(`<strong class="code">${user_code}</strong>`)
    expect(consent.body).toContain('<bdi>Television &lt;b&gt;1.0&lt;/b&gt;</bdi>')
    expect(consent.body).not.toContain('You will then be sent')
    expect((await poll(device_code)).body.error).toBe('authorization_pending')
    const done = await agent.submit(consent, 'Allow')
    expect(done.body).toContain('The device is connected')
    expect((await poll(device_code)).status).toBe(200)

    const apps = await agent.open(`${example.baseUrl}/connected-apps`)
    expect(apps.body).toContain('at once, on all devices.')
    const disconnected = await agent.submit(apps, 'Yes, disconnect Television')
    expect(disconnected.body).toContain('No application has access.')
  })

  test('a link with the code fills it in, and a user who denies it connects nothing', async () => {
    const { device_code, user_code, verification_uri_complete } = await start()
    const agent = createUserAgent()
    const page = await agent.open(verification_uri_complete)
    expect(page.body).toContain(`value="${user_code}"`)
    const consent = await signIn(agent, await agent.submit(page, 'The codes are the same', { user_code }))
    const done = await agent.submit(consent, 'Deny')
    expect(done.body).toContain('The device was not connected')
    expect((await poll(device_code)).body.error).toBe('access_denied')
  })

  test('a code in a link is shown as text, whatever it is', async () => {
    const page = await createUserAgent().open(`${example.baseUrl}/device?user_code="><script>x`)
    expect([page.status, page.body.includes('<script>')]).toEqual([200, false])
  })
})
