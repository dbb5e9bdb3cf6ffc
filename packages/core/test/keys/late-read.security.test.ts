import { generateKeyPairSync } from 'node:crypto'
import { externalSigningKeys } from '@oauth/core/external-signing-keys'
import { jwtSecuredRequests } from '@oauth/core/features/jwt-secured-requests'
import { memoryStorage } from '@oauth/core/memory'
import { describe, expect, test } from 'vitest'
import { serverEncryptionKeys } from '../support/encryption.ts'
import { testSigner } from '../support/external-signer.ts'
import { fetchJwks } from '../support/keys.ts'
import { wrapStorage } from '../support/storage.ts'
import { createQuickWorld } from '../support/tokens.ts'
import type { World, WorldOptions } from '../support/world.ts'

const kids = async (world: World) => (await fetchJwks(world)).keys.map(({ kid }) => kid)

/** Who reads the keys. */
const ways: readonly (readonly [string, (world: World) => Promise<unknown>])[] = [
  ['a request for the JWKS', (world) => fetchJwks(world)],
  ['the readiness check', (world) => world.provider.ready()],
]

/** A server of which a test can hold a read of the keys. */
function holdingWorld(options: WorldOptions = {}) {
  let gate: { readonly found: () => void; readonly open: Promise<void> } | undefined
  let beforeInsert = async (): Promise<void> => undefined
  const shared = memoryStorage()
  const storage = wrapStorage(shared, async (name, _args, run) => {
    if (name === 'signingKeys.insert') await beforeInsert()
    const own = name === 'signingKeys.list' ? gate : undefined
    if (own !== undefined) gate = undefined
    const found = await run()
    own?.found()
    await own?.open
    return found
  })
  const world = createQuickWorld({ storage, ...options })

  /**
   * Begins to read, and returns when the storage has found the keys that are stored now. The read ends with the function that
   * it returns.
   */
  async function holdRead(begin: (world: World) => Promise<unknown>): Promise<() => Promise<unknown>> {
    let open = (): void => undefined
    let reading: Promise<unknown> = Promise.resolve()
    await new Promise<void>((found) => {
      const opened = new Promise<void>((resolve) => {
        open = resolve
      })
      gate = { found, open: opened }
      reading = begin(world)
    })
    return () => {
      open()
      return reading
    }
  }

  return {
    world,
    beside: () => createQuickWorld({ beside: world, storage: shared, ...options }),
    holdRead,
    /** Holds a read that begins when the next key is stored, and returns the function that ends it. */
    holdReadAtInsert(begin: (world: World) => Promise<unknown>, after = 0): () => Promise<unknown> {
      let end: (() => Promise<unknown>) | undefined
      beforeInsert = async () => {
        beforeInsert = async () => undefined
        world.clock.advance(after)
        end = await holdRead(begin)
      }
      return async () => end?.()
    },
    stored: async () => (await shared.signingKeys.list()).map(({ id }) => id),
  }
}

/** A server of which all reads of keys are for encryption keys: its signing keys are elsewhere. */
function encryptingWorld() {
  const signingKeys = externalSigningKeys(testSigner().options)
  return holdingWorld({ signingKeys, features: [jwtSecuredRequests({ encryptionAlgorithms: ['ECDH-ES'] })] })
}

const encryptionKids = async (world: World) => (await serverEncryptionKeys(world)).map(({ kid }) => kid)

describe('a read of the encryption keys that ends late', () => {
  test('does not bring back a leaked key that a later read no longer found (J11)', async () => {
    const { world, beside, holdRead } = encryptingWorld()
    const leaked = await encryptionKids(world)
    world.clock.advance(1800)
    const end = await holdRead(encryptionKids)
    await beside().provider.rotateEncryptionKeys({ dropPrevious: true })
    // This request waits for the slow read, and then reads anew.
    const later = await encryptionKids(world)
    expect(later).not.toEqual(leaked)
    await end()
    expect(await encryptionKids(world)).toEqual(later)
  })

  test.each(ways)(
    'does not bring back a leaked key that this process dropped while %s read the keys (J11)',
    async (_, begin) => {
      const { world, holdReadAtInsert } = encryptingWorld()
      const leaked = await encryptionKids(world)
      const end = holdReadAtInsert(begin, 1800)
      await world.provider.rotateEncryptionKeys({ dropPrevious: true })
      await end()
      expect(await encryptionKids(world)).not.toEqual(leaked)
    },
  )
})

describe('a read of the signing keys that ends late', () => {
  test.each(ways)(
    'does not bring back a leaked key that this process dropped while %s read the keys (E08)',
    async (_, begin) => {
      const { world, holdReadAtInsert, stored } = holdingWorld()
      const [leaked] = await kids(world)
      // The JWKS has the known keys while they are read again.
      const end = holdReadAtInsert(begin, 70)
      const dropping = world.provider.rotateSigningKeys({ dropPrevious: true })
      await expect.poll(async () => (await stored()).includes(leaked as string)).toBe(false)
      await Promise.all([end(), dropping])
      expect(await kids(world)).not.toContain(leaked)
    },
  )

  test('does not hide the keys that were imported meanwhile', async () => {
    const { world, holdReadAtInsert, stored } = holdingWorld()
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const end = holdReadAtInsert(() => world.provider.listSigningKeys())
    const importing = world.provider.importSigningKeys([
      { ...privateKey.export({ format: 'jwk' }), alg: 'ES256', kid: 'imported' },
    ])
    await expect.poll(stored).toEqual(['imported'])
    await Promise.all([end(), importing])
    expect(await kids(world)).toEqual(['imported'])
  })
})
