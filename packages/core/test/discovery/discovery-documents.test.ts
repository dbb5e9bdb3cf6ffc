import { describe, expect, test } from 'vitest'
import { send } from '../support/expectations.ts'
import { issuerPath } from '../support/reach.ts'
import { createQuickWorld } from '../support/tokens.ts'
import { baseUrl, createWorld, issuer } from '../support/world.ts'

const pages = { selectAccountUrl: '/accounts' }

describe('discovery', () => {
  test('both documents are at the issuer, and the one of RFC 8414 at the inserted path, byte for byte (seed B1, B2, B3, B5)', async () => {
    const world = createQuickWorld()
    const paths = [
      `${issuerPath}/.well-known/oauth-authorization-server`,
      `/.well-known/oauth-authorization-server${issuerPath}`,
      `${issuerPath}/.well-known/openid-configuration`,
    ]
    for (const path of paths) {
      const { status, body } = await send(world, baseUrl + path)
      expect([path, status, body.issuer]).toEqual([path, 200, issuer])
    }
    const texts = paths
      .slice(0, 2)
      .map(async (path) => (await world.provider.fetch(new Request(baseUrl + path))).text())
    const [appended, inserted] = await Promise.all(texts)
    expect(inserted).toBe(appended)
  })

  test('the server serves neither the bare document nor that of a protected resource (seed B4, B13)', async () => {
    const world = createQuickWorld({ basePath: '/auth' })
    expect((await send(world, `${baseUrl}/.well-known/oauth-authorization-server`)).status).toBe(404)
    for (const path of ['/.well-known/oauth-protected-resource', '/auth/.well-known/oauth-protected-resource']) {
      expect((await send(world, baseUrl + path)).status).toBe(404)
    }
  })

  test('the endpoints are under /oauth2 of the issuer (seed B6, B9)', () => {
    const { metadata } = createQuickWorld({ allowDynamicClientRegistration: true, endsSessions: true }).provider
    expect(metadata).toMatchObject({
      authorization_endpoint: `${issuer}/oauth2/authorize`,
      token_endpoint: `${issuer}/oauth2/token`,
      registration_endpoint: `${issuer}/oauth2/register`,
      introspection_endpoint: `${issuer}/oauth2/introspect`,
      revocation_endpoint: `${issuer}/oauth2/revoke`,
      userinfo_endpoint: `${issuer}/oauth2/userinfo`,
      end_session_endpoint: `${issuer}/oauth2/end-session`,
    })
  })

  test.each([false, true])(
    'discovery advertises the client authentication methods that work, with anonymous registration or without (%j) (seed B7, B8)',
    (allowUnauthenticatedClientRegistration) => {
      const registration = { allowDynamicClientRegistration: true, allowUnauthenticatedClientRegistration }
      const { metadata } = createQuickWorld(registration).provider
      const methods = metadata.token_endpoint_auth_methods_supported as readonly string[]
      expect(methods.toSorted()).toEqual(['client_secret_basic', 'client_secret_post', 'none'])
      expect(metadata.introspection_endpoint_auth_methods_supported).not.toContain('none')
    },
  )

  test('discovery lists the prompts in their order, the response mode query first, and iss (seed B10, B15)', () => {
    expect(createQuickWorld(pages).provider.metadata).toMatchObject({
      prompt_values_supported: ['login', 'consent', 'create', 'select_account', 'none'],
      response_modes_supported: ['query', 'fragment', 'form_post'],
      authorization_response_iss_parameter_supported: true,
    })
  })

  test('RS256 is the default algorithm, and openid is among the scopes (seed B16, B17)', () => {
    const { metadata } = createWorld().provider
    expect(metadata.id_token_signing_alg_values_supported).toContain('RS256')
    expect(metadata.scopes_supported).toContain('openid')
    expect(metadata.subject_types_supported).toEqual(['public'])
  })

  test('each route of the seed answers, and the old path does not (seed B11, B12)', async () => {
    const world = createQuickWorld({ allowDynamicClientRegistration: true, allowPublicClientPrelogin: true })
    const routes = [
      ...['authorize', 'token', 'register', 'introspect', 'revoke', 'userinfo', 'login', 'continue', 'consent'],
      ...['create-client', 'get-client', 'get-clients', 'update-client', 'delete-client', 'client/rotate-secret'],
      ...['public-client', 'public-client-prelogin'],
      ...['get-consent', 'get-consents', 'update-consent', 'delete-consent'],
    ].map((name) => `/oauth2/${name}`)
    const admin = ['/admin/oauth2/create-client', '/admin/oauth2/update-client']
    for (const path of [...routes, ...admin]) {
      expect(world.provider.matches(new Request(issuer + path)), path).toBe(true)
      expect((await send(world, issuer + path)).status, path).not.toBe(404)
    }
    expect((await send(world, `${issuer}/oauth/authorize`)).status).toBe(404)
  })
})
