import type { Kysely } from 'kysely'
import { sqliteCompiler } from '../compiler.ts'
import { sqliteDialect } from '../dialect.ts'
import { isMissingTable } from '../errors.ts'
import { schemaChanges } from '../migrations/schema-changes.ts'
import { type TableNames, type TableOptions, tableNames } from '../schema.ts'
import { createMigrationTable, recordMigration } from '../sqlite/migrate-sqlite.ts'
import type { D1Client, D1Statement } from './client.ts'

interface CompiledStatement {
  readonly sql: string
  readonly parameters: readonly unknown[]
}

/** Returns the statements of every migration, by its name. */
function compiledChanges(tables: TableNames): readonly (readonly [string, readonly CompiledStatement[]])[] {
  const db = sqliteCompiler() as unknown as Kysely<unknown>
  return Object.entries(schemaChanges).map(([name, change]) => [
    name,
    change.up({ db, tables, dialect: sqliteDialect }).map((statement) => statement.compile()),
  ])
}

/**
 * Creates the tables in a D1 database or brings them up to date. Each migration is one batch: it takes place as a whole or
 * not at all. Several Workers may call it at once. It records the executed migrations in `oauth_migrations` (with your
 * prefix), where it also finds those of `d1MigrationSql`.
 */
export async function migrateD1(database: D1Client, options: TableOptions = {}): Promise<void> {
  const tables = tableNames(options)
  const prepare = ({ sql, parameters }: CompiledStatement): D1Statement =>
    database.prepare(sql).bind(...(parameters as never[]))
  const run = (statements: readonly CompiledStatement[]) => database.batch(statements.map(prepare) as never[])

  async function executed(): Promise<ReadonlySet<unknown>> {
    try {
      const [found] = await run([{ sql: `select "name" from "${tables.migrations}"`, parameters: [] }])
      return new Set(found?.results.map((row) => (row as { readonly name: string }).name))
    } catch (error) {
      if (isMissingTable(error)) return new Set()
      throw error
    }
  }

  for (const [name, statements] of compiledChanges(tables)) {
    if ((await executed()).has(name)) continue
    const record = { sql: recordMigration(tables), parameters: [name, new Date().toISOString()] }
    try {
      // The record comes first: of two Workers, the second one fails there and changes nothing.
      await run([{ sql: createMigrationTable(tables), parameters: [] }, record, ...statements])
    } catch (error) {
      if (!(await executed()).has(name)) throw error
    }
  }
}

/**
 * Returns the migrations as SQL text, for a file in the `migrations` folder of `wrangler d1 migrations`. Write a new file
 * for each new version of this package, and pass the name of the last migration that your earlier files have.
 * @param options `after`: the name of the last migration to leave out, for instance `0004_withdrawals`
 * @throws {TypeError} when there is no migration with the name `after`, or the table prefix is invalid
 */
export function d1MigrationSql(options: TableOptions & { readonly after?: string } = {}): string {
  const tables = tableNames(options)
  const changes = compiledChanges(tables)
  const start = options.after === undefined ? 0 : changes.findIndex(([name]) => name === options.after) + 1
  if (options.after !== undefined && start === 0) {
    const known = changes.map(([name]) => name).join(', ')
    throw new TypeError(`d1MigrationSql: after must be one of ${known}; got ${JSON.stringify(options.after)}`)
  }
  const record = (name: string): CompiledStatement => ({
    sql: recordMigration(tables),
    parameters: [name, new Date().toISOString()],
  })
  return [
    { sql: createMigrationTable(tables), parameters: [] },
    ...changes.slice(start).flatMap(([name, statements]) => [...statements, record(name)]),
  ]
    .map((statement) => `${inlined(statement)};\n`)
    .join('')
}

/** Puts the parameters of a statement into its text. Migrations have a few numbers and names as parameters. */
function inlined({ sql, parameters }: CompiledStatement): string {
  let next = 0
  const text = sql.replace(/\?/g, () => {
    const value = parameters[next++]
    return typeof value === 'number' ? String(value) : `'${String(value).replaceAll("'", "''")}'`
  })
  return text.replace(/\s*\n\s*/g, ' ')
}
