import { createProvider, type OAuthEvent, type Provider } from '@oauth/core'
import { memoryStorage } from '@oauth/core/memory'
import { agentOptions } from './agent-options.ts'
import { type Browser, createBrowser, type Page } from './browser.ts'
import { documents } from './documents.ts'
import { listen } from './listen.ts'
import { createMcpServer } from './mcp-server.ts'
import { createIdentity, credentials } from './pages.ts'
import { recordRequests, type SeenRequest } from './requests.ts'

/** An authorization server and an MCP server behind it, over real HTTP on this machine. */
export interface Servers {
  readonly issuer: string
  /** The URL of the MCP server. */
  readonly resource: string
  readonly provider: Provider
  readonly browser: Browser
  /** Every request to the authorization server, in order. */
  readonly seen: readonly SeenRequest[]
  readonly events: readonly OAuthEvent[]
  /** The URLs that the authorization server has fetched. */
  readonly fetched: readonly string[]
  /** The time of both servers, in seconds since the epoch. */
  readonly now: () => number
  /** Moves the clock of both servers forward until all access tokens have expired. */
  readonly expireAccessTokens: () => void
  readonly stop: () => Promise<void>
}

export async function startServers(): Promise<Servers> {
  const seen: SeenRequest[] = []
  const events: OAuthEvent[] = []
  const fetched: string[] = []
  let offset = 0
  const clock = { now: () => Math.floor(Date.now() / 1000) + offset }
  const [authorization, mcp] = [await listen(), await listen()]
  const resource = `${mcp.origin}/mcp`
  const options = agentOptions(resource)
  const identity = createIdentity()
  const provider = createProvider({
    baseUrl: authorization.origin,
    secret: 'a-secret-of-the-tests-0123456789-abcdef',
    storage: memoryStorage(),
    authentication: { getSession: identity.currentSession, getUser: identity.findUser },
    loginUrl: '/login',
    consentUrl: '/consent',
    clock,
    logger: false,
    onEvent: (event) => void events.push(event),
    // The default limits, with all agents behind one address, as hosted agents are.
    rateLimit: { clientAddress: () => '203.0.113.7' },
    // Stands for the network: the metadata documents of the products are at their real URLs.
    outboundFetch: async (url) => {
      fetched.push(url)
      return documents[url]?.() ?? new Response('not found', { status: 404 })
    },
    ...options,
  })
  const { issuer } = provider
  const fetch = async (request: Request) =>
    provider.matches(request)
      ? provider.fetch(request)
      : ((await identity.pages(request, provider)) ?? new Response('not found', { status: 404 }))
  authorization.serve(recordRequests(fetch, seen))
  mcp.serve(createMcpServer({ resource, issuer, clock }))

  return {
    ...{ issuer, resource, provider, seen, events, fetched },
    browser: createBrowser(),
    now: clock.now,
    expireAccessTokens: () => {
      offset += (options.accessTokenTtlSeconds ?? 3600) + 60
    },
    stop: async () => {
      await authorization.stop()
      await mcp.stop()
    },
  }
}

/**
 * Does what the user does at an authorization URL: signs in if a page asks for it and allows the access. Returns the
 * page at which the browser stopped: the redirect URI, or a page with an error.
 */
export async function approve({ browser }: Pick<Servers, 'browser'>, url: URL): Promise<Page> {
  const until = url.searchParams.get('redirect_uri') ?? ''
  let page = await browser.open(url, until)
  if (page.body.includes('type="password"')) page = await browser.submit(page, credentials, until)
  return page.body.includes('name="accept"') ? browser.submit(page, {}, until) : page
}
