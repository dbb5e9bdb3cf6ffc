import type { WithdrawalRecord, WithdrawalStore } from '@oauth/core'
import type { Database } from './database.ts'

export function withdrawalStore(database: Database): WithdrawalStore {
  return {
    async note({ id, version, notedAt, expiresAt }) {
      await database.run(
        `insert into oauth.withdrawals (id, version, noted_at, expires_at) values ($1, $2, $3, $4)
          on conflict (id) do update set version = excluded.version, noted_at = excluded.noted_at,
                                         expires_at = excluded.expires_at`,
        [id, version, notedAt, expiresAt],
      )
    },
    async find(ids) {
      const { rows } = await database.run(
        `select id, version, noted_at::float8 as "notedAt", expires_at::float8 as "expiresAt"
           from oauth.withdrawals where id = any($1::text[])`,
        [ids],
      )
      return rows.map((row) => row as WithdrawalRecord)
    },
  }
}
