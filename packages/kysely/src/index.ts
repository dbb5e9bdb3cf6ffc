import type { Storage } from '@oauth/core'
import type { Kysely } from 'kysely'
import { type DialectName, dialectName } from './dialect.ts'
import { kyselyRunner } from './kysely-runner.ts'
import { type OAuthTables, type TableOptions, tableNames } from './schema.ts'
import { storageOn } from './storage.ts'

export type { DialectName } from './dialect.ts'
export type { OAuthTables, TableOptions } from './schema.ts'

export interface KyselyStorageOptions extends TableOptions {
  /** What kind of database it is, where the adapter of the Kysely instance does not tell. */
  readonly dialect?: DialectName
  /**
   * Seconds within which the database has to answer, waiting for a connection and repetitions included; a verb that
   * takes longer throws `StorageUnavailableError`. `purgeExpired` has them for each of its statements. Default: 5.
   */
  readonly timeoutSeconds?: number
}

/** A timer has 31 bits of milliseconds. */
const longestTimeout = 86_400

/**
 * A storage in the database of a host's own Kysely instance, beside the host's tables. The tables have to be there:
 * see `migrate` and `migrations` in `@oauth/kysely/migrations`. Plugins of the instance are not applied. For SQLite
 * prefer `sqliteStorage` of `@oauth/kysely/sqlite`, which is two to four times as fast.
 *
 * Its verbs throw `StorageUnavailableError` of `@oauth/core` while the database is away. Throws a `TypeError` for an
 * option that cannot be meant.
 */
export function kyselyStorage<Database>(db: Kysely<Database>, options: KyselyStorageOptions = {}): Storage {
  const { timeoutSeconds = 5 } = options
  if (typeof timeoutSeconds !== 'number' || !(timeoutSeconds > 0 && timeoutSeconds <= longestTimeout)) {
    throw new TypeError(`@oauth/kysely: timeoutSeconds has to be above 0 and at most ${longestTimeout}`)
  }
  // What else is in the database is the host's business; these statements name only tables of this package.
  const own = db.withoutPlugins() as unknown as Kysely<OAuthTables>
  const schema = { db: own, tables: tableNames(options), dialect: dialectName(own, options.dialect) }
  return storageOn(schema, kyselyRunner(own, timeoutSeconds))
}
