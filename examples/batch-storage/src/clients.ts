import type { ClientRecord, ClientStore } from '@oauth/core'
import type { KeyValueStore } from './key-value.ts'
import { keysUnder, read } from './read.ts'
import { clients } from './tables.ts'
import { transact } from './transaction.ts'

export function clientStore(store: KeyValueStore): ClientStore {
  return {
    find: (id) => read(store, clients, id),
    insert: (record) =>
      transact(store, async (transaction) => {
        if ((await transaction.get(clients, record.id)) !== undefined) return 'exists'
        await transaction.insert(clients, record)
        return 'won'
      }),
    replace: (record, expectedVersion) =>
      transact(store, async (transaction) => {
        const stored = await transaction.get(clients, record.id)
        if (stored?.version !== expectedVersion) return 'conflict'
        const { usedAt: _, ...replaced } = record
        const kept = stored.usedAt === undefined ? {} : { usedAt: stored.usedAt }
        transaction.put(clients, stored, { ...replaced, ...kept })
        return 'won'
      }),
    markUsed: ({ id, now }) =>
      transact(store, async (transaction) => {
        const stored = await transaction.get(clients, id)
        if (stored !== undefined && stored.usedAt === undefined) {
          transaction.put(clients, stored, { ...stored, usedAt: now })
        }
      }),
    delete: (id) =>
      transact(store, async (transaction) => {
        const stored = await transaction.get(clients, id)
        if (stored === undefined) return false
        transaction.delete(clients, stored)
        return true
      }),
    async list({ userId, referenceId, after, limit }) {
      const page = { limit, ...(after !== undefined && { after: [after] }) }
      if (userId === undefined && referenceId === undefined) {
        const found = await store.list({
          prefix: [clients.name],
          limit,
          ...(after !== undefined && { after: [clients.name, after] }),
        })
        return found.map(({ value }) => value as ClientRecord)
      }
      const lists = await Promise.all([
        userId === undefined ? [] : keysUnder(store, ['clients-by-user', userId], page),
        referenceId === undefined ? [] : keysUnder(store, ['clients-by-reference', referenceId], page),
      ])
      const ids = [...new Set(lists.flat().map(([id = '']) => id))].sort(byBytes).slice(0, limit)
      const found = await Promise.all(ids.map((id) => read(store, clients, id)))
      return found.filter((client) => client !== undefined)
    },
  }
}

function byBytes(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other))
}
