import { createProvider } from '@oauth/core'
import { signedMetadata } from '@oauth/core/features/signed-metadata'
import { memoryStorage } from '@oauth/core/memory'
import {
  buildProtectedResourceMetadata,
  createProtectedResource,
  type ProtectedResourceMetadataOptions,
  protectedResourceMetadataHandler,
  protectedResourceMetadataUrl,
} from '@oauth/resource-server'
import { createLocalJWKSet, jwtVerify } from 'jose'
import { customFetch, processResourceDiscoveryResponse, resourceDiscoveryRequest } from 'oauth4webapi'
import { describe, expect, it, vi } from 'vitest'

const resource = 'https://api.example.com/mcp'
const as = 'https://id.example.com/auth'
const other = 'https://other.example.com'
const provider = { issuer: as, metadata: { scopes_supported: ['openid', 'email', 'notes:read', 'user'] } }

describe('buildProtectedResourceMetadata', () => {
  it("the README's example builds the metadata of a real provider", () => {
    const real = createProvider({
      baseUrl: 'https://id.example.com',
      secret: 'a-secret-for-tests-with-enough-characters',
      storage: memoryStorage(),
      authentication: { getSession: () => undefined, getUser: () => undefined },
      loginUrl: '/login',
      consentUrl: '/consent',
      scopes: ['user'],
    })
    const metadata = buildProtectedResourceMetadata(resource, { provider: real, scopesSupported: ['user'] })
    expect(metadata).toStrictEqual({ resource, authorization_servers: [as], scopes_supported: ['user'] })
    expect(() => buildProtectedResourceMetadata(resource, { provider: real, scopesSupported: ['admin'] })).toThrow(
      'Unsupported scope "admin"',
    )
  })

  it.each<[string, ProtectedResourceMetadataOptions, readonly string[]]>([
    ['one', { authorizationServer: as }, [as]],
    ['several', { authorizationServers: [other, as] }, [other, as]],
    ['the one first', { authorizationServer: as, authorizationServers: [other] }, [as, other]],
    ['the one first and once', { authorizationServer: as, authorizationServers: [other, as] }, [as, other]],
    ['the issuer when none is given', { provider }, [as]],
    ['not the issuer when one is given', { provider, authorizationServer: other }, [other]],
    ['the issuer for an empty list', { provider, authorizationServers: [] }, [as]],
  ])('the metadata have these authorization servers: %s', (_, options, servers) => {
    expect(buildProtectedResourceMetadata(resource, options).authorization_servers).toEqual(servers)
  })

  it.each<[string, ProtectedResourceMetadataOptions, string]>([
    [
      'no authorization server',
      {},
      'at least one authorization server is required: pass authorizationServer or provider',
    ],
    [
      'external scopes with one authorization server',
      { provider, externalScopes: ['x'] },
      'external scopes should not be provided with one authorization server',
    ],
    [
      'openid',
      { provider, scopesSupported: ['openid'] },
      'Only the authorization server should utilize the openid scope',
    ],
    [
      'openid, when nothing else is known of scopes',
      { authorizationServer: as, scopesSupported: ['openid'] },
      'Only the authorization server should utilize the openid scope',
    ],
    [
      'a scope that the provider does not have',
      { provider, scopesSupported: ['user', 'X'] },
      'Unsupported scope "X". If external, add it to externalScopes.',
    ],
    [
      'a scope that is not external either',
      { authorizationServers: [as, other], externalScopes: ['y'], scopesSupported: ['X'] },
      'Unsupported scope "X". If external, add it to externalScopes.',
    ],
    ['an authorization server without TLS', { authorizationServer: 'http://id.example.com' }, 'must use https'],
    ['an authorization server with a query', { authorizationServer: `${as}?a` }, 'must not have a query'],
    ['a jwks_uri without TLS', { provider, jwksUri: 'http://api.example.com/jwks' }, 'jwksUri: '],
    [
      'an algorithm that is none',
      { provider, resourceSigningAlgValuesSupported: ['none'] },
      'resourceSigningAlgValuesSupported: must not contain the algorithm none',
    ],
    ['the settings of the seed', { settings: provider } as never, 'no option settings; did you mean provider?'],
    ['an unknown option', { provider, scopeSupported: [] } as never, 'there is no option scopeSupported'],
  ])('buildProtectedResourceMetadata refuses %s', (_, options, message) => {
    expect(() => buildProtectedResourceMetadata(resource, options)).toThrow(message)
  })

  it.each<[string, ProtectedResourceMetadataOptions]>([
    ['of the provider', { provider, scopesSupported: ['user'] }],
    [
      'external ones',
      { provider, authorizationServers: [as, other], externalScopes: ['x'], scopesSupported: ['user', 'x'] },
    ],
    ['any, when neither a provider nor external scopes are given', { authorizationServer: as, scopesSupported: ['X'] }],
    ['any, of a provider that does not tell', { provider: { issuer: as }, scopesSupported: ['X'] }],
  ])('buildProtectedResourceMetadata accepts these scopes: %s', (_, options) => {
    expect(buildProtectedResourceMetadata(resource, options).scopes_supported).toEqual(options.scopesSupported)
  })

  it('scopes for claims about the user cause a warning, unless silenceWarnings is set', () => {
    const warnings: string[] = []
    const scopesSupported = ['profile', 'email', 'phone', 'address', 'user']
    const options = { authorizationServer: as, scopesSupported }
    buildProtectedResourceMetadata(resource, { ...options, onWarning: (message) => warnings.push(message) })
    expect(warnings.map((message) => message.split(' ')[0])).toEqual(['"profile"', '"email"', '"phone"', '"address"'])
    const onWarning = vi.fn()
    buildProtectedResourceMetadata(resource, { ...options, onWarning, silenceWarnings: true })
    expect(onWarning).not.toHaveBeenCalled()
    const console = vi.spyOn(globalThis.console, 'warn').mockImplementation(() => undefined)
    buildProtectedResourceMetadata(resource, { ...options, scopesSupported: ['email'] })
    expect(console).toHaveBeenCalledOnce()
    console.mockRestore()
  })

  it('the metadata have every given member of RFC 9728, and no other', () => {
    const metadata = buildProtectedResourceMetadata(resource, {
      authorizationServer: as,
      scopesSupported: [],
      jwksUri: 'https://api.example.com/jwks',
      bearerMethodsSupported: ['header'],
      resourceSigningAlgValuesSupported: ['ES256'],
      resourceName: 'Notes',
      resourceDocumentation: 'https://example.com/docs',
      resourcePolicyUri: 'https://example.com/policy',
      resourceTosUri: 'https://example.com/tos',
      tlsClientCertificateBoundAccessTokens: false,
      authorizationDetailsTypesSupported: [],
      dpopSigningAlgValuesSupported: ['ES256'],
      dpopBoundAccessTokensRequired: false,
    })
    expect(metadata).toStrictEqual({
      resource,
      authorization_servers: [as],
      jwks_uri: 'https://api.example.com/jwks',
      bearer_methods_supported: ['header'],
      resource_signing_alg_values_supported: ['ES256'],
      resource_name: 'Notes',
      resource_documentation: 'https://example.com/docs',
      resource_policy_uri: 'https://example.com/policy',
      resource_tos_uri: 'https://example.com/tos',
      tls_client_certificate_bound_access_tokens: false,
      dpop_signing_alg_values_supported: ['ES256'],
      dpop_bound_access_tokens_required: false,
    })
  })

  it.each([
    'api.example.com',
    '/mcp',
    'http://api.example.com',
    'http://localhost.evil.example/mcp',
    'urn:example:api',
    'https://api.example.com/#part',
    'https://api.example.com/#',
    'https://user@api.example.com/',
  ])('buildProtectedResourceMetadata refuses the resource %s', (wrong) => {
    expect(() => buildProtectedResourceMetadata(wrong, { provider })).toThrow(TypeError)
  })

  it.each(['https://api.example.com', 'https://api.example.com/', 'http://localhost:8000/mcp', 'http://127.0.0.1/'])(
    'the metadata keep the spelling of the resource %s',
    (right) => {
      expect(buildProtectedResourceMetadata(right, { provider }).resource).toBe(right)
    },
  )
})

describe('protectedResourceMetadataUrl', () => {
  it.each([
    ['https://api.example.com', 'https://api.example.com/.well-known/oauth-protected-resource'],
    ['https://api.example.com/', 'https://api.example.com/.well-known/oauth-protected-resource'],
    ['https://api.example.com/mcp', 'https://api.example.com/.well-known/oauth-protected-resource/mcp'],
    ['https://api.example.com/a/b?c=d', 'https://api.example.com/.well-known/oauth-protected-resource/a/b?c=d'],
    ['https://api.example.com?c=d', 'https://api.example.com/.well-known/oauth-protected-resource?c=d'],
    ['http://localhost:8000/mcp', 'http://localhost:8000/.well-known/oauth-protected-resource/mcp'],
  ])('the metadata URL of %s is %s', (identifier, url) => {
    expect(protectedResourceMetadataUrl(identifier)).toBe(url)
  })
})

describe('protectedResourceMetadataHandler', () => {
  const url = protectedResourceMetadataUrl(resource)
  const handler = protectedResourceMetadataHandler(resource, { provider, scopesSupported: ['user'], maxAge: 60 })

  it('the handler serves metadata that a client library finds by the resource alone', async () => {
    const asked: string[] = []
    const response = await resourceDiscoveryRequest(new URL(resource), {
      [customFetch]: async (address: string) => {
        asked.push(address)
        return handler(new Request(address))
      },
    })
    expect(await processResourceDiscoveryResponse(new URL(resource), response)).toEqual({
      resource,
      authorization_servers: [as],
      scopes_supported: ['user'],
    })
    expect(asked).toEqual([url])
  })

  it('the handler lets scripts of any origin read the metadata, and lets caches store them', async () => {
    const get = handler(new Request(url))
    expect(get.status).toBe(200)
    expect(Object.fromEntries(get.headers)).toEqual({
      'access-control-allow-origin': '*',
      'cache-control': 'public, max-age=60',
      'content-type': 'application/json',
    })
    const head = handler(new Request(url, { method: 'HEAD' }))
    expect([head.status, head.headers.get('content-type'), await head.text()]).toEqual([200, 'application/json', ''])
    const preflight = handler(new Request(url, { method: 'OPTIONS' }))
    expect([preflight.status, preflight.headers.get('access-control-allow-methods')]).toEqual([204, 'GET, HEAD'])
    expect(preflight.headers.get('access-control-allow-headers')).toBe('*')
  })

  it.each(['POST', 'PUT', 'DELETE'])('the handler answers %s with 405', (method) => {
    const response = handler(new Request(url, { method }))
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD, OPTIONS'])
  })

  it('protectedResourceMetadataHandler throws for wrong options at once, and not at the first request', () => {
    expect(() => protectedResourceMetadataHandler(resource, {})).toThrow('at least one authorization server')
  })
})

describe('signMetadata', () => {
  const url = protectedResourceMetadataUrl(resource)

  async function signingProvider() {
    const made = createProvider({
      baseUrl: 'https://id.example.com',
      secret: 'a-secret-for-tests-with-enough-characters',
      storage: memoryStorage(),
      authentication: { getSession: () => undefined, getUser: () => undefined },
      grantTypes: ['client_credentials'],
      idTokenSigningAlgorithm: 'ES256',
      accessTokenSigningAlgorithm: 'ES256',
      scopes: ['user'],
      features: [signedMetadata()],
    })
    const keys = createLocalJWKSet(await (await made.fetch(new Request(`${made.issuer}/jwks`))).json())
    return { made, keys }
  }

  it('the document has a JWT of its other members, which the keys of the authorization server verify', async () => {
    const { made, keys } = await signingProvider()
    const handler = protectedResourceMetadataHandler(resource, {
      provider: made,
      scopesSupported: ['user'],
      signMetadata: (document) => made.features.signedMetadata.signResource(document),
    })
    const { signed_metadata, ...members } = await (await handler(new Request(url))).json()
    const { payload } = await jwtVerify(signed_metadata, keys, {
      issuer: made.issuer,
      typ: 'oauth-protected-resource+jwt',
    })
    expect(payload).toEqual({ ...members, iss: made.issuer, iat: expect.any(Number) })
    expect(members).toEqual({ resource, authorization_servers: [made.issuer], scopes_supported: ['user'] })
    // Each signature of ES256 is another one, so the same text was signed once.
    expect((await (await handler(new Request(url))).json()).signed_metadata).toBe(signed_metadata)
    const head = await handler(new Request(url, { method: 'HEAD' }))
    expect([head.status, await head.text()]).toEqual([200, ''])
    expect((await handler(new Request(url, { method: 'POST' }))).status).toBe(405)
  })

  it('a client library reads the signed document of createProtectedResource', async () => {
    const { made } = await signingProvider()
    const signMetadata = (document: object) => made.features.signedMetadata.signResource(document as never)
    const protectedApi = createProtectedResource({ resource, authorizationServer: made, metadata: { signMetadata } })
    const response = await resourceDiscoveryRequest(new URL(resource), {
      [customFetch]: async () => protectedApi.metadata({ method: 'GET' }),
    })
    const document = await processResourceDiscoveryResponse(new URL(resource), response)
    expect(document.signed_metadata).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/)
  })

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['an object', { jwt: 'x.y.z' }],
    ['an encrypted JWT', 'a.b.c.d.e'],
    ['a text', 'signed'],
  ])(
    'the request fails when signMetadata answers with %s, and is never answered without a signature',
    async (_, answer) => {
      const signMetadata = () => answer as string
      const handler = protectedResourceMetadataHandler(resource, { provider, signMetadata })
      await expect(handler(new Request(url))).rejects.toThrow('signMetadata must return a signed JWT in compact form')
    },
  )

  it('signMetadata must be a function', () => {
    const signMetadata = 'x.y.z' as never
    expect(() => protectedResourceMetadataHandler(resource, { provider, signMetadata })).toThrow(
      'signMetadata must be a function that returns a JWT',
    )
  })
})
