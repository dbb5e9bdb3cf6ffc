import { StorageUnavailableError } from '@oauth/core'
import {
  accessTokenColumns,
  clientColumns,
  codeColumns,
  consentColumns,
  grantColumns,
  recordColumns,
  refreshTokenColumns,
  signingKeyColumns,
} from './columns.ts'
import { isMissingTable } from './errors.ts'
import { readOnlyCheck } from './read-only-check.ts'
import type { Runner } from './runner.ts'
import type { FormerTable, Schema, TableNames } from './schema.ts'
import { type FoundSchema, foundSchema, refuseSchema, selectVersion } from './schema-check.ts'
import { type Bind, statement } from './statement.ts'

/** The tables that the verbs use, with their columns. The compiler refuses this list if a table is missing. */
const columnsOf: {
  readonly [Table in Exclude<
    keyof TableNames,
    FormerTable | 'auditEvents' | 'schema' | 'migrations' | 'migrationLock'
  >]: readonly string[]
} = {
  clients: clientColumns,
  consents: consentColumns,
  grants: grantColumns,
  authorizationCodes: codeColumns,
  accessTokens: accessTokenColumns,
  revokedJwts: ['jti', 'expires_at'],
  refreshTokens: refreshTokenColumns,
  signingKeys: signingKeyColumns,
  records: recordColumns,
}

/**
 * Makes `storage.check`. At each call it asks whether the server is read-only, reads the version of the schema, and selects all
 * columns but no rows of each table.
 * @param runner a runner that does not check the version by itself
 */
export function tableCheck(
  { db, tables, dialect, migration }: Schema,
  runner: Runner,
): () => Promise<string | undefined> {
  const findReadOnly = readOnlyCheck({ db, dialect }, runner)
  const version = statement((_bind: Bind<object>) => selectVersion(db, tables))
  const reads = Object.entries(columnsOf).map(([table, columns]) => {
    const name = tables[table as keyof typeof columnsOf]
    // The cast is needed because the union of all tables is too complex for the compiler.
    const query = db.selectFrom(name as typeof tables.clients).select(columns as never)
    return { name, read: statement((_bind: Bind<object>) => query.limit(0)) }
  })

  async function findVersion(): Promise<FoundSchema | undefined> {
    try {
      return await runner.find(version, {}, foundSchema)
    } catch (error) {
      if (isMissingTable(error)) return undefined
      throw error
    }
  }

  return async () => {
    const readOnly = await findReadOnly()
    if (readOnly !== undefined) return readOnly
    const refusal = refuseSchema(await findVersion(), tables, migration)
    if (refusal !== undefined) return refusal
    for (const { name, read } of reads) {
      try {
        await runner.list(read, {}, () => undefined)
      } catch (error) {
        if (error instanceof StorageUnavailableError) throw error
        return `the table ${name} cannot be read with the columns that this version of @oauth/kysely needs: restore it, or run ${migration ?? 'migrate(db) of @oauth/kysely/migrations'} on an empty database`
      }
    }
    return undefined
  }
}
