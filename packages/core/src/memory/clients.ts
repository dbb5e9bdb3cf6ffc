import type { ClientStore } from '../storage/client.ts'
import { compareBytes } from './order.ts'
import type { Tables } from './tables.ts'

export function clientStore({ clients }: Tables): ClientStore {
  return {
    find: (id) => clients.get(id),
    insert(record) {
      if (clients.has(record.id)) return 'exists'
      clients.put(record)
      return 'won'
    },
    replace(record, expectedVersion) {
      const stored = clients.get(record.id)
      if (stored?.version !== expectedVersion) return 'conflict'
      const { usedAt: _, ...replaced } = record
      clients.put(stored.usedAt === undefined ? replaced : { ...replaced, usedAt: stored.usedAt })
      return 'won'
    },
    markUsed({ id, now }) {
      const client = clients.get(id)
      if (client && client.usedAt === undefined) clients.put({ ...client, usedAt: now })
    },
    delete: (id) => clients.delete(id),
    list({ userId, referenceId, after, limit }) {
      const anybody = userId === undefined && referenceId === undefined
      return [...clients.values()]
        .filter(
          (client) =>
            (after === undefined || compareBytes(client.id, after) > 0) &&
            (anybody ||
              (userId !== undefined && client.userId === userId) ||
              (referenceId !== undefined && client.referenceId === referenceId)),
        )
        .sort((a, b) => compareBytes(a.id, b.id))
        .slice(0, limit)
    },
  }
}
