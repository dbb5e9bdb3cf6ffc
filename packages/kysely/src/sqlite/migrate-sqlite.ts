import type Database from 'better-sqlite3'
import type { Kysely } from 'kysely'
import { sqliteDialect } from '../dialect.ts'
import { schemaChanges } from '../migrations/schema-changes.ts'
import type { TableNames } from '../schema.ts'

/**
 * Migrates synchronously, so that a storage is ready when it is constructed. It records the migrations in the same table as
 * Kysely's `Migrator`, so `migrate` may continue where this function ended, and the reverse.
 */
export function migrateSqlite(database: Database.Database, db: Kysely<unknown>, tables: TableNames): void {
  database.exec(
    `create table if not exists "${tables.migrations}" ("name" varchar(255) not null primary key, "timestamp" varchar(255) not null)`,
  )
  const executed = database.prepare(`select "name" from "${tables.migrations}"`).pluck()
  const record = database.prepare(`insert into "${tables.migrations}" ("name", "timestamp") values (?, ?)`)
  const pending = () => {
    const names = new Set(executed.all())
    return Object.entries(schemaChanges).filter(([name]) => !names.has(name))
  }
  if (pending().length === 0) return
  database
    .transaction(() => {
      // Check again under the write lock: another process may have migrated in the meantime.
      for (const [name, change] of pending()) {
        for (const statement of change.up({ db, tables, dialect: sqliteDialect })) {
          const { sql, parameters } = statement.compile()
          database.prepare(sql).run(...parameters)
        }
        record.run(name, new Date().toISOString())
      }
    })
    .immediate()
}
