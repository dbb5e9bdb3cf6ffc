import { type Mountable, receivedAt } from '@oauth/core'
import { describe, expect, test } from 'vitest'
import { createQuickWorld } from '../../support/tokens.ts'

/** Returns the path that the provider sees for a request with this target. */
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
  test('maps a path to the path of the issuer and keeps the query', async () => {
    const seen = seenBy('/internal/id')
    expect(await seen('/internal/id/oauth2/token')).toBe('/auth/oauth2/token')
    expect(await seen('/internal/id/oauth2/authorize?a=%2F&b=/internal/id/')).toBe(
      '/auth/oauth2/authorize?a=%2F&b=/internal/id/',
    )
    expect(await seen('/internal/id/%6Aunk?')).toBe('/auth/%6Aunk')
  })

  test('ignores a slash at the end of the path', async () => {
    expect(await seenBy('/internal/')('/internal/jwks')).toBe('/auth/jwks')
  })

  test('receivedAt returns a request outside the path, or already below the issuer, unchanged', async () => {
    const seen = seenBy('/internal')
    for (const path of ['/', '/internal', '/internals/jwks', '/x/internal/jwks', '/login']) {
      expect([path, await seen(path)]).toEqual([path, undefined])
    }
    for (const path of ['/auth/jwks', '/.well-known/openid-configuration/auth']) expect(await seen(path)).toBe(path)
  })

  test('with "/" it restores the path of an issuer that a proxy removed', async () => {
    const seen = seenBy('/')
    expect(await seen('/jwks')).toBe('/auth/jwks')
    expect(await seen('/auth/jwks')).toBe('/auth/jwks')
    expect(await seen('/.well-known/openid-configuration/auth')).toBe('/.well-known/openid-configuration/auth')
  })

  test('receivedAt works for an issuer without a path', async () => {
    const seen = seenBy('/internal', 'https://id.example.com')
    expect(await seen('/internal/oauth2/token')).toBe('/oauth2/token')
    expect(await seen('/internal/page')).toBeUndefined()
  })

  test('receivedAt keeps the method, headers and body of a request', async () => {
    const { provider } = createQuickWorld({ basePath: '/auth' })
    const mounted = receivedAt(provider, '/internal')
    const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: 'x', client_secret: 'y' })
    const request = new Request('http://internal.example/internal/oauth2/token', { method: 'POST', body })
    const response = await mounted.fetch(request)
    expect([response.status, ((await response.json()) as { error: string }).error]).toEqual([401, 'invalid_client'])
    expect(mounted.issuer).toBe(provider.issuer)
  })

  test.each(['', 'internal', '//internal', '/a?b', '/a#b'])('receivedAt refuses %j, which is not a path', (path) => {
    expect(() => seenBy(path)).toThrow(TypeError)
  })
})
