import { createRequire } from 'node:module'
import { relative, resolve } from 'node:path'
import type { MigrationOptions } from '@oauth/kysely/migrations'
import type { Kysely, Migrator } from 'kysely'
import type { CommandIo } from '../command-io.ts'
import { CommandError, UsageError } from '../errors.ts'
import { closeExports } from './close-exports.ts'
import { importModule, type ModuleExports } from './import-module.ts'
import { loadEnvironment } from './load-host.ts'
import { findProject } from './project.ts'

/** What `@oauth/kysely/migrations` exports, in the version of the host. */
export interface Migrations {
  migrate(db: Kysely<unknown>, options?: MigrationOptions): Promise<void>
  migrator(db: Kysely<unknown>, options?: MigrationOptions): Migrator
}

/** What the options of the command say about the database. */
export interface DatabaseValues {
  readonly storage: string | undefined
  readonly env: string | undefined
}

/**
 * Loads the Kysely instance of the host and the migrations of the host's version, passes them on, and closes the database.
 * @returns what `use` returned
 * @throws {UsageError} when no module is named
 * @throws {CommandError} when the module exports no Kysely instance, or `@oauth/kysely` is not installed
 */
export async function withDatabase<const Result>(
  io: CommandIo,
  values: DatabaseValues,
  use: (db: Kysely<unknown>, migrations: Migrations) => Promise<Result>,
): Promise<Result> {
  const project = findProject(io.directory)
  const file = values.storage === undefined ? project.provider : resolve(io.directory, values.storage)
  if (file === undefined) {
    throw new UsageError(
      'No module exports the database: name it with --storage, or the module of the provider in package.json ("oauth": { "provider": "./src/oauth.ts" }).',
    )
  }
  loadEnvironment(io, values.env, project)
  const exported = await importModule(file)
  const db = await databaseIn(exported, relative(io.directory, file))
  try {
    return await use(db, await migrationsBeside(file))
  } finally {
    await closeExports({ storage: exported.storage, db })
  }
}

/**
 * Returns the Kysely instance that a module exports.
 * @throws {CommandError} when it exports none
 */
export async function databaseIn({ db, storage, default: own }: ModuleExports, path: string): Promise<Kysely<unknown>> {
  const of = (value: unknown): unknown => (value as { readonly db?: unknown } | undefined)?.db
  for (const one of [typeof db === 'function' ? db() : db, of(storage), of(own), own]) {
    const value: unknown = await one
    if (isKysely(value)) return value
  }
  throw new CommandError(
    `${path} exports no Kysely instance: export it as db, or a storage that has one as storage (sqliteStorage does)`,
  )
}

async function migrationsBeside(file: string): Promise<Migrations> {
  let path: string
  try {
    path = createRequire(file).resolve('@oauth/kysely/migrations')
  } catch {
    throw new CommandError(`@oauth/kysely is not installed beside ${file}: only its tables can be migrated`)
  }
  return (await importModule(path)) as unknown as Migrations
}

function isKysely(value: unknown): value is Kysely<unknown> {
  const { selectFrom, destroy } = (value ?? {}) as Partial<Kysely<unknown>>
  return typeof selectFrom === 'function' && typeof destroy === 'function'
}
