import type { ClientRecord, ClientStore } from '@oauth/core'
import type { Database } from './database.ts'
import { fromRow, insertInto, replaceIn } from './documents.ts'

export function clientStore(database: Database): ClientStore {
  return {
    async find(id) {
      const { rows } = await database.run('select to_json(c) as client from oauth.clients c where id = $1', [id])
      return rows[0] && fromRow<ClientRecord>(rows[0].client)
    },
    async insert(record) {
      const { affected } = await database.run(...insertInto('clients', record, 'on conflict do nothing'))
      return affected === 1 ? 'won' : 'exists'
    },
    async replace(record, expectedVersion) {
      const condition = 'id = $1 and version = $2'
      const kept = ['used_at']
      const statement = replaceIn('clients', record, condition, [record.id, expectedVersion], kept)
      const { affected } = await database.run(...statement)
      return affected === 1 ? 'won' : 'conflict'
    },
    async markUsed({ id, now }) {
      await database.run('update oauth.clients set used_at = $2 where id = $1 and used_at is null', [id, now])
    },
    async delete(id) {
      const { affected } = await database.run('delete from oauth.clients where id = $1', [id])
      return affected === 1
    },
    async list({ userId, referenceId, after, limit }) {
      const owned = userId !== undefined || referenceId !== undefined
      const { rows } = await database.run(
        `select to_json(c) as client from oauth.clients c
          where ${owned ? '(user_id = $1 or reference_id = $2)' : '($1::text is null and $2::text is null)'}
            and ($3::text is null or id > $3)
          order by id limit $4`,
        [userId ?? null, referenceId ?? null, after ?? null, limit],
      )
      return rows.map(({ client }) => fromRow<ClientRecord>(client))
    },
  }
}
