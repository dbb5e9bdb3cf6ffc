import { StorageUnavailableError } from '@oauth/core'
import { type CompiledQuery, Kysely, sql } from 'kysely'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  accessTokenRecord,
  clientRecord,
  issueCode,
  now,
  recordEntry,
  refreshTokenRecord,
} from '../../core/src/testing/storage-fixtures.ts'
import { kyselyStorage } from '../src/index.ts'
import { kyselyRunner } from '../src/kysely-runner.ts'
import { migrate } from '../src/migrations/index.ts'
import { databaseNames, type EmptyDatabase, emptyDatabase, emptyTables } from './support/databases.ts'

const redemption = {
  id: 'code',
  now,
  accessToken: accessTokenRecord({ grantId: 'grant' }),
  refreshToken: refreshTokenRecord(),
}

const step = (db: Kysely<object>, text: string, ...parameters: unknown[]) => {
  const query = sql.raw(text).compile(db) as CompiledQuery
  return { query, parameters }
}

describe.each(databaseNames)('transactions that %s rolls back', (name) => {
  let database: EmptyDatabase
  const opened: Kysely<object>[] = []
  beforeAll(async () => {
    database = await emptyDatabase(name)
    await migrate(database.db)
  }, 180_000)
  afterAll(() => database.drop())
  beforeEach(() => emptyTables(database.db))
  afterEach(async () => {
    for (const db of opened.splice(0)) await db.destroy()
  })

  /** Makes another Kysely instance on the same database. */
  function another(): Kysely<object> {
    const db = new Kysely<object>({ dialect: database.dialect() })
    opened.push(db)
    return db
  }

  test('the provider answers 503 with Retry-After, not 500, when the database always rolls a transaction back', async () => {
    const runner = kyselyRunner(database.db as never, 5)
    let begun = 0
    const failing = runner.transaction(function* () {
      begun++
      yield step(database.db, 'select 1')
      throw Object.assign(new Error('deadlock detected'), name === 'mysql' ? { errno: 1213 } : { code: '40P01' })
    })
    const error = await Promise.resolve(failing).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(StorageUnavailableError)
    expect(error).toMatchObject({ retryAfter: 1, cause: { message: 'deadlock detected' } })
    expect(begun).toBe(16)
  })

  // PGlite has one connection, so no transactions can conflict. A statement raises the error of a server instead.
  if (name === 'pglite') {
    test.each(['40P01', '40001', '55P03'])('a transaction that fails with SQLSTATE %s runs again', async (code) => {
      const runner = kyselyRunner(database.db as never, 5)
      let begun = 0
      const outcome = runner.transaction(function* () {
        begun++
        yield step(
          database.db,
          `insert into oauth_records (kind, id, value, version, created_at, expires_at) values ('kind', 'record', '{}', 1, 1, 1)`,
        )
        const raise = `do $$ begin raise exception 'conflict' using errcode = '${code}'; end $$`
        if (begun < 3) yield step(database.db, raise)
        return 'done'
      })
      expect(await outcome).toBe('done')
      expect(begun).toBe(3)
      expect(await kyselyStorage(database.db).records.insert(recordEntry())).toBe('exists')
    })
    return
  }

  test('two transactions in a deadlock both complete', async () => {
    const storage = kyselyStorage(database.db)
    for (const id of ['a', 'b']) await storage.clients.insert(clientRecord({ id, version: 0 }))
    let begun = 0
    const pause = { sqlite: 'select 1', postgres: 'select pg_sleep(0.3)', mysql: 'select sleep(0.3)' }[name]
    const raise = (first: string, second: string) => {
      const db = another()
      return kyselyRunner(db as never, 5).transaction(function* () {
        begun++
        // On SQLite, the second transaction has read the rows that the first one changes.
        yield step(db, 'select version from oauth_clients')
        yield step(db, `update oauth_clients set version = version + 1 where id = '${first}'`)
        yield step(db, pause)
        yield step(db, `update oauth_clients set version = version + 1 where id = '${second}'`)
        return `${first}${second}`
      })
    }
    expect(await Promise.all([raise('a', 'b'), raise('b', 'a')])).toEqual(['ab', 'ba'])
    expect(begun).toBeGreaterThan(2)
    for (const id of ['a', 'b']) expect((await storage.clients.find(id))?.version).toBe(2)
  })

  test('a transaction that waits too long for a lock runs again', async () => {
    await issueCode(kyselyStorage(database.db))
    const other = another()
    const patience = {
      sqlite: 'select 1',
      postgres: `set lock_timeout = '100ms'`,
      mysql: 'set innodb_lock_wait_timeout = 1',
    }
    await sql.raw(patience[name]).execute(other)
    let release: (() => void) | undefined
    const locked = new Promise<void>((resolve) => {
      void database.db
        .transaction()
        .execute(async (transaction) => {
          await sql.raw("update oauth_authorization_codes set nonce = 'x' where id = 'code'").execute(transaction)
          resolve()
          await new Promise<void>((done) => {
            release = done
          })
        })
        .catch(() => undefined)
    })
    await locked
    setTimeout(() => release?.(), name === 'mysql' ? 1300 : 250)
    expect(await kyselyStorage(other).authorizationCodes.redeem(redemption)).toBe('won')
  })
})
