import type { GrantRecord } from '../storage/grant.ts'
import type { GrantStore } from '../storage/grant-store.ts'
import { commit } from './commit.ts'
import type { Tables } from './tables.ts'

export function grantStore(tables: Tables): GrantStore {
  const { grants, grantsByUser, grantsByClient, grantsBySession } = tables

  function live(ids: Iterable<string>, now: number): GrantRecord[] {
    const found: GrantRecord[] = []
    for (const id of ids) {
      const grant = grants.get(id)
      if (grant && grant.revokedAt === undefined && grant.expiresAt > now) found.push(grant)
    }
    return found
  }

  return {
    commit: (writes) => commit(tables, writes),
    find: (id) => grants.get(id),
    list({ userId, now }) {
      return live(grantsByUser.get(userId), now).sort((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1))
    },
    revoke({ id, now }) {
      const grant = grants.get(id)
      if (!grant || grant.revokedAt !== undefined) return false
      grants.put({ ...grant, revokedAt: now })
      return true
    },
    revokeAll({ userId, clientId, sessionId, offline, now }) {
      const candidates: ReadonlySet<string>[] = []
      if (sessionId !== undefined) candidates.push(grantsBySession.get(sessionId))
      if (userId !== undefined) candidates.push(grantsByUser.get(userId))
      if (clientId !== undefined) candidates.push(grantsByClient.get(clientId))
      const [first, ...others] = candidates
      if (!first) throw new Error('grants.revokeAll: name a user, a client or a session')
      const matching = [...first].filter((id) => others.every((ids) => ids.has(id)))
      const ended = live(matching, now).filter((grant) => offline === undefined || grant.offline === offline)
      for (const grant of ended) grants.put({ ...grant, revokedAt: now })
      return ended.length
    },
  }
}
