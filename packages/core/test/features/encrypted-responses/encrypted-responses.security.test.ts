import type { ClientInput, RegisteredClient } from '@oauth/core'
import { encryptedResponses } from '@oauth/core/features/encrypted-responses'
import { describe, expect, test } from 'vitest'
import {
  authorize,
  authorizeUrl,
  createPkce,
  exchangeCode,
  getTokens,
  redirectUri,
  registerConfidential,
} from '../../support/client.ts'
import { decrypt, type EncryptionPair, encryptionPair } from '../../support/encryption.ts'
import { expectErrorRedirect, expectJsonError, send } from '../../support/expectations.ts'
import { createQuickWorld } from '../../support/tokens.ts'
import { alice, createWorld, type World } from '../../support/world.ts'

const encryptingWorld = (): World => createQuickWorld({ features: [encryptedResponses()] })

function registerFor(world: World, key: EncryptionPair, input: ClientInput): Promise<RegisteredClient> {
  return registerConfidential(world, { jwks: { keys: [{ ...key.publicJwk }] }, ...input })
}

/** Another process on the same storage, without the feature. */
function withoutFeature(world: World): World {
  return createWorld({
    beside: world,
    storage: world.storage,
    idTokenSigningAlgorithm: 'ES256',
    accessTokenSigningAlgorithm: 'ES256',
  })
}

describe('a process without the feature encryptedResponses', () => {
  test('a process without encryptedResponses refuses an authorization request for an ID token that must be encrypted, before the user signs in', async () => {
    const world = encryptingWorld()
    const client = await registerFor(world, await encryptionPair(), { id_token_encrypted_response_alg: 'ECDH-ES' })
    const other = withoutFeature(world)
    const response = await other.browser().request(authorizeUrl(other, client, createPkce()))
    expectErrorRedirect(other, response, redirectUri, 'unauthorized_client')
  })

  test('a process without encryptedResponses gives no ID token in the clear for a code of another process, and the code stays good', async () => {
    const world = encryptingWorld()
    const key = await encryptionPair()
    const client = await registerFor(world, key, { id_token_encrypted_response_alg: 'ECDH-ES' })
    const authorized = await authorize(world, client)
    const other = withoutFeature(world)
    expectJsonError(await exchangeCode(other, client, authorized), 400, 'unauthorized_client')
    const refused = other.events.findLast(({ type }) => type === 'request.refused')
    expect((refused as { cause: Error }).cause.message).toContain('encryptedResponses()')
    const { status, body } = await exchangeCode(world, client, authorized)
    expect(status).toBe(200)
    expect((await decrypt(body.id_token, key)).split('.')).toHaveLength(3)
  })

  test('a process without encryptedResponses gives no userinfo in the clear', async () => {
    const world = encryptingWorld()
    const client = await registerFor(world, await encryptionPair(), { userinfo_encrypted_response_alg: 'ECDH-ES' })
    const { access_token } = await getTokens(world, client)
    const other = withoutFeature(world)
    const answer = await send(other, `${other.issuer}/oauth2/userinfo`, {
      headers: { authorization: `Bearer ${access_token}` },
    })
    expectJsonError(answer, 400, 'unauthorized_client')
    expect(JSON.stringify(answer.body)).not.toContain(alice.email)
  })
})

describe('an encrypted ID token that comes back', () => {
  test('an encrypted ID token is no id_token_hint: the client decrypts it first', async () => {
    const world = encryptingWorld()
    const key = await encryptionPair()
    const client = await registerFor(world, key, { id_token_encrypted_response_alg: 'ECDH-ES' })
    const { id_token } = await getTokens(world, client)
    const browser = world.browser()
    await browser.visit(authorizeUrl(world, client, createPkce()), { user: alice, accept: true })
    const ask = (hint: string) =>
      browser.request(authorizeUrl(world, client, createPkce(), { prompt: 'none', id_token_hint: hint }))
    const good = new URL((await ask(await decrypt(id_token, key))).headers.get('location') as string)
    expect(good.searchParams.get('code')).toEqual(expect.any(String))
    // A hint that the server cannot read says nothing about the user, like any other text.
    const same = new URL((await ask(id_token)).headers.get('location') as string)
    expect(same.searchParams.get('code')).toEqual(expect.any(String))
  })

  test('an encrypted ID token is no access token', async () => {
    const world = encryptingWorld()
    const client = await registerFor(world, await encryptionPair(), { id_token_encrypted_response_alg: 'ECDH-ES' })
    const { id_token } = await getTokens(world, client)
    expect(await world.provider.verifyAccessToken(id_token)).toBeUndefined()
  })
})

test('a client that removes its keys must give up the encryption as well', async () => {
  const world = encryptingWorld()
  const client = await registerFor(world, await encryptionPair(), { id_token_encrypted_response_alg: 'ECDH-ES' })
  const update = (changes: object) => world.provider.updateClient(client.client_id, changes)
  await expect(update({ jwks: null })).rejects.toMatchObject({ code: 'invalid_client_metadata' })
  const rsa = await encryptionPair('RSA-OAEP')
  await expect(update({ jwks: { keys: [rsa.publicJwk] } })).rejects.toMatchObject({ code: 'invalid_client_metadata' })
  await update({ jwks: null, id_token_encrypted_response_alg: null })
})
