import type { Database } from '../src/database.ts'

/** Empties all tables: much faster than making them anew. */
export async function clear(database: Database): Promise<void> {
  const { rows } = await database.run(`select tablename from pg_tables where schemaname = 'oauth'`)
  await database.run(`truncate ${rows.map(({ tablename }) => `oauth.${tablename}`).join(', ')}`)
}
