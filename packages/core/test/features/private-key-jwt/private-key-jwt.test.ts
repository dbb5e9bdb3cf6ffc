import type { ClientInput } from '@oauth/core'
import { privateKeyJwt } from '@oauth/core/features/private-key-jwt'
import { describe, expect, test } from 'vitest'
import { authorize, post, redirectUri, registerConfidential } from '../../support/client.ts'
import {
  assertion,
  assertionType,
  type ClientKey,
  clientKey,
  keysWorld,
  lastReason,
  postWith,
  registerWithKey,
} from '../../support/client-keys.ts'
import { expectJsonError } from '../../support/expectations.ts'
import { openWorld, register, withMachines } from '../../support/registration.ts'
import { createQuickWorld } from '../../support/tokens.ts'

async function start(key?: ClientKey) {
  const world = keysWorld()
  const own = key ?? (await clientKey())
  const client = await registerWithKey(world, own)
  return {
    world,
    client,
    key: own,
    make: (changes = {}, header = {}) => assertion(world, client, own, changes, header),
  }
}

describe('private_key_jwt', () => {
  test('a client without a secret authenticates by assertion at every endpoint', async () => {
    const { world, client, make } = await start()
    expect(client).not.toHaveProperty('client_secret')
    expect(client).not.toHaveProperty('client_secret_expires_at')
    const machine = await postWith(world, await make())
    expect([machine.status, machine.body.token_type]).toEqual([200, 'Bearer'])

    const authorized = await authorize(world, client, { scope: 'openid email offline_access' })
    const form = {
      grant_type: 'authorization_code',
      code: authorized.code,
      redirect_uri: redirectUri,
      code_verifier: authorized.pkce.verifier,
    }
    const tokens = await postWith(world, await make(), form)
    expect(tokens.status).toBe(200)
    const refreshed = await postWith(world, await make(), {
      grant_type: 'refresh_token',
      refresh_token: tokens.body.refresh_token,
    })
    expect(refreshed.status).toBe(200)
    const token = refreshed.body.access_token as string
    const introspected = await postWith(world, await make(), { token }, '/oauth2/introspect')
    expect(introspected.body).toMatchObject({ active: true, client_id: client.client_id })
    expect((await postWith(world, await make(), { token }, '/oauth2/revoke')).status).toBe(200)
    const after = await postWith(world, await make(), { token }, '/oauth2/introspect')
    expect(after.body).toEqual({ active: false })
  })

  test.each(['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519'])(
    'an assertion may be signed with %s',
    async (algorithm) => {
      const { world, make } = await start(await clientKey(algorithm))
      expect((await postWith(world, await make())).status).toBe(200)
    },
  )

  test('client_id beside the assertion is fine when it is the same, and refused otherwise', async () => {
    const { world, client, make } = await start()
    const form = { grant_type: 'client_credentials', scope: 'notes:read' }
    expect((await postWith(world, await make(), { ...form, client_id: client.client_id })).status).toBe(200)
    expectJsonError(await postWith(world, await make(), { ...form, client_id: 'another' }), 401, 'invalid_client')
  })

  test('without a kid any of the client’s keys may verify', async () => {
    const world = keysWorld()
    const [first, second, rsa] = [await clientKey(), await clientKey('ES256', 'key-2'), await clientKey('RS256')]
    const keys = [first, second, rsa].map(({ publicJwk: { kid: _, ...jwk } }) => jwk)
    const client = await registerWithKey(world, first, { jwks: { keys } })
    for (const key of [first, second, rsa]) {
      const made = await assertion(world, client, key, {}, { kid: undefined })
      expect((await postWith(world, made)).status).toBe(200)
    }
    const stranger = await assertion(world, client, await clientKey('ES256', 'stranger'), {}, { kid: undefined })
    expectJsonError(await postWith(world, stranger), 401, 'invalid_client')
  })

  test.each(['JWT', 'jwt', 'client-authentication+jwt', 'application/client-authentication+jwt'])(
    'an assertion may have the typ %s',
    async (typ) => {
      const { world, make } = await start()
      expect((await postWith(world, await make({}, { typ }))).status).toBe(200)
    },
  )

  test('a malformed assertion counts as no credential', async () => {
    const { world, client, make } = await start()
    const good = await make()
    const form = { grant_type: 'client_credentials' }
    for (const client_assertion of ['', 'x', 'a.b', 'a.b.c.d', `${good}.`, 'e30.e30.', `e30.${btoa('[]')}.x`]) {
      const answer = await post(world, '/oauth2/token', {
        ...form,
        client_assertion_type: assertionType,
        client_assertion,
      })
      expectJsonError(answer, 401, 'invalid_client')
      expect(answer.headers.get('www-authenticate')).toBeNull()
    }
    for (const client_assertion_type of [undefined, 'urn:ietf:params:oauth:client-assertion-type:saml2-bearer']) {
      const named = { ...form, client_assertion_type, client_assertion: good, client_id: client.client_id }
      expectJsonError(await post(world, '/oauth2/token', named), 401, 'invalid_client')
    }
    // The server had not consumed the assertion.
    expect((await postWith(world, good)).status).toBe(200)
  })

  test('a sub that no id looks like never reaches the storage', async () => {
    const { world, make } = await start()
    for (const sub of ['', 'a\0b', 'x'.repeat(256), 'ünknown', 7, ['a'], null, undefined]) {
      expectJsonError(await postWith(world, await make({ sub })), 401, 'invalid_client')
    }
  })

  test('an assertion beside a second authentication method is refused (D03)', async () => {
    const { world, make } = await start()
    const form = { grant_type: 'client_credentials', scope: 'notes:read' }
    expectJsonError(await postWith(world, await make(), { ...form, client_secret: 'x' }), 400, 'invalid_request')
    const basic = await post(
      world,
      '/oauth2/token',
      { ...form, client_assertion_type: assertionType, client_assertion: await make() },
      { authorization: `Basic ${btoa('a:b')}` },
    )
    expectJsonError(basic, 400, 'invalid_request')
  })

  test('the method registered is the method required (D02)', async () => {
    const { world, make, client } = await start()
    const withSecret = await registerConfidential(world, { jwks: { keys: [(await clientKey()).publicJwk] } })
    const made = await assertion(world, withSecret, await clientKey())
    expectJsonError(await postWith(world, made), 401, 'invalid_client')
    expect(lastReason(world)).toBe('not the registered method')
    const named = await post(world, '/oauth2/token', {
      grant_type: 'client_credentials',
      client_id: client.client_id,
      client_secret: 'x'.repeat(43),
    })
    expectJsonError(named, 401, 'invalid_client')
    expect((await postWith(world, await make())).status).toBe(200)
  })

  test('an unknown client and a disabled one are refused alike', async () => {
    const { world, client, key, make } = await start()
    const unknown = await postWith(world, await assertion(world, { client_id: 'unknown' }, key))
    const good = await make()
    await world.provider.updateClient(client.client_id, { disabled: true })
    const disabled = await postWith(world, good)
    for (const answer of [unknown, disabled]) expectJsonError(answer, 401, 'invalid_client')
    expect(unknown.body).toEqual(disabled.body)
  })
})

describe('what clients register', () => {
  const input: ClientInput = {
    redirect_uris: [redirectUri],
    token_endpoint_auth_method: 'private_key_jwt',
    scope: 'notes:read',
  }

  test.each<[string, object, string]>([
    ['no keys', {}, 'private_key_jwt needs jwks or jwks_uri'],
    ['no key in the set', { jwks: { keys: [] } }, 'jwks.keys'],
    ['a set that is none', { jwks: [] }, 'jwks'],
    ['a secret', { jwks: { keys: [{ kty: 'oct', k: 'AAAA' }] } }, 'must be an asymmetric key'],
    [
      'a private key',
      { jwks: { keys: [{ kty: 'EC', crv: 'P-256', x: 'a', y: 'b', d: 'c' }] } },
      'must not be a private key',
    ],
    [
      'both',
      { jwks: { keys: [{ kty: 'OKP', crv: 'Ed25519', x: 'A'.repeat(43) }] }, jwks_uri: 'https://c.example/jwks' },
      'jwks and jwks_uri exclude each other',
    ],
    ['a plain http URL', { jwks_uri: 'http://c.example/jwks' }, 'jwks_uri must use https'],
    [
      'a jwks_uri with a private address (G02)',
      { jwks_uri: 'https://10.0.0.1/jwks' },
      'jwks_uri must not be in a private network',
    ],
    [
      'a jwks_uri with a private address in hexadecimal (G02)',
      { jwks_uri: 'https://0x0a000001/jwks' },
      'jwks_uri must not be in a private network',
    ],
    [
      'an algorithm that no key signs with',
      { jwks_uri: 'https://c.example/jwks', token_endpoint_auth_signing_alg: 'HS256' },
      'unsupported token_endpoint_auth_signing_alg HS256',
    ],
    [
      'the algorithm none',
      { jwks_uri: 'https://c.example/jwks', token_endpoint_auth_signing_alg: 'none' },
      'unsupported token_endpoint_auth_signing_alg none',
    ],
  ])('a registration with %s is refused', async (_name, members, message) => {
    const world = keysWorld()
    await expect(world.provider.registerClient({ ...input, ...members } as typeof input)).rejects.toThrow(message)
    expect(await world.storage.clients.list({ limit: 1 })).toEqual([])
  })

  test('whoever registers with an initial access token is answered 201 with all of it, and no secret', async () => {
    const world = openWorld({ ...withMachines, features: [privateKeyJwt()], idTokenSigningAlgorithm: 'ES256' })
    const key = await clientKey()
    const token = await world.provider.createInitialAccessToken({ expiresIn: 60 })
    const members = { ...input, jwks: { keys: [key.publicJwk] }, token_endpoint_auth_signing_alg: 'ES256' }
    const grants = { grant_types: ['client_credentials', 'authorization_code'] }
    const answer = await register(world, { ...members, ...grants }, { authorization: `Bearer ${token}` })
    expect(answer.status).toBe(201)
    expect(answer.body).toMatchObject({ ...members, ...grants })
    expect(answer.body).not.toHaveProperty('client_secret')
    expect((await postWith(world, await assertion(world, answer.body, key))).status).toBe(200)
  })

  test('keys are changed by the server side, at once in this process', async () => {
    const { world, client, make } = await start()
    const next = await clientKey('ES256', 'next')
    await world.provider.updateClient(client.client_id, { jwks: { keys: [next.publicJwk] } })
    expectJsonError(await postWith(world, await make()), 401, 'invalid_client')
    expect((await postWith(world, await assertion(world, client, next))).status).toBe(200)
    await expect(world.provider.updateClient(client.client_id, { jwks: null })).rejects.toThrow(
      'needs jwks or jwks_uri',
    )
  })
})

describe('the feature', () => {
  test('discovery describes private_key_jwt with the feature and without it', () => {
    const algorithms = ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519']
    const { metadata } = keysWorld().provider
    for (const endpoint of ['token', 'revocation', 'introspection']) {
      expect(metadata[`${endpoint}_endpoint_auth_methods_supported`]).toContain('private_key_jwt')
      expect(metadata[`${endpoint}_endpoint_auth_signing_alg_values_supported`]).toEqual(algorithms)
    }
    expect(keysWorld({ signingAlgorithms: ['PS256'] }).provider.metadata).toMatchObject({
      token_endpoint_auth_signing_alg_values_supported: ['PS256'],
    })
    const plain = createQuickWorld().provider.metadata
    expect(plain.token_endpoint_auth_methods_supported).not.toContain('private_key_jwt')
    expect(plain).not.toHaveProperty('token_endpoint_auth_signing_alg_values_supported')
  })

  test('without the feature private_key_jwt cannot be registered, and an assertion does not authenticate', async () => {
    const world = createQuickWorld()
    const key = await clientKey()
    await expect(registerWithKey(world, key)).rejects.toThrow('jwks: is not known')
    expectJsonError(await postWith(world, await assertion(world, { client_id: 'any' }, key)), 401, 'invalid_client')
  })

  test.each<[object, string]>([
    [{ audience: 'issuer' }, 'privateKeyJwt: audience is not known'],
    [{ audiences: 'everybody' }, 'privateKeyJwt: audiences must be issuer, issuer-string, endpoints or a function'],
    [{ signingAlgorithms: [] }, 'privateKeyJwt: signingAlgorithms must not be empty'],
    [{ signingAlgorithms: ['none'] }, 'privateKeyJwt: signingAlgorithms.0 '],
    [{ maxLifetimeSeconds: 0 }, 'privateKeyJwt: maxLifetimeSeconds '],
    [{ clientSecretJwt: 'yes' }, 'privateKeyJwt: clientSecretJwt '],
  ])('the option %j is refused', (options, message) => {
    expect(() => privateKeyJwt(options)).toThrow(TypeError)
    expect(() => privateKeyJwt(options)).toThrow(message)
    expect(() => privateKeyJwt({ audiences: undefined })).not.toThrow()
  })
})
