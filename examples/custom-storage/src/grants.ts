import type { GrantRecord, GrantStore } from '@oauth/core'
import { commit } from './commit.ts'
import type { Database } from './database.ts'
import { fromRow } from './documents.ts'

export function grantStore(database: Database): GrantStore {
  return {
    commit: commit(database),
    async find(id) {
      const { rows } = await database.run('select to_json(g) as found from oauth.grants g where id = $1', [id])
      return rows[0] && fromRow<GrantRecord>(rows[0].found)
    },
    async list({ userId, now }) {
      const { rows } = await database.run(
        `select to_json(g) as found from oauth.grants g
          where user_id = $1 and revoked_at is null and expires_at > $2 order by created_at desc, id desc`,
        [userId, now],
      )
      return rows.map(({ found }) => fromRow<GrantRecord>(found))
    },
    async revoke({ id, now }) {
      const text = 'update oauth.grants set revoked_at = $2 where id = $1 and revoked_at is null'
      return (await database.run(text, [id, now])).affected === 1
    },
    async revokeAll({ userId, clientId, sessionId, offline, now }) {
      const named = { user_id: userId, client_id: clientId, session_id: sessionId, offline }
      const given = Object.entries(named).filter(([, value]) => value !== undefined)
      if (given.every(([column]) => column === 'offline')) throw new Error('name a user, a client or a session')
      const conditions = given.map(([column], index) => `and ${column} = $${index + 2}`)
      const { affected } = await database.run(
        `update oauth.grants set revoked_at = $1 where revoked_at is null and expires_at > $1 ${conditions.join(' ')}`,
        [now, ...given.map(([, value]) => value)],
      )
      return affected
    },
  }
}
