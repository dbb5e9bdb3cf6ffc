import { afterEach, describe, expect, test } from 'vitest'
import { bodyLimit, readBody } from '../../../src/http/body.ts'
import { reply, toResponse } from '../../../src/http/reply.ts'

/** A `Response` as browsers give it to scripts: without `Set-Cookie`. Chromium itself runs in `packages/playground/test`. */
class BrowserResponse extends Response {
  constructor(body?: BodyInit | null, init?: ResponseInit) {
    const headers = new Headers(init?.headers)
    headers.delete('set-cookie')
    super(body, { ...init, headers })
  }
}

describe('a server in a page of a browser', () => {
  const platform = globalThis.Response
  afterEach(() => {
    globalThis.Response = platform
  })

  test('the response keeps Set-Cookie although the browser leaves it out of responses that scripts make', () => {
    globalThis.Response = BrowserResponse as typeof Response
    const cookie = 'oauth_browser=x; Path=/; HttpOnly'
    const response = toResponse(reply(302, { location: '/login', 'set-cookie': cookie }, null))
    expect(response.status).toBe(302)
    expect(response.headers.get('set-cookie')).toBe(cookie)
    expect(response.headers.get('location')).toBe('/login')
    expect(toResponse(reply(200, { 'x-other': 'y' }, 'text')).headers.get('set-cookie')).toBeNull()
  })

  test('a request whose body has no stream, as in Firefox, is read whole and up to the limit', async () => {
    const post = (body: string): Request =>
      Object.defineProperty(new Request('https://a.example', { method: 'POST', body }), 'body', { value: undefined })
    expect(await readBody(post('a=1'))).toBe('a=1')
    await expect(readBody(post('x'.repeat(bodyLimit + 1)))).rejects.toMatchObject({
      code: 'invalid_request',
      status: 413,
    })
  })
})
