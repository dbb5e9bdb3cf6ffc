import type { Database } from '../src/database.ts'

/** Empties all tables, which is much faster than creating them again. */
export async function clear(database: Database): Promise<void> {
  const { rows } = await database.run(`select tablename from pg_tables where schemaname = 'oauth'`)
  await database.run(`truncate ${rows.map(({ tablename }) => `oauth.${tablename}`).join(', ')}`)
}
