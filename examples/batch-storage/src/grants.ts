import type { GrantStore } from '@oauth/core'
import { commit } from './commit.ts'
import type { Key, KeyValueStore } from './key-value.ts'
import { keysUnder, read, readUnder } from './read.ts'
import { grants } from './tables.ts'
import { transact } from './transaction.ts'

type RevokeAll = Parameters<GrantStore['revokeAll']>[0]

/** Chooses the index that lists the fewest grants. The caller checks the other members of the filter in the grant. */
function indexOf({ sessionId, userId, clientId }: RevokeAll): Key {
  if (sessionId !== undefined) return ['grants-by-session', sessionId]
  if (userId !== undefined) return ['grants-by-user', userId]
  if (clientId !== undefined) return ['grants-by-client', clientId]
  throw new Error('grants.revokeAll: name a user, a client or a session')
}

export function grantStore(store: KeyValueStore): GrantStore {
  /** Ends a grant that is live and matches: `true` for exactly one caller. */
  const revoke = (id: string, now: number, query: Partial<RevokeAll> = {}): Promise<boolean> =>
    transact(store, async (transaction) => {
      const grant = await transaction.get(grants, id)
      if (grant === undefined || grant.revokedAt !== undefined) return false
      const { now: ended, ...members } = query
      if (ended !== undefined && grant.expiresAt <= ended) return false
      const asked = Object.entries(members).filter(([, value]) => value !== undefined)
      if (!asked.every(([name, value]) => grant[name as keyof typeof grant] === value)) return false
      transaction.put(grants, grant, { ...grant, revokedAt: now })
      return true
    })

  return {
    commit: commit(store),
    find: (id) => read(store, grants, id),
    async list({ userId, now }) {
      const found = await readUnder(store, grants, ['grants-by-user', userId])
      return found
        .filter(({ revokedAt, expiresAt }) => revokedAt === undefined && expiresAt > now)
        .sort((one, other) => other.createdAt - one.createdAt || (one.id < other.id ? 1 : -1))
    },
    revoke: ({ id, now }) => revoke(id, now),
    async revokeAll(query) {
      const keys = await keysUnder(store, indexOf(query))
      const ended = await Promise.all(keys.map(([id = '']) => revoke(id, query.now, query)))
      return ended.filter(Boolean).length
    },
  }
}
