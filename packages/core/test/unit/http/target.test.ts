import { describe, expect, test } from 'vitest'
import { readAuthorization } from '../../../src/http/authorization-header.ts'
import { formatCookie, readCookie } from '../../../src/http/cookie.ts'
import { escapeHtml } from '../../../src/http/html.ts'
import { redirect, wantsJson, withParameters } from '../../../src/http/redirect.ts'
import { pathOf, queryOf } from '../../../src/http/target.ts'

describe('the target of a request', () => {
  test.each([
    ['https://a.example/auth/oauth2/token', '/auth/oauth2/token', ''],
    ['https://a.example/', '/', ''],
    ['https://a.example', '/', ''],
    ['https://a.example/x?a=b&c=d', '/x', 'a=b&c=d'],
    ['https://a.example/x?a=/y?z', '/x', 'a=/y?z'],
    ['https://a.example/x?a=https://b.example/y', '/x', 'a=https://b.example/y'],
    ['https://a.example/x?', '/x', ''],
    ['https://a.example/x#f', '/x', ''],
    ['https://a.example/x?a=b#f?c', '/x', 'a=b'],
    ['https://a.example/x#f?a=b', '/x', ''],
    ['https://a.example:8443/%2e%2e/x', '/%2e%2e/x', ''],
    ['http://[::1]:3000/x?y', '/x', 'y'],
    ['/login?state=1', '/login', 'state=1'],
  ])('the URL %s has the path %s and the query %j', (url, path, query) => {
    expect(pathOf(url)).toBe(path)
    expect(queryOf(url)).toBe(query)
  })

  test('the path and query of a Request agree with those of URL', () => {
    for (const text of ['https://a.example?x=/y', 'https://a.example/a/../b?c#d', 'https://a.example/ä b?ä=%20']) {
      const { url } = new Request(text)
      expect(pathOf(url)).toBe(new URL(text).pathname)
      expect(queryOf(url)).toBe(new URL(text).search.slice(1))
    }
  })
})

describe('withParameters', () => {
  test.each([
    ['https://a.example/cb', 'https://a.example/cb?code=1'],
    ['https://a.example/cb?x=%20+y&z', 'https://a.example/cb?x=%20+y&z&code=1'],
    ['https://a.example/cb?', 'https://a.example/cb?code=1'],
    ['https://a.example/cb?x=1&', 'https://a.example/cb?x=1&code=1'],
    ['https://a.example', 'https://a.example?code=1'],
    ['com.example.app:/cb', 'com.example.app:/cb?code=1'],
    ['http://127.0.0.1:3000/cb?code=registered', 'http://127.0.0.1:3000/cb?code=registered&code=1'],
  ])('withParameters keeps the registered URI %s unchanged before the new parameters', (uri, expected) => {
    expect(withParameters(uri, { code: '1', state: undefined })).toBe(expected)
    expect(withParameters(uri, { state: undefined })).toBe(uri)
  })

  test('a parameter value comes back byte for byte', () => {
    for (const value of ['a b+c&d=e#f?g%h', 'ä\u{1f600}', '"<>\'\\`', '\r\nSet-Cookie: x', '']) {
      const uri = withParameters('https://a.example/cb?x=1', { state: value, iss: 'https://id.example.com/auth' })
      const { searchParams } = new URL(uri)
      expect(searchParams.get('state')).toBe(value)
      expect(searchParams.get('iss')).toBe('https://id.example.com/auth')
      expect(searchParams.get('x')).toBe('1')
      expect(uri).not.toMatch(/[\r\n"<> ]/)
    }
  })
})

describe('redirect', () => {
  const to = 'https://a.example/cb'
  const request = (init: RequestInit = {}): Request => new Request('https://id.example.com/x', init)

  test.each([
    ['GET', {}, 302],
    ['POST', { method: 'POST' }, 303],
  ])('a redirect after a %s has the right status', (_, init, status) => {
    const response = redirect(request(init), to, { 'set-cookie': 'a=b' })
    expect(response.status).toBe(status)
    expect(response.headers.get('location')).toBe(to)
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(response.headers.getSetCookie()).toEqual(['a=b'])
  })

  test('a script gets the redirect target as JSON', async () => {
    const response = redirect(request({ headers: { accept: 'application/json' } }), to)
    expect([response.status, response.headers.get('location')]).toEqual([200, null])
    expect(await response.json()).toEqual({ redirect: true, url: to })
  })

  test.each([
    [{ accept: 'application/json' }, true],
    [{ accept: 'text/html,application/json;q=0.9' }, true],
    [{ accept: 'application/json', 'sec-fetch-mode': 'navigate' }, false],
    [{ accept: 'text/html' }, false],
    [{ accept: '*/*' }, false],
    [{}, false],
  ])('a request with the headers %o wants JSON: %s', (headers, expected) => {
    expect(wantsJson(request({ headers: headers as Record<string, string> }))).toBe(expected)
  })
})

describe('HTML pages', () => {
  test('escape every character that could end a text or an attribute', () => {
    expect(escapeHtml(`<a b="c" d='e'>&amp;</a>`)).toBe('&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;amp;&lt;/a&gt;')
    expect(escapeHtml('plain ä \u{1f600}')).toBe('plain ä \u{1f600}')
  })
})

describe('cookies', () => {
  const withCookie = (cookie: string): Request => new Request('https://a.example/', { headers: { cookie } })

  test.each([
    ['a=1', '1'],
    ['b=2; a=1', '1'],
    ['b=2;a=1', '1'],
    ['a=x=y==', 'x=y=='],
    ['a=1; a=2', '1'],
    ['aa=2; xa=3', undefined],
    ['A=1', undefined],
    ['a', undefined],
    ['a=', ''],
    ['=a', undefined],
    ['', undefined],
  ])('the cookie header %j has the cookie a with the value %j', (cookie, expected) => {
    expect(readCookie(withCookie(cookie), 'a')).toBe(expected)
  })

  test('a request without a cookie header has no cookie', () => {
    expect(readCookie(new Request('https://a.example/'), 'a')).toBeUndefined()
  })

  test('a cookie of the server is not readable by scripts and not sent by other sites', () => {
    const parts = formatCookie('__Host-x', 'v', { maxAge: 60, secure: true }).split('; ')
    expect(parts[0]).toBe('__Host-x=v')
    // `__Host-` demands Secure, Path=/ and no Domain.
    expect(parts.slice(1).sort()).toEqual(['HttpOnly', 'Max-Age=60', 'Path=/', 'SameSite=Lax', 'Secure'])
    expect(formatCookie('x', 'v', { maxAge: 60, secure: false })).not.toContain('Secure')
  })
})

test.each([
  ['Bearer abc', { scheme: 'bearer', credentials: 'abc' }],
  ['BASIC  eDp5 ', { scheme: 'basic', credentials: 'eDp5' }],
  ['Bearer', { scheme: 'bearer', credentials: '' }],
  ['Bearer a b', { scheme: 'bearer', credentials: 'a b' }],
])('the authorization header %j is split into scheme and credentials', (authorization, expected) => {
  expect(readAuthorization(new Request('https://a.example/', { headers: { authorization } }))).toEqual(expected)
})
