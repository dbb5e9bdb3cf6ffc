import { kyselyStorage, preparedStatements } from '@oauth/kysely'
import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'

/** Connects to PostgreSQL at the first statement. `npx oauth migrate` creates the tables. */
export function openStorage() {
  const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL })
  // Without these two listeners, a connection that the database closes ends the process.
  pool.on('error', () => undefined)
  pool.on('connect', (client) => client.on('error', () => undefined))
  const db = new Kysely<object>({ dialect: new PostgresDialect({ pool: preparedStatements(pool) }) })
  return { storage: kyselyStorage(db), db }
}
