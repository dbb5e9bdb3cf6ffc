import type { InteractionRecord, InteractionStore } from '@oauth/core'
import type { Database, Sql } from './database.ts'
import { fromRow, insertInto, replaceIn } from './documents.ts'

/** True for exactly one caller: the database decides who deletes the row. */
export async function takeInteraction(sql: Sql, id: string): Promise<boolean> {
  const { affected } = await sql.run('delete from oauth.interactions where id = $1', [id])
  return affected === 1
}

export function interactionStore(database: Database): InteractionStore {
  return {
    async insert(record) {
      await database.run(...insertInto('interactions', record))
    },
    async find(id) {
      const { rows } = await database.run('select to_json(i) as found from oauth.interactions i where id = $1', [id])
      return rows[0] && fromRow<InteractionRecord>(rows[0].found)
    },
    async replace(record, expectedVersion) {
      const values = [record.id, expectedVersion]
      const { affected } = await database.run(...replaceIn('interactions', record, 'id = $1 and version = $2', values))
      return affected === 1 ? 'won' : 'conflict'
    },
    take: (id) => takeInteraction(database, id),
  }
}
