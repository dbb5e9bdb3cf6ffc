import { setTimeout as pause } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { Kysely, SqliteDialect } from 'kysely'
import { describe, expect, test } from 'vitest'
import { accessTokenRecord, now } from '../../core/src/testing/storage-fixtures.ts'
import { createQuickWorld } from '../../core/test/support/tokens.ts'
import { kyselyStorage } from '../src/index.ts'
import { migrate } from '../src/migrations/index.ts'
import { sqliteStorage } from '../src/sqlite/index.ts'

/** Runs a purge that finds nothing, and returns each statement with SQLite's query plan. */
async function purgePlans() {
  const database = new Database(':memory:')
  const deletes: { readonly sql: string; readonly parameters: readonly unknown[] }[] = []
  const db = new Kysely<object>({
    dialect: new SqliteDialect({ database }),
    log: ({ query }) => {
      if (query.sql.startsWith('delete')) deletes.push(query)
    },
  })
  await migrate(db)
  deletes.length = 0
  await kyselyStorage(db).purgeExpired({ now, limit: 1000, unusedClientsBefore: now })
  const plans = deletes.map(({ sql, parameters }) => {
    const plan = database.prepare(`explain query plan ${sql}`).all(parameters) as { readonly detail: string }[]
    return { table: /"(\w+)"/.exec(sql)?.[1] ?? '', plan: plan.map(({ detail }) => detail).join('\n') }
  })
  const expiring = database
    .prepare(`select m.name from sqlite_schema m, pragma_table_info(m.name) c where c.name = 'expires_at'`)
    .pluck()
    .all() as string[]
  await db.destroy()
  return { plans, expiring }
}

describe('purgeExpired on SQLite', () => {
  test('the purge has a statement for each table with an expires_at, and grants come after their codes and tokens', async () => {
    const { plans, expiring } = await purgePlans()
    const tables = plans.map(({ table }) => table).filter((table) => table !== 'oauth_clients')
    expect(tables.toSorted()).toEqual(expiring.toSorted())
    expect(tables.at(-1)).toBe('oauth_grants')
  })

  test('the purge finds expired rows by the index on expires_at, in its order, and deletes by the primary key', async () => {
    const { plans } = await purgePlans()
    for (const { table, plan } of plans) {
      if (table === 'oauth_clients') continue
      expect(plan, table).toMatch(
        new RegExp(`SEARCH ${table} USING (COVERING )?INDEX ${table}_expires_at \\(expires_at<\\?\\)`),
      )
      expect(plan, table).toMatch(
        new RegExp(
          `SEARCH ${table} USING (INTEGER PRIMARY KEY|PRIMARY KEY|(COVERING )?INDEX \\S+) \\((id|jti|rowid)=\\?\\)`,
        ),
      )
      expect(plan, table).not.toMatch(/^SCAN oauth|TEMP B-TREE FOR ORDER/m)
    }
  })
})

describe('purgeExpired of sealed successors on SQLite', () => {
  test('the purge finds sealed successors whose window is over by a partial index', () => {
    const database = new Database(':memory:')
    const storage = sqliteStorage(database)
    const index = `select sql from sqlite_schema where name = 'oauth_refresh_tokens_sealed_until'`
    expect(database.prepare(index).pluck().get()).toMatch(/where "sealed_until" is not null/)
    const update = `update oauth_refresh_tokens set sealed_successor = null where id in (
      select id from oauth_refresh_tokens where sealed_until < ? order by sealed_until limit ?)`
    const plan = database.prepare(`explain query plan ${update}`).all(1, 1) as { readonly detail: string }[]
    const text = plan.map(({ detail }) => detail).join('\n')
    expect(text).toMatch(/INDEX oauth_refresh_tokens_sealed_until \(sealed_until<\?\)/)
    expect(text).not.toMatch(/^SCAN oauth|TEMP B-TREE FOR ORDER/m)
    expect(storage.purgeExpired({ now, limit: 1 })).toBe(0)
  })
})

describe('the purge loop of docs/storage.md on sqliteStorage', () => {
  /** Returns the number of batches of ten rows that had run before another task of this process ran. */
  async function batchesBeforeOthers(between: () => unknown): Promise<number> {
    const storage = sqliteStorage(':memory:')
    const { provider, clock } = createQuickWorld({ storage })
    await provider.purgeExpired()
    for (let id = 0; id < 95; id += 1) {
      await storage.accessTokens.insert(accessTokenRecord({ id: `a${id}`, expiresAt: clock.now() - 1 }))
    }
    let batches = 1
    let seen = 0
    setImmediate(() => {
      seen = batches
    })
    for (; (await provider.purgeExpired({ limit: 10 })) >= 10; batches += 1) await between()
    // Runs after the task above, which was enqueued first. A timer could run before it.
    await new Promise((resolve) => setImmediate(resolve))
    expect(batches).toBe(10)
    await storage.close()
    return seen
  }

  test('the pause of the purge loop lets requests in after each batch', async () => {
    expect(await batchesBeforeOthers(() => pause(1))).toBe(1)
  })

  test('without a pause the purge loop lets no request in', async () => {
    expect(await batchesBeforeOthers(() => undefined)).toBe(10)
  })
})
