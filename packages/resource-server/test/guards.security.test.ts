import { createProtectedResource, protect, type RouteOptions } from '@oauth/resource-server'
import { describe, expect, it } from 'vitest'

const resource = 'https://x.example/mcp'
const issuer = 'https://id.example.com'
const now = 1_800_000_000
const clock = { now: () => now }
const token = {
  clientId: 'a',
  scopes: ['notes:read'],
  audience: [resource],
  authTime: now - 3600,
  acr: 'pwd',
  issuedAt: now,
  expiresAt: now + 60,
}

function start(options: RouteOptions, answer: object = token) {
  return createProtectedResource({
    resource,
    authorizationServer: { issuer, clock, verifyWith: async () => ({ ...token, ...answer }) },
    scopes: ['notes:read'],
    clock,
    ...options,
  })
}

const request = (init: RequestInit = {}) =>
  new Request(resource, { ...init, headers: { authorization: 'Bearer good', ...(init.headers as object) } })

describe('what a resource demands of every request', () => {
  it.each<[string, RouteOptions, object]>([
    ['acr', { acr: ['mfa'] }, { acr: undefined }],
    ['maxAge', { maxAge: 60 }, { maxAge: undefined }],
    ['scopes', { scopes: ['notes:write'] }, { scopes: undefined }],
  ])('a route whose option %s is undefined keeps what the resource demands (S08)', async (_, demanded, route) => {
    const guarded = start(demanded).withAuth(() => new Response('passed'), route as RouteOptions)
    expect([401, 403]).toContain((await guarded(request())).status)
  })

  it('a route cannot demand less of the login than its resource: the lower age counts, and both lists of classes (S08)', async () => {
    const older = start({ maxAge: 60 }).withAuth(() => new Response('passed'), { maxAge: 7200 })
    expect((await older(request())).headers.get('www-authenticate')).toContain('max_age="60"')
    const api = start({ acr: ['mfa', 'phr'] }, { acr: 'pwd' })
    const weaker = api.withAuth(() => new Response('passed'), { acr: ['pwd', 'phr'] })
    expect((await weaker(request())).headers.get('www-authenticate')).toContain('acr_values="phr"')
    expect(() => api.withAuth(() => new Response('passed'), { acr: ['pwd'] })).toThrow(
      'acr: no class of the route is one that the resource accepts (mfa, phr)',
    )
  })

  it('a route may demand more of the login than its resource (S08)', async () => {
    const strong = start({ acr: ['pwd', 'mfa'], maxAge: 7200 }).withAuth(() => new Response('passed'), {
      acr: ['mfa'],
      maxAge: 60,
    })
    const challenge = (await strong(request())).headers.get('www-authenticate')
    expect(challenge).toContain('acr_values="mfa"')
    expect(challenge).toContain('max_age="60"')
  })
})

describe('a handler that runs without a token', () => {
  it.each<[string, RequestInit]>([
    ['OPTIONS', { method: 'OPTIONS' }],
    ['OPTIONS with an origin alone', { method: 'OPTIONS', headers: { origin: 'https://evil.example' } }],
    [
      'a preflight by another method',
      { headers: { origin: 'https://evil.example', 'access-control-request-method': 'GET' } },
    ],
    ['HEAD', { method: 'HEAD' }],
    [
      'a method override',
      { method: 'POST', headers: { 'x-http-method-override': 'OPTIONS', 'x-method-override': 'HEAD' } },
    ],
    [
      'a real preflight',
      { method: 'OPTIONS', headers: { origin: 'https://x.example', 'access-control-request-method': 'GET' } },
    ],
  ])('%s does not reach it (E04)', async (_, init) => {
    let reached = false
    const guarded = start({}).withAuth(() => {
      reached = true
      return new Response('passed')
    })
    const answer = await guarded(new Request(resource, init))
    expect([reached, answer.status < 200 || answer.status > 299 || answer.status === 204]).toEqual([false, true])
    expect(answer.headers.get('cache-control')).toBe('no-store')
  })
})

describe('an option that plain JavaScript gets wrong is refused when the resource is made', () => {
  it.each<[string, () => unknown, string]>([
    [
      'authorizationServer is missing',
      () => createProtectedResource({ resource, issuer } as never),
      'authorizationServer: is missing: set it to the issuer',
    ],
    [
      'scopes is a text',
      () => start({ scopes: 'notes:read' as never }),
      "scopes: must be a list of scopes, for instance ['notes:read']",
    ],
    ['scopes of a route is a text', () => start({}).guard({ scopes: 'notes:read' as never }), 'scopes: must be a list'],
    [
      'scopes of protect is a text',
      () => protect({ verifier: start({}).verifier, scopes: 'notes:read' as never }),
      'scopes: must be a list',
    ],
  ])('%s', (_, make, message) => {
    expect(make).toThrow(TypeError)
    expect(make).toThrow(message)
  })
})
