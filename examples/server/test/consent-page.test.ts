import type { ClientInput, LoginContext } from '@oauth/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { consentView, logoOf } from '../src/identity/consent-view.ts'
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

/** What the page knows of a client that registered itself under a name that is not its own. */
const contextOfStranger: LoginContext = {
  state: 'i1',
  intent: 'consent',
  prompt: [],
  returnTo: 'https://id.example/continue',
  consentEndpoint: 'https://id.example/consent',
  clientId: 'c1',
  clientName: '<b>Your Bank</b>',
  selfRegistered: true,
  redirectHost: 'evil.example',
  loopbackRedirect: false,
  completion: 'code',
  parameters: {},
  scopes: ['openid'],
  grantedScopes: [],
  newScopes: ['openid'],
  resources: [],
  claims: [],
  acrValues: [],
  acrRequired: false,
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

  test('the consent page shows what the user has allowed before apart from what is new', async () => {
    const context: LoginContext = {
      ...contextOfStranger,
      scopes: ['openid', 'email'],
      grantedScopes: ['openid'],
      newScopes: ['email'],
    }
    const page = String(await consentView('/consent', context, { name: 'Ada', email: 'ada@example.com' }))
    const [before = '', after = ''] = page.split('It asks to')
    expect([before.includes('You have already allowed it to'), before.includes('<code>openid</code>')]).toEqual([
      true,
      true,
    ])
    expect([after.includes('<code>email</code>'), after.includes('<code>openid</code>')]).toEqual([true, false])
    const again = { ...context, grantedScopes: context.scopes, newScopes: [] }
    expect(String(await consentView('/consent', again, { name: 'Ada', email: 'a@b' }))).not.toContain('It asks to')
  })

  test('the consent page shows the logo, the links, and the host that receives the response', async () => {
    const { page } = await consentOf(links)
    expect(page.body).toContain(
      '<img class="logo" src="https://cdn.rp.example:8443/logo.png?a=1&amp;b=2" alt="" width="64" height="64" referrerpolicy="no-referrer">',
    )
    for (const url of [links.client_uri, links.policy_uri, links.tos_uri]) {
      expect(page.body).toContain(`<a href="${url}" rel="noopener noreferrer" target="_blank">`)
    }
    expect(page.body).toContain('You will then be sent to <strong>rp.example</strong>')
    expect(page.body).not.toContain('Unverified')
  })

  test("the consent page's policy allows pictures from the host of the logo, and from no other (F05)", async () => {
    const { page } = await consentOf(links)
    expect(page.headers.get('content-security-policy')).toBe(
      "default-src 'none'; style-src 'self'; img-src 'self' https://cdn.rp.example:8443; base-uri 'none'; frame-ancestors 'none'",
    )
    const { page: plain } = await consentOf({})
    expect(plain.headers.get('content-security-policy')).toContain("img-src 'self';")
    expect(plain.body).not.toContain('<img')
  })

  test('the consent page shows no logo over http or from a host with characters of the policy syntax (F05)', async () => {
    for (const logo_uri of ['http://localhost:1/logo.png', 'https://x;script-src/logo.png', "https://x'y,z/logo.png"]) {
      const { page } = await consentOf({ logo_uri })
      expect(page.body).not.toContain('<img')
      expect(page.headers.get('content-security-policy')).toContain("img-src 'self';")
    }
  })

  test('the consent page lists the claims requested by name, and marks the essential ones', async () => {
    const claims = JSON.stringify({ userinfo: { name: { essential: true }, email: null, nobody: null } })
    const { page, agent } = await consentOf({}, { claims })
    expect(page.body).toContain('<li>See your name <code>name</code> (it says that it needs this)</li>')
    expect(page.body).toContain('<li>See your e-mail address <code>email</code></li>')
    expect(page.body).not.toContain('nobody')
    const callback = await agent.submit(page, 'Allow', {}, redirectUri)
    expect(callback.url.searchParams.get('code')).toMatch(/^c[0-9a-v]{24}[\w-]{43}$/)
  })
})

describe('the consent page of a client that registered itself', () => {
  const context = contextOfStranger
  const user = { name: 'Ada', email: 'ada@example.com' }

  test('the consent page has an "unverified" mark and the host that receives the response (F06)', async () => {
    const page = String(await consentView('/consent', context, user))
    expect(page).toContain('Unverified: this application registered itself.')
    expect(page).toContain('<strong>evil.example</strong>')
    expect(page).toContain('&lt;b&gt;Your Bank&lt;/b&gt;')
    const known = String(await consentView('/consent', { ...context, selfRegistered: false }, user))
    expect(known).not.toContain('Unverified')
  })

  test('the consent page of a client document shows the host of its id, and that nobody has checked its name (K18)', async () => {
    const page = String(await consentView('/consent', { ...context, clientIdHost: 'agents.example' }, user))
    expect(page).toContain('Unverified: this application describes itself at <strong>agents.example</strong>')
    expect(page).not.toContain('registered itself')
  })

  test('the consent page warns when the answer goes to a program on the computer of the user (K18)', async () => {
    const local = { ...context, redirectHost: '127.0.0.1:4000', loopbackRedirect: true }
    const page = String(await consentView('/consent', local, user))
    expect(page).toContain('You will then be sent to a program on this computer (<strong>127.0.0.1:4000</strong>)')
    expect(page).toContain('can call itself <span class="client-name">&lt;b&gt;Your Bank&lt;/b&gt;</span>')
    expect(String(await consentView('/consent', context, user))).not.toContain('program on this computer')
  })

  test('the consent page escapes the metadata of a client (F05)', async () => {
    const clientUri = 'https://x.example/"onclick="alert(1)'
    const page = String(await consentView('/consent', { ...context, clientUri }, user))
    expect(page).toContain('href="https://x.example/&quot;onclick=&quot;alert(1)"')
    expect(logoOf({ ...context, logoUri: 'https://x.example/"><script>' })).toBeDefined()
    const pictured = String(
      await consentView('/consent', { ...context, logoUri: 'https://x.example/"><script>' }, user),
    )
    expect(pictured).not.toContain('<script')
  })
})
