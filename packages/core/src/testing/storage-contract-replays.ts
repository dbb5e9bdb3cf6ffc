import { equal, fifty, tally } from './storage-assertions.ts'
import type { FeatureCases } from './storage-cases.ts'
import { lookalikes, now } from './storage-fixtures.ts'

export const replayCases: FeatureCases<'replays'> = {
  'replays.claim is won once for each id': async ({ replays }) => {
    for (const id of lookalikes) equal(await replays.claim({ id, expiresAt: now }), 'won', `the first claim of "${id}"`)
    for (const id of lookalikes) equal(await replays.claim({ id, expiresAt: now + 9 }), 'replayed', `"${id}" again`)
  },

  'replays.claim is won by one of fifty': async ({ replays }) => {
    const outcomes = await fifty((caller) => replays.claim({ id: 'once', expiresAt: now + caller }))
    equal(tally(outcomes), { won: 1, replayed: 49 }, 'outcomes of fifty replays.claim')
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
