import type { Awaitable } from '@oauth/core'
import type { Kysely, SelectQueryBuilder } from 'kysely'
import { isMissingTable } from './errors.ts'
import { schemaVersion } from './migrations/schema-version.ts'
import type { Runner } from './runner.ts'
import type { OAuthTables, Schema, SchemaRow, TableNames } from './schema.ts'
import { type Bind, statement } from './statement.ts'

/** The version in the table `schema`. */
export interface FoundSchema {
  readonly version: number
  readonly compatibleSince: number
}

/** Makes the query for the version of the schema. */
export function selectVersion(
  db: Kysely<OAuthTables>,
  tables: TableNames,
): SelectQueryBuilder<OAuthTables, 'oauth_schema', Omit<SchemaRow, 'id'>> {
  return db.selectFrom(tables.schema).select(['version', 'compatible_since']).where('id', '=', 1)
}

/** Decodes the row of the table `schema`. PostgreSQL may return integers as text, depending on the driver's settings. */
export function foundSchema(row: Omit<SchemaRow, 'id'> | undefined): FoundSchema | undefined {
  return row && { version: Number(row.version), compatibleSince: Number(row.compatible_since) }
}

/** Reads which schema the tables have. Returns `undefined` when they do not exist. */
export async function readSchemaVersion<Database>(
  db: Kysely<Database>,
  tables: TableNames,
): Promise<FoundSchema | undefined> {
  try {
    return foundSchema(await selectVersion(db as unknown as Kysely<OAuthTables>, tables).executeTakeFirst())
  } catch (error) {
    if (isMissingTable(error)) return undefined
    throw error
  }
}

/** Returns why this version of the package cannot work with the tables, or `undefined` when it can. */
export function refuseSchema(
  found: FoundSchema | undefined,
  tables: TableNames,
  migration = 'migrate(db) of @oauth/kysely/migrations, or npx oauth migrate of @oauth/cli',
): string | undefined {
  const named = tables.clients.replace(/clients$/, '…')
  if (found === undefined) {
    return `the tables of @oauth/kysely (${named}) do not exist: run ${migration}`
  }
  const { version, compatibleSince } = found
  if (version < schemaVersion) {
    return `the tables of @oauth/kysely (${named}) have schema ${version}, and this version of the package needs ${schemaVersion}: run ${migration}`
  }
  if (compatibleSince > schemaVersion) {
    return `the tables of @oauth/kysely (${named}) have schema ${version}, which this version of the package (schema ${schemaVersion}) cannot work with: update @oauth/kysely`
  }
  return undefined
}

/** Runs a call once the version of the schema is known to be right. */
export type WhenFit = <T>(run: () => Awaitable<T>) => Awaitable<T>

/**
 * Makes the check of the schema's version before the first statement. If the version is right, it does not check again. If it
 * is wrong or cannot be read, the call does not run, and the next call checks again.
 * @param isShared whether calls at the same time share one check. Not on D1: on Workers a request must not wait for a promise
 * of another request, which may end before
 */
export function createWhenFit(runner: Runner, { db, tables, migration }: Schema, isShared = true): WhenFit {
  const read = statement((_bind: Bind<object>) => selectVersion(db, tables))
  let fits = false
  let checking: Promise<void> | undefined

  function judge(found: FoundSchema | undefined): void {
    const refusal = refuseSchema(found, tables, migration)
    if (refusal !== undefined) throw new Error(refusal)
    fits = true
  }

  function unlessMissing(error: unknown): void {
    if (!isMissingTable(error)) throw error
    judge(undefined)
  }

  function check(): Awaitable<void> {
    try {
      const found = runner.find(read, {}, foundSchema)
      if (!(found instanceof Promise)) return judge(found)
      const checked = found.then(judge, unlessMissing)
      if (!isShared) return checked
      checking = checked.finally(() => {
        checking = undefined
      })
      return checking
    } catch (error) {
      unlessMissing(error)
    }
  }

  return (run) => {
    if (fits) return run()
    const checked = checking ?? check()
    return checked instanceof Promise ? checked.then(run) : run()
  }
}

/** Wraps a runner: its statements run once the version of the schema is known to be right. */
export function checkedRunner(runner: Runner, whenFit: WhenFit): Runner {
  return {
    find: (...args) => whenFit(() => runner.find(...args)),
    list: (...args) => whenFit(() => runner.list(...args)),
    write: (...args) => whenFit(() => runner.write(...args)),
    transaction: (program) => whenFit(() => runner.transaction(program)),
    sequence: (program) => whenFit(() => runner.sequence(program)),
  }
}
