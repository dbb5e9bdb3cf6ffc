import type { RecordEntry } from '../storage/record.ts'
import { equal, rejects } from './storage-assertions.ts'
import type { ContractCases } from './storage-cases.ts'
import { byBytes, difficultText, longText, now, recordEntry } from './storage-fixtures.ts'

const key = { kind: 'kind', id: 'record' }

const full: RecordEntry = {
  kind: 'kind',
  id: 'full',
  ownerId: difficultText,
  clientId: 'client',
  userId: 'user',
  value: {
    text: difficultText,
    long: longText,
    none: null,
    zero: 0,
    empty: '',
    nested: { list: [1, 'é', null, { deep: [[]] }], object: {} },
    [difficultText]: true,
    fraction: 1.5,
    large: 9_007_199_254_740_991,
  },
  version: 3,
  createdAt: now,
  expiresAt: now + 600,
}

const idsOf = (found: readonly { readonly id: string }[]): readonly string[] => found.map(({ id }) => id)

/** Cases of the record store with one caller at a time. */
export const recordCases: ContractCases = {
  'records.find returns every member of a record exactly as records.insert stored it, expired or not': async ({
    records,
  }) => {
    equal(await records.insert(full), 'won', 'records.insert of the full record')
    const bare = recordEntry({ value: {}, createdAt: 0, expiresAt: 1 })
    equal(await records.insert(bare), 'won', 'records.insert of the minimal, expired record')
    const empty = recordEntry({ id: 'empty', ownerId: '', clientId: '', userId: '' })
    await records.insert(empty)
    equal(
      await records.find({ kind: 'kind', id: 'full' }),
      full,
      'records.find after records.insert of the full record',
    )
    equal(await records.find(key), bare, 'records.find after records.insert of the minimal, expired record')
    equal(await records.find({ kind: 'kind', id: 'empty' }), empty, 'records.find after records.insert of empty text')
    equal(await records.find({ kind: 'kind', id: 'nothing' }), undefined, 'records.find of an unknown id')
  },

  'records of two kinds may share an id': async ({ records }) => {
    for (const kind of ['one', 'two']) equal(await records.insert(recordEntry({ kind })), 'won', 'records.insert')
    const changed = recordEntry({ kind: 'one', version: 2 })
    equal(await records.replace(changed, 1), 'won', 'records.replace')
    equal(await records.find({ kind: 'two', id: 'record' }), recordEntry({ kind: 'two' }), 'records.find of the other')
    equal(await records.take({ kind: 'two', id: 'record' }), true, 'records.take')
    equal(await records.find({ kind: 'one', id: 'record' }), changed, 'records.find of the first kind')
  },

  "records.insert of a taken id answers 'exists' and changes nothing": async ({ records }) => {
    await records.insert(recordEntry())
    equal(await records.insert(recordEntry({ userId: 'thief', version: 9 })), 'exists', 'records.insert again')
    equal(await records.find(key), recordEntry(), 'the record that was there')
  },

  'records.findMany returns the records that exist, each once': async ({ records }) => {
    for (const id of ['a', 'b', 'c']) await records.insert(recordEntry({ id, ownerId: `owner of ${id}` }))
    await records.insert(recordEntry({ kind: 'other', id: 'd' }))
    const found = await records.findMany({ kind: 'kind', ids: ['d', 'c', 'nothing', 'a'] })
    const sorted = [...found].sort((one, other) => (one.id < other.id ? -1 : 1))
    const expected = ['a', 'c'].map((id) => recordEntry({ id, ownerId: `owner of ${id}` }))
    equal(sorted, expected, 'records.findMany of four ids, of which two exist')
    equal(await records.findMany({ kind: 'kind', ids: ['nothing'] }), [], 'records.findMany of an unknown id')
    equal(await records.findMany({ kind: 'kind', ids: [] }), [], 'records.findMany of none')
    const ten = Array.from({ length: 10 }, (_, index) => `ten-${index}`)
    for (const id of ten) await records.insert(recordEntry({ id }))
    equal((await records.findMany({ kind: 'kind', ids: ten })).length, 10, 'records.findMany of ten ids')
  },

  'records.list returns the records of one kind and one owner, ordered by the bytes of their ids, page by page':
    async ({ records }) => {
      for (const id of [...byBytes].reverse()) await records.insert(recordEntry({ id, ownerId: 'owner' }))
      await records.insert(recordEntry({ id: 'C', ownerId: 'other' }))
      await records.insert(recordEntry({ id: 'C', kind: 'other', ownerId: 'owner' }))
      await records.insert(recordEntry({ id: 'D' }))
      const list = { kind: 'kind', ownerId: 'owner' }
      equal(idsOf(await records.list({ ...list, limit: 100 })), byBytes, 'records.list')
      equal(idsOf(await records.list({ ...list, limit: 3 })), byBytes.slice(0, 3), 'records.list with a limit')
      for (const [index, after] of byBytes.entries()) {
        const expected = byBytes.slice(index + 1, index + 3)
        equal(idsOf(await records.list({ ...list, after, limit: 2 })), expected, `records.list after "${after}"`)
      }
      const [first] = await records.list({ ...list, limit: 1 })
      equal(first, recordEntry({ id: byBytes[0] ?? '', ownerId: 'owner' }), 'the first record of records.list')
      equal(await records.list({ ...list, ownerId: 'nobody', limit: 9 }), [], 'records.list of an unknown owner')
    },

  'records.replace replaces the whole record when the stored version is the expected one': async ({ records }) => {
    await records.insert({ ...full, version: 1 })
    const next = recordEntry({ id: 'full', version: 2 })
    equal(await records.replace(next, 1), 'won', 'records.replace')
    const found = () => records.find({ kind: 'kind', id: 'full' })
    equal(await found(), next, 'the record after records.replace: members that are absent now are absent')
    const list = { kind: 'kind', ownerId: difficultText, limit: 9 }
    equal(await records.list(list), [], 'records.list of the owner before records.replace')
    equal(await records.replace({ ...full, version: 3 }, 1), 'conflict', 'records.replace of an old version')
    equal(await records.replace({ ...full, version: 4 }, 3), 'conflict', 'records.replace of a future version')
    equal(await found(), next, 'the record after the conflicts of records.replace')
    equal(await records.replace({ ...full, version: 3 }, 2), 'won', 'records.replace with an owner again')
    equal(await records.list(list), [full], 'records.list of the owner after records.replace')
    equal(await records.replace(recordEntry({ version: 2 }), 1), 'conflict', 'records.replace of an unknown record')
    equal(await records.find(key), undefined, 'which adds nothing')
  },

  'records.take removes a record, and with a version only when the stored version is that one': async ({ records }) => {
    await records.insert(recordEntry({ version: 2, ownerId: 'owner' }))
    equal(await records.take({ ...key, version: 1 }), false, 'records.take of an old version')
    equal(await records.take({ ...key, version: 3 }), false, 'records.take of a future version')
    equal(
      await records.find(key),
      recordEntry({ version: 2, ownerId: 'owner' }),
      'the record after records.take in vain',
    )
    equal(await records.take({ ...key, version: 2 }), true, 'records.take of the stored version')
    equal(await records.find(key), undefined, 'the record after records.take')
    equal(await records.list({ kind: 'kind', ownerId: 'owner', limit: 9 }), [], 'records.list after records.take')
    equal(await records.take({ ...key, version: 2 }), false, 'records.take again')
    equal(await records.take({ ...key, id: 'nothing' }), false, 'records.take of an unknown record')
    await records.insert(recordEntry({ version: 7 }))
    equal(await records.take(key), true, 'records.take without a version')
  },

  'records.deleteAll deletes the records that match all members of the query': async ({ records }) => {
    const owners = [
      { id: '1', clientId: 'a', userId: 'x' },
      { id: '2', clientId: 'a', userId: 'y' },
      { id: '3', clientId: 'b', userId: 'x' },
      { id: '4', clientId: 'a', userId: 'x', kind: 'other' },
      { id: '5', clientId: 'a' },
      { id: '6' },
    ]
    for (const members of owners) await records.insert(recordEntry(members))
    const left = async () => {
      const found: string[] = []
      for (const { id, kind = 'kind' } of owners) if (await records.find({ kind, id })) found.push(id)
      return found
    }
    equal(await records.deleteAll({ clientId: 'nobody' }), 0, 'records.deleteAll of an unknown client')
    equal(await records.deleteAll({ clientId: 'a', userId: 'x', kind: 'kind' }), 1, 'records.deleteAll of all three')
    equal(await left(), ['2', '3', '4', '5', '6'], 'what is left after records.deleteAll of kind, client and user')
    equal(await records.deleteAll({ userId: 'x', kind: 'kind' }), 1, 'records.deleteAll of a user and a kind')
    equal(await left(), ['2', '4', '5', '6'], 'what is left after records.deleteAll of a user and a kind')
    equal(await records.deleteAll({ clientId: 'a' }), 3, 'records.deleteAll of a client')
    equal(await left(), ['6'], 'what is left after records.deleteAll of a client')
  },

  'records.deleteAll without client and user fails': async ({ records }) => {
    await records.insert(recordEntry({ clientId: 'client' }))
    await rejects(() => records.deleteAll({}), 'records.deleteAll of everybody')
    await rejects(() => records.deleteAll({ kind: 'kind' }), 'records.deleteAll of a kind')
    equal(await records.find(key), recordEntry({ clientId: 'client' }), 'the record after records.deleteAll in vain')
  },

  'purgeExpired removes records once they have expired, and not before': async (storage) => {
    const { records } = storage
    for (const [id, expiresAt] of [['past', now - 1] as const, ['present', now] as const]) {
      await records.insert(recordEntry({ id, expiresAt, ownerId: 'owner', clientId: 'client' }))
    }
    equal(await records.insert(recordEntry({ id: 'past' })), 'exists', 'records.insert where an expired record is')
    equal(await storage.purgeExpired({ now, limit: 0 }), 0, 'a limit of none')
    equal(await storage.purgeExpired({ now, limit: 10 }), 1, 'storage.purgeExpired')
    const list = { kind: 'kind', ownerId: 'owner', limit: 9 }
    equal(idsOf(await records.list(list)), ['present'], 'records.list after storage.purgeExpired')
    equal(await records.insert(recordEntry({ id: 'present' })), 'exists', 'records.insert of what expires now')
    equal(await records.insert(recordEntry({ id: 'past' })), 'won', 'records.insert of what was purged')
    equal(await records.deleteAll({ clientId: 'client' }), 1, 'records.deleteAll after storage.purgeExpired')
  },
}
