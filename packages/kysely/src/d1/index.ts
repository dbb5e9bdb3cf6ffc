import type { Storage } from '@oauth/core'
import { sqliteCompiler } from '../compiler.ts'
import { type Schema, type TableOptions, tableNames } from '../schema.ts'
import { createWhenFit } from '../schema-check.ts'
import { storageOn } from '../storage.ts'
import type { D1Client } from './client.ts'
import { conditionalVerbs } from './conditional-verbs.ts'
import { type D1Runner, d1Runner } from './d1-runner.ts'

export type { D1Client, D1Result, D1Statement } from './client.ts'
export { d1MigrationSql, migrateD1 } from './migrate-d1.ts'

export interface D1StorageOptions extends TableOptions {
  /**
   * Seconds within which D1 must answer. A verb that takes longer throws `StorageUnavailableError`. For `purgeExpired` the
   * limit applies to each statement. Default: 5.
   */
  readonly timeoutSeconds?: number
}

/**
 * Makes a storage in a Cloudflare D1 database. Create its tables first, with `migrateD1` or with a file of
 * `d1MigrationSql`.
 *
 * D1 has no transactions in which a statement may depend on the answer of another. A verb that may succeed once is
 * therefore one batch: its first statements demand what the verb needs (the code is not consumed, the grant is not revoked),
 * and when that does not hold, they fail and D1 rolls the whole batch back.
 *
 * Pass the binding itself, and no session of D1 that may read from a replica: a revoked token must be refused at once.
 *
 * The verbs throw `StorageUnavailableError` of `@oauth/core` while D1 is unavailable.
 * @throws {TypeError} when an option has an invalid value
 * @example
 * const provider = createProvider({ storage: d1Storage(env.DB), … })
 */
export function d1Storage(database: D1Client, options: D1StorageOptions = {}): Storage {
  const { timeoutSeconds = 5 } = options
  if (typeof timeoutSeconds !== 'number' || !(timeoutSeconds > 0 && timeoutSeconds <= 86_400)) {
    throw new TypeError('d1Storage: timeoutSeconds must be a number above 0 and at most 86400')
  }
  const migration = 'migrateD1(env.DB) of @oauth/kysely/d1'
  const schema: Schema = { db: sqliteCompiler(), tables: tableNames(options), dialect: 'sqlite', migration }
  const runner = d1Runner(database, timeoutSeconds)
  const whenFit = createWhenFit(runner, schema, false)
  const checked: D1Runner = { ...runner, batch: async (steps) => whenFit(() => runner.batch(steps)) }
  return conditionalVerbs(schema, checked, storageOn(schema, runner, whenFit))
}
