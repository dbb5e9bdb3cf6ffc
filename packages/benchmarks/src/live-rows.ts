import { type Kysely, sql } from 'kysely'

/** Percent of the rows by table: about the rows that a code flow with refreshes leaves. */
const shares = { codes: 20, accessTokens: 40, refreshTokens: 30, grants: 10 } as const
const chunk = 100_000

/** Returns the id of a loaded row. Its form is that of the core's ids, and older than those that the process makes. */
export function loadedId(kind: 'a' | 'c' | 'g' | 'r', row: number): string {
  return `${kind}00${String(row).padStart(10, '0')}loadedloaded`
}

/** Adds live rows number `from` to `to`, in transactions of at most 100 000 rows. */
export async function addLiveRows(db: Kysely<unknown>, from: number, to: number): Promise<void> {
  const { rows } = await sql<{ cache_size: number }>`pragma cache_size`.execute(db)
  // A large cache while the rows are loaded, and then the storage's own again.
  await sql`pragma cache_size = -500000`.execute(db)
  for (let first = from; first < to; first += chunk) {
    const next = Math.min(first + chunk, to)
    await db.transaction().execute(async (transaction) => {
      for (const [table, percent] of Object.entries(shares) as [keyof typeof shares, number][]) {
        const bound = (row: number) => sql.lit(Math.floor((row * percent) / 100))
        const numbers = sql`with recursive n(i) as (select ${bound(first)} union all select i + 1 from n where i + 1 < ${bound(next)})`
        await inserts[table](numbers).execute(transaction)
      }
    })
  }
  await sql`pragma wal_checkpoint(truncate)`.execute(db)
  await sql`pragma cache_size = ${sql.lit(rows[0]?.cache_size ?? -2000)}`.execute(db)
}

const id = (kind: string, row = 'i') => sql.raw(`printf('${kind}00%010d', ${row}) || 'loadedloaded'`)
/** The hash differs in each row, so that the file is as large as one of real tokens. */
const hash = sql.raw("hex(randomblob(20)) || '123'")
const begin = sql.raw(String(Math.floor(Date.now() / 1000)))
/** Seconds at which rows expire: spread over an hour, or over thirty days. */
const end = (seconds: number) => sql`${begin} + 86400 + i % ${sql.lit(seconds)}`

const inserts = {
  codes: (numbers: ReturnType<typeof sql>) => sql`insert into oauth_authorization_codes
      (id, secret_hash, grant_id, redirect_uri, redirect_uri_sent, created_at, expires_at) ${numbers}
    select ${id('c')}, ${hash}, ${id('g', 'i / 2')}, 'https://app.example.com/callback', 1, ${begin}, ${end(3600)} from n`,
  accessTokens: (numbers: ReturnType<typeof sql>) => sql`insert into oauth_access_tokens
      (id, secret_hash, client_id, grant_id, scope, audience, created_at, expires_at) ${numbers}
    select ${id('a')}, ${hash}, 'client', ${id('g', 'i / 4')}, 'openid profile', '[]', ${begin}, ${end(3600)} from n`,
  refreshTokens: (numbers: ReturnType<typeof sql>) => sql`insert into oauth_refresh_tokens
      (id, secret_hash, grant_id, reuses, created_at, expires_at) ${numbers}
    select ${id('r')}, ${hash}, ${id('g', 'i / 3')}, 0, ${begin}, ${end(2_592_000)} from n`,
  grants: (numbers: ReturnType<typeof sql>) => sql`insert into oauth_grants
      (id, client_id, user_id, session_id, scope, resources, offline, created_at, expires_at) ${numbers}
    select ${id('g')}, 'client', 'user-' || hex(randomblob(8)), hex(randomblob(16)), 'openid profile', '[]', 1, ${begin},
      ${end(2_592_000)} from n`,
} as const
