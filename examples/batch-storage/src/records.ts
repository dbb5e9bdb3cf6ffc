import type { RecordStore } from '@oauth/core'
import type { KeyValueStore } from './key-value.ts'
import { keysUnder, read, readUnder } from './read.ts'
import { records } from './tables.ts'
import { transact } from './transaction.ts'

export function recordStore(store: KeyValueStore): RecordStore {
  return {
    insert: (record) =>
      transact(store, async (transaction) => {
        if ((await transaction.get(records, record.kind, record.id)) !== undefined) return 'exists'
        await transaction.insert(records, record)
        return 'won'
      }),
    find: ({ kind, id }) => read(store, records, kind, id),
    // If your store can read several keys at once, do it here.
    async findMany({ kind, ids }) {
      const found = await Promise.all([...new Set(ids)].map((id) => read(store, records, kind, id)))
      return found.filter((record) => record !== undefined)
    },
    list: ({ kind, ownerId, after, limit }) =>
      readUnder(store, records, ['records-by-owner', kind, ownerId], {
        limit,
        ...(after !== undefined && { after: [after] }),
      }),
    replace: (record, expectedVersion) =>
      transact(store, async (transaction) => {
        const stored = await transaction.get(records, record.kind, record.id)
        if (stored?.version !== expectedVersion) return 'conflict'
        transaction.put(records, stored, record)
        return 'won'
      }),
    take: ({ kind, id, version }) =>
      transact(store, async (transaction) => {
        const stored = await transaction.get(records, kind, id)
        if (stored === undefined || (version !== undefined && version !== stored.version)) return false
        transaction.delete(records, stored)
        return true
      }),
    async deleteAll({ kind, clientId, userId }) {
      const index = clientId === undefined ? ['records-by-user', userId] : ['records-by-client', clientId]
      const prefix = [...index, ...(kind === undefined ? [] : [kind])].filter((text) => text !== undefined)
      if (clientId === undefined && userId === undefined) throw new Error('records.deleteAll: name a client or a user')
      const keys = await keysUnder(store, prefix)
      const deleted = await Promise.all(
        keys.map((key) =>
          transact(store, async (transaction) => {
            const stored = await transaction.get(records, ...key)
            if (stored === undefined || (userId !== undefined && stored.userId !== userId)) return false
            if (clientId !== undefined && stored.clientId !== clientId) return false
            transaction.delete(records, stored)
            return true
          }),
        ),
      )
      return deleted.filter(Boolean).length
    },
  }
}
