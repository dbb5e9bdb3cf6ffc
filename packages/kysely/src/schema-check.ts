import type { Awaitable } from '@oauth/core'
import type { Kysely, SelectQueryBuilder } from 'kysely'
import { isMissingTable } from './errors.ts'
import { schemaVersion } from './migrations/schema-version.ts'
import type { Runner } from './runner.ts'
import type { OAuthTables, Schema, SchemaRow, TableNames } from './schema.ts'
import { type Bind, statement } from './statement.ts'

/** What the table `schema` says. */
export interface FoundSchema {
  readonly version: number
  readonly compatibleSince: number
}

/** The query for the version of the schema. */
export function selectVersion(
  db: Kysely<OAuthTables>,
  tables: TableNames,
): SelectQueryBuilder<OAuthTables, 'oauth_schema', Omit<SchemaRow, 'id'>> {
  return db.selectFrom(tables.schema).select(['version', 'compatible_since']).where('id', '=', 1)
}

/** PostgreSQL may answer integers as text, depending on the settings of the driver. */
export function foundSchema(row: Omit<SchemaRow, 'id'> | undefined): FoundSchema | undefined {
  return row && { version: Number(row.version), compatibleSince: Number(row.compatible_since) }
}

/** Which schema the tables have; `undefined` where there are none. */
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

/** Why this version of the package cannot work with the tables; `undefined` when it can. */
export function refuseSchema(found: FoundSchema | undefined, tables: TableNames): string | undefined {
  const named = tables.clients.replace(/clients$/, '…')
  if (found === undefined) {
    return `the tables of @oauth/kysely (${named}) are not there: run migrate(db) of @oauth/kysely/migrations`
  }
  const { version, compatibleSince } = found
  if (version < schemaVersion) {
    return `the tables of @oauth/kysely (${named}) have schema ${version}, and this version of the package needs ${schemaVersion}: run migrate(db) of @oauth/kysely/migrations`
  }
  if (compatibleSince > schemaVersion) {
    return `the tables of @oauth/kysely (${named}) have schema ${version}, which this version of the package (schema ${schemaVersion}) cannot work with: update @oauth/kysely`
  }
  return undefined
}

/**
 * The same runner, which looks at the version of the schema before the first statement: once, when it fits. While it does
 * not, or cannot be read, no statement runs and the next call looks again.
 */
export function checkedRunner(runner: Runner, { db, tables }: Schema): Runner {
  const read = statement((_bind: Bind<object>) => selectVersion(db, tables))
  let fits = false
  let checking: Promise<void> | undefined

  function judge(found: FoundSchema | undefined): void {
    const refusal = refuseSchema(found, tables)
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
      checking = found.then(judge, unlessMissing).finally(() => {
        checking = undefined
      })
      return checking
    } catch (error) {
      unlessMissing(error)
    }
  }

  function whenFit<T>(run: () => Awaitable<T>): Awaitable<T> {
    if (fits) return run()
    const checked = checking ?? check()
    return checked instanceof Promise ? checked.then(run) : run()
  }

  return {
    find: (...args) => whenFit(() => runner.find(...args)),
    list: (...args) => whenFit(() => runner.list(...args)),
    write: (...args) => whenFit(() => runner.write(...args)),
    transaction: (program) => whenFit(() => runner.transaction(program)),
    sequence: (program) => whenFit(() => runner.sequence(program)),
  }
}
