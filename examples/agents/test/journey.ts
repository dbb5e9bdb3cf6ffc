import { expect, test } from 'vitest'
import { createAgent } from '../../../packages/agents/src/agent.ts'
import { createBrowser } from '../../../packages/agents/src/browser.ts'
import { type ClientHost, createClientHost } from '../../../packages/agents/src/client-host.ts'
import { client24, sdk132 } from '../../../packages/agents/src/libraries.ts'
import { credentials } from '../../../packages/agents/src/pages.ts'

/** Tests what the samples for Hono, Express and Next.js promise, over real HTTP, with unmodified clients of MCP. */
export function testSignIn(framework: string, baseUrl: () => string): void {
  const entrance = () => ({ resource: `${baseUrl()}/mcp`, browser: createBrowser() })

  test.each([
    ['@modelcontextprotocol/sdk 1.32', sdk132],
    ['@modelcontextprotocol/client 2.4', client24],
  ] as const)(
    `on ${framework}, %s discovers, registers, signs the user in, calls the tool and refreshes`,
    async (_name, library) => {
      const host = createClientHost()
      const agent = createAgent(entrance(), library, host)
      expect(await agent.listTools()).toEqual(['whoami'])
      expect(await agent.call('whoami')).toBe('You are Ada Lovelace')
      expect(host.clientInformation()?.client_id).toBeDefined()

      const before = host.tokens()
      host.saveTokens({ ...before, access_token: 'expired' })
      expect(await agent.call('whoami')).toBe('You are Ada Lovelace')
      expect(host.tokens()?.refresh_token).not.toBe(before?.refresh_token)
      expect(host.asked).toHaveLength(1)

      const headers = { authorization: `Bearer ${host.tokens()?.access_token}` }
      expect((await fetch(`${baseUrl()}/mcp`, { headers })).status).toBe(405)
    },
  )

  test(`on ${framework}, the consent page escapes the client's name and shows resource, scope, redirect host and warnings`, async () => {
    const page = await openConsent(await authorizationUrl({ client_name: '<b id="x">Evil</b>' }))
    expect(page.status).toBe(200)
    expect(page.body).not.toContain('<b id=')
    expect(page.body).toContain('Evil')
    for (const shown of [
      `${baseUrl()}/mcp`,
      'See your name',
      '127.0.0.1',
      'to a program on this computer',
      'Nobody has checked',
    ])
      expect(page.body).toContain(shown)
  })

  test(`on ${framework}, a user who denies sends the client away with access_denied`, async () => {
    const { page, browser } = await consent(await authorizationUrl())
    const denied = await browser.submit(page, { accept: 'false' }, 'http://127.0.0.1')
    expect(denied.url.searchParams.get('error')).toBe('access_denied')
  })

  test(`on ${framework}, a wrong password signs nobody in`, async () => {
    const browser = createBrowser()
    const page = await browser.open(await authorizationUrl())
    const again = await browser.submit(page, { ...credentials, password: 'guess' })
    expect([again.status, again.body.includes('type="password"')]).toEqual([422, true])
  })

  test(`on ${framework}, a form of another origin and a form without the browser's cookie sign nobody in, and no page can be framed or kept`, async () => {
    const { url } = await createBrowser().open(await authorizationUrl())
    const form = await fetch(url)
    const [cookie = ''] = (form.headers.get('set-cookie') ?? '').split(';')
    const form_token = /name="form_token" value="([^"]+)"/.exec(await form.text())?.[1] ?? ''
    const post = async (headers: Record<string, string>) => {
      const body = new URLSearchParams({ ...credentials, form_token })
      const response = await fetch(url, { method: 'POST', body, headers, redirect: 'manual' })
      const isSignedIn = response.headers.getSetCookie().some((line) => line.startsWith('session='))
      return { response, outcome: [response.status, isSignedIn] }
    }
    const foreign = await post({ cookie, origin: 'https://evil.example' })
    expect(foreign.outcome).toEqual([403, false])
    expect((await post({ origin: baseUrl() })).outcome).toEqual([403, false])
    // The same form signs in where the server's own page sends it, so those two were refused for where they came from.
    expect((await post({ cookie, origin: baseUrl() })).outcome).toEqual([303, true])
    for (const { headers } of [form, foreign.response]) {
      expect(headers.get('cache-control')).toContain('no-store')
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
    }
  })

  test(`on ${framework}, a browser that did not begin an authorization sees nothing of its consent page`, async () => {
    const { url } = await openConsent(await authorizationUrl({ client_name: 'Secret plans' }))
    const foreign = await fetch(url, { redirect: 'manual' })
    expect(foreign.status).toBe(400)
    expect(await foreign.text()).not.toContain('Secret plans')
    expect(foreign.headers.get('cache-control')).toContain('no-store')
    expect(foreign.headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
  })

  test(`on ${framework}, the MCP server answers a request without a token with a challenge that names its metadata`, async () => {
    const refused = await fetch(`${baseUrl()}/mcp`, { method: 'POST', body: '{}' })
    expect(refused.status).toBe(401)
    expect(refused.headers.get('www-authenticate')).toContain(
      `resource_metadata="${baseUrl()}/.well-known/oauth-protected-resource/mcp"`,
    )
  })

  async function authorizationUrl(metadata: Parameters<typeof createClientHost>[0] = {}): Promise<URL> {
    const host: ClientHost = createClientHost(metadata)
    await expect(sdk132.connect(`${baseUrl()}/mcp`, host)).rejects.toThrow()
    return host.asked.at(-1) ?? expect.unreachable('the client has not opened the browser')
  }
}

const openConsent = async (url: URL) => (await consent(url)).page

async function consent(url: URL) {
  const browser = createBrowser()
  return { browser, page: await browser.submit(await browser.open(url), credentials) }
}
