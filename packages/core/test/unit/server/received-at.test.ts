import { type Mountable, receivedAt } from '@oauth/core'
import { describe, expect, test } from 'vitest'
import { createQuickWorld } from '../../support/tokens.ts'

/** Answers with the path that the provider would see, of what it would be given. */
function seenBy(at: string, issuer = 'https://id.example.com/auth'): (path: string) => Promise<string | undefined> {
  const { pathname } = new URL(issuer)
  const owned = pathname === '/' ? '/oauth2/' : `${pathname}/`
  const provider: Mountable = {
    issuer,
    matches: ({ url }) => [owned, '/.well-known/'].some((start) => new URL(url).pathname.startsWith(start)),
    fetch: async ({ url }) => new Response(new URL(url).pathname + new URL(url).search),
  }
  const mounted = receivedAt(provider, at)
  return async (path) => {
    const request = new Request(`http://internal.example:8080${path}`)
    return mounted.matches(request) ? (await mounted.fetch(request)).text() : undefined
  }
}

describe('receivedAt', () => {
  test('maps a path to the issuer’s, with the query as it was', async () => {
    const seen = seenBy('/internal/id')
    expect(await seen('/internal/id/oauth2/token')).toBe('/auth/oauth2/token')
    expect(await seen('/internal/id/oauth2/authorize?a=%2F&b=/internal/id/')).toBe(
      '/auth/oauth2/authorize?a=%2F&b=/internal/id/',
    )
    expect(await seen('/internal/id/%6Aunk?')).toBe('/auth/%6Aunk')
  })

  test('a slash at the end says the same', async () => {
    expect(await seenBy('/internal/')('/internal/jwks')).toBe('/auth/jwks')
  })

  test('leaves everything else to the host, and what came unchanged as it came', async () => {
    const seen = seenBy('/internal')
    for (const path of ['/', '/internal', '/internals/jwks', '/x/internal/jwks', '/login']) {
      expect([path, await seen(path)]).toEqual([path, undefined])
    }
    for (const path of ['/auth/jwks', '/.well-known/openid-configuration/auth']) expect(await seen(path)).toBe(path)
  })

  test('"/" is for proxies that take the path of the issuer away', async () => {
    const seen = seenBy('/')
    expect(await seen('/jwks')).toBe('/auth/jwks')
    expect(await seen('/auth/jwks')).toBe('/auth/jwks')
    expect(await seen('/.well-known/openid-configuration/auth')).toBe('/.well-known/openid-configuration/auth')
  })

  test('an issuer without a path', async () => {
    const seen = seenBy('/internal', 'https://id.example.com')
    expect(await seen('/internal/oauth2/token')).toBe('/oauth2/token')
    expect(await seen('/internal/page')).toBeUndefined()
  })

  test('a request keeps its method, headers and body', async () => {
    const { provider } = createQuickWorld({ basePath: '/auth' })
    const mounted = receivedAt(provider, '/internal')
    const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: 'x', client_secret: 'y' })
    const request = new Request('http://internal.example/internal/oauth2/token', { method: 'POST', body })
    const response = await mounted.fetch(request)
    expect([response.status, ((await response.json()) as { error: string }).error]).toEqual([401, 'invalid_client'])
    expect(mounted.issuer).toBe(provider.issuer)
  })

  test.each(['', 'internal', '//internal', '/a?b', '/a#b'])('%j is no path', (path) => {
    expect(() => seenBy(path)).toThrow(TypeError)
  })
})
