import type { Storage } from '@oauth/core'
import { externalSigningKeys } from '@oauth/core/external-signing-keys'
import { jwtSecuredRequests } from '@oauth/core/features/jwt-secured-requests'
import { memoryStorage } from '@oauth/core/memory'
import { describe, expect, test } from 'vitest'
import { redirectUri } from '../support/client.ts'
import { encryptFor, serverEncryptionKeys } from '../support/encryption.ts'
import { expectErrorRedirect } from '../support/expectations.ts'
import { testSigner } from '../support/external-signer.ts'
import { fetchJwks } from '../support/keys.ts'
import { type RequestObjectWorld, requestObjectWorld } from '../support/request-objects.ts'
import { wrapStorage, yieldingStorage } from '../support/storage.ts'
import { createQuickWorld } from '../support/tokens.ts'
import { createWorld, secret, type World, type WorldOptions } from '../support/world.ts'

const day = 24 * 3600
const encryption = { encryptionAlgorithms: ['ECDH-ES', 'ECDH-ES+A256KW'] } as const

const encryptingWorld = (options: WorldOptions = {}): Promise<RequestObjectWorld> =>
  requestObjectWorld(encryption, {}, options)

/** Another process on the same storage. */
function beside(world: World, options: WorldOptions = {}): World {
  return createQuickWorld({
    beside: world,
    storage: world.storage,
    features: [jwtSecuredRequests(encryption)],
    ...options,
  })
}

const kidsOf = async (world: World) => (await serverEncryptionKeys(world)).map(({ kid }) => kid)

/** Whether a server accepts this request object: it does not answer with an error, but asks the user to sign in. */
async function isAccepted({ url }: RequestObjectWorld, request: string, at: World): Promise<boolean> {
  const response = await at.browser().request(url({ request }))
  return !(response.headers.get('location') ?? '').includes('error=')
}

async function keyRecords(storage: Storage) {
  return (await storage.signingKeys.list()).filter(({ algorithm }) => algorithm === 'ECDH-ES')
}

describe('the keys with which clients encrypt for the server (J11)', () => {
  test('encryption keys are made when the JWKS is first read, published with use enc, and sealed in the storage (J11)', async () => {
    const { world } = await encryptingWorld()
    expect(await keyRecords(world.storage)).toEqual([])
    const [key, ...others] = await serverEncryptionKeys(world)
    expect(others).toEqual([])
    expect(key).toEqual({ kty: 'EC', crv: 'P-256', use: 'enc', ...{ kid: key?.kid, x: key?.x, y: key?.y } })
    const [record] = await keyRecords(world.storage)
    expect(record?.id).toBe(key?.kid)
    expect(JSON.parse(record?.publicKey ?? '')).not.toHaveProperty('d')
    expect(record?.sealedPrivateKey).not.toContain('"d"')
    expect(world.events).toContainEqual({ type: 'encryption_key.created', keyId: key?.kid, algorithm: 'ECDH-ES' })
  })

  test('encryption keys do not exist on a server whose features decrypt nothing (J11)', async () => {
    const { world } = await requestObjectWorld()
    const { keys } = await fetchJwks(world)
    expect(keys.map(({ use }) => use)).toEqual(['sig'])
    await expect(world.provider.rotateEncryptionKeys()).rejects.toThrow(
      'rotateEncryptionKeys: no feature of this provider decrypts anything',
    )
  })

  test('encryption keys are two where RSA is offered as well (J11)', async () => {
    const { world } = await requestObjectWorld({ encryptionAlgorithms: ['RSA-OAEP-256', 'RSA-OAEP', 'ECDH-ES'] })
    expect((await serverEncryptionKeys(world)).map(({ kty }) => kty).sort()).toEqual(['EC', 'RSA'])
  })

  test('encryption keys are one for two processes that start at once, and each decrypts what the other published (J11)', async () => {
    const setup = await encryptingWorld({ storage: yieldingStorage(memoryStorage(), 7) })
    const other = beside(setup.world)
    const [left, right] = await Promise.all([kidsOf(setup.world), kidsOf(other)])
    expect(left).toHaveLength(1)
    expect(right).toEqual(left)
    expect(await isAccepted(setup, await encryptFor(other, await setup.sign()), setup.world)).toBe(true)
    expect(await isAccepted(setup, await encryptFor(setup.world, await setup.sign()), other)).toBe(true)
  })

  test('encryption keys sign nothing, and signing keys decrypt nothing, whatever is stored under which name (J11)', async () => {
    const setup = await encryptingWorld()
    const { world } = setup
    const [enc] = await serverEncryptionKeys(world)
    const [record] = await keyRecords(world.storage)
    const signing = (await world.storage.signingKeys.list()).find(({ algorithm }) => algorithm === 'ES256')
    if (record === undefined || signing === undefined) throw new Error('there must be both keys')
    // Someone who can write to the storage swaps the sealed private keys, under the same ids.
    const storage = memoryStorage()
    await storage.signingKeys.insert({ ...record, algorithm: 'ES256' })
    await storage.signingKeys.insert({ ...signing, algorithm: 'ECDH-ES', generation: 5 })
    const swapped = createQuickWorld({ storage, features: [jwtSecuredRequests(encryption)] })
    const { keys } = await fetchJwks(swapped)
    const unsealable = swapped.events.filter(({ type }) => type.endsWith('.unsealable'))
    expect(unsealable.map((event) => (event as { keyId: string }).keyId).sort()).toEqual([enc?.kid, signing.id].sort())
    expect(keys.filter(({ use }) => use === 'enc')).not.toContainEqual(expect.objectContaining({ kid: signing.id }))
  })

  test('encryption keys leave the JWKS as it was while the storage is away, because APIs verify signatures with it (J11)', async () => {
    const away = { list: false }
    const storage = wrapStorage(memoryStorage(), async (name, _args, run) => {
      if (away.list && name === 'signingKeys.list') throw new Error('the storage is away')
      return run()
    })
    const signingKeys = externalSigningKeys(testSigner().options)
    const { world } = await encryptingWorld({ storage, signingKeys })
    const before = await fetchJwks(world)
    expect(before.keys.map(({ use }) => use)).toEqual(['sig', 'enc'])
    away.list = true
    world.clock.advance(1800)
    expect(await fetchJwks(world)).toEqual(before)
    expect(world.events).toContainEqual(
      expect.objectContaining({ type: 'request.failed', endpoint: 'encryption keys' }),
    )
    away.list = false
    world.clock.advance(60)
    expect(await fetchJwks(world)).toEqual(before)
  })

  test('encryption keys are left alone by a process without the option, which neither publishes nor deletes them (J11)', async () => {
    const setup = await encryptingWorld()
    const [kid] = await kidsOf(setup.world)
    const other = beside(setup.world, { features: [jwtSecuredRequests()] })
    expect(await kidsOf(other)).toEqual([])
    await other.provider.rotateSigningKeys({ dropPrevious: true })
    other.clock.advance(30 * day)
    await other.provider.purgeExpired()
    expect(await kidsOf(beside(setup.world))).toEqual([kid])
    expect((await other.provider.ready()).ok).toBe(true)
  })

  test('encryption keys cost no reading of the storage for invented names (J11)', async () => {
    let lists = 0
    const storage = wrapStorage(memoryStorage(), (name, _args, run) => {
      if (name === 'signingKeys.list') lists++
      return run()
    })
    const setup = await encryptingWorld({ storage })
    await fetchJwks(setup.world)
    setup.world.clock.advance(1)
    const before = lists
    for (let index = 0; index < 20; index++) {
      const request = await encryptFor(setup.world, await setup.sign(), { kid: `k-${index}` })
      expectErrorRedirect(setup.world, await setup.ask({ request }), redirectUri, 'invalid_request_object')
    }
    expect(lists - before).toBeLessThanOrEqual(3)
  })
})

describe('the rotation of encryption keys (J11)', () => {
  test('a rotation of encryption keys publishes the new key at once in place of the old one, which decrypts for another day (J11)', async () => {
    const setup = await encryptingWorld()
    const { world } = setup
    const [old] = await kidsOf(world)
    const before = await encryptFor(world, await setup.sign())
    const unnamed = await encryptFor(world, await setup.sign(), { kid: undefined })
    await world.provider.rotateEncryptionKeys()
    const kids = await kidsOf(world)
    expect(kids).toHaveLength(1)
    expect(kids).not.toContain(old)
    expect(await isAccepted(setup, before, world)).toBe(true)
    expect(await isAccepted(setup, unnamed, world)).toBe(true)
    expect(await isAccepted(setup, await encryptFor(world, await setup.sign()), world)).toBe(true)
    const late = (await setup.sign({ exp: world.clock.now() + 2 * day })) as string
    const byOld = await encryptFor(world, late)
    await world.provider.rotateEncryptionKeys()
    world.clock.advance(day - 1)
    expect(await isAccepted(setup, byOld, world)).toBe(true)
    world.clock.advance(2)
    expect(await isAccepted(setup, byOld, world)).toBe(false)
  })

  test('a rotation of encryption keys is followed by other processes within a second, and the purge deletes what no longer decrypts (J11)', async () => {
    const setup = await encryptingWorld()
    const other = beside(setup.world)
    await kidsOf(other)
    await setup.world.provider.rotateEncryptionKeys()
    setup.world.clock.advance(1)
    const named = await encryptFor(setup.world, await setup.sign())
    const unnamed = await encryptFor(setup.world, await setup.sign(), { kid: undefined })
    expect(await isAccepted(setup, named, other)).toBe(true)
    expect(await isAccepted(setup, unnamed, other)).toBe(true)
    expect(await keyRecords(setup.world.storage)).toHaveLength(2)
    await other.provider.purgeExpired()
    expect(await keyRecords(setup.world.storage)).toHaveLength(2)
    setup.world.clock.advance(day + 1)
    await other.provider.purgeExpired()
    expect(await keyRecords(setup.world.storage)).toHaveLength(1)
  })

  test('a rotation of encryption keys of two processes at once gives one new key of the next generation (J11)', async () => {
    const setup = await encryptingWorld({ storage: yieldingStorage(memoryStorage(), 11) })
    const other = beside(setup.world)
    await Promise.all([kidsOf(setup.world), kidsOf(other)])
    await Promise.all([setup.world.provider.rotateEncryptionKeys(), other.provider.rotateEncryptionKeys()])
    expect((await keyRecords(setup.world.storage)).map(({ generation }) => generation)).toEqual([1, 2])
    expect(await kidsOf(setup.world)).toEqual(await kidsOf(other))
  })

  test('a rotation of encryption keys with dropPrevious ends a leaked key at once, and touches no signing key (J11)', async () => {
    const setup = await encryptingWorld()
    const { world } = setup
    const leaked = await encryptFor(world, await setup.sign())
    const signing = async () =>
      (await world.storage.signingKeys.list()).filter(({ algorithm }) => algorithm === 'ES256').map(({ id }) => id)
    const before = await signing()
    await world.provider.rotateEncryptionKeys({ dropPrevious: true })
    expect(await isAccepted(setup, leaked, world)).toBe(false)
    expect(await keyRecords(world.storage)).toHaveLength(1)
    expect(await signing()).toEqual(before)
  })
})

describe('readiness (J11)', () => {
  test('a server that cannot open the stored encryption keys is not ready, says what to do, and makes no new ones (J11)', async () => {
    // The signing keys are elsewhere, so that they are not what fails.
    const signingKeys = externalSigningKeys(testSigner().options)
    const { world } = await encryptingWorld({ signingKeys })
    const other = { secret: 'another-secret-for-tests-with-enough-characters', signingKeys }
    expect((await world.provider.ready()).ok).toBe(true)
    await kidsOf(world)
    const before = await keyRecords(world.storage)
    // A look that found none must not keep the server from making them.
    expect(before).toHaveLength(1)
    expect((await world.provider.ready()).ok).toBe(true)
    const { ok, checks } = await beside(world, other).provider.ready()
    expect(ok).toBe(false)
    expect(checks.at(-1)).toMatchObject({ name: 'keys', ok: false })
    expect(checks.at(-1)?.problem).toContain('`secret` opens none of the ECDH-ES encryption keys')
    expect(await keyRecords(world.storage)).toEqual(before)
    expect((await beside(world, { ...other, secret: [other.secret, secret] }).provider.ready()).ok).toBe(true)
  })
})

describe('a changed secret (J11)', () => {
  test('a changed secret makes a new encryption key, and with the old secret beside the new one the old key still decrypts (J11)', async () => {
    const setup = await encryptingWorld()
    const [old] = await kidsOf(setup.world)
    const request = await encryptFor(setup.world, await setup.sign())
    const next = 'another-secret-for-tests-with-enough-characters'
    const both = beside(setup.world, { secret: [next, secret] })
    expect(await kidsOf(both)).toEqual([old])
    expect(await isAccepted(setup, request, both)).toBe(true)
    const alone = beside(setup.world, { secret: next })
    const [made] = await kidsOf(alone)
    expect(made).not.toBe(old)
    expect(alone.events).toContainEqual({ type: 'encryption_key.unsealable', keyId: old, algorithm: 'ECDH-ES' })
    expect(await isAccepted(setup, request, alone)).toBe(false)
  })
})

test('a server without a JWKS takes no encryptionAlgorithms (J11)', () => {
  expect(() => createWorld({ disableJwtPlugin: true, features: [jwtSecuredRequests(encryption)] })).toThrow(
    'jwtSecuredRequests: encryptionAlgorithms needs a JWKS',
  )
})
