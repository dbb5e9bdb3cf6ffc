import { getRequestListener } from '@hono/node-server'
import { Hono, type MiddlewareHandler } from 'hono'
import { cors } from 'hono/cors'
import { describe, expect, test } from 'vitest'
import { answerOf } from '../../resource-server/test/support/echo.ts'
import { describeMiddleware } from '../../resource-server/test/support/middleware-suite.ts'
import { type AuthEnv, protectedResource } from '../src/resource-server.ts'

const echo: MiddlewareHandler<AuthEnv> = async (c) =>
  c.json(await answerOf(c.req.path, c.get('auth'), () => c.req.text()))

describeMiddleware('Hono', (options) => {
  const api = protectedResource(options)
  const app = new Hono<AuthEnv>()
    .use(api.metadata)
    .use('/v1/*', api.protect())
    .all('/v1/write', api.protect({ scopes: ['notes:write'] }), echo)
    .all('/v1/*', echo)
    .get('/open', (c) => c.text('open'))
    .onError((_error, c) => c.json({ error: 'host' }, 500))
  return getRequestListener(app.fetch, { overrideGlobalObjects: false })
})

describeMiddleware('Hono, in an application that is mounted with route', (options) => {
  const api = protectedResource(options)
  const inner = new Hono<AuthEnv>()
    .use(api.protect())
    .all('/write', api.protect({ scopes: ['notes:write'] }), echo)
    .all('/', echo)
    .all('/*', echo)
  const app = new Hono()
    .use(api.metadata)
    .route('/v1', inner)
    .get('/open', (c) => c.text('open'))
    .onError((_error, c) => c.json({ error: 'host' }, 500))
  return getRequestListener(app.fetch, { overrideGlobalObjects: false })
})

describe('the middlewares of a resource in Hono', () => {
  const resource = 'https://api.example.com/mcp'
  const token = { clientId: 'a', scopes: [], audience: [resource], issuedAt: 0, expiresAt: 4_000_000_000 }
  const api = protectedResource({
    resource,
    authorizationServer: { issuer: 'https://id.example.com', verifyWith: async () => token },
  })
  const headers = { authorization: 'Bearer good', origin: 'https://app.example.com' }

  test('protect works with fetch alone, and types c.get("auth")', async () => {
    const app = new Hono().get('/mcp', api.protect(), (c) => c.text(c.get('auth').subject satisfies string))
    const response = await app.request('/mcp', { headers })
    expect([response.status, await response.text()]).toEqual([200, 'a'])
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
  })

  test('headers and cookies of earlier handlers stay, and cors() before the middleware decides about origins', async () => {
    const earlier: MiddlewareHandler = async (c, next) => {
      c.header('x-earlier', '1')
      c.header('set-cookie', 'earlier=1')
      await next()
    }
    const app = new Hono()
      .use(earlier, cors({ origin: 'https://app.example.com', exposeHeaders: ['X-Request-Id'] }))
      .get('/mcp', api.protect(), (c) => c.text('passed', 200, { 'x-own': '1' }))
    for (const sent of [{ origin: headers.origin }, headers]) {
      const response = await app.request('/mcp', { headers: sent })
      expect(response.status).toBe('authorization' in sent ? 200 : 401)
      expect(response.headers.get('access-control-allow-origin')).toBe('https://app.example.com')
      expect(response.headers.get('access-control-expose-headers')).toContain('X-Request-Id')
      expect(response.headers.get('x-earlier')).toBe('1')
      expect(response.headers.getSetCookie()).toEqual(['earlier=1'])
    }
  })

  test('with allowedOrigins [], cors() before the middleware decides about origins alone', async () => {
    const own = protectedResource({
      resource,
      authorizationServer: { issuer: 'https://id.example.com', verifyWith: async () => token },
      allowedOrigins: [],
    })
    const app = new Hono()
      .use(cors({ origin: ['https://app.example.com'] }))
      .get('/mcp', own.protect(), (c) => c.text('passed'))
    for (const sent of [{}, { authorization: headers.authorization }]) {
      const response = await app.request('/mcp', { headers: { ...sent, origin: 'https://evil.example' } })
      expect(response.status).toBe('authorization' in sent ? 200 : 401)
      expect(response.headers.get('access-control-allow-origin')).toBeNull()
    }
  })

  test('a response whose headers cannot be changed, as those of fetch, passes', async () => {
    const redirected = Response.redirect('https://api.example.com/other', 303)
    const app = new Hono().get('/mcp', api.protect(), () => redirected)
    const response = await app.request('/mcp', { headers })
    expect([response.status, response.headers.get('location')]).toEqual([303, 'https://api.example.com/other'])
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
  })
})
