import type { ConsentKey, ConsentRecord, ConsentStore } from '@oauth/core'
import type { Database, Row, Sql } from './database.ts'
import { fromRow, insertInto, replaceIn } from './documents.ts'

const ofKey = 'user_id = $1 and client_id = $2 and reference_id is not distinct from $3'
const keyOf = ({ userId, clientId, referenceId }: ConsentKey) => [userId, clientId, referenceId ?? null]
const decode = (row: Row | undefined) => row && fromRow<ConsentRecord>(row.consent)

const union = (one: readonly string[], other: readonly string[]): readonly string[] => [...new Set([...one, ...other])]

/** Runs within a transaction. The unique index lets one first consent in; `for update` locks an existing row until the end. */
export async function rememberConsent(sql: Sql, record: ConsentRecord): Promise<void> {
  for (;;) {
    const onConflict = 'on conflict (user_id, client_id, reference_id) do nothing'
    const { affected } = await sql.run(...insertInto('consents', record, onConflict))
    if (affected === 1) return
    const lock = `select to_json(c) as consent from oauth.consents c where ${ofKey} for update`
    const known = decode((await sql.run(lock, keyOf(record))).rows[0])
    // The row was deleted between the two statements: try the insert again.
    if (known === undefined) continue
    const merged = {
      ...known,
      scope: union(known.scope, record.scope),
      resources: union(known.resources, record.resources),
      claims: union(known.claims, record.claims),
      redirectHosts: union(known.redirectHosts, record.redirectHosts),
      updatedAt: record.updatedAt,
    }
    await sql.run(...replaceIn('consents', merged, 'id = $1', [known.id]))
    return
  }
}

export function consentStore(database: Database): ConsentStore {
  return {
    async find(key) {
      const text = `select to_json(c) as consent from oauth.consents c where ${ofKey}`
      return decode((await database.run(text, keyOf(key))).rows[0])
    },
    async findById(id) {
      const { rows } = await database.run('select to_json(c) as consent from oauth.consents c where id = $1', [id])
      return decode(rows[0])
    },
    async list({ userId, referenceId }) {
      const { rows } = await database.run(
        `select to_json(c) as consent from oauth.consents c
          where user_id = $1 and ($2::text is null or reference_id = $2) order by created_at, id`,
        [userId, referenceId ?? null],
      )
      return rows.map(({ consent }) => fromRow<ConsentRecord>(consent))
    },
    remember: (record) => database.transaction((sql) => rememberConsent(sql, record)),
    replaceScope: ({ id, scope, claims, now }) =>
      database.transaction(async (sql) => {
        const lock = 'select to_json(c) as consent from oauth.consents c where id = $1 for update'
        const known = decode((await sql.run(lock, [id])).rows[0])
        if (known === undefined) return false
        await sql.run(
          ...replaceIn('consents', { ...known, scope, claims: claims ?? known.claims, updatedAt: now }, 'id = $1', [
            id,
          ]),
        )
        return true
      }),
    async delete(id) {
      return (await database.run('delete from oauth.consents where id = $1', [id])).affected === 1
    },
    async deleteAll({ clientId }) {
      return (await database.run('delete from oauth.consents where client_id = $1', [clientId])).affected
    },
  }
}
