import type { SigningKeyStore } from '@oauth/core'
import { ordered } from './collection.ts'
import type { KeyValueStore } from './key-value.ts'
import { readUnder } from './read.ts'
import { signingKeyOrder, signingKeys } from './tables.ts'
import { transact } from './transaction.ts'

export function signingKeyStore(store: KeyValueStore): SigningKeyStore {
  return {
    list: () => readUnder(store, signingKeys, [signingKeyOrder]),
    insert: (record) =>
      transact(store, async (transaction) => {
        const order = [signingKeyOrder, record.algorithm, ordered(record.generation)]
        if ((await transaction.follow(order)) !== undefined) return 'exists'
        if ((await transaction.get(signingKeys, record.id)) !== undefined) return 'exists'
        await transaction.insert(signingKeys, record)
        return 'won'
      }),
    delete: (id) =>
      transact(store, async (transaction) => {
        const key = await transaction.get(signingKeys, id)
        if (key !== undefined) transaction.delete(signingKeys, key)
      }),
  }
}
