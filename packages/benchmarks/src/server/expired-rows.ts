import { type Kysely, sql } from 'kysely'
import type { ServerSettings } from '../protocol.ts'

/** Percent of the expired rows by table: about the rows that a code flow with refreshes leaves. */
const shares = { codes: 20, accessTokens: 40, refreshTokens: 30, grants: 10 } as const

/** Inserts rows that expired within the last day. Their ids grow with time, like those of the core. */
export async function addExpiredRows(db: Kysely<unknown>, { storage, expired = 0 }: ServerSettings): Promise<void> {
  const id = sql.raw(
    storage === 'postgres'
      ? "'x01k' || lpad(i::text, 8, '0') || substr(md5(random()::text), 1, 14)"
      : "printf('x01k%08d', i) || lower(hex(randomblob(7)))",
  )
  const now = Math.floor(Date.now() / 1000)
  const numbers = (share: number) =>
    sql`with recursive n(i) as (select 1 union all select i + 1 from n where i < ${sql.lit((expired / 100) * share)})`
  const end = (share: number) => {
    const elapsed = sql`cast(i * ${sql.lit(86_400 / ((expired / 100) * share))} as integer)`
    return sql`${sql.lit(now - 90_001)} + ${elapsed}, ${sql.lit(now - 86_401)} + ${elapsed}`
  }
  const hash = sql`'c2VjcmV0LWhhc2gtb2YtYS10b2tlbi10aGF0LWV4cGlyZWQ'`
  await sql`insert into oauth_authorization_codes (id, secret_hash, grant_id, redirect_uri, redirect_uri_sent,
      created_at, expires_at) ${numbers(shares.codes)}
    select ${id}, ${hash}, ${id}, 'https://app.example.com/callback', 1, ${end(shares.codes)} from n`.execute(db)
  await sql`insert into oauth_access_tokens (id, secret_hash, client_id, grant_id, scope, audience, created_at, expires_at)
    ${numbers(shares.accessTokens)} select ${id}, ${hash}, 'client', ${id}, 'openid', '[]', ${end(shares.accessTokens)} from n`.execute(
    db,
  )
  await sql`insert into oauth_refresh_tokens (id, secret_hash, grant_id, reuses, rotated_at, successor_id,
      sealed_successor, created_at, expires_at) ${numbers(shares.refreshTokens)}
    select ${id}, ${hash}, ${id}, 0, 1, ${id}, ${hash}, ${end(shares.refreshTokens)} from n`.execute(db)
  await sql`insert into oauth_grants (id, client_id, user_id, scope, resources, offline, created_at, expires_at)
    ${numbers(shares.grants)} select ${id}, 'client', 'user-' || i, 'openid', '[]', 1, ${end(shares.grants)} from n`.execute(
    db,
  )
  await sql.raw(storage === 'postgres' ? 'analyze' : 'pragma wal_checkpoint(truncate)').execute(db)
}
