import { getRequestListener } from '@hono/node-server'
import { describe, expect, test } from 'vitest'
import { answerOf } from '../../resource-server/test/support/echo.ts'
import { describeMiddleware } from '../../resource-server/test/support/middleware-suite.ts'
import { type AuthHandler, type NextResource, protectedResource, type RouteHandler } from '../src/resource-server.ts'

const echo: AuthHandler<[]> = async (request, auth) =>
  Response.json(await answerOf(new URL(request.url).pathname, auth, () => request.text()))

const open: RouteHandler = async () => new Response('open')

/** The routes of an application, as the App Router finds them: `GET` is also for HEAD, and a slash at the end does not matter. */
function routesOf({ metadata, withAuth, preflight }: NextResource): (request: Request) => Promise<Response> {
  const every = (handle: RouteHandler) => ({ GET: handle, POST: handle, OPTIONS: preflight, TRACE: handle })
  const routes: Readonly<Record<string, Readonly<Record<string, RouteHandler>>>> = {
    '/v1': every(withAuth(echo)),
    '/v1/write': every(withAuth((request) => withAuth(echo, { scopes: ['notes:write'] })(request))),
    '/v1/throws': every(withAuth(echo)),
    '/v1/fails': every(withAuth(echo)),
    '/.well-known/oauth-protected-resource/v1': { ...metadata },
    '/open': { GET: open },
  }
  return async (request) => {
    const route = routes[new URL(request.url).pathname.replace(/(.)\/$/, '$1')]
    if (route === undefined) return new Response(null, { status: 404 })
    try {
      return (await route[request.method]?.(request)) ?? new Response(null, { status: 405 })
    } catch {
      return new Response(null, { status: 500 })
    }
  }
}

describeMiddleware('route handlers of Next.js', (options) =>
  getRequestListener(routesOf(protectedResource(() => options)), { overrideGlobalObjects: false }),
)

describe('protectedResource of Next.js', () => {
  const resource = 'https://api.example.com/mcp'
  const token = { clientId: 'a', scopes: [], audience: [resource], issuedAt: 0, expiresAt: 4_000_000_000 }
  const options = { resource, authorizationServer: { issuer: 'https://id.example.com', verifyWith: async () => token } }
  const request = new Request('http://localhost:3000/mcp', { headers: { authorization: 'Bearer good' } })

  test('a route handler gets the context with its parameters after the caller', async () => {
    const api = protectedResource(options)
    const handle = api.withAuth(
      async (_request, auth, context: { readonly params: Promise<{ readonly id: string }> }) =>
        Response.json([auth.subject, (await context.params).id]),
    )
    const response = await handle(request, { params: Promise.resolve({ id: '7' }) })
    expect(await response.json()).toEqual(['a', '7'])
  })

  test('the options are made at the first request, not after it, and again after a failure', async () => {
    let asked = 0
    const api = protectedResource(async () => {
      asked++
      if (asked === 1) throw new Error('there is no secret')
      return options
    })
    const handle = api.withAuth(() => new Response('notes'))
    expect(asked).toBe(0)
    await expect(handle(request)).rejects.toThrow('there is no secret')
    for (const serve of [handle, handle, api.metadata.GET]) expect((await serve(request)).status).toBe(200)
    expect(asked).toBe(2)
  })

  test('a request that never gets the options, as when a Worker ends with it, holds up no other', async () => {
    let asked = 0
    const api = protectedResource(() => {
      asked++
      return asked === 1 ? new Promise<never>(() => undefined) : options
    })
    const handle = api.withAuth(() => new Response('notes'))
    void handle(request)
    expect((await handle(request)).status).toBe(200)
    expect((await api.metadata.GET(request)).status).toBe(200)
    expect(asked).toBe(2)
  })

  test('requests that come before the options all use the resource that is made first', async () => {
    const ends: (() => void)[] = []
    const api = protectedResource(async () => {
      const scopes = [`scope:${ends.length}`]
      await new Promise<void>((resolve) => ends.push(resolve))
      return { ...options, scopes }
    })
    const document = async (): Promise<unknown> => (await (await api.metadata.GET(request)).json()).scopes_supported
    const [early, later] = [document(), document()]
    await expect.poll(() => ends.length).toBe(2)
    ends[1]?.()
    expect(await later).toEqual(['scope:1'])
    ends[0]?.()
    expect(await early).toEqual(['scope:1'])
    expect(await document()).toEqual(['scope:1'])
  })

  test('wrong options are refused when they are given, and not at the first request', () => {
    expect(() => protectedResource({ ...options, scope: [] } as never)).toThrow('there is no option scope')
  })
})
