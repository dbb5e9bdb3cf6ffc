import { kyselyStorage, preparedStatements } from '@oauth/kysely'
import { migrate } from '@oauth/kysely/migrations'
import { Kysely, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import type { Database } from './database.ts'
import { createTables } from './tables.ts'

/** The key of the advisory lock for what one process does at a time. Any number that nothing else in the database uses. */
const startLock = 7_240_018

/** Opens a PostgreSQL database, which several processes may share. Each keeps a pool of at most ten connections. */
export async function openPostgres(url: string): Promise<Database> {
  const pool = new pg.Pool({ connectionString: url, max: 10, connectionTimeoutMillis: 3000, keepAlive: true })
  // Without these two listeners, a connection that the database closes causes an uncaught exception, which ends the process.
  pool.on('error', () => undefined)
  pool.on('connect', (client) => client.on('error', () => undefined))
  const db = new Kysely<object>({ dialect: new PostgresDialect({ pool: preparedStatements(pool) }) })

  const alone = <Result>(work: () => Promise<Result>): Promise<Result> =>
    db.connection().execute(async (held) => {
      await sql`select pg_advisory_lock(${startLock})`.execute(held)
      try {
        return await work()
      } finally {
        await sql`select pg_advisory_unlock(${startLock})`.execute(held)
      }
    })

  try {
    await alone(async () => {
      await migrate(db)
      await createTables(db, 'postgres')
    })
  } catch (error) {
    await db.destroy()
    throw error
  }
  return { db, storage: kyselyStorage(db), shownAs: 'PostgreSQL', alone, close: () => db.destroy() }
}
