import { createProvider, type Provider } from '@oauth/core'
import { memoryStorage } from '@oauth/core/memory'
import {
  createTokenVerifier,
  protect,
  protectedResourceMetadataHandler,
  protectedResourceMetadataUrl,
} from '@oauth/resource-server'
import * as oauth from 'oauth4webapi'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { closeSites, listen } from './support/site.ts'

let api: string
let issuer: string
let provider: Provider

beforeAll(async () => {
  const [as, resource] = [await listen(), await listen()]
  api = `${resource.origin}/notes`
  provider = createProvider({
    baseUrl: as.origin,
    secret: 'a-secret-for-tests-with-enough-characters',
    storage: memoryStorage(),
    authentication: { getSession: () => undefined, getUser: () => undefined },
    grantTypes: ['client_credentials'],
    idTokenSigningAlgorithm: 'ES256',
    scopes: ['notes:read', 'notes:write'],
    validAudiences: [api],
    defaultResource: false,
  })
  issuer = provider.issuer
  as.serve = provider.fetch

  const resourceMetadata = protectedResourceMetadataUrl(api)
  const metadata = protectedResourceMetadataHandler(api, { provider, scopesSupported: ['notes:read', 'notes:write'] })
  const verifier = createTokenVerifier({ issuer, audience: api })
  const notes = protect({ verifier, resourceMetadata, scopes: ['notes:read'] })((_, token) =>
    Response.json({ for: token.clientId, source: token.source }),
  )
  resource.serve = (request) => (request.url === resourceMetadata ? metadata(request) : notes(request))
})

afterAll(closeSites)

it('a client that knows only the resource finds the authorization server, gets a token and calls the resource, over HTTP', async () => {
  const insecure = { [oauth.allowInsecureRequests]: true }
  const refused = await fetch(api)
  expect(refused.status).toBe(401)
  const challenge = refused.headers.get('www-authenticate') ?? ''
  const metadataUrl = /resource_metadata="([^"]+)"/.exec(challenge)?.[1] ?? ''
  const scope = /scope="([^"]+)"/.exec(challenge)?.[1] ?? ''
  expect(scope).toBe('notes:read')

  const resource = (await (await fetch(metadataUrl)).json()) as oauth.ResourceServer
  expect(resource.resource).toBe(api)
  const server = new URL(resource.authorization_servers?.[0] ?? '')
  const as = await oauth.processDiscoveryResponse(
    server,
    await oauth.discoveryRequest(server, { algorithm: 'oauth2', ...insecure }),
  )

  const { client_id, client_secret = '' } = await provider.registerClient({
    redirect_uris: [],
    grant_types: ['client_credentials'],
    scope: 'notes:read notes:write',
  })
  const token = async (parameters: Record<string, string>) => {
    const authenticate = oauth.ClientSecretBasic(client_secret)
    const response = await oauth.clientCredentialsGrantRequest(as, { client_id }, authenticate, parameters, insecure)
    return (await oauth.processClientCredentialsResponse(as, { client_id }, response)).access_token
  }
  const get = async (accessToken: string) => fetch(api, { headers: { authorization: `Bearer ${accessToken}` } })

  const good = await get(await token({ resource: resource.resource, scope }))
  expect([good.status, await good.json()]).toEqual([200, { for: client_id, source: 'jwt' }])
  const weak = await get(await token({ resource: resource.resource, scope: 'notes:write' }))
  expect([weak.status, weak.headers.get('www-authenticate')]).toEqual([
    403,
    expect.stringMatching(/^Bearer error="insufficient_scope".*scope="notes:read"/),
  ])
  const opaque = await get(await token({ scope }))
  expect([opaque.status, opaque.headers.get('www-authenticate')]).toEqual([
    401,
    expect.stringMatching(/^Bearer error="invalid_token"/),
  ])
})

it('the provider does not serve the metadata of resources', async () => {
  const { origin } = new URL(issuer)
  expect((await fetch(`${origin}/.well-known/oauth-protected-resource`)).status).toBe(404)
})

it('the verifier follows no redirect (G03)', async () => {
  const { client_id, client_secret = '' } = await provider.registerClient({
    redirect_uris: [],
    grant_types: ['client_credentials'],
    scope: 'notes:read',
  })
  const response = await fetch(`${issuer}/oauth2/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${client_id}:${client_secret}`)}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', resource: api, scope: 'notes:read' }),
  })
  const { access_token } = (await response.json()) as { access_token: string }
  const redirecting = await listen()
  redirecting.serve = () => Response.redirect(`${issuer}/jwks`)
  const options = { issuer, audience: api }
  const redirected = createTokenVerifier({ ...options, jwksUri: `${redirecting.origin}/jwks` })
  await expect(redirected.verify(access_token)).rejects.toMatchObject({ code: 'temporarily_unavailable' })
  const direct = createTokenVerifier({ ...options, jwksUri: `${issuer}/jwks` })
  expect((await direct.verify(access_token)).clientId).toBe(client_id)
})

it("the resource server answers 503 when nothing listens at the authorization server's address", async () => {
  const gone = await listen()
  await gone.close()
  const introspection = { clientId: 'a', clientSecret: 'b', endpoint: `${gone.origin}/introspect` }
  const verifier = createTokenVerifier({ issuer: gone.origin, audience: api, introspection })
  await expect(verifier.verify('opaque')).rejects.toMatchObject({ code: 'temporarily_unavailable', status: 503 })
})
