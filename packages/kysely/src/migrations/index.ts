import { type Kysely, type Migration, Migrator } from 'kysely'
import { type DialectName, dialectName, readDialect } from '../dialect.ts'
import { type TableNames, type TableOptions, tableNames } from '../schema.ts'
import { readSchemaVersion, refuseSchema } from '../schema-check.ts'
import type { SchemaChange } from './schema-change.ts'
import { schemaChanges } from './schema-changes.ts'
import { schemaVersion } from './schema-version.ts'

export type { DialectName } from '../dialect.ts'

export interface MigrationOptions extends TableOptions {
  /** The kind of database. Needed only if the Kysely instance uses an adapter that is not one of Kysely's own. */
  readonly dialect?: DialectName
}

type Step = (db: Kysely<unknown>) => Promise<void>

/** Runs a migration in a transaction, also on SQLite, where Kysely opens none. MySQL has no transactions for schema changes. */
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
 * Returns the migrations by name, for a host that runs them with its own Kysely `Migrator` among its own migrations. The
 * host may give them other names, if their order stays the same.
 * @throws {TypeError} when the table prefix is invalid
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
 * Makes the Kysely `Migrator` of these migrations, for steps that {@link migrate} does not take: down, or to a certain
 * migration. It records the executed migrations in `oauth_migrations` (with your prefix), apart from your own migrations.
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

/** The last migration that this process has begun. */
let last: Promise<unknown> = Promise.resolve()

/**
 * Creates the tables or brings them up to date. Call it at every start: it runs only missing migrations, and leaves tables
 * of a newer version alone if this version can work with them. On PostgreSQL and MySQL several processes may call it at
 * once, because Kysely takes a lock; for SQLite, `sqliteStorage` migrates by itself. Rejects with the cause when a
 * migration fails, and when the tables are too new.
 */
export async function migrate<Database>(db: Kysely<Database>, options: MigrationOptions = {}): Promise<void> {
  // Run one after the other within a process: a synchronous SQLite driver that waits for a lock also blocks its holder.
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
