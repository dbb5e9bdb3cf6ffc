import { jwtSecuredRequests } from '@oauth/core/features/jwt-secured-requests'
import { privateKeyJwt } from '@oauth/core/features/private-key-jwt'
import { describe, expect, test } from 'vitest'
import { authorize, redirectUri } from '../support/client.ts'
import { assertion, clientKey, postWith } from '../support/client-keys.ts'
import { expectJsonError } from '../support/expectations.ts'
import { openWorld, register } from '../support/registration.ts'

const minimal = { redirect_uris: [redirectUri] }
const open = (features: Parameters<typeof openWorld>[0]) => openWorld({ idTokenSigningAlgorithm: 'ES256', ...features })

describe('open registration never makes a public client of one that asks to prove itself (G18)', () => {
  test('private_key_jwt with keys is registered as asked, has no secret, and proves itself (G18)', async () => {
    const world = open({ features: [privateKeyJwt()] })
    const key = await clientKey()
    const proof = {
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg: 'ES256',
      jwks: { keys: [key.publicJwk] },
    }
    const { status, body: client } = await register(world, { ...minimal, ...proof, scope: 'openid' })
    expect(status).toBe(201)
    expect(client).toMatchObject(proof)
    expect(client).not.toHaveProperty('client_secret')
    const { code, pkce } = await authorize(world, client, { scope: 'openid' })
    const form = { grant_type: 'authorization_code', code, code_verifier: pkce.verifier, redirect_uri: redirectUri }
    const tokens = await postWith(world, await assertion(world, client, key), form)
    expect([tokens.status, typeof tokens.body.id_token]).toEqual([200, 'string'])
  })

  test.each([
    ['without keys', [privateKeyJwt()], { token_endpoint_auth_method: 'private_key_jwt' }],
    ['without the feature', [], { token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [] } }],
    ['by a method that nobody knows', [], { token_endpoint_auth_method: 'tls_client_auth' }],
    ['by a secret method that the server does not have', [], { token_endpoint_auth_method: 'client_secret_jwt' }],
  ])(
    'a client that asks to prove itself %s is refused, and nothing is stored (G18)',
    async (_name, features, members) => {
      const world = open({ features })
      expectJsonError(await register(world, { ...minimal, ...members }), 400, 'invalid_client_metadata')
      expect(await world.storage.clients.list({ limit: 10 })).toEqual([])
    },
  )

  test('a secret method becomes none, and with it goes what would have proved the client (G18)', async () => {
    const key = await clientKey()
    const keys = { jwks: { keys: [key.publicJwk] }, token_endpoint_auth_signing_alg: 'HS256' }
    const world = open({ features: [privateKeyJwt({ clientSecretJwt: true })] })
    for (const token_endpoint_auth_method of [
      'client_secret_post',
      'client_secret_basic',
      'client_secret_jwt',
      undefined,
    ]) {
      const { status, body } = await register(world, { ...minimal, ...keys, token_endpoint_auth_method })
      expect([status, body.token_endpoint_auth_method]).toEqual([201, 'none'])
      for (const name of ['jwks', 'jwks_uri', 'token_endpoint_auth_signing_alg', 'client_secret']) {
        expect(body).not.toHaveProperty(name)
        expect((await world.provider.getClient(body.client_id))?.metadata).not.toHaveProperty(name)
      }
    }
  })

  test('the keys of a client that signs its requests stay (G18)', async () => {
    const world = open({ features: [jwtSecuredRequests()] })
    const key = await clientKey()
    const signing = { jwks: { keys: [key.publicJwk] }, request_object_signing_alg: 'ES256' }
    const { status, body } = await register(world, { ...minimal, ...signing })
    expect(status).toBe(201)
    expect(body).toMatchObject({ ...signing, token_endpoint_auth_method: 'none' })
  })
})
