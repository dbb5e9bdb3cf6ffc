import { expect, test } from 'vitest'
import { createAgent } from '../../../packages/agents/src/agent.ts'
import { createBrowser } from '../../../packages/agents/src/browser.ts'
import { type ClientHost, createClientHost } from '../../../packages/agents/src/client-host.ts'
import { client24, sdk132 } from '../../../packages/agents/src/libraries.ts'
import { credentials } from '../../../packages/agents/src/pages.ts'

/** Tests what the three files of about forty lines promise, over real HTTP, with unmodified clients of MCP. */
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

  test(`on ${framework}, the consent page escapes the client's name and shows resource, scope, redirect host and warning`, async () => {
    const page = await openConsent(await authorizationUrl({ client_name: '<b id="x">Evil</b>' }))
    expect(page.status).toBe(200)
    expect(page.body).not.toContain('<b id=')
    expect(page.body).toContain('Evil')
    for (const shown of [`${baseUrl()}/mcp`, 'profile:read', '127.0.0.1', 'Any program on this computer', 'checked'])
      expect(page.body).toContain(shown)
  })

  test(`on ${framework}, a user who denies sends the client away with access_denied`, async () => {
    const { page, browser } = await consent(await authorizationUrl())
    const denied = await browser.submit(page, { accept: 'false' }, 'http://127.0.0.1')
    expect(denied.url.searchParams.get('error')).toBe('access_denied')
  })

  test(`on ${framework}, a wrong password and a form without the browser's cookie sign nobody in, and no page can be framed or kept`, async () => {
    const browser = createBrowser()
    const page = await browser.open(await authorizationUrl())
    const again = await browser.submit(page, { password: 'guess' })
    expect([again.status, again.body.includes('type="password"')]).toEqual([200, true])
    const body = new URLSearchParams(credentials)
    const headers = { origin: 'https://evil.example' }
    const foreign = await fetch(page.url, { method: 'POST', body, headers, redirect: 'manual' })
    expect([foreign.status, foreign.headers.get('set-cookie')]).toEqual([400, null])
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
