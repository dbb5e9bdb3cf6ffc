import { createServer, type Server } from 'node:http'
import { memoryStorage } from '@oauth/core/memory'
import { nodeListener } from '@oauth/core/node'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freePort } from '../../../test/example-process.ts'
import { makePages } from '../src/pages.ts'
import { makeTenants } from '../src/tenants.ts'

const storage = memoryStorage()
let server: Server
let baseUrl: string

beforeAll(async () => {
  const port = await freePort()
  baseUrl = `http://localhost:${port}`
  const tenants = makeTenants({ baseUrl, secret: 'a-secret-of-the-tests-0123456789-abcdef', storage })
  server = createServer(nodeListener(tenants, makePages(tenants, baseUrl)))
  await new Promise<void>((resolve) => server.listen(port, resolve))
})
afterAll(() => new Promise((resolve) => server.close(resolve)))

/** A browser that keeps the cookies of one path, as browsers do. */
function browser() {
  const jar = new Map<string, { readonly value: string; readonly path: string }>()
  return async (url: string, init: RequestInit = {}): Promise<Response> => {
    const { pathname } = new URL(url)
    const cookie = [...jar]
      .filter(([, { path }]) => pathname.startsWith(path))
      .map(([name, { value }]) => `${name}=${value}`)
    const response = await fetch(url, {
      ...init,
      redirect: 'manual',
      headers: { ...(cookie.length > 0 && { cookie: cookie.join('; ') }), ...init.headers },
    })
    for (const set of response.headers.getSetCookie()) {
      const [, name = '', value = '', path = '/'] = /^([^=]+)=([^;]*).*?; Path=([^;]+)/.exec(set) ?? []
      jar.set(name, { value, path })
    }
    return response
  }
}

const target = (response: Response, from: string): string => new URL(response.headers.get('location') ?? '', from).href

/** Signs in at a tenant, and returns the text of the last page. */
async function signIn(visit: ReturnType<typeof browser>, tenant: string): Promise<string> {
  let url = `${baseUrl}/t/${tenant}/start`
  for (let step = 0; step < 12; step++) {
    const response = await visit(url)
    if (response.status === 303 || response.status === 302) {
      url = target(response, url)
      continue
    }
    const html = await response.text()
    const origin = { origin: baseUrl }
    if (url.includes('/login?')) {
      url = target(await visit(url, { method: 'POST', headers: origin, body: new URLSearchParams({ user: '1' }) }), url)
    } else if (url.includes('/consent?')) {
      const [, action = '', state = ''] = /action="([^"]+)"[\s\S]*?name="state" value="([^"]+)"/.exec(html) ?? []
      const body = new URLSearchParams({ state, accept: 'true' })
      url = target(await visit(action, { method: 'POST', headers: origin, body }), url)
    } else return html
  }
  throw new Error(`no last page: ${url}`)
}

describe('the example of many issuers', () => {
  test('the same user id is another person at each customer, in one browser', async () => {
    const visit = browser()
    const [acme, globex] = [await signIn(visit, 'acme'), await signIn(visit, 'globex')]
    expect(acme).toContain(`<dd>${baseUrl}/t/acme/auth</dd>`)
    expect(acme).toContain('ada@acme.example')
    expect(globex).toContain(`<dd>${baseUrl}/t/globex/auth</dd>`)
    expect(globex).toContain('grace@globex.example')
    // Signed in there, the browser is not asked again, and stays who it is.
    expect(await signIn(visit, 'acme')).toContain('ada@acme.example')
  })

  test('an answer of one customer is refused by the application of another', async () => {
    const visit = browser()
    const begun = target(await visit(`${baseUrl}/t/acme/start`), baseUrl)
    const state = new URL(begun).searchParams.get('state') ?? ''
    const answer = new URLSearchParams({ code: 'a-code', state, iss: `${baseUrl}/t/acme/auth` })
    expect(await (await visit(`${baseUrl}/t/globex/callback?${answer}`)).text()).toContain('Nobody was signed in')
  })

  test('the home page lists the customers, and a customer that does not exist is not found', async () => {
    expect(await (await fetch(baseUrl)).text()).toContain('Sign in at Globex')
    expect((await fetch(`${baseUrl}/t/initech/login`)).status).toBe(404)
    expect((await fetch(`${baseUrl}/t/initech/auth/jwks`)).status).toBe(404)
    expect((await fetch(`${baseUrl}/t/acme/auth/jwks`)).status).toBe(200)
  })

  test('everything in the storage belongs to a customer', async () => {
    const clients = await storage.clients.list({ limit: 100 })
    expect(clients.length).toBeGreaterThan(1)
    expect(clients.filter(({ id }) => !/^(?:acme|globex):/.test(id))).toEqual([])
  })
})
