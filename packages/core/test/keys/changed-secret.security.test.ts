import { memoryStorage } from '@oauth/core/memory'
import { decodeProtectedHeader } from 'jose'
import { describe, expect, test } from 'vitest'
import { getTokens, isActive, registerConfidential, userinfo } from '../support/client.ts'
import { publishedKids } from '../support/keys.ts'
import { api, createQuickWorld } from '../support/tokens.ts'
import { secret, type World } from '../support/world.ts'

const newSecret = 'another-secret-with-enough-characters-in-it'

function unsealable(world: World): readonly unknown[] {
  return world.events.filter(({ type }) => type === 'signing_key.unsealable')
}

function kidOf(jwt: string): string {
  return String(decodeProtectedHeader(jwt).kid)
}

describe('a changed secret (E08)', () => {
  test('a key that cannot be unsealed is skipped with an event, its tokens verify, and nothing is a 500 (E08)', async () => {
    const storage = memoryStorage()
    const before = createQuickWorld({ storage })
    const client = await registerConfidential(before)
    const old = await getTokens(before, client, {}, { resource: api })

    const after = createQuickWorld({ storage, secret: newSecret })
    expect(await isActive(after, old.access_token)).toBe(true)
    expect((await userinfo(after, old.access_token)).status).toBe(200)
    expect(unsealable(after)).toEqual([
      { type: 'signing_key.unsealable', keyId: kidOf(old.access_token), algorithm: 'ES256' },
    ])

    const fresh = await getTokens(after, client, {}, { resource: api })
    expect(kidOf(fresh.access_token)).not.toBe(kidOf(old.access_token))
    expect(await isActive(after, fresh.access_token)).toBe(true)
    expect(await publishedKids(after)).toEqual([kidOf(old.access_token), kidOf(fresh.access_token)].sort())
    expect(unsealable(after).length).toBe(1)
    expect(after.events.filter(({ type }) => type === 'request.failed')).toEqual([])
  })

  test('the old process verifies what the one with the new secret signs (E08)', async () => {
    const storage = memoryStorage()
    const before = createQuickWorld({ storage })
    const client = await registerConfidential(before)
    await getTokens(before, client, {}, { resource: api })
    const after = createQuickWorld({ storage, secret: newSecret })
    const fresh = await getTokens(after, client, {}, { resource: api })
    before.clock.advance(1)
    expect(await isActive(before, fresh.access_token)).toBe(true)
    // The old process cannot open the new key. It still signs with its own key, which is still published.
    const tokens = await getTokens(before, client, {}, { resource: api })
    expect(await publishedKids(after)).toContain(kidOf(tokens.access_token))
  })

  test('a list of secrets unseals the old keys, without a new one and without an event (E08)', async () => {
    const storage = memoryStorage()
    const before = createQuickWorld({ storage })
    const client = await registerConfidential(before)
    const old = await getTokens(before, client, {}, { resource: api })
    const after = createQuickWorld({ storage, secret: [newSecret, secret] })
    const fresh = await getTokens(after, client, {}, { resource: api })
    expect(kidOf(fresh.access_token)).toBe(kidOf(old.access_token))
    expect(unsealable(after)).toEqual([])
    expect((await storage.signingKeys.list()).length).toBe(1)

    // New keys are sealed with the first secret of the list, so the host may remove the old secret after a rotation.
    await after.provider.rotateSigningKeys({ activateAfter: 0 })
    const last = createQuickWorld({ storage, secret: newSecret })
    const tokens = await getTokens(last, client, {}, { resource: api })
    expect((await storage.signingKeys.list()).length).toBe(2)
    expect(kidOf(tokens.access_token)).toBe((await storage.signingKeys.list()).at(-1)?.id)
  })

  test.each(['', 'AAAA', '!', 'A'.repeat(60)])(
    'a sealed key that was overwritten with %j is skipped (E08)',
    async (sealed) => {
      const storage = memoryStorage()
      await publishedKids(createQuickWorld({ storage }))
      const [key] = await storage.signingKeys.list()
      await storage.signingKeys.delete(key?.id ?? '')
      if (key) await storage.signingKeys.insert({ ...key, sealedPrivateKey: sealed })
      const world = createQuickWorld({ storage })
      const client = await registerConfidential(world)
      const tokens = await getTokens(world, client, {}, { resource: api })
      expect(await isActive(world, tokens.access_token)).toBe(true)
      expect(unsealable(world).length).toBe(1)
    },
  )
})
