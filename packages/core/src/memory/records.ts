import type { RecordEntry, RecordKey, RecordStore, RecordTake } from '../storage/record.ts'
import { compareBytes } from './order.ts'
import { ownerKey, recordKey, type Tables } from './tables.ts'

export function findRecord({ records }: Tables, key: RecordKey): RecordEntry | undefined {
  return records.get(recordKey(key))
}

/** Tells whether `take` would remove a record now. */
export function isTakeable(tables: Tables, take: RecordTake): boolean {
  const found = findRecord(tables, take)
  return found !== undefined && (take.version === undefined || take.version === found.version)
}

export function recordStore(tables: Tables): RecordStore {
  const { records, recordsByOwner, recordsByClient, recordsByUser } = tables

  return {
    insert(entry) {
      if (findRecord(tables, entry)) return 'exists'
      records.put(entry)
      return 'won'
    },
    find: (key) => findRecord(tables, key),
    findMany: ({ kind, ids }) =>
      [...new Set(ids)].flatMap((id) => {
        const entry = findRecord(tables, { kind, id })
        return entry ? [entry] : []
      }),
    list({ kind, ownerId, after, limit }) {
      const found: RecordEntry[] = []
      for (const key of recordsByOwner.get(ownerKey(kind, ownerId))) {
        const entry = records.get(key)
        if (entry && (after === undefined || compareBytes(entry.id, after) > 0)) found.push(entry)
      }
      return found.sort((a, b) => compareBytes(a.id, b.id)).slice(0, limit)
    },
    replace(entry, expectedVersion) {
      if (findRecord(tables, entry)?.version !== expectedVersion) return 'conflict'
      records.put(entry)
      return 'won'
    },
    take: (take) => isTakeable(tables, take) && records.delete(recordKey(take)),
    deleteAll({ kind, clientId, userId }) {
      if (clientId === undefined && userId === undefined) throw new Error('records.deleteAll: name a client or a user')
      const keys = clientId === undefined ? recordsByUser.get(userId as string) : recordsByClient.get(clientId)
      const matching = [...keys].filter((key) => {
        const entry = records.get(key)
        return (kind === undefined || entry?.kind === kind) && (userId === undefined || entry?.userId === userId)
      })
      for (const key of matching) records.delete(key)
      return matching.length
    },
  }
}
