import type { RecordEntry, RecordStore, RecordTake } from '@oauth/core'
import type { Database, Row, Sql } from './database.ts'
import { fromRow, insertInto, replaceIn } from './documents.ts'

const select = 'select to_json(r) as found from oauth.records r where kind = $1'
const decode = (rows: readonly Row[]) => rows.map(({ found }) => fromRow<RecordEntry>(found))

/** Returns `true` to exactly one caller, because the database deletes the row once. */
export async function takeRecord(sql: Sql, { kind, id, version }: RecordTake): Promise<boolean> {
  const text = 'delete from oauth.records where kind = $1 and id = $2 and ($3::bigint is null or version = $3)'
  return (await sql.run(text, [kind, id, version ?? null])).affected === 1
}

export function recordStore(database: Database): RecordStore {
  return {
    async insert(record) {
      const { affected } = await database.run(...insertInto('records', record, 'on conflict do nothing'))
      return affected === 1 ? 'won' : 'exists'
    },
    async find({ kind, id }) {
      return decode((await database.run(`${select} and id = $2`, [kind, id])).rows)[0]
    },
    async findMany({ kind, ids }) {
      return decode((await database.run(`${select} and id = any($2)`, [kind, ids])).rows)
    },
    async list({ kind, ownerId, after, limit }) {
      const text = `${select} and owner_id = $2 and ($3::text is null or id > $3) order by id limit $4`
      return decode((await database.run(text, [kind, ownerId, after ?? null, limit])).rows)
    },
    async replace(record, expectedVersion) {
      const values = [record.kind, record.id, expectedVersion]
      const condition = 'kind = $1 and id = $2 and version = $3'
      const { affected } = await database.run(...replaceIn('records', record, condition, values))
      return affected === 1 ? 'won' : 'conflict'
    },
    take: (take) => takeRecord(database, take),
    // Two statements that delete the same rows in different orders may deadlock. A transaction runs again after that.
    deleteAll: ({ kind, clientId, userId }) =>
      database.transaction(async (sql) => {
        const named = { client_id: clientId, user_id: userId, kind }
        const given = Object.entries(named).filter(([, value]) => value !== undefined)
        if (given.every(([column]) => column === 'kind')) throw new Error('name a client or a user')
        const conditions = given.map(([column], index) => `${column} = $${index + 1}`)
        const text = `delete from oauth.records where ${conditions.join(' and ')}`
        return (
          await sql.run(
            text,
            given.map(([, value]) => value),
          )
        ).affected
      }),
  }
}
