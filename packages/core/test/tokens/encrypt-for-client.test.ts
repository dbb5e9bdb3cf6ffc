import type { ClientInput, RegisteredClient } from '@oauth/core'
import type { Core, Feature } from '@oauth/core/feature'
import { decodeProtectedHeader, type JWK } from 'jose'
import { describe, expect, test } from 'vitest'
import { encryptedResponseMetadata } from '../../src/clients/encrypted-response.ts'
import { jwksMetadata } from '../../src/clients/jwks.ts'
import { encryptForClient, responseEncryptionOf } from '../../src/tokens/encrypt-for-client.ts'
import { redirectUri } from '../support/client.ts'
import { decrypt, encryptionPair } from '../support/encryption.ts'
import { startRemote } from '../support/remote.ts'
import { createQuickWorld } from '../support/tokens.ts'
import type { World, WorldOptions } from '../support/world.ts'

/** A world with a feature that encrypts authorization responses. */
function encryptingWorld(options: WorldOptions = {}): { readonly world: World; readonly core: () => Core } {
  let started: Core | undefined
  const feature: Feature = {
    name: 'encrypting',
    start: (core) => {
      started = core
      return { clientMetadata: [jwksMetadata, encryptedResponseMetadata('authorization')] }
    },
  }
  const world = createQuickWorld({ features: [feature], ...options })
  return { world, core: () => started as Core }
}

const member = 'authorization_encrypted_response_alg'

function register(world: World, input: object): Promise<RegisteredClient> {
  return world.provider.registerClient({ redirect_uris: [redirectUri], ...input } as ClientInput)
}

async function encrypt(core: Core, clientId: string, content: string | object = 'a.b.c'): Promise<string> {
  const client = await core.clients.find(clientId)
  const encryption = client && responseEncryptionOf(client, 'authorization')
  if (client === undefined || encryption === undefined) throw new Error('the client has no encryption')
  return encryptForClient(core, client, encryption, content)
}

const algorithms: readonly (readonly [alg: string, kind: string])[] = [
  ['RSA-OAEP-256', 'RSA'],
  ['RSA-OAEP', 'RSA'],
  ['ECDH-ES', 'P-256'],
  ['ECDH-ES', 'X25519'],
  ['ECDH-ES+A128KW', 'P-384'],
  ['ECDH-ES+A256KW', 'P-521'],
]

describe('a response that is encrypted for a client', () => {
  test.each(algorithms)(
    'is a JWE by %s for a key on %s that the client decrypts, nested and with its kid',
    async (alg, kind) => {
      const { world, core } = encryptingWorld()
      const key = await encryptionPair(alg, { use: 'enc', kid: 'mine' }, kind)
      const client = await register(world, { jwks: { keys: [key.publicJwk] }, [member]: alg })
      const jwe = await encrypt(core(), client.client_id)
      const header = { alg, enc: 'A128CBC-HS256', kid: 'mine', cty: 'JWT', iss: world.issuer }
      expect(decodeProtectedHeader(jwe)).toMatchObject(header)
      expect(await decrypt(jwe, key)).toBe('a.b.c')
    },
  )

  test.each(['A128CBC-HS256', 'A256CBC-HS512', 'A128GCM', 'A256GCM'])(
    'has the content encryption %s that it registered',
    async (enc) => {
      const { world, core } = encryptingWorld()
      const key = await encryptionPair('ECDH-ES')
      const client = await register(world, {
        jwks: { keys: [key.publicJwk] },
        [member]: 'ECDH-ES',
        authorization_encrypted_response_enc: enc,
      })
      const jwe = await encrypt(core(), client.client_id)
      expect(decodeProtectedHeader(jwe)).toMatchObject({ enc })
      expect(await decrypt(jwe, key)).toBe('a.b.c')
    },
  )

  test('an encrypted response contains claims that are not signed without cty', async () => {
    const { world, core } = encryptingWorld()
    const key = await encryptionPair('ECDH-ES')
    const client = await register(world, { jwks: { keys: [key.publicJwk] }, [member]: 'ECDH-ES' })
    const jwe = await encrypt(core(), client.client_id, { sub: 'alice' })
    expect(decodeProtectedHeader(jwe).cty).toBeUndefined()
    expect(JSON.parse(await decrypt(jwe, key))).toEqual({ sub: 'alice' })
  })

  test('an encrypted response is for the key with use enc, and for a key without use when there is no other', async () => {
    const { world, core } = encryptingWorld()
    const any = await encryptionPair('ECDH-ES', { kid: 'any' })
    const signing = await encryptionPair('ECDH-ES', { kid: 'signing', use: 'sig' })
    const other = await encryptionPair('ECDH-ES', { kid: 'other', use: 'enc', alg: 'ECDH-ES+A128KW' })
    const mine = await encryptionPair('ECDH-ES', { kid: 'mine', use: 'enc' })
    const keys = [signing.publicJwk, other.publicJwk, any.publicJwk]
    const first = await register(world, { jwks: { keys }, [member]: 'ECDH-ES' })
    const second = await register(world, { jwks: { keys: [...keys, mine.publicJwk] }, [member]: 'ECDH-ES' })
    expect(decodeProtectedHeader(await encrypt(core(), first.client_id)).kid).toBe('any')
    expect(decodeProtectedHeader(await encrypt(core(), second.client_id)).kid).toBe('mine')
  })

  test('an encrypted response is for a key that the client has just published at its jwks_uri', async () => {
    const remote = await startRemote()
    const { world, core } = encryptingWorld({ dangerouslyAllowPrivateAddresses: true })
    const signing = await encryptionPair('ECDH-ES', { use: 'sig' })
    remote.serveJson('/jwks', { keys: [signing.publicJwk] })
    const client = await register(world, { jwks_uri: `${remote.origin}/jwks`, [member]: 'ECDH-ES' })
    await expect(encrypt(core(), client.client_id)).rejects.toMatchObject({ code: 'unauthorized_client' })
    const key = await encryptionPair('ECDH-ES', { use: 'enc' })
    remote.serveJson('/jwks', { keys: [signing.publicJwk, key.publicJwk] })
    world.clock.advance(1)
    expect(await decrypt(await encrypt(core(), client.client_id), key)).toBe('a.b.c')
  })

  test('an encrypted response fails with an event when the keys cannot be fetched, or none of them fits', async () => {
    const remote = await startRemote()
    const { world, core } = encryptingWorld({ dangerouslyAllowPrivateAddresses: true })
    const client = await register(world, { jwks_uri: `${remote.origin}/none`, [member]: 'RSA-OAEP' })
    await expect(encrypt(core(), client.client_id)).rejects.toMatchObject({
      code: 'unauthorized_client',
      description: expect.stringContaining('its keys cannot be read'),
    })
    expect(world.events).toContainEqual(
      expect.objectContaining({ type: 'client.encryption_failed', clientId: client.client_id, member }),
    )
  })

  test('an encrypted response fails with an event when the only key is no point on its curve', async () => {
    const { world, core } = encryptingWorld()
    const crooked = { kty: 'EC', crv: 'P-256', use: 'enc', x: 'A'.repeat(43), y: 'A'.repeat(43) }
    const client = await register(world, { jwks: { keys: [crooked] }, [member]: 'ECDH-ES' })
    await expect(encrypt(core(), client.client_id)).rejects.toMatchObject({ code: 'unauthorized_client' })
    expect(world.events.at(-1)).toMatchObject({ type: 'client.encryption_failed', reason: expect.any(String) })
  })
})

describe('the registration of an encrypted response', () => {
  const rsaSized = (bits: number, more: object = {}): JWK => {
    const modulus = Buffer.alloc(bits / 8, 0xff)
    return { kty: 'RSA', n: modulus.toString('base64url'), e: 'AQAB', use: 'enc', ...more }
  }
  const good = rsaSized(2048)
  const refusals: readonly (readonly [what: string, input: object, description: string])[] = [
    ['enc without alg', { authorization_encrypted_response_enc: 'A128GCM' }, 'needs authorization_encrypted'],
    ['no keys at all', { [member]: 'RSA-OAEP' }, 'needs jwks or jwks_uri'],
    ['only a key of another kind', { [member]: 'ECDH-ES', jwks: { keys: [good] } }, 'jwks has no key for'],
    ['only a key for signatures', { [member]: 'RSA-OAEP', jwks: { keys: [{ ...good, use: 'sig' }] } }, 'no key for'],
    ['only a key of another alg', { [member]: 'RSA-OAEP', jwks: { keys: [{ ...good, alg: 'RS256' }] } }, 'no key for'],
    ['only a short key', { [member]: 'RSA-OAEP', jwks: { keys: [rsaSized(1024)] } }, 'jwks has no key for'],
    ['only a huge key', { [member]: 'RSA-OAEP', jwks: { keys: [rsaSized(8192)] } }, 'jwks has no key for'],
    ['RSA1_5', { [member]: 'RSA1_5', jwks: { keys: [good] } }, 'unsupported authorization_encrypted_response_alg'],
    ['dir', { [member]: 'dir', jwks: { keys: [good] } }, 'unsupported'],
    ['PBES2', { [member]: 'PBES2-HS256+A128KW', jwks: { keys: [good] } }, 'unsupported'],
    [
      'an unknown enc',
      { [member]: 'RSA-OAEP', authorization_encrypted_response_enc: 'A192GCM', jwks: { keys: [good] } },
      'unsupported authorization_encrypted_response_enc A192GCM',
    ],
  ]

  test.each(refusals)('the registration of an encrypted response is refused with %s', async (_, input, description) => {
    const { world } = encryptingWorld()
    await expect(register(world, input)).rejects.toMatchObject({
      code: 'invalid_client_metadata',
      description: expect.stringContaining(description),
    })
  })

  test('the registration of an encrypted response is accepted with an enc beside the alg, and answered as it was sent', async () => {
    const { world } = encryptingWorld()
    const client = await register(world, {
      [member]: 'RSA-OAEP-256',
      authorization_encrypted_response_enc: 'A256GCM',
      jwks: { keys: [good] },
    })
    expect(client).toMatchObject({
      [member]: 'RSA-OAEP-256',
      authorization_encrypted_response_enc: 'A256GCM',
      jwks: { keys: [good] },
    })
  })
})
