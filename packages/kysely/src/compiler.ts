import { DummyDriver, Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely'
import type { OAuthTables } from './schema.ts'

/** Makes a Kysely instance that only compiles statements for SQLite. Another driver runs them. */
export function sqliteCompiler(): Kysely<OAuthTables> {
  return new Kysely<OAuthTables>({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new SqliteIntrospector(db),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  })
}
