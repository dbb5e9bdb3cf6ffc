import { equal, fifty, tally } from './storage-assertions.ts'
import type { FeatureCases } from './storage-cases.ts'
import { longIds, lookalikes, now } from './storage-fixtures.ts'

export const replayCases: FeatureCases<'replays'> = {
  'replays.claim is won once for each id': async ({ replays }) => {
    for (const id of lookalikes) equal(await replays.claim({ id, expiresAt: now }), 'won', `the first claim of "${id}"`)
    for (const id of lookalikes) equal(await replays.claim({ id, expiresAt: now + 9 }), 'replayed', `"${id}" again`)
  },

  'replays.claim is won by one of fifty': async ({ replays }) => {
    const outcomes = await fifty((caller) => replays.claim({ id: 'once', expiresAt: now + caller }))
    equal(tally(outcomes), { won: 1, replayed: 49 }, 'outcomes of fifty replays.claim')
  },

  'replays.claim keeps ids of 255 characters apart': async ({ replays }) => {
    for (const id of longIds) equal(await replays.claim({ id, expiresAt: now }), 'won', 'the first claim')
    for (const id of longIds) equal(await replays.claim({ id, expiresAt: now }), 'replayed', 'the second claim')
  },

  'replays.claim against purgeExpired is won by one at most, and stands': async (storage) => {
    await storage.replays.claim({ id: 'once', expiresAt: now - 1 })
    const outcomes = await fifty(async (caller) => {
      if (caller % 5 === 0) return `purged ${(await storage.purgeExpired({ now, limit: 10 })) <= 1}`
      return storage.replays.claim({ id: 'once', expiresAt: now + 100 })
    })
    const { won = 0, replayed = 0, 'purged true': purged } = tally(outcomes)
    equal([won <= 1, won + replayed, purged], [true, 40, 10], `of 40 claims ${won} were won`)
    const last = await storage.replays.claim({ id: 'once', expiresAt: now + 100 })
    if (won === 1) equal(last, 'replayed', 'a claim after the one that was won')
    equal(await storage.replays.claim({ id: 'once', expiresAt: now + 100 }), 'replayed', 'the last claim')
  },

  'replays are purged when they have expired, and not before': async (storage) => {
    await storage.replays.claim({ id: 'past', expiresAt: now - 1 })
    await storage.replays.claim({ id: 'present', expiresAt: now })
    equal(await storage.replays.claim({ id: 'past', expiresAt: now + 5 }), 'replayed', 'an expired claim that is there')
    equal(await storage.purgeExpired({ now, limit: 0 }), 0, 'a limit of none')
    equal(await storage.purgeExpired({ now, limit: 10 }), 1, 'storage.purgeExpired')
    equal(await storage.replays.claim({ id: 'present', expiresAt: now }), 'replayed', 'what expires now')
    equal(await storage.replays.claim({ id: 'past', expiresAt: now + 5 }), 'won', 'what was purged')
  },
}
