import { type Kysely, type Migration, Migrator } from 'kysely'
import { tables } from '../schema.ts'
import type { SchemaChange } from './schema-change.ts'
import { schemaChanges } from './schema-changes.ts'

type Step = (db: Kysely<unknown>) => Promise<void>

/** Whole or not at all, also on SQLite, where Kysely opens no transaction for migrations. MySQL has none for them. */
function step(statements: SchemaChange['up']): Step {
  const run: Step = async (db) => {
    for (const statement of statements(db)) await statement.execute()
  }
  return (db) => (db.isTransaction ? run(db) : db.transaction().execute(run))
}

/** The migrations by name, for a host that runs them with a Kysely `Migrator` of its own. */
export const migrations: Readonly<Record<string, Migration>> = Object.fromEntries(
  Object.entries(schemaChanges).map(([name, change]) => [name, { up: step(change.up), down: step(change.down) }]),
)

/**
 * The Kysely `Migrator` of these migrations, for steps that {@link migrate} does not take (down, to a certain one).
 * What has run is kept in `oauth_migrations`, apart from the host's own migrations.
 */
export function migrator<Database>(db: Kysely<Database>): Migrator {
  return new Migrator({
    db: db.withoutPlugins(),
    provider: { getMigrations: async () => ({ ...migrations }) },
    migrationTableName: tables.migrations,
    migrationLockTableName: tables.migrationLock,
  })
}

/** The last migration that was begun in this process. */
let last: Promise<unknown> = Promise.resolve()

/**
 * Brings the tables up to date. May be called at every start: what has run already is not run again. Several processes
 * may call it at once on PostgreSQL and MySQL, which Kysely locks; on SQLite that is what `sqliteStorage` does by itself.
 * Rejects with the cause when a migration fails.
 */
export async function migrate<Database>(db: Kysely<Database>): Promise<void> {
  // One after the other within a process: a synchronous SQLite driver that waits for a lock blocks its holder, too.
  const migration = last.then(() => migrator(db).migrateToLatest())
  last = migration.catch(() => undefined)
  const { error } = await migration
  if (error !== undefined) throw error
}
