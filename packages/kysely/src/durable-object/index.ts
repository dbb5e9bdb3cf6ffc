import type { Storage } from '@oauth/core'
import type { Kysely } from 'kysely'
import { sqliteCompiler } from '../compiler.ts'
import { type TableOptions, tableNames } from '../schema.ts'
import { migrateSqlite } from '../sqlite/migrate-sqlite.ts'
import { refuseNewer } from '../sqlite/refuse-newer.ts'
import { storageOn } from '../storage.ts'
import { durableObjectRunner } from './durable-object-runner.ts'
import { type DurableObjectDatabase, statementsOf } from './statements.ts'

export type { DurableObjectDatabase } from './statements.ts'

export interface DurableObjectStorageOptions extends TableOptions {
  /** Creates and updates the tables when the storage is constructed. Default: `true`. */
  readonly migrate?: boolean
}

/**
 * Makes a storage in the SQLite database of a Cloudflare Durable Object. Construct it in the constructor of the object,
 * from `ctx.storage`, and construct the provider beside it. It creates and migrates its tables, so it is ready at once.
 *
 * Every verb is synchronous, and those of several statements are one transaction. A response leaves the object only after
 * everything that was written before is on disk on several machines (the output gate of Durable Objects).
 *
 * The verbs throw `StorageUnavailableError` of `@oauth/core` while the database cannot be written.
 * @throws {TypeError} when the class of the object has no SQLite (`new_sqlite_classes` in the configuration of wrangler)
 * @throws when a newer version of this package has made the tables and this version cannot work with them
 * @example
 * export class Identity extends DurableObject<Env> {
 *   readonly provider = createProvider({ storage: durableObjectStorage(this.ctx.storage), … })
 *   fetch(request: Request) {
 *     return this.provider.fetch(request)
 *   }
 * }
 */
export function durableObjectStorage(
  database: DurableObjectDatabase,
  options: DurableObjectStorageOptions = {},
): Storage {
  const tables = tableNames(options)
  const statements = statementsOf(database)
  const db = sqliteCompiler()
  refuseNewer(statements, tables)
  if (options.migrate !== false) migrateSqlite(statements, db as unknown as Kysely<unknown>, tables)
  return storageOn({ db, tables, dialect: 'sqlite' }, durableObjectRunner(database))
}
