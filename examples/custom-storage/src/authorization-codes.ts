import type { AuthorizationCodeRecord, AuthorizationCodeStore, GrantRecord } from '@oauth/core'
import type { Database, Sql } from './database.ts'
import { fromRow, insertInto } from './documents.ts'

async function findCode(sql: Sql, id: string) {
  const { rows } = await sql.run(
    `select to_json(c) as code, to_json(g) as its_grant
       from oauth.codes c join oauth.grants g on g.id = c.grant_id where c.id = $1`,
    [id],
  )
  if (rows[0] === undefined) return undefined
  const { code, its_grant } = rows[0]
  return { code: fromRow<AuthorizationCodeRecord>(code), grant: fromRow<GrantRecord>(its_grant) }
}

export function authorizationCodeStore(database: Database): AuthorizationCodeStore {
  return {
    find: (id) => findCode(database, id),
    redeem: ({ id, now, accessToken, refreshToken }) =>
      database.transaction(async (sql) => {
        const { affected } = await sql.run(
          `update oauth.codes c set consumed_at = $2 where id = $1 and consumed_at is null
              and exists (select from oauth.grants g where g.id = c.grant_id and g.revoked_at is null)`,
          [id, now],
        )
        if (affected === 0) {
          const found = await findCode(sql, id)
          return found?.code.consumedAt === undefined ? 'dead' : 'replayed'
        }
        if (accessToken !== undefined) await sql.run(...insertInto('access_tokens', accessToken))
        if (refreshToken !== undefined) await sql.run(...insertInto('refresh_tokens', refreshToken))
        return 'won'
      }),
  }
}
