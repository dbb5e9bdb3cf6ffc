import Database from 'better-sqlite3'
import { Kysely, SqliteDialect } from 'kysely'

// The database of another server, as a host's module gives it to `oauth import`.
export const db: Kysely<object> = new Kysely<object>({
  dialect: new SqliteDialect({ database: new Database(process.env.FOREIGN ?? ':memory:', { readonly: true }) }),
})
