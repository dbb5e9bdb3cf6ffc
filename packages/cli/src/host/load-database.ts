import { createRequire } from 'node:module'
import { relative, resolve } from 'node:path'
import type { AuditTrail, AuditTrailOptions } from '@oauth/kysely/audit-trail'
import type { MigrationOptions } from '@oauth/kysely/migrations'
import type { Kysely, Migrator } from 'kysely'
import type { TextOption } from '../command.ts'
import type { CommandIo } from '../command-io.ts'
import { CommandError, UsageError } from '../errors.ts'
import { closeExports } from './close-exports.ts'
import { moduleOptions } from './host-options.ts'
import { importModule, type ModuleExports } from './import-module.ts'
import { loadEnvironment } from './load-host.ts'
import { findProject } from './project.ts'

/** What `@oauth/kysely` exports at the paths that commands use, in the version of the host. */
export interface KyselyParts {
  readonly migrations: {
    migrate(db: Kysely<unknown>, options?: MigrationOptions): Promise<void>
    migrator(db: Kysely<unknown>, options?: MigrationOptions): Migrator
  }
  readonly 'audit-trail': {
    auditTrail(db: Kysely<unknown>, options?: AuditTrailOptions): AuditTrail
  }
}

/** What the options of the command say about the database. */
export interface DatabaseValues {
  readonly storage: string | undefined
  readonly env: string | undefined
}

/** The options of the commands that use the database of the host. */
export const databaseOptions: Readonly<Record<'storage' | 'env' | 'table-prefix' | 'dialect', TextOption>> = {
  storage: {
    kind: 'text',
    value: '<module>',
    summary: 'the module that exports the database; default: that of the provider',
  },
  env: moduleOptions.env,
  'table-prefix': { kind: 'text', value: '<text>', summary: 'the tablePrefix of the storage; default oauth_' },
  dialect: {
    kind: 'text',
    value: '<name>',
    choices: ['sqlite', 'postgres', 'mysql'],
    summary: 'the kind of database, if Kysely cannot tell',
  },
}

/** Returns what the options of the command say about the tables, for functions of `@oauth/kysely`. */
export function tableSettings(values: {
  readonly 'table-prefix': string | undefined
  readonly dialect: string | undefined
}): MigrationOptions {
  const { 'table-prefix': tablePrefix, dialect } = values
  return {
    ...(tablePrefix !== undefined && { tablePrefix }),
    ...(dialect !== undefined && { dialect: dialect as 'sqlite' | 'postgres' | 'mysql' }),
  }
}

/**
 * Loads the Kysely instance of the host and a part of the host's version of `@oauth/kysely`, passes them on, and closes the
 * database.
 * @returns what `use` returned
 * @throws {UsageError} when no module is named
 * @throws {CommandError} when the module exports no Kysely instance, or `@oauth/kysely` is not installed
 */
export async function withDatabase<const Result, Name extends keyof KyselyParts>(
  io: CommandIo,
  values: DatabaseValues,
  name: Name,
  use: (db: Kysely<unknown>, part: KyselyParts[Name]) => Promise<Result>,
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
    return await use(db, await partBeside(file, name))
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

async function partBeside<Name extends keyof KyselyParts>(file: string, name: Name): Promise<KyselyParts[Name]> {
  let path: string
  try {
    path = createRequire(file).resolve(`@oauth/kysely/${name}`)
  } catch {
    throw new CommandError(
      `@oauth/kysely is not installed beside ${file}, or too old: this command is for its tables alone`,
    )
  }
  return (await importModule(path)) as unknown as KyselyParts[Name]
}

function isKysely(value: unknown): value is Kysely<unknown> {
  const { selectFrom, destroy } = (value ?? {}) as Partial<Kysely<unknown>>
  return typeof selectFrom === 'function' && typeof destroy === 'function'
}
