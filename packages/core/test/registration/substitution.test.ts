import { describe, expect, test } from 'vitest'
import { jwtSecuredRequests } from '../../src/features/jwt-secured-requests/jwt-secured-requests.ts'
import { privateKeyJwt } from '../../src/features/private-key-jwt/private-key-jwt.ts'
import { authorize, exchangeCode, getTokens } from '../support/client.ts'
import { expectJsonError } from '../support/expectations.ts'
import {
  configure,
  fromOwnPage,
  openWorld,
  redirectUris,
  register,
  repeated,
  withMachines,
} from '../support/registration.ts'
import type { World, WorldOptions } from '../support/world.ts'

const minimal = { redirect_uris: redirectUris }
const standardScope = 'openid profile email address phone offline_access'

function lenientWorld(options: WorldOptions = {}): World {
  return openWorld({ clientRegistrationSubstitutes: true, ...options })
}

describe('what a registration may not have is left out with clientRegistrationSubstitutes', () => {
  test.each([
    ['foreign scopes', { scope: 'openid admin notes:read' }, { scope: 'openid notes:read' }],
    [
      'foreign scopes alone, which leaves the default',
      { scope: 'admin' },
      { scope: `${standardScope} notes:read notes:write` },
    ],
    [
      'a foreign grant type',
      { grant_types: ['authorization_code', 'implicit'] },
      { grant_types: ['authorization_code'] },
    ],
    [
      'a grant type that its authentication method excludes',
      { grant_types: ['authorization_code', 'client_credentials'] },
      { grant_types: ['authorization_code'] },
    ],
    ['no grant type at all', { grant_types: [] }, { grant_types: ['authorization_code'] }],
    ['a foreign response type', { response_types: ['code', 'code id_token', 'token'] }, { response_types: ['code'] }],
    ['no response type at all', { response_types: [] }, { response_types: ['code'] }],
    [
      'a method that this server lacks',
      { token_endpoint_auth_method: 'private_key_jwt' },
      { token_endpoint_auth_method: 'none' },
    ],
    ['an empty method', { token_endpoint_auth_method: '' }, { token_endpoint_auth_method: 'none' }],
    ['an application_type that does not exist', { application_type: 'browser' }, { application_type: 'web' }],
    ['an empty application_type', { application_type: '' }, { application_type: 'web' }],
    ['an empty algorithm', { id_token_signed_response_alg: '' }, {}],
    ['empty contacts', { contacts: ['', 'ops@client.example.com'] }, { contacts: ['ops@client.example.com'] }],
  ])('%s', async (_name, asked, registered) => {
    const world = lenientWorld()
    const { status, body } = await register(world, { ...minimal, ...asked })
    expect([status, body]).toEqual([201, expect.objectContaining(registered)])
    for (const [name, value] of Object.entries(body)) if (name in asked) expect(value).not.toBe('')
    // The client works.
    const back = { redirect_uri: redirectUris[0] as string }
    const authorized = await authorize(world, body, { scope: 'openid', ...back })
    expect(await exchangeCode(world, body, authorized, back)).toMatchObject({ status: 200, body: { scope: 'openid' } })
  })

  test('a user’s client gets a secret in place of a method that this server lacks', async () => {
    const world = lenientWorld()
    const asked = {
      ...minimal,
      token_endpoint_auth_method: 'tls_client_auth',
      jwks_uri: 'https://client.example.com/k',
    }
    const { body } = await register(world, asked, fromOwnPage(world))
    expect(body).toMatchObject({ token_endpoint_auth_method: 'client_secret_basic', client_secret: expect.any(String) })
    expect(body).not.toHaveProperty('jwks_uri')
  })

  test('a machine of a user keeps those scopes that the operator allows to machines', async () => {
    const world = lenientWorld(withMachines)
    const machine = { grant_types: ['client_credentials'], scope: 'openid notes:read admin' }
    const { status, body } = await register(world, machine, fromOwnPage(world))
    expect([status, body.scope]).toEqual([201, 'notes:read'])
  })

  test('clientRegistrationDefaultScopes says what a client without a scope may ask for, and defaultScopes what a request without a scope gets', async () => {
    const named = lenientWorld({ clientRegistrationDefaultScopes: ['notes:read'] })
    expect((await register(named, minimal)).body.scope).toBe('notes:read')
    const world = lenientWorld({ defaultScopes: ['notes:read'] })
    const { body } = await register(world, minimal)
    expect(body.scope.split(' ')).toContain('notes:write')
    const [redirect_uri] = redirectUris
    const tokens = await getTokens(world, body, { scope: undefined, redirect_uri }, { redirect_uri })
    expect(tokens.scope).toBe('notes:read')
  })

  test('a client that replaces its registration gets the same treatment, and keeps its method', async () => {
    const world = lenientWorld()
    const { body: client } = await register(world, minimal)
    world.events.length = 0
    const changes = { scope: 'openid admin', token_endpoint_auth_method: 'client_secret_post', logo_uri: '' }
    const { status, body } = await configure(world, client, 'PUT', repeated(client, changes))
    expect([status, body.scope, body.token_endpoint_auth_method]).toEqual([200, 'openid', 'none'])
    expect(world.events).toContainEqual({
      type: 'client.metadata_substituted',
      clientId: client.client_id,
      substituted: [
        { member: 'token_endpoint_auth_method', value: 'client_secret_post' },
        { member: 'scope', value: 'admin' },
      ],
    })
  })

  test('server-side calls and the routes for users stay strict', async () => {
    const world = lenientWorld({ authorizeAdmin: () => true })
    for (const wrong of [
      { scope: 'admin' },
      { grant_types: ['authorization_code', 'implicit'] },
      { response_types: ['code', 'token'] },
      { token_endpoint_auth_method: 'tls_client_auth' },
    ]) {
      const input = { ...minimal, ...wrong } as typeof minimal
      await expect(world.provider.registerClient(input)).rejects.toMatchObject({ code: 'invalid_client_metadata' })
      for (const path of ['/oauth2/create-client', '/admin/oauth2/create-client']) {
        const request = new Request(world.issuer + path, {
          method: 'POST',
          headers: { ...fromOwnPage(world), 'content-type': 'application/json' },
          body: JSON.stringify(input),
        })
        expect((await world.provider.fetch(request)).status).toBe(400)
      }
    }
  })
})

describe('what discovery advertises can be registered', () => {
  const publicKey = { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo', kid: 'k' }
  /** The member of client metadata that takes the values of each list in the discovery document. */
  const members: Readonly<Record<string, (value: string) => object>> = {
    scopes_supported: (scope) => ({ scope }),
    response_types_supported: (type) => ({ response_types: [type] }),
    grant_types_supported: (type) => ({ grant_types: [...new Set(['authorization_code', type])] }),
    token_endpoint_auth_methods_supported: (method) => ({
      token_endpoint_auth_method: method,
      ...(method === 'private_key_jwt' && { jwks: { keys: [publicKey] } }),
    }),
    token_endpoint_auth_signing_alg_values_supported: (alg) => ({
      token_endpoint_auth_method: alg.startsWith('HS') ? 'client_secret_jwt' : 'private_key_jwt',
      token_endpoint_auth_signing_alg: alg,
      ...(!alg.startsWith('HS') && { jwks: { keys: [publicKey] } }),
    }),
    subject_types_supported: (type) => ({ subject_type: type }),
    id_token_signing_alg_values_supported: (alg) => ({ id_token_signed_response_alg: alg }),
    userinfo_signing_alg_values_supported: (alg) => ({ userinfo_signed_response_alg: alg }),
    request_object_signing_alg_values_supported: (alg) => ({
      request_object_signing_alg: alg,
      jwks: { keys: [publicKey] },
    }),
    acr_values_supported: (acr) => ({ default_acr_values: [acr] }),
  }
  const options = {
    clientRegistrationAllowedScopes: ['openid', 'notes:read'],
    pairwiseSecret: 'a-pairwise-secret-of-at-least-32-characters',
    idTokenSigningAlgorithms: ['ES256', 'EdDSA', 'PS256'],
    advertisedMetadata: { acrValuesSupported: ['urn:example:gold'] },
    features: [privateKeyJwt({ clientSecretJwt: true }), jwtSecuredRequests()],
  } as const satisfies WorldOptions

  test.each([
    ['an anonymous caller', 'anonymous'],
    ['a user', 'user'],
    ['software with an initial access token', 'software'],
  ])('every value, and all lists at once, by %s', async (_name, kind) => {
    const world = lenientWorld(options)
    const token = await world.provider.createInitialAccessToken({ expiresIn: 60 })
    const headers =
      kind === 'user' ? fromOwnPage(world) : kind === 'software' ? { authorization: `Bearer ${token}` } : undefined
    const { metadata } = world.provider
    for (const [list, membersOf] of Object.entries(members)) {
      const values = metadata[list] as readonly string[]
      expect(values.length, list).toBeGreaterThan(0)
      for (const value of values) {
        const { status, body } = await register(world, { ...minimal, ...membersOf(value) }, headers)
        expect([status, body.error_description], `${list} ${value}`).toEqual([201, undefined])
      }
    }
    const everything = {
      ...minimal,
      scope: (metadata.scopes_supported as readonly string[]).join(' '),
      grant_types: metadata.grant_types_supported,
      response_types: metadata.response_types_supported,
    }
    expect((await register(world, everything, headers)).status).toBe(201)
  })

  test('a server that names its scopes and grant types itself registers them for users without substitution', async () => {
    const world = openWorld(withMachines)
    const { metadata } = world.provider
    const everything = {
      ...minimal,
      scope: (metadata.scopes_supported as readonly string[]).join(' '),
      grant_types: metadata.grant_types_supported,
      response_types: metadata.response_types_supported,
    }
    expect((await register(world, everything, fromOwnPage(world))).status).toBe(201)
  })
})

test('a body that is malformed stays an error, whatever is substituted', async () => {
  const world = lenientWorld()
  for (const wrong of [
    { scope: 'a"b' },
    { scope: ['openid'] },
    { grant_types: 'authorization_code' },
    { token_endpoint_auth_method: 7 },
    { client_name: 'a\u0000b' },
    { default_max_age: -1 },
    { contacts: [7] },
  ]) {
    expectJsonError(await register(world, { ...minimal, ...wrong }), 400, 'invalid_client_metadata')
  }
})
