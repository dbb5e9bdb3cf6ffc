import Database from 'better-sqlite3'
import { Kysely, SqliteDialect } from 'kysely'
import { describe, expect, test } from 'vitest'
import { grantRecord, recordEntry } from '../../core/src/testing/storage-fixtures.ts'
import { kyselyStorage } from '../src/index.ts'
import { migrate } from '../src/migrations/index.ts'

type Storage = ReturnType<typeof kyselyStorage>

/** Runs a verb on SQLite, and returns the query plan of its last statement. */
async function planOf(run: (storage: Storage) => unknown): Promise<string> {
  const database = new Database(':memory:')
  const queries: { readonly sql: string; readonly parameters: readonly unknown[] }[] = []
  const db = new Kysely<object>({
    dialect: new SqliteDialect({ database }),
    log: ({ query }) => void queries.push(query),
  })
  await migrate(db)
  const storage = kyselyStorage(db)
  await storage.grants.commit({ grant: grantRecord() })
  await storage.records.insert(recordEntry())
  await run(storage)
  const last = queries.at(-1)
  const plan = database.prepare(`explain query plan ${last?.sql}`).all(last?.parameters) as {
    readonly detail: string
  }[]
  await db.destroy()
  return plan.map(({ detail }) => detail).join(' | ')
}

const [now, userId, clientId, sessionId] = [1, 'user', 'client', 'session']
const kind = 'session-client'

describe('the index by which SQLite finds what a verb names', () => {
  test.each<[string, string, (storage: Storage) => unknown]>([
    ['grants.list', 'grants_user_id', ({ grants }) => grants.list({ userId, now })],
    ['grants.revokeAll of a user', 'grants_user_id', ({ grants }) => grants.revokeAll({ userId, now })],
    ['grants.revokeAll of a client', 'grants_client_id', ({ grants }) => grants.revokeAll({ clientId, now })],
    [
      'grants.revokeAll of a user at a client',
      'grants_user_id',
      ({ grants }) => grants.revokeAll({ userId, clientId, now }),
    ],
    [
      'grants.revokeAll of a session',
      'grants_session_id',
      ({ grants }) => grants.revokeAll({ sessionId, offline: false, now }),
    ],
    [
      'grants.revokeAll of a session of a user at a client',
      'grants_session_id',
      ({ grants }) => grants.revokeAll({ sessionId, userId, clientId, now }),
    ],
    [
      'ranges.listSigningKeys',
      'signing_keys_algorithm_generation',
      ({ ranges }) => ranges?.listSigningKeys({ from: 'a:', below: 'a;' }),
    ],
    ['records.list', 'records_owner_id', ({ records }) => records.list({ kind, ownerId: 'owner', limit: 10 })],
    [
      'records.list after a record',
      'records_owner_id',
      ({ records }) => records.list({ kind, ownerId: 'owner', limit: 10, after: 'a' }),
    ],
    ['records.deleteAll of a user', 'records_user_id', ({ records }) => records.deleteAll({ kind, userId })],
    ['records.deleteAll of a client', 'records_client_id', ({ records }) => records.deleteAll({ kind, clientId })],
    [
      'records.deleteAll of a user at a client',
      'records_user_id',
      ({ records }) => records.deleteAll({ kind, clientId, userId }),
    ],
  ])('%s searches by the index %s on SQLite', async (_verb, index, run) => {
    expect(await planOf(run)).toMatch(new RegExp(`SEARCH \\S+ USING INDEX oauth_${index} \\(`))
  })
})
