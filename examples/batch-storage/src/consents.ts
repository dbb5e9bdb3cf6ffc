import type { ConsentRecord, ConsentStore } from '@oauth/core'
import type { KeyValueStore } from './key-value.ts'
import { keysUnder, read, readUnder } from './read.ts'
import { consentKey, consents } from './tables.ts'
import { type Transaction, transact } from './transaction.ts'

const union = (one: readonly string[], other: readonly string[]): readonly string[] => [...new Set([...one, ...other])]

/** Stores a consent; a commit uses it, too. Of two concurrent writes, the second finds a new version and runs again. */
export async function rememberConsent(transaction: Transaction, record: ConsentRecord): Promise<void> {
  const key = await transaction.follow(consentKey(record))
  const known = key && (await transaction.get(consents, ...key))
  if (known === undefined) return transaction.insert(consents, record)
  transaction.put(consents, known, {
    ...known,
    scope: union(known.scope, record.scope),
    resources: union(known.resources, record.resources),
    claims: union(known.claims, record.claims),
    redirectHosts: union(known.redirectHosts, record.redirectHosts),
    updatedAt: record.updatedAt,
  })
}

export function consentStore(store: KeyValueStore): ConsentStore {
  const remove = (id: string): Promise<boolean> =>
    transact(store, async (transaction) => {
      const known = await transaction.get(consents, id)
      if (known === undefined) return false
      transaction.delete(consents, known)
      return true
    })

  return {
    async find(key) {
      const found = await store.get(consentKey(key))
      return found && read(store, consents, ...(found.value as readonly string[]))
    },
    findById: (id) => read(store, consents, id),
    async list({ userId, referenceId }) {
      const found = await readUnder(store, consents, ['consents-by-user', userId])
      return found.filter((consent) => referenceId === undefined || consent.referenceId === referenceId)
    },
    remember: (record) => transact(store, (transaction) => rememberConsent(transaction, record)),
    replaceScope: ({ id, scope, claims, now }) =>
      transact(store, async (transaction) => {
        const known = await transaction.get(consents, id)
        if (known === undefined) return false
        transaction.put(consents, known, { ...known, scope, claims: claims ?? known.claims, updatedAt: now })
        return true
      }),
    delete: remove,
    async deleteAll({ clientId }) {
      const keys = await keysUnder(store, ['consents-by-client', clientId])
      const removed = await Promise.all(keys.map(([id = '']) => remove(id)))
      return removed.filter(Boolean).length
    },
  }
}
