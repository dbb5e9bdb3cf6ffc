import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect as connectHttp2, createServer as createHttp2Server } from 'node:http2'
import { type AddressInfo, connect } from 'node:net'
import { nodeListener, nodeRequest } from '@oauth/core/node'
import { afterEach, describe, expect, test } from 'vitest'
import { mountable } from '../support/adapter-suite.ts'
import { createQuickWorld } from '../support/tokens.ts'

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

/** Sends bytes exactly as given, and returns what the server sends until it closes the connection. */
async function raw(listener: ReturnType<typeof nodeListener>, text: string): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  closing.push(() => void server.close().closeAllConnections())
  await once(server, 'listening')
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  let received = ''
  socket.on('data', (chunk) => {
    received += chunk.toString('latin1')
  })
  socket.write(text)
  await once(socket, 'close')
  return received
}

const { provider } = createQuickWorld({ basePath: '/auth' })
const jwks = 'GET /auth/jwks HTTP/1.1\r\nHost: evil.example\r\n'
const echo = nodeListener(mountable(async (request) => Response.json([request.url, await request.text()])))
const post = 'POST /auth/x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n'

describe('nodeListener, byte by byte', () => {
  test('two requests in one packet get two answers in their order', async () => {
    const received = await raw(echo, `${jwks}\r\n${jwks.replace('/jwks', '/two')}Connection: close\r\n\r\n`)
    expect(received.match(/HTTP\/1\.1 200/g)).toHaveLength(2)
    expect(received.indexOf('/auth/jwks')).toBeLessThan(received.indexOf('/auth/two'))
    expect(received).not.toContain('evil')
  })

  test.each([
    ['two lengths', `${post}Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd`],
    ['a length beside chunks', `${post}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
  ])('a request with %s is refused', async (_name, text) => {
    expect(await raw(echo, text)).toMatch(/^HTTP\/1\.1 400/)
  })

  test('a target that is no URL is refused, and one with dots cannot leave the issuer unseen', async () => {
    expect(await raw(echo, 'OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')).toMatch(/^HTTP\/1\.1 400/)
    const dots = 'GET /auth/%2e%2e/auth/./jwks HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'
    expect(await raw(nodeListener(provider), dots)).toMatch(/^HTTP\/1\.1 200/)
    expect(await raw(echo, dots)).toContain('/auth/jwks')
  })

  test('a header that HTTP cannot carry becomes a 500, and not two headers', async () => {
    const failing = nodeListener({
      ...mountable(async () => new Response()),
      fetch: async () => new Response('x', { headers: { location: 'https://a.example/\r\nset-cookie: a=b' } }),
    })
    const received = await raw(failing, `${jwks}Connection: close\r\n\r\n`)
    expect(received).toMatch(/^HTTP\/1\.1 500/)
    expect(received.toLowerCase()).not.toContain('set-cookie')
  })

  test('a chunked body and one that waits for 100 Continue arrive', async () => {
    expect(await raw(echo, `${post}Transfer-Encoding: chunked\r\n\r\n3\r\na=1\r\n0\r\n\r\n`)).toContain('"a=1"')
    const waiting = await raw(echo, `${post}Expect: 100-continue\r\nContent-Length: 3\r\n\r\na=1`)
    expect(waiting).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200/)
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

  test('HTTP/2 requests are served through the compatibility API', async () => {
    const server = createHttp2Server(nodeListener(provider)).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const client = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    closing.push(
      () => client.destroy(),
      () => server.close(),
    )
    const stream = client.request({ ':path': '/auth/jwks' })
    const [headers] = await once(stream, 'response')
    expect(headers[':status']).toBe(200)
  })
})
