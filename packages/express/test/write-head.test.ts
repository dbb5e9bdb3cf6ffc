import compression from 'compression'
import type { RequestHandler } from 'express'
import session from 'express-session'
// @ts-expect-error There are no types for this old version, which older middlewares bring.
import onHeaders from 'on-headers-1.0'
import { afterEach, describe, expect, test } from 'vitest'
import { type Listening, listen, mountable } from '../../core/test/support/adapter-suite.ts'
import { createQuickWorld } from '../../core/test/support/tokens.ts'
import { oauth } from '../src/index.ts'
import { protectedResource } from '../src/resource-server.ts'
import { majors } from './support.ts'

const piece = 'a piece of a stream '.repeat(100)
const cookie = { 'set-cookie': 'own=1' }

/** Sends pieces with pauses, so that the response is not complete when its headers are sent. */
function slowly(): ReadableStream<Uint8Array> {
  let sent = 0
  return new ReadableStream({
    async pull(controller) {
      await new Promise((resolve) => setTimeout(resolve, 5))
      if (sent++ < 3) controller.enqueue(new TextEncoder().encode(piece))
      else controller.close()
    },
  })
}

const { provider } = createQuickWorld({ basePath: '/auth' })
/** Responses of each kind: plain data of the core, a body, none, and a stream. */
const various = mountable(async (request) => {
  switch (new URL(request.url).pathname) {
    case '/auth/text':
      return new Response(piece, { headers: cookie })
    case '/auth/empty':
      return new Response(null, { status: 201, headers: cookie })
    case '/auth/stream':
      return new Response(slowly(), { headers: { ...cookie, 'content-type': 'text/plain' } })
    default:
      return provider.fetch(request)
  }
})

describe.each(majors)('%s, with middlewares that change writeHead', (_name, create) => {
  let server: Listening | undefined
  afterEach(() => server?.close())
  const get = async (path: string, init?: RequestInit): Promise<Response> =>
    fetch(`http://127.0.0.1:${server?.port}${path}`, init)

  test('the cookie of express-session arrives beside the cookies of the provider', async () => {
    const sessions = session({ secret: 'a secret', resave: false, saveUninitialized: true, rolling: true })
    server = await listen(create().use(sessions, oauth(various)))
    for (const [path, status, text] of [
      ['/auth/text', 200, piece],
      ['/auth/empty', 201, ''],
      ['/auth/stream', 200, piece.repeat(3)],
    ] as const) {
      const response = await get(path)
      expect([response.status, await response.text()]).toEqual([status, text])
      const names = response.headers.getSetCookie().map((one) => one.split('=')[0])
      expect([path, names]).toEqual([path, ['own', 'connect.sid']])
    }
  })

  test('the cookie of express-session arrives with what the provider itself answers', async () => {
    const sessions = session({ secret: 'a secret', resave: false, saveUninitialized: true, rolling: true })
    server = await listen(create().use(sessions, oauth(provider)))
    for (const [path, status] of [
      ['/auth/jwks', 200],
      ['/auth/oauth2/userinfo', 401],
      ['/auth/unknown', 404],
    ] as const) {
      for (const method of ['GET', 'HEAD']) {
        const response = await get(path, { method })
        expect([path, response.status]).toEqual([path, status])
        expect(response.headers.getSetCookie()[0]).toContain('connect.sid')
        expect((await response.text()) === '').toBe(method === 'HEAD')
      }
    }
  })

  test('compression compresses responses of each kind, and none is cut off', async () => {
    server = await listen(create().use(compression({ threshold: 0 }), oauth(various)))
    const discovery = await (
      await provider.fetch(new Request(`${provider.issuer}/.well-known/openid-configuration`))
    ).text()
    for (const [path, text] of [
      ['/auth/.well-known/openid-configuration', discovery],
      ['/auth/text', piece],
      ['/auth/stream', piece.repeat(3)],
    ] as const) {
      // fetch decompresses, and fails for a length that is wrong.
      const response = await get(path, { headers: { 'accept-encoding': 'gzip' } })
      expect([path, response.headers.get('content-encoding')]).toEqual([path, 'gzip'])
      expect(await response.text()).toBe(text)
    }
    const head = await get('/auth/jwks', { method: 'HEAD' })
    expect([head.status, await head.text()]).toEqual([200, ''])
  })

  test('a middleware with on-headers 1.0 sees the headers of the response, and adds its own', async () => {
    const seen: unknown[] = []
    const own: RequestHandler = (_req, res, next) => {
      onHeaders(res, () => {
        seen.push(res.statusCode, res.getHeader('content-type'), res.getHeader('cache-control'))
        res.setHeader('x-own', '1')
      })
      next()
    }
    const api = protectedResource({
      resource: 'https://api.example.com/mcp',
      authorizationServer: 'https://id.example.com',
    })
    server = await listen(create().use(own, oauth(provider), api.protect()))
    for (const path of ['/auth/oauth2/userinfo', '/mcp']) {
      const response = await get(path)
      expect([response.status, response.headers.get('x-own')]).toEqual([401, '1'])
      expect(response.headers.get('www-authenticate')).toContain('Bearer')
      expect(await response.text()).not.toBe('')
    }
    expect(seen).toEqual([401, 'application/json', 'no-store', 401, 'application/json', 'no-store'])
  })
})
