import type { ClientInput, RegisteredClient } from '@oauth/core'
import { backChannelLogout } from '@oauth/core/features/back-channel-logout'
import { encryptedResponses } from '@oauth/core/features/encrypted-responses'
import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import { authorize, exchangeCode, getTokens, refresh, registerConfidential } from '../../support/client.ts'
import { decrypt, type EncryptionPair, encryptionPair } from '../../support/encryption.ts'
import { expectJsonError, send } from '../../support/expectations.ts'
import { fetchJwks } from '../../support/keys.ts'
import { startReceiver, verifyLogoutToken } from '../../support/receiver.ts'
import { openWorld, register } from '../../support/registration.ts'
import { startRemote } from '../../support/remote.ts'
import { createQuickWorld } from '../../support/tokens.ts'
import { alice, createWorld, type World, type WorldOptions } from '../../support/world.ts'

const algorithms = ['RSA-OAEP-256', 'RSA-OAEP', 'ECDH-ES', 'ECDH-ES+A128KW', 'ECDH-ES+A256KW']

function encryptingWorld(options: WorldOptions = {}): World {
  return createQuickWorld({ features: [encryptedResponses()], ...options })
}

async function registerFor(world: World, key: EncryptionPair, input: ClientInput): Promise<RegisteredClient> {
  return registerConfidential(world, { jwks: { keys: [{ ...key.publicJwk }] }, ...input })
}

async function verified(world: World, jwt: string) {
  return jwtVerify(jwt, createLocalJWKSet((await fetchJwks(world)) as JSONWebKeySet))
}

const userinfoOf = (world: World, token: string) =>
  send(world, `${world.issuer}/oauth2/userinfo`, { headers: { authorization: `Bearer ${token}` } })

describe('an encrypted ID token', () => {
  test('an encrypted ID token is signed as ever inside, and only the key of the client opens it, at the first exchange and at every refresh', async () => {
    const world = encryptingWorld()
    const key = await encryptionPair('ECDH-ES', { kid: 'enc-1', use: 'enc' })
    const client = await registerFor(world, key, { id_token_encrypted_response_alg: 'ECDH-ES' })
    const first = await getTokens(world, client, { nonce: 'n' })
    const second = await refresh(world, client, first.refresh_token)
    for (const { id_token } of [first, second.body]) {
      const header = decodeProtectedHeader(id_token)
      expect(header).toMatchObject({ alg: 'ECDH-ES', enc: 'A128CBC-HS256', kid: 'enc-1', cty: 'JWT' })
      const { payload } = await verified(world, await decrypt(id_token, key))
      expect(payload).toMatchObject({ iss: world.issuer, aud: client.client_id, sub: alice.id })
      await expect(decrypt(id_token, await encryptionPair())).rejects.toThrow()
    }
  })

  test('an encrypted ID token is encrypted after it was signed with the secret of the client, for servers without keys', async () => {
    const world = encryptingWorld({ disableJwtPlugin: true })
    const key = await encryptionPair()
    const client = await registerFor(world, key, {
      id_token_encrypted_response_alg: 'ECDH-ES',
      id_token_encrypted_response_enc: 'A256GCM',
    })
    const { id_token } = await getTokens(world, client)
    expect(decodeProtectedHeader(id_token)).toMatchObject({ enc: 'A256GCM' })
    const inner = await decrypt(id_token, key)
    const { payload } = await jwtVerify(inner, new TextEncoder().encode(client.client_secret))
    expect(payload.sub).toBe(alice.id)
  })

  test('encryption of ID tokens changes neither the ID tokens of other clients nor userinfo', async () => {
    const world = encryptingWorld()
    const key = await encryptionPair()
    const client = await registerFor(world, key, { id_token_encrypted_response_alg: 'ECDH-ES' })
    const plain = await registerConfidential(world)
    const tokens = await getTokens(world, plain)
    expect((await verified(world, tokens.id_token)).payload.sub).toBe(alice.id)
    const mine = await getTokens(world, client)
    expect((await userinfoOf(world, mine.access_token)).headers.get('content-type')).toBe('application/json')
  })

  test('an ID token is encrypted to the key that the client has published since, and a key that is gone fails without using up the code', async () => {
    const remote = await startRemote()
    const world = encryptingWorld({ dangerouslyAllowPrivateAddresses: true })
    const old = await encryptionPair('ECDH-ES', { kid: 'old' })
    remote.serveJson('/jwks', { keys: [old.publicJwk] })
    const client = await registerConfidential(world, {
      jwks_uri: `${remote.origin}/jwks`,
      id_token_encrypted_response_alg: 'ECDH-ES',
    })
    expect(decodeProtectedHeader((await getTokens(world, client)).id_token).kid).toBe('old')
    world.clock.advance(301)
    const authorized = await authorize(world, client)
    remote.serveJson('/jwks', { keys: [] })
    const failed = await exchangeCode(world, client, authorized)
    expectJsonError(failed, 400, 'unauthorized_client')
    expect(failed.body).not.toHaveProperty('access_token')
    expect(world.events).toContainEqual({
      type: 'client.encryption_failed',
      clientId: client.client_id,
      member: 'id_token_encrypted_response_alg',
      reason: 'none of its keys is for ECDH-ES',
    })
    const next = await encryptionPair('ECDH-ES', { kid: 'next' })
    remote.serveJson('/jwks', { keys: [next.publicJwk] })
    world.clock.advance(1)
    const { status, body } = await exchangeCode(world, client, authorized)
    expect(status).toBe(200)
    expect(decodeProtectedHeader(body.id_token).kid).toBe('next')
  })

  test('an encrypted ID token comes with a logout token that is encrypted in the same way', async () => {
    const receiver = await startReceiver()
    try {
      const features = [encryptedResponses(), backChannelLogout()]
      const world = encryptingWorld({ features, dangerouslyAllowPrivateAddresses: true })
      const key = await encryptionPair()
      const client = await registerFor(world, key, {
        id_token_encrypted_response_alg: 'ECDH-ES',
        backchannel_logout_uri: receiver.url,
        enable_end_session: true,
      })
      await getTokens(world, client)
      await world.provider.sessionEnded([...world.sessions.keys()].at(-1) as string)
      await receiver.until(1)
      const token = receiver.received[0]?.body.get('logout_token') as string
      expect(decodeProtectedHeader(token)).toMatchObject({ cty: 'JWT', iss: world.issuer })
      const { payload } = await verifyLogoutToken(world, client.client_id, await decrypt(token, key))
      expect(payload.sub).toBe(alice.id)
    } finally {
      await receiver.stop()
    }
  })
})

describe('encrypted userinfo', () => {
  test('userinfo is signed and then encrypted when the client registered both', async () => {
    const world = encryptingWorld()
    const key = await encryptionPair('RSA-OAEP-256', { kid: 'rsa', use: 'enc' })
    const client = await registerFor(world, key, {
      userinfo_signed_response_alg: 'ES256',
      userinfo_encrypted_response_alg: 'RSA-OAEP-256',
      userinfo_encrypted_response_enc: 'A256CBC-HS512',
    })
    const { access_token } = await getTokens(world, client, { scope: 'openid email' })
    const { status, headers, body } = await userinfoOf(world, access_token)
    expect([status, headers.get('content-type')]).toEqual([200, 'application/jwt'])
    expect(decodeProtectedHeader(String(body))).toMatchObject({ enc: 'A256CBC-HS512', kid: 'rsa', cty: 'JWT' })
    const { payload } = await verified(world, await decrypt(String(body), key))
    expect(payload).toMatchObject({ iss: world.issuer, aud: client.client_id, email: alice.email })
  })

  test('encrypted userinfo is the claims, encrypted and not signed, when the client registered only the encryption', async () => {
    const world = encryptingWorld()
    const key = await encryptionPair()
    const client = await registerFor(world, key, { userinfo_encrypted_response_alg: 'ECDH-ES' })
    const { access_token } = await getTokens(world, client, { scope: 'openid email' })
    const { headers, body } = await userinfoOf(world, access_token)
    expect(headers.get('content-type')).toBe('application/jwt')
    expect(decodeProtectedHeader(String(body))).not.toHaveProperty('cty')
    expect(JSON.parse(await decrypt(String(body), key))).toEqual({
      iss: world.issuer,
      aud: client.client_id,
      sub: alice.id,
      email: alice.email,
      email_verified: true,
    })
  })

  test('encrypted userinfo fails when the client has no key any more, and says so to the host', async () => {
    const remote = await startRemote()
    const world = encryptingWorld({ dangerouslyAllowPrivateAddresses: true })
    const client = await registerConfidential(world, {
      jwks_uri: `${remote.origin}/nowhere`,
      userinfo_encrypted_response_alg: 'ECDH-ES',
    })
    const { access_token } = await getTokens(world, client)
    const answer = await userinfoOf(world, access_token)
    expectJsonError(answer, 400, 'unauthorized_client')
    expect(JSON.stringify(answer.body)).not.toContain(alice.email)
    expect(world.events.some(({ type }) => type === 'client.encryption_failed')).toBe(true)
  })
})

describe('the metadata of encrypted responses', () => {
  test('discovery names the algorithms, and a server without the feature names none', () => {
    const { metadata } = encryptingWorld().provider
    const enc = ['A128CBC-HS256', 'A256CBC-HS512', 'A128GCM', 'A256GCM']
    expect(metadata).toMatchObject({
      id_token_encryption_alg_values_supported: algorithms,
      id_token_encryption_enc_values_supported: enc,
      userinfo_encryption_alg_values_supported: algorithms,
      userinfo_encryption_enc_values_supported: enc,
    })
    expect(JSON.stringify(createWorld().provider.metadata)).not.toContain('encryption')
  })

  test('a client registers itself with it, and what does not fit together is invalid_client_metadata', async () => {
    const world = openWorld({ features: [encryptedResponses()] })
    const key = await encryptionPair()
    const base = { redirect_uris: ['https://app.example.com/cb'], token_endpoint_auth_method: 'none' }
    const good = { id_token_encrypted_response_alg: 'ECDH-ES', jwks: { keys: [key.publicJwk] } }
    const answer = await register(world, { ...base, ...good })
    expect([answer.status, answer.body.id_token_encrypted_response_alg]).toEqual([201, 'ECDH-ES'])
    expect(answer.body.jwks).toEqual(good.jwks)
    for (const wrong of [
      { ...good, jwks: undefined },
      { ...good, id_token_encrypted_response_alg: 'RSA-OAEP' },
      { ...good, id_token_encrypted_response_alg: 'RSA1_5' },
      { ...good, id_token_encrypted_response_alg: 5 },
      { jwks: good.jwks, id_token_encrypted_response_enc: 'A128GCM' },
      { jwks: good.jwks, userinfo_encrypted_response_enc: 'A128GCM' },
    ]) {
      expectJsonError(await register(world, { ...base, ...wrong }), 400, 'invalid_client_metadata')
    }
  })

  test('a member without the feature is refused on the server side by the name of the feature', async () => {
    const world = createQuickWorld()
    await expect(registerConfidential(world, { id_token_encrypted_response_alg: 'ECDH-ES' })).rejects.toThrow(
      'encryptedResponses()',
    )
  })
})
