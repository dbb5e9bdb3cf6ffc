import type { Kysely } from 'kysely'
import { sqliteDialect } from '../dialect.ts'
import { schemaChanges } from '../migrations/schema-changes.ts'
import type { TableNames } from '../schema.ts'
import { noParameters, type SqliteStatements } from './connection.ts'

/**
 * Migrates synchronously, so that a storage is ready when it is constructed. It records the migrations in the same table as
 * Kysely's `Migrator`, so `migrate` may continue where this function ended, and the reverse.
 * @param db compiles the statements
 */
export function migrateSqlite(database: SqliteStatements, db: Kysely<unknown>, tables: TableNames): void {
  database.prepare(createMigrationTable(tables)).run(noParameters)
  const executed = database.prepare(`select "name" from "${tables.migrations}"`)
  const record = database.prepare(recordMigration(tables))
  const pending = () => {
    const names = new Set((executed.all(noParameters) as readonly { readonly name: string }[]).map(({ name }) => name))
    return Object.entries(schemaChanges).filter(([name]) => !names.has(name))
  }
  if (pending().length === 0) return
  database.transaction(() => {
    // Check again under the write lock: another process may have migrated in the meantime.
    for (const [name, change] of pending()) {
      for (const statement of change.up({ db, tables, dialect: sqliteDialect })) {
        const { sql, parameters } = statement.compile()
        database.prepare(sql).run(parameters)
      }
      record.run([name, new Date().toISOString()])
    }
  })
}

/** The table in which Kysely's `Migrator` records migrations. */
export function createMigrationTable(tables: TableNames): string {
  return `create table if not exists "${tables.migrations}" ("name" varchar(255) not null primary key, "timestamp" varchar(255) not null)`
}

export function recordMigration(tables: TableNames): string {
  return `insert into "${tables.migrations}" ("name", "timestamp") values (?, ?)`
}
