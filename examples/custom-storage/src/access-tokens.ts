import type { AccessTokenRecord, AccessTokenStore, GrantRecord } from '@oauth/core'
import type { Database, Row } from './database.ts'
import { fromRow, insertInto } from './documents.ts'

const grantOf = ({ its_grant }: Row) => (its_grant === null ? {} : { grant: fromRow<GrantRecord>(its_grant) })

export function accessTokenStore(database: Database): AccessTokenStore {
  return {
    async insert(record) {
      await database.run(...insertInto('access_tokens', record))
    },
    async find(id) {
      const { rows } = await database.run(
        `select to_json(t) as token, to_json(g) as its_grant
           from oauth.access_tokens t left join oauth.grants g on g.id = t.grant_id where t.id = $1`,
        [id],
      )
      return rows[0] && { token: fromRow<AccessTokenRecord>(rows[0].token), ...grantOf(rows[0]) }
    },
    async delete(id) {
      await database.run('delete from oauth.access_tokens where id = $1', [id])
    },
    async revokeJwt({ jti, expiresAt }) {
      const text = 'insert into oauth.revoked_jwts (id, expires_at) values ($1, $2) on conflict do nothing'
      await database.run(text, [jti, expiresAt])
    },
    async findJwt({ jti, grantId }) {
      const { rows } = await database.run(
        `select exists (select from oauth.revoked_jwts where id = $1) as revoked,
                (select to_json(g) from oauth.grants g where g.id = $2) as its_grant`,
        [jti, grantId ?? null],
      )
      const row = rows[0] ?? { revoked: false, its_grant: null }
      return { revoked: row.revoked, ...grantOf(row) }
    },
  }
}
