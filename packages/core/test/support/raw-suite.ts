import type { RequestListener } from 'node:http'
import type { Mountable } from '@oauth/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { mountable } from './adapter-suite.ts'
import { type RawServer, serveRaw, statusesOf } from './raw.ts'
import { createQuickWorld } from './tokens.ts'

const last = 'Host: evil.example\r\nConnection: close\r\n\r\n'
const jwks = `GET /auth/jwks HTTP/1.1\r\n${last}`
const post = 'POST /auth/oauth2/token HTTP/1.1\r\nHost: x\r\n'
const form = 'Content-Type: application/x-www-form-urlencoded\r\n'
const body = 'grant_type=client_credentials&client_id=nobody&client_secret=x'
const chunks = (...parts: readonly string[]): string =>
  [...parts, ''].map((part) => `${part.length.toString(16)}\r\n${part}\r\n`).join('')
const long = 'x'.repeat(70_000)

/**
 * Tests what a listener for Node does with odd requests, byte by byte: none of them ends in a 500, and none hangs.
 * @param foreign the status of a request that is not for the provider
 * @param malformed the status of a request whose target is not a URL
 * @param asterisk the status of a request whose target is `*`
 */
export function describeRaw(
  name: string,
  listenerOf: (provider: Mountable) => RequestListener,
  { foreign, malformed, asterisk }: Readonly<Record<'foreign' | 'malformed' | 'asterisk', number>>,
): void {
  describe(`${name}, byte by byte`, () => {
    const { provider } = createQuickWorld({ basePath: '/auth' })
    const seen: string[] = []
    let server: RawServer
    let echo: RawServer
    beforeAll(async () => {
      server = await serveRaw(listenerOf(provider))
      const echoing = mountable(async (request) => {
        seen.push(`${request.method} ${request.url}`)
        return new Response(await request.text())
      })
      echo = await serveRaw(listenerOf(echoing))
    })
    afterAll(() => Promise.all([server.close(), echo.close()]))

    test.each([
      ['a path', '/auth/jwks', 200],
      ['a URL, whose host is ignored', 'http://evil.example/auth/jwks', 200],
      ['a path with dots inside the issuer', '/auth/%2e%2e/auth/./jwks', 200],
      ['a path with dots that comes from outside', '/x/../auth/jwks', 200],
      ['a path with dots that leads outside', '/auth/../jwks', foreign],
      ['a path with dots that leads above the root', '/../../auth/%2E./jwks', foreign],
      ['a URL without a path', 'http://evil.example', foreign],
      ['a URL that is none', 'http://[/auth/jwks', malformed],
      ['a host after two slashes', '//evil.example/auth/jwks', foreign],
      ['a host after two slashes that is none', '//[/auth/jwks', foreign],
      ['two slashes', '//', foreign],
      ['two slashes inside the issuer', '/auth//jwks', 404],
      ['a backslash', '/auth\\jwks', 200],
      ['a character that is not encoded', '/auth/jwks?a="<>', 200],
      ['a broken escape', '/auth/%zz', 404],
    ])('a request target that is %s gets its answer', async (_kind, target, status) => {
      expect(statusesOf(await server.send(`GET ${target} HTTP/1.1\r\n${last}`))).toEqual([status])
    })

    test('the provider sees the URL under its own origin, whatever the target and Host say', async () => {
      seen.length = 0
      for (const target of ['/auth/x', 'http://evil.example/auth/x', '/y/../auth/x']) {
        await echo.send(`GET ${target} HTTP/1.1\r\n${last}`)
      }
      expect(seen).toEqual(Array.from({ length: 3 }, () => 'GET https://id.example.com/auth/x'))
    })

    test('the target * is not for the provider', async () => {
      expect(statusesOf(await server.send(`OPTIONS * HTTP/1.1\r\n${last}`))).toEqual([asterisk])
    })

    test.each(['TRACE', 'PROPFIND', 'SEARCH'])('the method %s is refused by every endpoint', async (method) => {
      const received = await server.send(`${method} /auth/jwks HTTP/1.1\r\n${last}`)
      expect(statusesOf(received)).toEqual([405])
    })

    test('HEAD gets no body, and the next request of the connection is served', async () => {
      const received = await server.send(`HEAD /auth/jwks HTTP/1.1\r\nHost: x\r\n\r\n${jwks}`)
      expect(statusesOf(received)).toEqual([200, 200])
      expect(received.match(/"keys"/g)).toHaveLength(1)
    })

    test('two requests in one packet get two answers in their order', async () => {
      const first = 'POST /auth/x HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\none'
      const second = `POST /auth/x HTTP/1.1\r\nContent-Length: 3\r\n${last}two`
      const received = await echo.send(first + second)
      expect(statusesOf(received)).toEqual([200, 200])
      expect(received.indexOf('one')).toBeLessThan(received.indexOf('two'))
    })

    test.each([
      ['two lengths', 'Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd'],
      ['a length beside chunks', 'Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
      ['a length that is no number', 'Content-Length: 3x\r\n\r\nabc'],
      ['a chunk that is no chunk', 'Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n'],
    ])('a request with %s is refused', async (_kind, rest) => {
      expect(statusesOf(await server.send(post + form + rest))).toEqual([400])
    })

    test.each([
      ['a body with a length', `Content-Length: ${body.length}\r\n\r\n${body}`, [401]],
      ['chunks', `Transfer-Encoding: chunked\r\n\r\n${chunks(body.slice(0, 7), body.slice(7))}`, [401]],
      ['a body that waits', `Expect: 100-continue\r\nContent-Length: ${body.length}\r\n\r\n${body}`, [100, 401]],
      ['chunks that wait', `Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n${chunks(body)}`, [100, 401]],
      ['an unknown expectation', 'Expect: more\r\nContent-Length: 0\r\n\r\n', [417]],
      ['an empty body', 'Content-Length: 0\r\n\r\n', [401]],
      ['no chunk', `Transfer-Encoding: chunked\r\n\r\n${chunks()}`, [401]],
      ['neither a length nor a chunk', '\r\n', [401]],
      ['a body beyond the limit', `Content-Length: ${long.length}\r\n\r\n${long}`, [413]],
      ['chunks beyond the limit', `Transfer-Encoding: chunked\r\n\r\n${chunks(long, long)}`, [413]],
    ])(
      'a form with %s gets its answer, and so does the next request of the connection',
      async (_kind, rest, statuses) => {
        expect(statusesOf(await server.send(post + form + rest + jwks))).toEqual([...statuses, 200])
      },
    )

    test.each([
      ['of another content type', `${post}Content-Type: text/plain\r\nContent-Length: 5\r\n\r\nabcde`, 400],
      ['of a method that the endpoint does not know', `PUT${post.slice(4)}Content-Length: 5\r\n\r\nabcde`, 405],
      ['of a GET', 'GET /auth/jwks HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nabcde', 200],
      ['of an unknown path', 'POST /auth/unknown HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nabcde', 404],
    ])('a body %s is not read, and the next request of the connection is served', async (_kind, text, status) => {
      expect(statusesOf(await server.send(text + jwks))).toEqual([status, 200])
    })

    test.each([
      ['with a length', `Content-Length: 100\r\n\r\n${body.slice(0, 20)}`],
      ['of chunks', `Transfer-Encoding: chunked\r\n\r\n${chunks(body).slice(0, 30)}`],
    ])('a body %s that ends too early is no failure of the server', async (_kind, rest) => {
      for (const end of ['end', 'destroy', 'resetAndDestroy'] as const) {
        const socket = await server.open()
        let received = ''
        socket.on('data', (chunk) => {
          received += chunk.toString('latin1')
        })
        socket.write(post + form + rest)
        // Let the request arrive before the connection ends.
        await server.send(jwks)
        const closed = new Promise((resolve) => socket.once('close', resolve))
        socket[end]()
        await closed
        expect(statusesOf(received).filter((status) => status >= 500)).toEqual([])
        expect(statusesOf(await server.send(jwks))).toEqual([200])
      }
    })

    test('a client that goes before the answer harms nobody', async () => {
      for (const end of ['end', 'destroy', 'resetAndDestroy'] as const) {
        const socket = await server.open()
        const closed = new Promise((resolve) => socket.once('close', resolve))
        socket.write(`${post}${form}Content-Length: ${body.length}\r\n\r\n${body}`)
        socket[end]()
        socket.resume()
        await closed
        expect(statusesOf(await server.send(jwks))).toEqual([200])
      }
    })
  })
}
