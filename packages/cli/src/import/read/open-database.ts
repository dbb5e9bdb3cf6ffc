import { relative, resolve } from 'node:path'
import type { CommandIo } from '../../command-io.ts'
import { UsageError } from '../../errors.ts'
import { closeExports } from '../../host/close-exports.ts'
import { importModule } from '../../host/import-module.ts'
import { databaseIn } from '../../host/load-database.ts'
import { kyselyDatabase } from './kysely-database.ts'
import { openSqliteFile } from './sqlite-file.ts'
import type { SourceDatabase } from './tables.ts'

/**
 * Opens the database of the other server: an SQLite file, or the Kysely instance that a module exports.
 * @param beside a file of the host, beside which the driver for SQLite is looked for
 * @throws {UsageError} for a URL
 * @throws {CommandError} when it cannot be opened
 */
export async function openDatabase(io: CommandIo, named: string, beside: string): Promise<SourceDatabase> {
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(named)) {
    throw new UsageError(
      '--database takes an SQLite file, or a module that exports a Kysely instance as db. For a URL, write such a module: docs/moving-in.md has one.',
    )
  }
  const file = resolve(io.directory, named)
  if (!/\.[cm]?[jt]s$/.test(file)) return openSqliteFile(file, beside)
  const exported = await importModule(file)
  const db = await databaseIn(exported, relative(io.directory, file))
  return kyselyDatabase(db, () => closeExports({ storage: exported.storage, db }))
}
