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

const kidsOf = async (world: World) => (await serverEncryptionKeys(world)).map(({ kid }) => kid)

/** A server whose next read of the keys can be held: it has found what is stored, and ends when the test says. */
function holdingWorld(options: WorldOptions = {}) {
  let waitFor: Promise<void> | undefined
  let beforeInsert = async (): Promise<void> => undefined
  const shared = memoryStorage()
  const storage = wrapStorage(shared, async (name, _args, run) => {
    if (name === 'signingKeys.insert') await beforeInsert()
    const gate = name === 'signingKeys.list' ? waitFor : undefined
    if (gate !== undefined) waitFor = undefined
    const found = await run()
    await gate
    return found
  })
  const world = createQuickWorld({ storage, ...options })
  return {
    world,
    beside: () => createQuickWorld({ beside: world, storage: shared, ...options }),
    /** Holds the next read, and returns the function that ends it. */
    holdNextRead(): () => void {
      let end = (): void => undefined
      waitFor = new Promise((resolve) => {
        end = resolve
      })
      return () => end()
    },
    beforeInserting: (act: () => Promise<void>) => {
      beforeInsert = act
    },
  }
}

/** A server of which all reads of keys are for encryption keys: its signing keys are elsewhere. */
function encryptingWorld() {
  const signingKeys = externalSigningKeys(testSigner().options)
  return holdingWorld({ signingKeys, features: [jwtSecuredRequests({ encryptionAlgorithms: ['ECDH-ES'] })] })
}

describe('a read of the encryption keys that ends late', () => {
  test('does not bring back a leaked key that a later read no longer found (J11)', async () => {
    const { world, beside, holdNextRead } = encryptingWorld()
    const leaked = await kidsOf(world)
    world.clock.advance(1800)
    const endSlowRead = holdNextRead()
    const slow = kidsOf(world)
    await new Promise((resolve) => setImmediate(resolve))
    await beside().provider.rotateEncryptionKeys({ dropPrevious: true })
    // This request waits for the slow read, and then reads anew.
    const later = await kidsOf(world)
    expect(later).not.toEqual(leaked)
    endSlowRead()
    await slow
    expect(await kidsOf(world)).toEqual(later)
  })

  test('does not bring back a leaked key that this process dropped while it was read (J11)', async () => {
    const { world, holdNextRead, beforeInserting } = encryptingWorld()
    const leaked = await kidsOf(world)
    let endSlowRead = (): void => undefined
    let slow: Promise<unknown> = Promise.resolve()
    beforeInserting(async () => {
      world.clock.advance(1800)
      endSlowRead = holdNextRead()
      slow = kidsOf(world)
      await new Promise((resolve) => setImmediate(resolve))
    })
    await world.provider.rotateEncryptionKeys({ dropPrevious: true })
    endSlowRead()
    await slow
    expect(await kidsOf(world)).not.toEqual(leaked)
  })
})

test('a read of the signing keys does not bring back a leaked key that this process dropped while it was read (E08)', async () => {
  const { world, holdNextRead, beforeInserting } = holdingWorld()
  const kids = async () => (await fetchJwks(world)).keys.map(({ kid }) => kid)
  const [leaked] = await kids()
  let endSlowRead = (): void => undefined
  beforeInserting(async () => {
    // The known keys are used while they are read again.
    world.clock.advance(70)
    endSlowRead = holdNextRead()
    await kids()
    await new Promise((resolve) => setImmediate(resolve))
  })
  const dropping = world.provider.rotateSigningKeys({ dropPrevious: true })
  await expect.poll(async () => (await world.storage.signingKeys.list()).some(({ id }) => id === leaked)).toBe(false)
  endSlowRead()
  await dropping
  await new Promise((resolve) => setImmediate(resolve))
  expect(await kids()).not.toContain(leaked)
})
