import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect as connectHttp2, createServer as createHttp2Server } from 'node:http2'
import { type AddressInfo, connect } from 'node:net'
import { nodeListener, nodeRequest } from '@oauth/core/node'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { mountable } from '../support/adapter-suite.ts'
import { serveRaw } from '../support/raw.ts'
import { describeRaw } from '../support/raw-suite.ts'
import { createQuickWorld } from '../support/tokens.ts'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

/** Sends bytes exactly as given, and returns what the server sends until it closes the connection. */
async function raw(listener: Parameters<typeof serveRaw>[0], text: string): Promise<string> {
  const server = await serveRaw(listener)
  closing.push(server.close)
  return server.send(text)
}

/** A promise that a test resolves itself. */
function signal() {
  let resolve = (): void => undefined
  const promise = new Promise<void>((done) => {
    resolve = done
  })
  return { promise, resolve: () => resolve() }
}

const { provider } = createQuickWorld({ basePath: '/auth' })
const get = 'GET /auth/jwks HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n'
const post = 'POST /auth/x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n'

describeRaw('nodeListener', (mounted) => nodeListener(mounted), { foreign: 404, malformed: 400, asterisk: 400 })
describeRaw(
  'nodeListener with pages',
  (mounted) => nodeListener(mounted, (request) => new Response(request.headers.get('accept'), { status: 418 })),
  { foreign: 418, malformed: 400, asterisk: 400 },
)
describeRaw(
  'nodeListener as a middleware',
  (mounted) => (incoming, outgoing) =>
    nodeListener(mounted)(incoming, outgoing, (error) => outgoing.writeHead(error === undefined ? 418 : 500).end()),
  { foreign: 418, malformed: 418, asterisk: 418 },
)

describe('nodeListener', () => {
  test('a header that HTTP cannot carry becomes a 500, and not two headers', async () => {
    const failing = nodeListener({
      ...mountable(async () => new Response()),
      fetch: async () => new Response('x', { headers: { location: 'https://a.example/\r\nset-cookie: a=b' } }),
    })
    const received = await raw(failing, get)
    expect(received).toMatch(/^HTTP\/1\.1 500/)
    expect(received.toLowerCase()).not.toContain('set-cookie')
  })

  test('the request has every member of a Request', async () => {
    const seen: unknown[] = []
    const listener = nodeListener(
      mountable(async (request) => {
        seen.push(request instanceof Request, nodeRequest(request) !== undefined)
        const copy = request.clone()
        seen.push(new Headers(request.headers).get('x-two'), request.headers.get('X-Two'), await copy.text())
        seen.push(await request.text(), request.bodyUsed, await request.text().catch(() => 'refused'))
        return new Response('ok')
      }),
    )
    await raw(listener, `${post}X-Two: 1\r\nX-Two: 2\r\nContent-Length: 3\r\n\r\na=1`)
    expect(seen).toEqual([true, true, '1, 2', '1, 2', 'a=1', 'a=1', true, 'refused'])
  })

  test('a text that was read directly counts as used', async () => {
    const seen: unknown[] = []
    const listener = nodeListener(
      mountable(async (request) => {
        seen.push(await request.text(), request.bodyUsed, await request.text().catch(() => 'refused'))
        return new Response('ok')
      }),
    )
    await raw(listener, `${post}Content-Length: 3\r\n\r\na=1`)
    expect(seen).toEqual(['a=1', true, 'refused'])
  })

  test('a request whose method fetch does not know has every member of a Request, and no body', async () => {
    const seen: unknown[] = []
    const listener = nodeListener(
      mountable(async (request) => {
        seen.push(request.method, request.clone().url, request.signal.aborted, await request.text(), request.body)
        return new Response('ok')
      }),
    )
    expect(await raw(listener, `TRACE${post.slice(4)}\r\n`)).toMatch(/^HTTP\/1\.1 200/)
    expect(seen).toEqual(['TRACE', 'https://id.example.com/auth/x', false, '', null])
  })

  test.each(['text', 'body'] as const)(
    'an empty body that a middleware has read before is an empty body, read as %s',
    async (member) => {
      const listener = nodeListener(
        mountable(async (request) => {
          const text = member === 'text' ? await request.text() : await new Response(request.body).text()
          return new Response(`<${text}>`)
        }),
      )
      for (const empty of ['Content-Length: 0\r\n\r\n', 'Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n']) {
        const received = await raw((incoming, outgoing) => {
          incoming.resume().once('end', () => setImmediate(listener, incoming, outgoing))
        }, post + empty)
        expect(received).toMatch(/^HTTP\/1\.1 200 .*<>$/s)
      }
    },
  )

  test('a body that a middleware has read before is refused, and the request does not hang', async () => {
    const seen: unknown[] = []
    const listener = nodeListener(
      mountable(async (request) => {
        seen.push(await request.text().catch(String), await request.arrayBuffer().catch(String))
        return new Response('ok')
      }),
    )
    await raw((incoming, outgoing) => {
      incoming.resume().once('end', () => setImmediate(listener, incoming, outgoing))
    }, `${post}Content-Length: 3\r\n\r\na=1`)
    expect(seen).toEqual([expect.stringContaining('TypeError'), expect.stringContaining('TypeError')])
  })

  test.each([
    ['a client that goes away while it sends a text is no failure of the host', 'text', []],
    ['a client that goes away while it sends a form is no failure of the host', 'formData', []],
    ['an error of the host is printed, also after the client has gone away', 'none', ['the page is broken']],
  ])('%s', async (_title, read, printed) => {
    const lines: string[] = []
    const spy = vi.spyOn(console, 'error').mockImplementation((line) => void lines.push(String(line)))
    const entered = signal()
    const left = signal()
    const listener = nodeListener(
      mountable(async () => new Response()),
      async (request) => {
        entered.resolve()
        const reading = read === 'formData' ? request.formData().then(String) : request.text()
        reading.then(left.resolve, left.resolve)
        if (read !== 'none') return new Response(await reading)
        await reading.catch(() => undefined)
        throw new Error('the page is broken')
      },
    )
    const server = createServer(listener).listen(0, '127.0.0.1')
    await once(server, 'listening')
    closing.push(
      () => server.close(),
      () => spy.mockRestore(),
    )
    const client = connect((server.address() as AddressInfo).port, '127.0.0.1')
    client.write(
      'POST /login HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 10\r\n\r\nhalf',
    )
    await entered.promise
    client.destroy()
    await left.promise
    await new Promise((resolve) => setImmediate(resolve))
    expect(lines).toEqual(printed.map((text) => expect.stringContaining(text)))
  })

  test('HTTP/2 requests are served through the compatibility API, also with methods that HTTP/1.1 and fetch do not know', async () => {
    const seen: unknown[] = []
    const looking = mountable(async (request) => {
      seen.push(request.method, request.signal.aborted, await request.clone().text())
      return provider.fetch(request)
    })
    const server = createHttp2Server(nodeListener(looking)).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const client = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    closing.push(
      () => client.destroy(),
      () => server.close(),
    )
    const statusOf = async (method: string, body?: string): Promise<unknown> => {
      const stream = client.request({ ':path': '/auth/jwks', ':method': method }, { endStream: body === undefined })
      if (body !== undefined) stream.end(body)
      const [headers] = await once(stream.resume(), 'response')
      return headers[':status']
    }
    expect(await statusOf('GET')).toBe(200)
    for (const method of ['TRACK', 'TRACE', 'get', 'odd']) expect(await statusOf(method, 'a=1')).toBe(405)
    expect(seen).toEqual(
      ['GET', false, '', 'TRACK', false, '', 'TRACE', false, '', 'get', false, ''].concat([
        'odd',
        false,
        'a=1',
      ] as never),
    )
  })
})
