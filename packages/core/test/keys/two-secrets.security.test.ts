import { memoryStorage } from '@oauth/core/memory'
import { decodeProtectedHeader } from 'jose'
import { describe, expect, test } from 'vitest'
import { isActive, postAs, registerConfidential } from '../support/client.ts'
import { publishedKids } from '../support/keys.ts'
import { api, createQuickWorld } from '../support/tokens.ts'
import type { World, WorldOptions } from '../support/world.ts'

const otherSecret = 'another-secret-with-enough-characters-in-it'

async function start(options: WorldOptions) {
  const world = createQuickWorld(options)
  const client = await registerConfidential(world)
  const token = async (): Promise<string> => {
    const { body } = await postAs(world, client, '/oauth2/token', { grant_type: 'client_credentials', resource: api })
    return body.access_token
  }
  const kid = async (): Promise<string> => String(decodeProtectedHeader(await token()).kid)
  return { world, token, kid }
}

const changed = ({ events }: World) => events.filter(({ type }) => type === 'signing_key.secret_changed')

describe('a changed secret (E11)', () => {
  test('a secret that opens none of the keys is an event which names the option, and never silent (E11)', async () => {
    const storage = memoryStorage()
    const before = await start({ storage })
    const first = await before.kid()
    const after = await start({ storage, secret: otherSecret })
    expect(await after.kid()).not.toBe(first)
    expect(changed(after.world)).toEqual([
      {
        type: 'signing_key.secret_changed',
        algorithm: 'ES256',
        problem:
          '`secret` opens none of the ES256 signing keys in the storage: add the secret that sealed them, as secret: [new, old]; if that one is lost or has leaked, call provider.rotateSigningKeys({ dropPrevious: true }) once',
      },
    ])
    expect(JSON.stringify(after.world.events)).not.toContain(otherSecret)
    expect(changed(before.world)).toEqual([])
    // The creation of the first keys causes no event about a change.
    const empty = await start({ storage: memoryStorage() })
    await empty.kid()
    expect(changed(empty.world)).toEqual([])
  })

  test('keys that nobody needs any more are not spoken of, whoever sealed them (E11)', async () => {
    const storage = memoryStorage()
    const before = await start({ storage, secret: [otherSecret, 'a-secret-for-tests-with-enough-characters'] })
    await before.kid()
    await before.world.provider.rotateSigningKeys()
    before.world.clock.advance(500 + 36_000)
    const [old, current] = await storage.signingKeys.list()
    await storage.signingKeys.delete(old?.id ?? '')
    if (old) await storage.signingKeys.insert({ ...old, sealedPrivateKey: 'sealed with what is gone' })
    const after = await start({ storage, clock: before.world.clock, secret: otherSecret })
    expect(await after.kid()).toBe(current?.id)
    expect(after.world.events.filter(({ type }) => type.startsWith('signing_key'))).toEqual([])
    expect(await publishedKids(after.world)).toEqual([current?.id])
  })
})

describe('two processes with different secrets (E12)', () => {
  test('each process keeps its own key and leaves that of the other one, for years of purges (E12)', async () => {
    const storage = memoryStorage()
    const one = await start({ storage })
    const other = await start({ storage, secret: otherSecret, clock: one.world.clock })
    const kids = [await one.kid(), await other.kid()]
    expect(new Set(kids).size).toBe(2)
    for (let week = 0; week < 104; week++) {
      one.world.clock.advance(7 * 86_400)
      await one.world.provider.purgeExpired()
      await other.world.provider.purgeExpired()
      expect([await one.kid(), await other.kid()]).toEqual(kids)
    }
    expect(await storage.signingKeys.list()).toHaveLength(2)
    // Each process publishes its own key and verifies tokens that the other process signed.
    expect(await publishedKids(one.world)).toContain(kids[0])
    expect(await publishedKids(other.world)).toContain(kids[1])
    expect(await isActive(one.world, await other.token())).toBe(true)
    expect(await isActive(other.world, await one.token())).toBe(true)
    expect([changed(one.world).length, changed(other.world).length]).toEqual([0, 1])

    // To end this state, one process rotates its keys and drops all others, those of the other process included.
    await one.world.provider.rotateSigningKeys({ dropPrevious: true })
    expect(await storage.signingKeys.list()).toHaveLength(1)
  })
})
