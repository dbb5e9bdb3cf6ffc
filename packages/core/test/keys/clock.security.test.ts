import { memoryStorage } from '@oauth/core/memory'
import { decodeProtectedHeader } from 'jose'
import { describe, expect, test, vi } from 'vitest'
import { isActive, postAs, registerConfidential } from '../support/client.ts'
import { publishedKids } from '../support/keys.ts'
import { api, createQuickWorld } from '../support/tokens.ts'
import type { World, WorldOptions } from '../support/world.ts'

const year = 365 * 86_400

/** A world with a client, and a way to get a JWT and the name of the key that signed it. */
async function start(options: WorldOptions = {}) {
  const world = createQuickWorld(options)
  const client = await registerConfidential(world)
  const token = async (): Promise<string> => {
    const { body } = await postAs(world, client, '/oauth2/token', { grant_type: 'client_credentials', resource: api })
    return body.access_token
  }
  const kid = async (): Promise<string> => String(decodeProtectedHeader(await token()).kid)
  return { world, token, kid }
}

const keysOf = async ({ storage }: World) => (await storage.signingKeys.list()).map(({ id }) => id)
const setBack = ({ events }: World) => events.filter(({ type }) => type === 'clock.set_back')

describe('a clock that was set back (E10)', () => {
  test('a clock that is set back makes no new key: the key that verifiers know signs on, and one event says so (E10)', async () => {
    const { world, token, kid } = await start()
    const before = await kid()
    const published = await publishedKids(world)
    for (const seconds of [3600, 86_400, year]) {
      world.clock.advance(-seconds)
      expect(await kid()).toBe(before)
    }
    expect(await isActive(world, await token())).toBe(true)
    // A process that starts now signs with the same key.
    const second = await start({ storage: world.storage, clock: world.clock })
    expect(await second.kid()).toBe(before)
    expect(await keysOf(world)).toEqual([before])
    expect(await publishedKids(world)).toEqual(published)
    // With a clock that was set back, the server reads its keys in the background, which takes time with a database.
    await vi.waitFor(() => {
      expect(setBack(world)).toHaveLength(1)
      expect(setBack(second.world)).toEqual([
        expect.objectContaining({
          behindSeconds: year + 86_400 + 3600,
          problem: expect.stringContaining('set it right'),
        }),
      ])
    }, 10_000)
    // The clock is corrected and set back again, which causes a second event.
    world.clock.advance(year + 86_400 + 3600)
    expect(await kid()).toBe(before)
    world.clock.advance(120)
    expect(await kid()).toBe(before)
    await publishedKids(world)
    world.clock.advance(-year)
    expect(await kid()).toBe(before)
    // The server refreshes its cache in the background, which takes time with a database.
    await vi.waitFor(async () => {
      await publishedKids(world)
      expect(setBack(world)).toHaveLength(2)
    }, 10_000)
  })

  test('after a rotation the key signs that was active when the new one was published, not the new one (E10)', async () => {
    const { world, kid } = await start()
    const first = await kid()
    await world.provider.rotateSigningKeys()
    const [, second] = await keysOf(world)
    world.clock.advance(-year)
    const late = await start({ storage: world.storage, clock: world.clock })
    expect(await late.kid()).toBe(first)
    world.clock.advance(year + 421)
    expect(await kid()).toBe(second)
    await world.provider.rotateSigningKeys()
    world.clock.advance(-year)
    expect(await kid()).toBe(second)
    // A key that is rotated in while the clock is wrong signs at its activation time by that clock.
    await world.provider.rotateSigningKeys()
    expect(await kid()).toBe(second)
    world.clock.advance(421)
    expect(await kid()).toBe((await keysOf(world)).at(-1))
    expect(await keysOf(world)).toHaveLength(4)
  })

  test('a key that a process with a clock ahead has made signs in all processes, and is not doubled (E10)', async () => {
    const storage = memoryStorage()
    const ahead = await start({ storage })
    ahead.world.clock.advance(year)
    const made = await ahead.kid()
    const right = await start({ storage })
    expect(await right.kid()).toBe(made)
    expect(await keysOf(right.world)).toEqual([made])
    expect(setBack(right.world)).toHaveLength(1)
    expect(setBack(ahead.world)).toHaveLength(0)
  })

  test('seconds of difference between the clocks of two processes are nothing to speak of (E10)', async () => {
    const storage = memoryStorage()
    const ahead = await start({ storage })
    ahead.world.clock.advance(20)
    const made = await ahead.kid()
    const behind = await start({ storage })
    expect(await behind.kid()).toBe(made)
    expect(await keysOf(behind.world)).toEqual([made])
    expect(setBack(behind.world)).toEqual([])
  })

  test('what a process has cached is not good for longer because its clock was set back (E10)', async () => {
    const { world, kid } = await start()
    await kid()
    const other = createQuickWorld({ storage: world.storage })
    world.clock.advance(-year)
    // Another process rotates the keys and disables a client.
    await other.provider.rotateSigningKeys({ dropPrevious: true })
    const [record] = await world.storage.clients.list({ limit: 1 })
    if (record) await world.storage.clients.replace({ ...record, disabled: true, version: 2 }, record.version)
    await vi.waitFor(async () => expect(await publishedKids(world)).toEqual(await keysOf(world)), 10_000)
    const refused = await world.provider.fetch(
      new Request(`${world.issuer}/oauth2/token`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: `grant_type=client_credentials&client_id=${record?.id}&client_secret=x`,
      }),
    )
    expect(refused.status).toBe(401)
  })
})
