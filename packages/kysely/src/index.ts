import type { CompleteStorage } from '@oauth/core'
import type { Kysely } from 'kysely'
import { kyselyRunner } from './kysely-runner.ts'
import { type OAuthTables, tables } from './schema.ts'
import { storageOn } from './storage.ts'

export type { OAuthTables } from './schema.ts'

/**
 * A storage in the database of a host's own Kysely instance, beside the host's tables. The tables have to be there:
 * see `migrate` and `migrations` in `@oauth/kysely/migrations`. Plugins of the instance are not applied. For SQLite
 * prefer `sqliteStorage` of `@oauth/kysely/sqlite`, which is two to four times as fast.
 */
export function kyselyStorage<Database>(db: Kysely<Database>): CompleteStorage {
  // What else is in the database is the host's business; these statements name only tables of this package.
  const own = db.withoutPlugins() as unknown as Kysely<OAuthTables>
  return storageOn({ db: own, tables }, kyselyRunner(own))
}
