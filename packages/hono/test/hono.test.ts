import { receivedAt } from '@oauth/core'
import { type Context, Hono, type MiddlewareHandler } from 'hono'
import { describe, expect, test } from 'vitest'
import { mountable } from '../../core/test/support/adapter-suite.ts'
import { createQuickWorld } from '../../core/test/support/tokens.ts'
import { oauth } from '../src/index.ts'

const origin = 'https://id.example.com'
const document = '/.well-known/openid-configuration'

describe('the provider mounted in Hono', () => {
  const issuerAt = async (app: Hono, path: string): Promise<unknown> => {
    const response = await app.request(origin + path)
    return response.status === 200 ? ((await response.json()) as { issuer: string }).issuer : response.status
  }

  test.each(['', '/auth', '/a/b'])(
    'the provider works mounted at the root, with the issuer at "%s"',
    async (basePath) => {
      const { provider } = createQuickWorld({ basePath })
      const app = new Hono().use(oauth(provider)).get('/page', (c) => c.text('page')) as Hono
      expect(await issuerAt(app, basePath + document)).toBe(provider.issuer)
      expect(await issuerAt(app, document + basePath)).toBe(provider.issuer)
      expect(await (await app.request('/page')).text()).toBe('page')
      expect(await issuerAt(app, '/authentic')).toBe(404)
    },
  )

  test('the provider receives the whole path as a handler, in an application under a path, and behind base paths', async () => {
    const { provider } = createQuickWorld({ basePath: '/a/b' })
    const inner = new Hono().use('/b/*', oauth(provider)).get('/other', (c) => c.text('other'))
    const apps = [
      new Hono().all('/a/b/*', oauth(provider)),
      new Hono().route('/a', inner),
      new Hono().basePath('/a').use('/b/*', oauth(provider)),
      // `mount` removes the path, unless `replaceRequest` returns the request unchanged.
      new Hono().mount('/a/b', provider.fetch, { replaceRequest: (request) => request }),
    ]
    for (const app of apps) expect(await issuerAt(app as Hono, `/a/b${document}`)).toBe(provider.issuer)
    expect(await (await (apps[1] as Hono).request('/a/other')).text()).toBe('other')
  })

  test('the provider works behind a proxy that rewrites the path of the issuer', async () => {
    const { provider } = createQuickWorld({ basePath: '/auth' })
    const app = new Hono().use(oauth(receivedAt(provider, '/internal')))
    expect(await issuerAt(app, `/internal${document}`)).toBe(provider.issuer)
    const post = { method: 'POST', body: new URLSearchParams({ grant_type: 'x' }) }
    expect((await app.request('/internal/oauth2/token', post)).status).toBe(401)
  })

  test.each<[string, (c: Context) => void]>([
    ['the context', (c) => c.header('set-cookie', 'earlier=1')],
    ['the answer', (c) => c.res.headers.append('set-cookie', 'earlier=1')],
  ])(
    'the response keeps cookies and headers that earlier handlers have set on %s, together with those of the provider',
    async (_where, set) => {
      const own = mountable(async () => {
        const headers = new Headers([
          ['set-cookie', 'own=1'],
          ['set-cookie', 'own2=1'],
          ['x-both', 'own'],
        ])
        return new Response(null, { headers })
      })
      const earlier: MiddlewareHandler = async (c, next) => {
        set(c)
        c.header('x-earlier', '1')
        c.header('x-both', 'earlier')
        await next()
      }
      const response = await new Hono().use(earlier, oauth(own)).request(`${origin}/auth/x`)
      expect(response.headers.getSetCookie()).toEqual(['earlier=1', 'own=1', 'own2=1'])
      expect(response.headers.get('x-both')).toBe('own')
      expect(response.headers.get('x-earlier')).toBe('1')
    },
  )
})

describe('a body that was read before', () => {
  const form = 'application/x-www-form-urlencoded'
  const echo = (before: MiddlewareHandler): Hono =>
    new Hono()
      .onError((error, c) => c.json({ host: error.message }, 500))
      .use(before, oauth(mountable(async (request) => new Response(await request.text())))) as Hono
  const send = (app: Hono, type: string, body: string) =>
    app.request(`${origin}/auth/x`, { method: 'POST', headers: { 'content-type': type }, body })

  test.each(['text', 'arrayBuffer', 'blob', 'parseBody', 'formData'] as const)(
    'a form that a handler has read with c.req.%s() reaches the provider',
    async (read) => {
      const app = echo(async (c, next) => {
        await c.req[read]()
        await next()
      })
      expect(await (await send(app, form, 'a=1&b=%2B&a=2&c%5Bd%5D=%C3%BC')).text()).toBe(
        'a=1&b=%2B&a=2&c%5Bd%5D=%C3%BC',
      )
    },
  )

  test('JSON that a handler has read with c.req.json() reaches the provider', async () => {
    const app = echo(async (c, next) => {
      await c.req.json()
      await next()
    })
    expect(await (await send(app, 'application/json', '{"a":["ü"]}')).json()).toEqual({ a: ['ü'] })
  })

  test('a body that a handler has read from c.req.raw causes an error that says what to do', async () => {
    const app = echo(async (c, next) => {
      await c.req.raw.text()
      await next()
    })
    const response = await send(app, form, 'a=1')
    expect(response.status).toBe(500)
    expect(await response.text()).toContain('POST /auth/x: a handler before oauth(provider) has read the body')
  })
})
