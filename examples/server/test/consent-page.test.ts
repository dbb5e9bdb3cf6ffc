import type { ClientInput } from '@oauth/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { signIn } from './journey.ts'
import { type Example, startExample } from './start.ts'
import { createUserAgent } from './user-agent.ts'

const redirectUri = 'https://rp.example/callback'
const links = {
  client_uri: 'https://rp.example/',
  logo_uri: 'https://cdn.rp.example:8443/logo.png?a=1&b=2',
  policy_uri: 'https://rp.example/policy',
  tos_uri: 'https://rp.example/terms',
}

describe('the consent page', () => {
  let example: Example

  beforeAll(async () => {
    example = await startExample()
  })

  afterAll(async () => {
    await example?.stop()
    expect(example?.failures).toEqual([])
  })

  /** Opens the consent page as a new user of this client. */
  async function consentOf(client: ClientInput, parameters: Record<string, string> = {}) {
    const { client_id } = await example.provider.registerClient({
      client_name: 'Reader',
      redirect_uris: [redirectUri],
      scope: 'openid profile email',
      token_endpoint_auth_method: 'none',
      ...client,
    })
    const url = new URL(`${example.issuer}/oauth2/authorize`)
    url.search = new URLSearchParams({
      ...{ client_id, redirect_uri: redirectUri, response_type: 'code', scope: 'openid', ...parameters },
      code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
      code_challenge_method: 'S256',
    }).toString()
    const agent = createUserAgent()
    const page = await signIn(agent, await agent.open(url))
    expect(page.url.pathname).toBe('/consent')
    return { page, agent }
  }

  test('the consent page shows the logo, the links, and the host that receives the response', async () => {
    const { page } = await consentOf(links)
    expect(page.body).toContain('<img src="https://cdn.rp.example:8443/logo.png?a=1&amp;b=2" alt=""')
    for (const url of [links.client_uri, links.policy_uri, links.tos_uri]) {
      expect(page.body).toContain(`<a href="${url}" rel="noopener noreferrer" target="_blank">`)
    }
    expect(page.body).toContain('You will then be sent to <strong><bdi>rp.example</bdi></strong>')
    expect(page.body).not.toContain('Unverified')
  })

  test("the consent page's policy allows pictures from the host of the logo and of this server, and from no other (F05)", async () => {
    const { page } = await consentOf(links)
    const policy = `img-src ${example.baseUrl} https://cdn.rp.example:8443`
    expect(page.headers.get('content-security-policy')).toContain(policy)
    const { page: plain } = await consentOf({})
    expect(plain.headers.get('content-security-policy')).toMatch(/img-src http:\/\/localhost:\d+$/)
  })

  test('the consent page lists the claims requested by name, and marks the essential ones', async () => {
    const claims = JSON.stringify({ userinfo: { name: { essential: true }, email: null, nobody: null } })
    const { page, agent } = await consentOf({}, { claims })
    expect(page.body).toContain('<li>See your name (it says that it needs this)</li>')
    expect(page.body).toContain('<li>See your e-mail address</li>')
    expect(page.body).not.toContain('nobody')
    const callback = await agent.submit(page, 'Allow', {}, redirectUri)
    expect(callback.url.searchParams.get('code')).toMatch(/^c[0-9a-v]{24}[\w-]{43}$/)
  })
})
