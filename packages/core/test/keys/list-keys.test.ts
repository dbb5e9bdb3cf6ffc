import { describe, expect, test } from 'vitest'
import { createExternalWorld, testSigner } from '../support/external-signer.ts'
import { createQuickWorld } from '../support/tokens.ts'
import { createWorld } from '../support/world.ts'

/** The longest default lifetime of a signed token, which is that of ID tokens. */
const longest = 36_000

describe('listSigningKeys', () => {
  test('the list of a server that has signed nothing is empty, and listing makes no keys', async () => {
    const world = createWorld()
    expect(await world.provider.listSigningKeys()).toEqual([])
    expect(await world.storage.signingKeys.list()).toEqual([])
  })

  test('after a rotation the old key is active and the new one is next; later the old one is retired, then needed no more', async () => {
    const { provider, clock } = createQuickWorld()
    await provider.ready()
    const before = await provider.listSigningKeys()
    expect(before.length).toBeGreaterThan(0)
    for (const key of before) {
      expect(key).toMatchObject({ state: 'active', place: 'storage', usable: true, createdAt: clock.now() })
      expect(key).not.toHaveProperty('neededUntil')
    }
    await provider.rotateSigningKeys({ activateAfter: 600 })
    const activation = clock.now() + 600
    const of = async () =>
      (await provider.listSigningKeys()).filter(({ algorithm }) => algorithm === before[0]?.algorithm)
    expect((await of()).map(({ state, activatesAt }) => [state, activatesAt])).toEqual([
      ['active', clock.now()],
      ['next', activation],
    ])
    clock.advance(600)
    expect((await of()).map(({ state, neededUntil }) => [state, neededUntil])).toEqual([
      ['retired', activation + longest],
      ['active', undefined],
    ])
    clock.advance(longest)
    await provider.purgeExpired()
    expect((await of()).map(({ state }) => state)).toEqual(['active'])
  })

  test('the list has no key, neither a private nor a sealed one', async () => {
    const { provider, storage } = createQuickWorld()
    await provider.ready()
    const text = JSON.stringify(await provider.listSigningKeys())
    for (const { sealedPrivateKey } of await storage.signingKeys.list()) expect(text).not.toContain(sealedPrivateKey)
    expect(text).not.toMatch(/"(?:d|x|n|k|sealedPrivateKey|publicKey)":/)
  })

  test('keys outside the process are listed with their state', async () => {
    const signer = testSigner(['ES256'])
    const { provider } = createExternalWorld(signer)
    expect(await provider.listSigningKeys()).toMatchObject([
      { id: 'es256-1', algorithm: 'ES256', state: 'active', place: 'outside', usable: true },
    ])
  })
})
