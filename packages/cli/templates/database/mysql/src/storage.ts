import { kyselyStorage } from '@oauth/kysely'
import { Kysely, MysqlDialect } from 'kysely'
import { createPool } from 'mysql2'

/** Connects to MySQL or MariaDB at the first statement. `npx oauth migrate` creates the tables. */
export function openStorage() {
  const { DATABASE_URL } = process.env
  if (DATABASE_URL === undefined) throw new Error('DATABASE_URL is not set')
  const db = new Kysely<object>({ dialect: new MysqlDialect({ pool: createPool(DATABASE_URL) }) })
  return { storage: kyselyStorage(db), db }
}
