import { createProvider, type Provider } from '@oauth/core'
import { memoryStorage } from '@oauth/core/memory'
import { describe, expect, test } from 'vitest'
import { createPkce } from '../support/client.ts'
import { reached } from '../support/reach.ts'

interface User {
  readonly id: string
  readonly email: string
}

const origin = 'http://localhost:8000'
const alice: User = { id: 'alice', email: 'alice@example.com' }

/** The application of the README: its login page, its consent page, and the mounted provider. */
function createApplication() {
  const signedIn = new Map<string, { user: User; session: { id: string; authTime: number } }>()
  const made = createProvider({
    baseUrl: origin,
    secret: 'change-me-change-me-change-me-change-me',
    storage: memoryStorage(),
    loginUrl: '/login',
    consentUrl: '/consent',
    signupUrl: '/signup',
    validAudiences: [`${origin}/mcp`],
    authentication: {
      getSession: (request) => signedIn.get(/session=(\w+)/.exec(request.headers.get('cookie') ?? '')?.[1] ?? ''),
      getUser: (id) => (id === alice.id ? alice : undefined),
    },
  })
  const provider: Provider = reached(made)

  /** Signs the user in, as a password form or the button of another identity provider does. */
  function signIn(): string {
    const session = { id: 'session1', authTime: Math.floor(Date.now() / 1000) }
    signedIn.set(session.id, { user: alice, session })
    return `session=${session.id}`
  }

  async function login(request: Request): Promise<Response> {
    const context = await provider.tryResolveLoginContext(request)
    if (context === undefined) return Response.redirect(`${origin}/`, 302)
    const response = new Response(null, { status: 302, headers: { location: context.returnTo } })
    response.headers.append('set-cookie', signIn())
    return response
  }

  async function consent(request: Request): Promise<Response> {
    const context = await provider.resolveLoginContext(request)
    const html = `
      <form method="post" action="/auth/oauth2/consent">
        <input type="hidden" name="state" value="${context.state}" />
        <input type="hidden" name="accept" value="true" />
        <button type="submit">Approve</button>
      </form>`
    return new Response(html, { headers: { 'content-type': 'text/html' } })
  }

  const fetch = async (request: Request): Promise<Response> => {
    if (provider.matches(request)) return provider.fetch(request)
    const { pathname } = new URL(request.url)
    if (pathname === '/login') return login(request)
    if (pathname === '/consent') return consent(request)
    return new Response(`page ${pathname}`)
  }
  return { provider, fetch }
}

/** A browser with cookies that follows redirects within the application and submits the forms of its pages. */
function createBrowser(fetch: (request: Request) => Promise<Response>) {
  const cookies = new Map<string, string>()
  const visited: string[] = []

  async function go(url: string, init: RequestInit = {}): Promise<{ response: Response; url: string }> {
    const headers = new Headers(init.headers)
    headers.set('cookie', [...cookies].map(([name, value]) => `${name}=${value}`).join('; '))
    visited.push(new URL(url).pathname)
    const response = await fetch(new Request(url, { ...init, headers }))
    for (const line of response.headers.getSetCookie()) {
      const [name = '', value = ''] = (line.split(';')[0] ?? '').split('=')
      cookies.set(name, value)
    }
    const location = response.headers.get('location')
    if (location === null) return { response, url }
    const next = new URL(location, url)
    return next.origin === origin ? go(next.href) : { response, url: next.href }
  }

  async function submit(page: { response: Response; url: string }): Promise<{ response: Response; url: string }> {
    const html = await page.response.text()
    const [, method = '', action = ''] = /<form method="(\w+)" action="([^"]+)"/.exec(html) ?? []
    const fields = [...html.matchAll(/name="(\w+)" value="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value])
    return go(new URL(action, page.url).href, {
      method,
      headers: { origin, 'sec-fetch-site': 'same-origin', 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(fields as [string, string][]).toString(),
    })
  }
  return { go, submit, visited, cookies }
}

async function start() {
  const { provider, fetch } = createApplication()
  const client = await provider.registerClient({
    redirect_uris: ['https://app.example.com/callback'],
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code', 'refresh_token'],
  })
  const pkce = createPkce()
  const url = new URL(`${origin}/auth/oauth2/authorize`)
  url.search = new URLSearchParams({
    response_type: 'code',
    client_id: client.client_id,
    redirect_uri: 'https://app.example.com/callback',
    scope: 'openid email offline_access',
    state: 'the-client-s-own',
    code_challenge: pkce.challenge,
    code_challenge_method: 'S256',
  }).toString()
  return { provider, fetch, client, pkce, url: url.href, browser: createBrowser(fetch) }
}

describe('the seed’s Quick Start, line by line', () => {
  test('a user goes through the login page and the consent page to a code and tokens for /mcp (seed B51, B53)', async () => {
    const { fetch, client, pkce, url, browser } = await start()
    const page = await browser.go(url)
    expect(browser.visited).toEqual(['/auth/oauth2/authorize', '/login', '/auth/oauth2/continue', '/consent'])
    const done = await browser.submit(page)
    expect(browser.visited.at(-1)).toBe('/auth/oauth2/consent')
    const answer = new URL(done.url)
    expect(answer.origin + answer.pathname).toBe('https://app.example.com/callback')
    expect(answer.searchParams.get('state')).toBe('the-client-s-own')
    expect(answer.searchParams.get('iss')).toBe(`${origin}/auth`)
    const form = {
      grant_type: 'authorization_code',
      client_id: client.client_id,
      code: answer.searchParams.get('code') as string,
      redirect_uri: 'https://app.example.com/callback',
      code_verifier: pkce.verifier,
      resource: `${origin}/mcp`,
    }
    const body = new URLSearchParams(form)
    const response = await fetch(new Request(`${origin}/auth/oauth2/token`, { method: 'POST', body }))
    const tokens = (await response.json()) as Record<string, string>
    expect(response.status).toBe(200)
    expect(tokens).toMatchObject({ token_type: 'Bearer', scope: 'openid email offline_access' })
    expect(tokens.access_token?.split('.')).toHaveLength(3)
    const userinfo = await fetch(
      new Request(`${origin}/auth/oauth2/userinfo`, { headers: { authorization: `Bearer ${tokens.access_token}` } }),
    )
    expect(await userinfo.json()).toEqual({ sub: 'alice', email: 'alice@example.com' })
  })

  test('the second time the user is asked nothing', async () => {
    const { url, browser } = await start()
    await browser.submit(await browser.go(url))
    browser.visited.length = 0
    expect((await browser.go(url)).url).toContain('code=')
    expect(browser.visited).toEqual(['/auth/oauth2/authorize'])
  })

  test('a login page opened by itself redirects to /', async () => {
    const { browser } = await start()
    const { url, response } = await browser.go(`${origin}/login`)
    expect([url, await response.text()]).toEqual([`${origin}/`, 'page /'])
  })

  test.each(['', '?state=', '?state=unknown'])(
    'a consent page opened by itself (%j) has nothing to show',
    async (query) => {
      const { provider, browser } = await start()
      const opened = browser.go(`${origin}/consent${query}`)
      await expect(opened).rejects.toMatchObject({ name: 'OAuthError', code: 'invalid_request', status: 400 })
      expect(await provider.tryResolveLoginContext(new Request(`${origin}/consent${query}`))).toBeUndefined()
    },
  )

  test('prompt=create goes to the sign-up page', async () => {
    const { url, browser } = await start()
    const page = await browser.go(`${url}&prompt=create`)
    expect(new URL(page.url).pathname).toBe('/signup')
  })

  test('the client’s state is on none of the pages', async () => {
    const { url, browser } = await start()
    const page = await browser.go(url)
    expect(page.url + (await page.response.clone().text())).not.toContain('the-client-s-own')
  })
})
