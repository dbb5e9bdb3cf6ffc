import type { Storage } from '@oauth/core'
import type { Kysely } from 'kysely'
import { type DialectName, dialectName } from './dialect.ts'
import { kyselyRunner } from './kysely-runner.ts'
import { type OAuthTables, type TableOptions, tableNames } from './schema.ts'
import { storageOn } from './storage.ts'
import { checkTimeout, defaultTimeout } from './time-limit.ts'

export type { DialectName } from './dialect.ts'
export { type FailoverPoolOptions, failoverPool } from './failover-pool.ts'
export { preparedStatements } from './prepared-statements.ts'
export type { OAuthTables, TableOptions } from './schema.ts'

export interface KyselyStorageOptions extends TableOptions {
  /** The kind of database. Needed only if the Kysely instance uses an adapter that is not one of Kysely's own. */
  readonly dialect?: DialectName
  /**
   * Seconds within which the database must answer, including the wait for a connection and repetitions. A verb that takes
   * longer throws `StorageUnavailableError`. For `purgeExpired` the limit applies to each statement. Default: 5.
   */
  readonly timeoutSeconds?: number
}

/**
 * Makes a storage in the database of your own Kysely instance, beside your tables. Create its tables first, with `migrate`
 * or `migrations` of `@oauth/kysely/migrations`. Plugins of the instance are not applied. For SQLite prefer
 * `sqliteStorage` of `@oauth/kysely/sqlite`, which is two to four times as fast.
 *
 * The verbs throw `StorageUnavailableError` of `@oauth/core` while the database is unavailable.
 * @throws {TypeError} when an option has an invalid value
 * @example
 * const db = new Kysely<object>({ dialect: new PostgresDialect({ pool: preparedStatements(pool) }) })
 * await migrate(db)
 * const provider = createProvider({ storage: kyselyStorage(db), … })
 */
export function kyselyStorage<Database>(db: Kysely<Database>, options: KyselyStorageOptions = {}): Storage {
  const { timeoutSeconds = defaultTimeout } = options
  checkTimeout(timeoutSeconds)
  // The cast is safe: the statements use only the tables of this package.
  const own = db.withoutPlugins() as unknown as Kysely<OAuthTables>
  const schema = { db: own, tables: tableNames(options), dialect: dialectName(own, options.dialect) }
  return storageOn(schema, kyselyRunner(own, timeoutSeconds))
}
