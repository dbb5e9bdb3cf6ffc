import { once } from 'node:events'
import { type ClientRequest, createServer, type IncomingMessage, type RequestListener, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Mountable, StorageUnavailableError } from '@oauth/core'
import { memoryStorage } from '@oauth/core/memory'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createQuickWorld } from './tokens.ts'

const origin = 'https://id.example.com'

/** A provider made of one function, for responses that no endpoint gives. */
export function mountable(fetch: Mountable['fetch'], issuer = `${origin}/auth`): Mountable {
  return { issuer, matches: ({ url }) => new URL(url).pathname.startsWith('/auth/'), fetch }
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

export interface Listening {
  readonly port: number
  begin(path: string, init?: Init): ClientRequest
  ask(path: string, init?: Init): Promise<Answer>
  close(): Promise<void>
}

interface Init {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  readonly body?: string | Uint8Array
}

/** A server on a free port, and a function that sends it requests exactly as given. */
export async function listen(listener: RequestListener): Promise<Listening> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const begin: Listening['begin'] = (path, { method = 'GET', headers = {} } = {}) =>
    request({ host: '127.0.0.1', port, path, method, headers: headers as Record<string, string>, agent: false })
  return {
    port,
    begin,
    async ask(path, init = {}) {
      const outgoing = begin(path, init)
      if (init.body !== undefined) outgoing.setHeader('content-length', Buffer.byteLength(init.body))
      const [incoming] = (await once(outgoing.end(init.body), 'response')) as [IncomingMessage]
      const headers = new Headers()
      for (let index = 0; index < incoming.rawHeaders.length; index += 2) {
        headers.append(incoming.rawHeaders[index] as string, incoming.rawHeaders[index + 1] as string)
      }
      const chunks: Uint8Array[] = []
      for await (const chunk of incoming) chunks.push(chunk)
      return { status: incoming.statusCode ?? 0, headers, text: Buffer.concat(chunks).toString() }
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Tests that every adapter on Node must pass, over real connections. */
export function describeAdapter(name: string, listenerOf: (provider: Mountable) => RequestListener): void {
  describe(`${name}, over HTTP`, () => {
    let serve: Mountable['fetch']
    let server: Listening
    beforeAll(async () => {
      server = await listen(listenerOf(mountable((request) => serve(request))))
    })
    afterAll(() => server.close())

    test('F05 what is published is what is configured, whatever Host and X-Forwarded-* say', async () => {
      const { provider } = createQuickWorld({ baseUrl: origin, basePath: '/auth' })
      serve = provider.fetch
      const forged = { host: 'evil.example', 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'http' }
      for (const path of ['/auth/.well-known/openid-configuration', '/auth/.well-known/oauth-authorization-server']) {
        const { status, text } = await server.ask(path, { headers: { ...forged, forwarded: 'host=evil.example' } })
        expect(status).toBe(200)
        expect(JSON.parse(text).issuer).toBe(`${origin}/auth`)
        expect(text).not.toContain('evil')
      }
    })

    test('HEAD has the headers of GET and no body', async () => {
      serve = createQuickWorld({ baseUrl: origin, basePath: '/auth' }).provider.fetch
      const [head, get] = await Promise.all(
        ['HEAD', 'GET'].map((method) => server.ask('/auth/.well-known/openid-configuration', { method })),
      )
      expect([head?.status, head?.text]).toEqual([200, ''])
      for (const header of ['content-type', 'cache-control', 'access-control-allow-origin']) {
        expect(head?.headers.get(header) ?? header).toBe(get?.headers.get(header))
      }
    })

    test('OPTIONS is answered by the provider: a preflight, and 405 where there are no scripts', async () => {
      serve = createQuickWorld({ baseUrl: origin, basePath: '/auth' }).provider.fetch
      const headers = { origin: 'https://app.example.com', 'access-control-request-method': 'POST' }
      const preflight = await server.ask('/auth/oauth2/token', { method: 'OPTIONS', headers })
      expect(preflight.status).toBe(204)
      expect(preflight.headers.get('access-control-allow-methods')).toContain('POST')
      const refused = await server.ask('/auth/oauth2/authorize', { method: 'OPTIONS', headers })
      expect(refused.status).toBe(405)
      expect(refused.headers.get('allow')).toBe('GET, POST')
    })

    test.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])(
      'the method %s, URL, headers and body arrive as sent',
      async (method) => {
        serve = async (request) => {
          const { pathname, searchParams } = new URL(request.url)
          const body = Buffer.from(await request.arrayBuffer()).toString('hex')
          return Response.json([
            request.method,
            pathname,
            valuesByName(searchParams),
            request.headers.get('x-odd'),
            body,
          ])
        }
        const query = { a: ['  +', '2'], b: ['ü'], c: [''] }
        const path = '/auth/%7Eecho%2Fa'
        const body = method === 'GET' ? '' : '00ff80c3bc0d0a'
        const sent = Buffer.from(body, 'hex')
        const headers = { 'x-odd': 'a, "b"', 'content-type': 'application/octet-stream' }
        const { status, text } = await server.ask(`${path}?a=%20+%2B&b=%C3%BC&c&a=2`, {
          method,
          headers,
          ...(body !== '' && { body: sent }),
        })
        expect([status, JSON.parse(text)]).toEqual([200, [method, path, query, 'a, "b"', body]])
      },
    )

    test('every Set-Cookie arrives as its own header', async () => {
      const cookies = ['a=1; Expires=Wed, 21 Oct 2065 07:28:00 GMT; Path=/', 'b=2; HttpOnly', 'c=3; SameSite=Lax']
      serve = async () => {
        const headers = new Headers({ location: `${origin}/login?a=b` })
        for (const cookie of cookies) headers.append('set-cookie', cookie)
        return new Response(null, { status: 303, headers })
      }
      const { status, headers } = await server.ask('/auth/x')
      expect([status, headers.get('location')]).toEqual([303, `${origin}/login?a=b`])
      expect(headers.getSetCookie()).toEqual(cookies)
    })

    test('a stream is sent while it is made, and ended when the client goes', async () => {
      const encoder = new TextEncoder()
      let goOn: () => void = () => undefined
      let cancelled: () => void = () => undefined
      const wasCancelled = new Promise<void>((resolve) => {
        cancelled = resolve
      })
      serve = async () => {
        const body = new ReadableStream({
          async start(controller) {
            controller.enqueue(encoder.encode('first'))
            await new Promise<void>((resolve) => {
              goOn = resolve
            })
            controller.enqueue(encoder.encode('second'))
          },
          cancel: () => cancelled(),
        })
        return new Response(body, { headers: { 'content-type': 'text/plain' } })
      }
      const outgoing = server.begin('/auth/stream').end()
      const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage]
      const chunks = incoming[Symbol.asyncIterator]()
      expect(String((await chunks.next()).value)).toBe('first')
      goOn()
      expect(String((await chunks.next()).value)).toBe('second')
      outgoing.on('error', () => undefined).destroy()
      await wasCancelled
    })

    test('a client that goes while it waits is noticed, and nobody else is', async () => {
      let arrived: () => void = () => undefined
      const hasArrived = new Promise<void>((resolve) => {
        arrived = resolve
      })
      let aborted: () => void = () => undefined
      const wasAborted = new Promise<void>((resolve) => {
        aborted = resolve
      })
      serve = async ({ signal, url }) => {
        if (url.endsWith('/other')) return new Response('other')
        signal.addEventListener('abort', () => aborted())
        arrived()
        await wasAborted
        return new Response('too late')
      }
      const outgoing = server.begin('/auth/wait').end()
      outgoing.on('error', () => undefined)
      await hasArrived
      outgoing.destroy()
      await wasAborted
      expect((await server.ask('/auth/other')).text).toBe('other')
    })

    test('a client that goes in the middle of its body harms nobody', async () => {
      let failed: (error: unknown) => void = () => undefined
      const failure = new Promise<unknown>((resolve) => {
        failed = resolve
      })
      let arrived: () => void = () => undefined
      const hasArrived = new Promise<void>((resolve) => {
        arrived = resolve
      })
      serve = async (request) => {
        if (request.method === 'GET') return new Response('alive')
        arrived()
        await request.text().then(() => failed(undefined), failed)
        return new Response('nobody reads this')
      }
      const headers = { 'content-length': '1000', 'content-type': 'application/x-www-form-urlencoded' }
      const outgoing = server.begin('/auth/oauth2/token', { method: 'POST', headers })
      outgoing.on('error', () => undefined).write('grant_type=')
      await hasArrived
      outgoing.destroy()
      expect(await failure).toBeInstanceOf(Error)
      expect((await server.ask('/auth/x')).text).toBe('alive')
    })

    test('a body beyond the limit is refused by the provider', async () => {
      serve = createQuickWorld({ baseUrl: origin, basePath: '/auth' }).provider.fetch
      const headers = { 'content-type': 'application/x-www-form-urlencoded' }
      const { status, text } = await server.ask('/auth/oauth2/token', {
        method: 'POST',
        headers,
        body: `grant_type=${'x'.repeat(70_000)}`,
      })
      expect([status, JSON.parse(text).error]).toEqual([413, 'invalid_request'])
    })

    test('a storage that cannot be used is 503 with Retry-After (G41)', async () => {
      const full = () => {
        throw new StorageUnavailableError('the database is full', { retryAfter: 30 })
      }
      const storage = memoryStorage()
      const world = createQuickWorld({ storage: { ...storage, clients: { ...storage.clients, find: full } } })
      serve = (request) => world.provider.fetch(request)
      const answer = await server.ask('/auth/oauth2/token', {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: 'grant_type=client_credentials&client_id=client&client_secret=secret',
      })
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '30'])
      expect(JSON.parse(answer.text)).toMatchObject({ error: 'temporarily_unavailable' })
    })

    test('an unexpected failure is a 500 of the host, without its cause', async () => {
      serve = async () => {
        throw new Error('the cause is secret')
      }
      const { status, text } = await server.ask('/auth/x')
      expect(status).toBe(500)
      expect(text).not.toContain('secret')
    })
  })
}

/** Normalizes a query, since Next.js sorts it by name and encodes it again. The values of one name keep their order. */
function valuesByName(query: URLSearchParams): Record<string, string[]> {
  return Object.fromEntries([...new Set(query.keys())].map((name) => [name, query.getAll(name)]))
}
