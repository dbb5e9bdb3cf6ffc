import type { ReplayStore, SessionClientRecord, SessionClientStore } from '@oauth/core'
import type { Database } from './database.ts'

export function replayStore(database: Database): ReplayStore {
  return {
    async claim({ id, expiresAt }) {
      const text = 'insert into oauth.replays (id, expires_at) values ($1, $2) on conflict do nothing'
      return (await database.run(text, [id, expiresAt])).affected === 1 ? 'won' : 'replayed'
    },
  }
}

export function sessionClientStore(database: Database): SessionClientStore {
  return {
    async note({ id, sessionId, clientId, userId, expiresAt }) {
      await database.run(
        `insert into oauth.session_clients (id, session_id, client_id, user_id, expires_at) values ($1, $2, $3, $4, $5)
          on conflict (id) do update set expires_at = greatest(session_clients.expires_at, excluded.expires_at)`,
        [id, sessionId, clientId, userId, expiresAt],
      )
    },
    async list(sessionId) {
      const { rows } = await database.run(
        `select id, session_id as "sessionId", client_id as "clientId", user_id as "userId",
                expires_at::float8 as "expiresAt"
           from oauth.session_clients where session_id = $1 order by client_id`,
        [sessionId],
      )
      return rows.map((row) => row as SessionClientRecord)
    },
    async take(id) {
      return (await database.run('delete from oauth.session_clients where id = $1', [id])).affected === 1
    },
  }
}
