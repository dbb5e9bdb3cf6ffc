import { type Kysely, type Migration, Migrator } from 'kysely'
import { type DialectName, dialectName, readDialect } from '../dialect.ts'
import { type TableNames, type TableOptions, tableNames } from '../schema.ts'
import { readSchemaVersion, refuseSchema } from '../schema-check.ts'
import type { SchemaChange } from './schema-change.ts'
import { schemaChanges } from './schema-changes.ts'
import { schemaVersion } from './schema-version.ts'

export type { DialectName } from '../dialect.ts'

export interface MigrationOptions extends TableOptions {
  /** What kind of database it is, where the adapter of the Kysely instance does not tell. */
  readonly dialect?: DialectName
}

type Step = (db: Kysely<unknown>) => Promise<void>

/** Whole or not at all, also on SQLite, where Kysely opens no transaction for migrations. MySQL has none for them. */
function step(tables: TableNames, chosen: DialectName | undefined, statements: SchemaChange['up']): Step {
  return async (db) => {
    const dialect = await readDialect(db, dialectName(db, chosen))
    const run: Step = async (connection) => {
      for (const statement of statements({ db: connection, tables, dialect })) await statement.execute()
    }
    await (db.isTransaction || !dialect.transactional ? run(db) : db.transaction().execute(run))
  }
}

/**
 * The migrations by name, for a host that runs them with a Kysely `Migrator` of its own, beside its own migrations. They
 * depend on nothing but the tables that the earlier ones made, so they may be given other names, in the same order.
 * Throws a `TypeError` for a table prefix that cannot be one.
 */
export function migrations(options: MigrationOptions = {}): Record<string, Migration> {
  const tables = tableNames(options)
  return Object.fromEntries(
    Object.entries(schemaChanges).map(([name, { up, down }]) => [
      name,
      { up: step(tables, options.dialect, up), down: step(tables, options.dialect, down) },
    ]),
  )
}

/**
 * The Kysely `Migrator` of these migrations, for steps that {@link migrate} does not take (down, to a certain one).
 * What has run is kept in `oauth_migrations` (behind another prefix with that), apart from the host's own migrations.
 */
export function migrator<Database>(db: Kysely<Database>, options: MigrationOptions = {}): Migrator {
  const tables = tableNames(options)
  return new Migrator({
    db: db.withoutPlugins(),
    provider: { getMigrations: async () => migrations(options) },
    migrationTableName: tables.migrations,
    migrationLockTableName: tables.migrationLock,
  })
}

/** The last migration that was begun in this process. */
let last: Promise<unknown> = Promise.resolve()

/**
 * Brings the tables up to date. May be called at every start: what has run already is not run again, and tables that a
 * newer version of the package has left fit for this one stay as they are. Several processes may call it at once on
 * PostgreSQL and MySQL, which Kysely locks; on SQLite that is what `sqliteStorage` does by itself. Rejects with the cause
 * when a migration fails, and when the tables are too new.
 */
export async function migrate<Database>(db: Kysely<Database>, options: MigrationOptions = {}): Promise<void> {
  // One after the other within a process: a synchronous SQLite driver that waits for a lock blocks its holder, too.
  const migration = last.then(() => bringUp(db, options))
  last = migration.catch(() => undefined)
  await migration
}

async function bringUp<Database>(db: Kysely<Database>, options: MigrationOptions): Promise<void> {
  const tables = tableNames(options)
  const found = await readSchemaVersion(db.withoutPlugins(), tables)
  if (found !== undefined && found.version >= schemaVersion) {
    const refusal = refuseSchema(found, tables)
    if (refusal !== undefined) throw new Error(refusal)
    return
  }
  const { error } = await migrator(db, options).migrateToLatest()
  if (error !== undefined) throw error
}
