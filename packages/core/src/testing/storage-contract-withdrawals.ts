import type { Storage } from '../storage/storage.ts'
import type { WithdrawalRecord } from '../storage/withdrawal.ts'
import { equal, fifty } from './storage-assertions.ts'
import type { ContractCases } from './storage-cases.ts'
import { compare } from './storage-contract-lookalikes.ts'
import { longIds, now } from './storage-fixtures.ts'

function withdrawal(members: Partial<WithdrawalRecord> = {}): WithdrawalRecord {
  return { id: 'mark', version: 'v1', notedAt: now, expiresAt: now + 660, ...members }
}

const add = ({ withdrawals }: Storage, id: string) => withdrawals.note(withdrawal({ id }))

/** The marks with these ids, in the order of the ids. */
async function found(storage: Storage, ids: readonly string[]): Promise<readonly WithdrawalRecord[]> {
  const marks = await storage.withdrawals.find(ids)
  return [...marks].sort((a, b) => ids.indexOf(a.id) - ids.indexOf(b.id))
}

export const withdrawalCases: ContractCases = {
  'withdrawals come back exactly as they went in, expired ones too': async (storage) => {
    equal(await storage.withdrawals.find(['mark']), [], 'withdrawals.find of a mark that nobody has noted')
    const marks = [withdrawal(), withdrawal({ id: 'old', version: 'v0', notedAt: 1, expiresAt: 2 })]
    for (const mark of marks) await storage.withdrawals.note(mark)
    equal(await found(storage, ['mark', 'none', 'old']), marks, 'withdrawals.find of two marks and an unknown id')
    equal(await found(storage, ['old']), marks.slice(1), 'withdrawals.find of one of them')
  },

  'withdrawals.find of no id finds nothing, and an id that is named twice comes once': async (storage) => {
    await storage.withdrawals.note(withdrawal())
    equal(await storage.withdrawals.find([]), [], 'withdrawals.find of no id')
    equal(await storage.withdrawals.find(['mark', 'mark']), [withdrawal()], 'withdrawals.find of one id twice')
  },

  'withdrawals.note replaces the mark that is there': async (storage) => {
    await storage.withdrawals.note(withdrawal())
    await storage.withdrawals.note(withdrawal({ id: 'other' }))
    const again = withdrawal({ version: 'v2', notedAt: now + 5, expiresAt: now + 665 })
    await storage.withdrawals.note(again)
    equal(await found(storage, ['mark', 'other']), [again, withdrawal({ id: 'other' })], 'withdrawals.find afterwards')
    const sameSecond = { ...again, version: 'v3' }
    await storage.withdrawals.note(sameSecond)
    equal(await storage.withdrawals.find(['mark']), [sameSecond], 'after a withdrawals.note within the same second')
  },

  'withdrawals.note by fifty callers fails for none and leaves one mark as a whole': async ({ withdrawals }) => {
    await fifty((caller) => withdrawals.note(withdrawal({ version: `v${caller}`, notedAt: now + caller })))
    const marks = await withdrawals.find(['mark'])
    const caller = (marks[0]?.notedAt ?? 0) - now
    equal(marks, [withdrawal({ version: `v${caller}`, notedAt: now + caller })], 'withdrawals.find after fifty notes')
  },

  'withdrawals.note compares byte for byte': (storage) =>
    compare(
      'withdrawals.note',
      {
        add,
        change: ({ withdrawals }, id) => withdrawals.note(withdrawal({ id, version: 'v2' })),
        read: async ({ withdrawals }, id) =>
          (await withdrawals.find([id])).filter(({ version }) => version === 'v2').map((mark) => mark.id),
      },
      storage,
    ),

  'withdrawals.find compares byte for byte': (storage) =>
    compare(
      'withdrawals.find',
      { add, read: async ({ withdrawals }, id) => (await withdrawals.find([id])).map((mark) => mark.id) },
      storage,
    ),

  'withdrawals.note keeps ids of 255 characters apart': async (storage) => {
    const marks = longIds.map((id, index) => withdrawal({ id, version: `v${index}` }))
    for (const mark of marks) await storage.withdrawals.note(mark)
    equal(await found(storage, longIds), marks, 'withdrawals.find after withdrawals.note of each')
  },

  'withdrawals.note against purgeExpired is never lost': async (storage) => {
    const ids = Array.from({ length: 50 }, (_, index) => `mark-${index}`)
    for (const id of ids) await storage.withdrawals.note(withdrawal({ id, expiresAt: now - 1 }))
    await fifty(async (caller) => {
      if (caller % 5 === 4) return storage.purgeExpired({ now, limit: 10 })
      return storage.withdrawals.note(withdrawal({ id: `mark-${caller}` }))
    })
    const noted = ids.filter((_, index) => index % 5 !== 4)
    const expected = noted.map((id) => withdrawal({ id }))
    equal(await found(storage, noted), expected, 'what withdrawals.note wrote while expired marks were purged')
  },

  'withdrawals are purged when they have expired, and not before': async (storage) => {
    await storage.withdrawals.note(withdrawal({ id: 'past', expiresAt: now - 1 }))
    await storage.withdrawals.note(withdrawal({ id: 'present', expiresAt: now }))
    equal(await storage.purgeExpired({ now, limit: 0 }), 0, 'storage.purgeExpired with a limit of none')
    equal(await storage.purgeExpired({ now, limit: 10 }), 1, 'storage.purgeExpired')
    const left = await storage.withdrawals.find(['past', 'present'])
    equal(
      left.map(({ id }) => id),
      ['present'],
      'withdrawals.find afterwards',
    )
  },
}
