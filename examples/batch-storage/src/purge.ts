import type { ClientRecord, Storage } from '@oauth/core'
import { type Collection, ordered } from './collection.ts'
import type { Key, KeyValueStore } from './key-value.ts'
import { withoutSeal } from './refresh-tokens.ts'
import { accessTokens, clients, codes, grants, records, refreshTokens, revokedJwts } from './tables.ts'
import { transact } from './transaction.ts'

/** Deletes or changes at most `limit` records, and returns their number. */
type Purge = (limit: number) => Promise<number>

/** Handles the expired records of an index. `change` returns the record to keep; without it, the record is deleted. */
interface Task<R> {
  readonly collection: Collection<R>
  readonly index: string
  /** The end of the range, in seconds since the epoch. The index is ordered by time. */
  readonly before: number
  readonly isOver: (record: R) => boolean
  readonly change?: (record: R) => R
}

function purgeOf<R>(store: KeyValueStore, { collection, index, before, isOver, change }: Task<R>): Purge {
  // Check again in the transaction: records that were used or extended in the meantime stay, and each deleted one counts once.
  const finish = (key: Key): Promise<boolean> =>
    transact(store, async (transaction) => {
      const record = await transaction.get(collection, ...key)
      if (record === undefined || !isOver(record)) return false
      if (change === undefined) transaction.delete(collection, record)
      else transaction.put(collection, record, change(record))
      return true
    })

  return async (limit) => {
    let done = 0
    while (done < limit) {
      const found = await store.list({ prefix: [index], limit: limit - done })
      const over = found.filter(({ key }) => (key[1] ?? '') < ordered(before)).map(({ value }) => value as Key)
      if (over.length === 0) break
      // Records that another purge has handled are no longer in the index, so the next page has others.
      const finished = await Promise.all(over.map(finish))
      done += finished.filter(Boolean).length
    }
    return done
  }
}

export function purge(store: KeyValueStore): Storage['purgeExpired'] {
  return async ({ now, limit, unusedClientsBefore: before }) => {
    const expired = <R extends { readonly expiresAt: number }>(collection: Collection<R>): Purge => {
      const isOver = ({ expiresAt }: R): boolean => expiresAt < now
      return purgeOf(store, { collection, index: `${collection.name}-by-end`, before: now, isOver })
    }
    const seals = purgeOf(store, {
      collection: refreshTokens,
      index: 'sealed-successors',
      before: now,
      isOver: ({ sealedUntil }) => sealedUntil !== undefined && sealedUntil < now,
      change: withoutSeal,
    })
    // Delete expired tokens before clearing seals, and grants last: a small limit leaves no token without its grant.
    const purges = [
      ...[expired(refreshTokens), seals, expired(records), expired(codes), expired(accessTokens), expired(revokedJwts)],
      expired(grants),
    ]
    if (before !== undefined) {
      const isOver = ({ usedAt, createdAt }: ClientRecord): boolean => usedAt === undefined && createdAt < before
      purges.push(purgeOf(store, { collection: clients, index: 'unused-clients', before, isOver }))
    }
    let removed = 0
    for (const run of purges) removed += await run(limit - removed)
    return removed
  }
}
