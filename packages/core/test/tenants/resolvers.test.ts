import { tenantsByHost, tenantsByPath } from '@oauth/core/tenants'
import { describe, expect, test } from 'vitest'

describe('tenantsByHost', () => {
  const resolver = tenantsByHost({ baseUrl: 'https://auth.example.com' })

  test.each([
    ['https://acme.auth.example.com/auth/jwks', 'acme'],
    ['https://ACME.Auth.Example.COM/auth/jwks', 'acme'],
    ['https://acme.auth.example.com:8443/auth/jwks', 'acme'],
    ['http://acme.auth.example.com/auth/jwks', 'acme'],
    ['https://acme.auth.example.com./auth/jwks', 'acme'],
    ['https://a-1.auth.example.com/', 'a-1'],
  ])('the URL %s belongs to the tenant %s', (url, tenant) => {
    expect(resolver.tenantOf(url)).toBe(tenant)
  })

  test.each([
    'https://auth.example.com/auth/jwks',
    'https://.auth.example.com/auth/jwks',
    'https://acmeauth.example.com/auth/jwks',
    'https://other.acme.auth.example.com/auth/jwks',
    'https://acme.auth.example.com.evil.example/auth/jwks',
    'https://acme.auth.example.com..',
    'https://evil.example/acme.auth.example.com',
    'https://evil.example/?host=acme.auth.example.com',
    'https://evil.example/#@acme.auth.example.com',
    'https://acme_1.auth.example.com/',
    'https://-acme.auth.example.com/',
    `https://${'a'.repeat(64)}.auth.example.com/`,
    'acme.auth.example.com',
    '/auth/jwks',
  ])('the URL %s belongs to no tenant (MT03)', (url) => {
    expect(resolver.tenantOf(url)).toBeUndefined()
  })

  test.each([
    ['acme.auth.example.com', 'https://acme.auth.example.com'],
    ['ACME.auth.example.com:3000', 'https://acme.auth.example.com'],
    ['acme.auth.example.com.', 'https://acme.auth.example.com'],
    ['auth.example.com', 'https://auth.example.com'],
    ['evil.example', 'https://auth.example.com'],
    ['acme.auth.example.com@evil.example', 'https://auth.example.com'],
    ['acme.auth.example.com/../globex', 'https://auth.example.com'],
    ['acme.auth.example.com, globex.auth.example.com', 'https://auth.example.com'],
    ['', 'https://auth.example.com'],
    [undefined, 'https://auth.example.com'],
  ])('a request to Node with the Host %s has the origin %s (MT03)', (host, origin) => {
    expect(resolver.originOf(host)).toBe(origin)
  })

  test('a tenant is at its own host, with the port of the base URL', () => {
    expect(resolver.locate('acme')).toEqual({ baseUrl: 'https://acme.auth.example.com', basePath: '/auth' })
    const local = tenantsByHost({ baseUrl: 'http://localhost:3000', basePath: '' })
    expect(local.locate('acme')).toEqual({ baseUrl: 'http://acme.localhost:3000', basePath: '' })
    expect(local.originOf('acme.localhost:3000')).toBe('http://acme.localhost:3000')
  })

  test.each(['auth.example.com', 'https://auth.example.com/auth', 'https://auth.example.com?x', 'ftp://x.example', ''])(
    'the base URL %j is refused with a message that says what to change',
    (baseUrl) => {
      expect(() => tenantsByHost({ baseUrl })).toThrow('tenantsByHost: baseUrl must')
    },
  )
})

describe('tenantsByPath', () => {
  const resolver = tenantsByPath({ baseUrl: 'https://auth.example.com' })

  test.each([
    ['https://auth.example.com/t/acme/auth/jwks', 'acme'],
    ['https://auth.example.com/t/acme', 'acme'],
    ['https://auth.example.com/t/acme?x=/t/globex/', 'acme'],
    ['https://auth.example.com/.well-known/oauth-authorization-server/t/acme/auth', 'acme'],
    ['https://auth.example.com/t/a.b-c_d/login', 'a.b-c_d'],
    ['http://10.0.0.1:3000/t/acme/auth/jwks', 'acme'],
  ])('the URL %s belongs to the tenant %s', (url, tenant) => {
    expect(resolver.tenantOf(url)).toBe(tenant)
  })

  test.each([
    '/t//acme/auth/jwks',
    '//t/acme/auth/jwks',
    '/T/acme/auth/jwks',
    '/t/ACME/auth/jwks',
    '/t/acme%2fauth/jwks',
    '/t/%61cme/auth/jwks',
    '/t/acme%00/auth/jwks',
    '/t/acme;x/auth/jwks',
    '/t/../auth/jwks',
    '/t/acme./auth/jwks',
    '/x/t/acme/auth/jwks',
    '/.well-known/x/y/t/acme/auth',
    '/t/',
    '/t',
  ])('the path %s belongs to no tenant (MT04)', (path) => {
    expect(resolver.tenantOf(`https://auth.example.com${path}`)).toBeUndefined()
  })

  test('a path with dot segments belongs to the tenant that it ends at, as a Request has it (MT04)', () => {
    const request = new Request('https://auth.example.com/t/acme/../globex/auth/jwks')
    expect(resolver.tenantOf(request.url)).toBe('globex')
  })

  test('tenants are below the path of the base URL', () => {
    const below = tenantsByPath({ baseUrl: 'https://example.com/id.p/', path: '/orgs', basePath: '' })
    expect(below.locate('acme')).toEqual({ baseUrl: 'https://example.com/id.p/orgs/acme', basePath: '' })
    expect(below.tenantOf('https://example.com/id.p/orgs/acme/jwks')).toBe('acme')
    expect(below.tenantOf('https://example.com/idxp/orgs/acme/jwks')).toBeUndefined()
  })

  test.each(['t', '/t/', '/', '/t//x', '/t?', '/t/.'])('the path option %j is refused', (path) => {
    expect(() => tenantsByPath({ baseUrl: 'https://auth.example.com', path })).toThrow('tenantsByPath: path must')
  })
})
