import { StorageUnavailableError } from '@oauth/core'
import { memoryStorage } from '@oauth/core/memory'
import { describe, expect, test } from 'vitest'
import { publishedKids } from '../support/keys.ts'
import { wrapStorage } from '../support/storage.ts'
import { createQuickWorld } from '../support/tokens.ts'

const ready = {
  ok: true,
  checks: [
    { name: 'storage', ok: true },
    { name: 'schema', ok: true },
    { name: 'keys', ok: true },
  ],
}

/** A world in which every storage verb throws this error. */
const failing = (error: unknown) =>
  createQuickWorld({
    storage: wrapStorage(memoryStorage(), () => {
      throw error
    }),
  })

describe('readiness', () => {
  test('a server that works is ready, and its very first look makes the keys that the first request would (G42)', async () => {
    const world = createQuickWorld()
    expect(await world.provider.ready()).toEqual(ready)
    const kids = await publishedKids(world)
    expect(kids).toHaveLength(1)
    expect(await world.provider.ready()).toEqual(ready)
    expect(await publishedKids(world)).toEqual(kids)
    expect(await createQuickWorld({ disableJwtPlugin: true }).provider.ready()).toEqual(ready)
  })

  test('a storage that is away is not ready, and the answer never throws and tells nothing of the cause (G44)', async () => {
    const cause = new StorageUnavailableError('postgres://user:password@db.internal is away')
    const world = failing(cause)
    const { ok, checks } = await world.provider.ready()
    expect(ok).toBe(false)
    expect(checks.map((check) => [check.name, check.ok])).toEqual([
      ['storage', false],
      ['schema', false],
      ['keys', false],
    ])
    expect(JSON.stringify(checks)).not.toMatch(/password|internal/)
    expect(world.events).toEqual([{ type: 'request.failed', endpoint: 'readiness', cause }])
  })

  test.each([
    ['an error', new Error('no such table: x; password=secret')],
    ['no error at all', undefined],
    ['a rejection', Promise.reject(new Error('secret')).catch(() => 'secret')],
  ])('a storage that fails with %s is not ready, and the answer does not repeat it (G44)', async (_, thrown) => {
    const { ok, checks } = await failing(thrown).provider.ready()
    expect(ok).toBe(false)
    expect(checks[1]).toMatchObject({ name: 'schema', ok: false, problem: expect.stringContaining('request.failed') })
    expect(JSON.stringify(checks)).not.toContain('secret')
  })

  test('what the check of a storage says is the problem of the schema, and the keys are left alone (G42)', async () => {
    const storage = { ...memoryStorage(), check: async () => 'run migrate(db)' }
    const { provider } = createQuickWorld({ storage })
    expect(await provider.ready()).toEqual({
      ok: false,
      checks: [
        { name: 'storage', ok: true },
        { name: 'schema', ok: false, problem: 'run migrate(db)' },
        { name: 'keys', ok: false, problem: 'not checked, because of the problem before' },
      ],
    })
    expect(await storage.signingKeys.list()).toEqual([])
  })

  test('a storage without a check is asked for one client (G42)', async () => {
    const { check: _, ...storage } = memoryStorage()
    const calls: string[] = []
    const { provider } = createQuickWorld({
      storage: wrapStorage(storage, (name, _args, run) => {
        calls.push(name)
        return run()
      }),
    })
    expect(await provider.ready()).toEqual(ready)
    expect(calls[0]).toBe('clients.find')
  })

  test('a storage that says nothing is not ready within seconds, and many probes at once are one look every two seconds (G44)', async () => {
    let looks = 0
    const storage = {
      ...memoryStorage(),
      check: () => {
        looks += 1
        return new Promise<undefined>(() => undefined)
      },
    }
    const { provider } = createQuickWorld({ storage })
    const answers = await Promise.all(Array.from({ length: 20 }, () => provider.ready()))
    expect(answers.map(({ ok }) => ok)).toEqual(Array.from({ length: 20 }, () => false))
    expect(answers[0]?.checks[0]).toMatchObject({ name: 'storage', ok: false })
    // A look that does not end may have been lost with its request: see `http/shared-work.ts`.
    expect(looks).toBeGreaterThan(0)
    expect(looks).toBeLessThanOrEqual(3)
  }, 20_000)

  test('a secret that opens none of the keys is not ready, and no look makes new keys (G42)', async () => {
    const storage = memoryStorage()
    await createQuickWorld({ storage }).provider.ready()
    const world = createQuickWorld({ storage, secret: 'another-secret-with-enough-characters-in-it' })
    for (let probe = 0; probe < 3; probe++) {
      const { ok, checks } = await world.provider.ready()
      expect(ok).toBe(false)
      expect(checks[2]).toMatchObject({
        name: 'keys',
        ok: false,
        problem: expect.stringContaining('secret: [new, old]'),
      })
    }
    expect(await storage.signingKeys.list()).toHaveLength(1)
    expect(world.events).toEqual([expect.objectContaining({ type: 'signing_key.unsealable' })])
    await world.provider.rotateSigningKeys({ dropPrevious: true })
    expect(await world.provider.ready()).toEqual(ready)
  })

  test('a clock that was set back is a warning: the server signs with what verifiers know (G42)', async () => {
    const world = createQuickWorld()
    await world.provider.ready()
    world.clock.advance(-86_400)
    const { ok, checks } = await world.provider.ready()
    expect(ok).toBe(true)
    expect(checks[2]).toMatchObject({ name: 'keys', ok: true, problem: expect.stringContaining('86400 s behind') })
    expect(await world.storage.signingKeys.list()).toHaveLength(1)
  })
})
