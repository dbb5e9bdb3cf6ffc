import { privateKeyJwt } from '@oauth/core/features/private-key-jwt'
import { pushedAuthorizationRequests } from '@oauth/core/features/pushed-authorization-requests'
import { describe, expect, test } from 'vitest'
import {
  createPkce,
  type Parameters,
  post,
  postAs,
  redirectUri,
  registerConfidential,
  registerPublic,
} from '../../support/client.ts'
import { assertion, assertionType, clientKey, registerWithKey } from '../../support/client-keys.ts'
import { expectJsonError, send } from '../../support/expectations.ts'
import { push, pushPath, pushWorld, requestOf } from '../../support/pushed-requests.ts'
import { createQuickWorld } from '../../support/tokens.ts'

const documents = ['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration']

describe('metadata of pushed authorization requests', () => {
  test.each(documents)('the document at %s names the pushed authorization request endpoint (P01)', async (path) => {
    const world = pushWorld()
    const { body } = await send(world, world.issuer + path)
    expect(body.pushed_authorization_request_endpoint).toBe(`${world.issuer}/oauth2/par`)
    expect(body.require_pushed_authorization_requests).toBeUndefined()
    const plain = createQuickWorld()
    const without = await send(plain, plain.issuer + path)
    expect(without.body.pushed_authorization_request_endpoint).toBeUndefined()
    expect((await post(plain, pushPath, {})).status).toBe(404)
  })

  test.each(documents)(
    'the document at %s says that every client must push when the option is set (P02)',
    async (path) => {
      const world = pushWorld({ required: true })
      expect((await send(world, world.issuer + path)).body.require_pushed_authorization_requests).toBe(true)
    },
  )

  test('a client registers require_pushed_authorization_requests and gets it back (P02)', async () => {
    const world = pushWorld({}, { allowDynamicClientRegistration: true, allowUnauthenticatedClientRegistration: true })
    const register = (value: unknown) =>
      send(world, `${world.issuer}/oauth2/register`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          redirect_uris: [redirectUri],
          token_endpoint_auth_method: 'none',
          require_pushed_authorization_requests: value,
        }),
      })
    const { status, body } = await register(true)
    expect([status, body.require_pushed_authorization_requests]).toEqual([201, true])
    expectJsonError(await register('yes'), 400, 'invalid_client_metadata')
  })

  test('wrong options of pushed authorization requests are refused by name (P16)', () => {
    expect(() => pushedAuthorizationRequests({ lifetimeSeconds: 601 })).toThrow(
      'pushedAuthorizationRequests: lifetimeSeconds must be from 5 to 600 seconds',
    )
    expect(() => pushedAuthorizationRequests({ lifetimeSeconds: 4 })).toThrow('from 5 to 600')
    expect(() => pushedAuthorizationRequests({ ttl: 60 } as object)).toThrow('ttl is not known')
    expect(() =>
      createQuickWorld({ grantTypes: ['client_credentials'], features: [pushedAuthorizationRequests()] }),
    ).toThrow('the feature pushedAuthorizationRequests needs authorization_code')
  })
})

describe('the request to the pushed authorization request endpoint', () => {
  test('the endpoint takes forms by POST within a size and nothing else (P03)', async () => {
    const world = pushWorld()
    const client = await registerConfidential(world)
    for (const method of ['GET', 'PUT', 'DELETE']) {
      expect((await send(world, world.issuer + pushPath, { method })).status).toBe(405)
    }
    const json = await post(world, pushPath, '{}', { 'content-type': 'application/json' })
    expectJsonError(json, 400, 'invalid_request')
    expectJsonError(await push(world, client, { extra: 'x'.repeat(70_000) }), 413, 'invalid_request')
    const inQuery = await postAs(world, client, `${pushPath}?scope=openid`, requestOf(client, createPkce()))
    expectJsonError(inQuery, 400, 'invalid_request')
  })

  test('clients authenticate by Basic, in the form, by an assertion, or as public clients by client_id alone (P04)', async () => {
    const world = pushWorld({}, { features: [privateKeyJwt()] })
    const basic = await registerConfidential(world)
    const form = await registerConfidential(world, { token_endpoint_auth_method: 'client_secret_post' })
    const open = await registerPublic(world)
    for (const client of [basic, form, open]) {
      expect((await push(world, client, { scope: 'openid' })).status).toBe(201)
    }
    const key = await clientKey()
    const keyed = await registerWithKey(world, key)
    const body = {
      ...requestOf(keyed, createPkce(), { scope: 'openid' }),
      client_assertion_type: assertionType,
      client_assertion: await assertion(world, keyed, key),
    }
    expect((await post(world, pushPath, body)).status).toBe(201)
    // The same assertion again.
    expectJsonError(await post(world, pushPath, body), 401, 'invalid_client')
  })

  test('wrong credentials, an unregistered method and no client at all are invalid_client (P04)', async () => {
    const world = pushWorld()
    const client = await registerConfidential(world)
    const form = requestOf(client, createPkce())
    expectJsonError(await post(world, pushPath, { ...form, client_secret: 'wrong' }), 401, 'invalid_client')
    expectJsonError(await post(world, pushPath, form), 401, 'invalid_client')
    expectJsonError(await post(world, pushPath, { ...form, client_id: undefined }), 401, 'invalid_client')
    const wrong = { authorization: `Basic ${btoa(`${client.client_id}:wrong`)}` }
    const refused = await post(world, pushPath, form, wrong)
    expectJsonError(refused, 401, 'invalid_client')
    expect(refused.headers.get('www-authenticate')).toMatch(/^Basic /)
  })

  test('client_id is required beside Basic credentials and must be the client that authenticates (P07)', async () => {
    const world = pushWorld()
    const client = await registerConfidential(world)
    const other = await registerConfidential(world)
    expectJsonError(await push(world, client, { client_id: undefined }), 400, 'invalid_request')
    expectJsonError(await push(world, client, { client_id: other.client_id }), 400, 'invalid_request')
  })

  test.each<[string, Parameters, string]>([
    ['an unregistered redirect URI', { redirect_uri: 'https://evil.example.com/' }, 'invalid_request'],
    ['a response type other than code', { response_type: 'token' }, 'unsupported_response_type'],
    ['no response type', { response_type: undefined }, 'invalid_request'],
    ['an unknown response mode', { response_mode: 'carrier_pigeon' }, 'invalid_request'],
    ['a scope that the client does not have', { scope: 'admin' }, 'invalid_scope'],
    ['no code challenge', { code_challenge: undefined, code_challenge_method: undefined }, 'invalid_request'],
    ['the challenge method plain', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['a resource that the server does not know', { resource: 'https://other.example.com' }, 'invalid_target'],
    ['claims that are no JSON', { claims: '{' }, 'invalid_request'],
    ['prompt none beside login', { prompt: 'none login' }, 'invalid_request'],
    ['an unknown prompt', { prompt: 'now' }, 'invalid_request'],
    ['max_age that is no number', { max_age: '-1' }, 'invalid_request'],
    ['a state that is too long', { state: 'x'.repeat(5000) }, 'invalid_request'],
    ['registration', { registration: '{}' }, 'registration_not_supported'],
    ['a request object without the feature for it', { request: 'a.b.c' }, 'request_not_supported'],
  ])('a push with %s is refused as JSON and nothing is stored (P08)', async (_what, changes, error) => {
    const world = pushWorld({}, { bindResources: true })
    const client = await registerConfidential(world, {
      redirect_uris: [redirectUri, 'https://app.example.com/second'],
    })
    const answer = await push(world, client, changes)
    expectJsonError(answer, 400, error)
    expect(answer.headers.get('location')).toBeNull()
    expect(world.events.some(({ type }) => type === 'authorization_request.pushed')).toBe(false)
  })

  test('a push without redirect_uri is refused when the client has two, and means the only one otherwise (P08)', async () => {
    const world = pushWorld()
    const two = await registerConfidential(world, { redirect_uris: [redirectUri, 'https://app.example.com/second'] })
    expectJsonError(await push(world, two, { redirect_uri: undefined }), 400, 'invalid_request')
    const one = await registerConfidential(world)
    expect((await push(world, one, { redirect_uri: undefined })).status).toBe(201)
  })

  test('a repeated parameter is refused, and resource may be repeated (P08)', async () => {
    const world = pushWorld({}, { bindResources: true })
    const client = await registerPublic(world)
    const form = new URLSearchParams(requestOf(client, createPkce(), { scope: 'openid' }) as Record<string, string>)
    form.append('state', 'another')
    expectJsonError(await post(world, pushPath, form), 400, 'invalid_request')
    form.delete('state')
    form.append('resource', 'https://api.example.com')
    form.append('resource', 'https://files.example.com/v1')
    expect((await post(world, pushPath, form)).status).toBe(201)
  })

  test('a push with prompt none is taken although nobody is signed in (P09)', async () => {
    const world = pushWorld()
    const client = await registerConfidential(world)
    expect((await push(world, client, { prompt: 'none' })).status).toBe(201)
    expect((await push(world, client, { max_age: '0', claims: '{"id_token":{"sub":{"value":"x"}}}' })).status).toBe(201)
  })
})

describe('the answer to a push', () => {
  test('the answer is 201 with request_uri and expires_in alone, which no cache stores (P14)', async () => {
    const world = pushWorld()
    const client = await registerConfidential(world)
    const { status, headers, body } = await push(world, client)
    expect([status, headers.get('content-type')]).toEqual([201, 'application/json'])
    expect(headers.get('cache-control')).toContain('no-store')
    expect(Object.keys(body).sort()).toEqual(['expires_in', 'request_uri'])
    expect(body.expires_in).toBe(60)
    const event = world.events.find(({ type }) => type === 'authorization_request.pushed')
    expect(event).toEqual({
      type: 'authorization_request.pushed',
      clientId: client.client_id,
      expiresAt: world.clock.now() + 60,
    })
  })

  test('the request_uri is a URN with 256 random bits, another one for each push (P15)', async () => {
    const world = pushWorld()
    const client = await registerConfidential(world)
    const uris = await Promise.all(Array.from({ length: 20 }, async () => (await push(world, client)).body.request_uri))
    for (const uri of uris) expect(uri).toMatch(/^urn:ietf:params:oauth:request_uri:[A-Za-z0-9_-]{43}$/)
    expect(new Set(uris).size).toBe(20)
  })

  test('expires_in is the lifetime that the option sets (P16)', async () => {
    const world = pushWorld({ lifetimeSeconds: 600 })
    const client = await registerConfidential(world)
    expect((await push(world, client)).body.expires_in).toBe(600)
  })

  test('scripts of the origins of the client may push and read the answer (P28)', async () => {
    const world = pushWorld()
    const client = await registerPublic(world)
    const origin = 'https://app.example.com'
    const preflight = await send(world, world.issuer + pushPath, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' },
    })
    expect(preflight.headers.get('access-control-allow-origin')).toBe(origin)
    const form = requestOf(client, createPkce(), { scope: 'openid' })
    const own = await post(world, pushPath, form, { origin })
    expect([own.status, own.headers.get('access-control-allow-origin')]).toEqual([201, origin])
    const foreign = await post(world, pushPath, form, { origin: 'https://evil.example.com' })
    expect(foreign.headers.get('access-control-allow-origin')).toBeNull()
  })
})
