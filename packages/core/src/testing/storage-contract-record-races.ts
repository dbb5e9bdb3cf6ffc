import { equal, fifty, sum, tally } from './storage-assertions.ts'
import type { ContractCases } from './storage-cases.ts'
import { grantRecord, now, recordEntry } from './storage-fixtures.ts'

const key = { kind: 'kind', id: 'record' }

/** Cases of the record store with fifty concurrent callers. */
export const recordRaceCases: ContractCases = {
  'records.insert of one id is won by exactly one of fifty concurrent callers': async ({ records }) => {
    const outcomes = await fifty((caller) => records.insert(recordEntry({ userId: `user-${caller}` })))
    equal(tally(outcomes), { won: 1, exists: 49 }, 'outcomes of fifty records.insert')
    const winner = recordEntry({ userId: `user-${outcomes.indexOf('won')}` })
    equal(await records.find(key), winner, 'the record is that of the winner of records.insert')
  },

  'records.replace of one version is won by exactly one of fifty concurrent callers': async ({ records }) => {
    await records.insert(recordEntry())
    const outcomes = await fifty((caller) => records.replace(recordEntry({ userId: `user-${caller}`, version: 2 }), 1))
    equal(tally(outcomes), { won: 1, conflict: 49 }, 'outcomes of fifty records.replace')
    const winner = recordEntry({ userId: `user-${outcomes.indexOf('won')}`, version: 2 })
    equal(await records.find(key), winner, 'the record is that of the winner of records.replace')
  },

  'records.replace by fifty concurrent callers who read the record again after a conflict loses no change': async ({
    records,
  }) => {
    await records.insert(recordEntry({ value: { list: [] } }))
    await fifty(async (caller) => {
      for (;;) {
        const found = await records.find(key)
        if (found === undefined) return
        const { list } = found.value as { readonly list: readonly number[] }
        const next = { ...found, value: { list: [...list, caller] }, version: found.version + 1 }
        if ((await records.replace(next, found.version)) === 'won') return
      }
    })
    const found = await records.find(key)
    const { list } = (found?.value ?? { list: [] }) as { readonly list: readonly number[] }
    equal([list.length, new Set(list).size, found?.version], [50, 50, 51], 'the changes after records.replace')
  },

  'records.take of one record is won by exactly one of fifty concurrent callers': async ({ records }) => {
    await records.insert(recordEntry())
    await records.insert(recordEntry({ id: 'other' }))
    const outcomes = await fifty((caller) => records.take(caller % 2 === 0 ? key : { ...key, version: 1 }))
    equal(tally(outcomes), { true: 1, false: 49 }, 'outcomes of fifty records.take')
    equal(await records.find(key), undefined, 'the record after records.take')
    equal(await records.find({ ...key, id: 'other' }), recordEntry({ id: 'other' }), 'another record')
  },

  'records.take of a version, concurrent with records.replace of that version, has exactly one winner': async ({
    records,
  }) => {
    for (let row = 0; row < 25; row += 1) await records.insert(recordEntry({ id: `r${row}` }))
    const outcomes = await fifty(async (caller) => {
      const id = `r${caller >> 1}`
      if ((caller + (caller >> 1)) % 2 === 0) return (await records.take({ ...key, id, version: 1 })) ? 'taken' : 'late'
      return records.replace(recordEntry({ id, version: 2 }), 1)
    })
    for (let row = 0; row < 25; row += 1) {
      const both = [outcomes[row * 2], outcomes[row * 2 + 1]]
      const winners = both.filter((outcome) => outcome === 'taken' || outcome === 'won')
      equal(winners.length, 1, 'the winners of records.take and records.replace of one version')
      const left = (await records.find({ ...key, id: `r${row}` }))?.version
      equal(left, winners[0] === 'won' ? 2 : undefined, 'the record after records.take and records.replace')
    }
  },

  'records.take concurrent with records.insert leaves at most one record, and each record is taken once': async ({
    records,
  }) => {
    const outcomes = await fifty(async (caller) => {
      if (caller % 2 === 0) return (await records.insert(recordEntry())) === 'won' ? 1 : 0
      return (await records.take(key)) ? -1 : 0
    })
    const left = (await records.find(key)) === undefined ? 0 : 1
    equal(sum(outcomes), left, 'what won records.insert less what won records.take')
  },

  'grants.commit that takes a version, concurrent with records.replace of that version, has exactly one winner': async (
    storage,
  ) => {
    const { records, grants } = storage
    for (let row = 0; row < 25; row += 1) await records.insert(recordEntry({ id: `r${row}` }))
    const outcomes = await fifty(async (caller) => {
      const id = `r${caller >> 1}`
      if ((caller + (caller >> 1)) % 2 !== 0)
        return (await records.replace(recordEntry({ id, version: 2 }), 1)) === 'won'
      return (await grants.commit({ take: [{ ...key, id, version: 1 }], grant: grantRecord({ id }) })) === 'won'
    })
    for (let row = 0; row < 25; row += 1) {
      const winners = [outcomes[row * 2], outcomes[row * 2 + 1]].filter((won) => won)
      equal(winners.length, 1, 'the winners of grants.commit and records.replace of one version')
      const committed = (await grants.find(`r${row}`)) !== undefined
      const left = await records.find({ ...key, id: `r${row}` })
      equal(left?.version, committed ? undefined : 2, 'the record after grants.commit and records.replace')
    }
  },

  'records.insert concurrent with purgeExpired is won by at most one caller, whose record stays': async (storage) => {
    const { records } = storage
    await records.insert(recordEntry({ expiresAt: now - 1 }))
    const outcomes = await fifty(async (caller) => {
      if (caller % 5 === 0) return `purged ${(await storage.purgeExpired({ now, limit: 10 })) <= 1}`
      return records.insert(recordEntry())
    })
    const { won = 0, exists = 0, 'purged true': purged } = tally(outcomes)
    equal([won <= 1, won + exists, purged], [true, 40, 10], `of 40 records.insert ${won} were won`)
    const last = await records.insert(recordEntry())
    if (won === 1) equal(last, 'exists', 'records.insert after the one that was won')
    equal(await records.insert(recordEntry()), 'exists', 'the last records.insert')
  },

  'records.replace that extends a record, concurrent with purgeExpired, keeps the record until its later end': async (
    storage,
  ) => {
    const { records } = storage
    const ids = Array.from({ length: 10 }, (_, index) => `record-${index}`)
    const past = { expiresAt: now - 1, ownerId: 'owner' }
    const later = { expiresAt: now + 100, ownerId: 'owner', version: 2 }
    for (const id of ids) await records.insert(recordEntry({ id, ...past }))
    const outcomes = await fifty(async (caller) => {
      if (caller % 5 === 0) return storage.purgeExpired({ now, limit: 3 })
      return records.replace(recordEntry({ id: `record-${caller % 10}`, ...later }), 1)
    })
    const moved = ids.filter((id) =>
      outcomes.some((outcome, caller) => outcome === 'won' && id === `record-${caller % 10}`),
    )
    const found = await records.list({ kind: 'kind', ownerId: 'owner', limit: 100 })
    equal(
      found.filter(({ version }) => version === 2),
      moved.map((id) => recordEntry({ id, ...later })),
      'what records.replace moved while expired records were purged by storage.purgeExpired',
    )
  },

  'records.deleteAll by fifty concurrent callers counts each record once': async ({ records }) => {
    for (let row = 0; row < 20; row += 1) {
      await records.insert(recordEntry({ id: `r${row}`, clientId: 'client', userId: `user-${row % 2}` }))
    }
    const counts = await fifty((caller) =>
      records.deleteAll(caller % 2 === 0 ? { clientId: 'client' } : { userId: 'user-1' }),
    )
    equal(sum(counts), 20, 'the sum of what fifty records.deleteAll deleted')
  },
}
