import Database from 'better-sqlite3'
import { Kysely, SqliteDialect, sql } from 'kysely'
import { expect, test } from 'vitest'
import { isLocked } from '../src/errors.ts'
import { bunSqliteStorage } from '../src/sqlite/bun-sqlite.ts'
import { builtIn } from '../src/sqlite/connection.ts'
import { sqliteStorage } from '../src/sqlite/index.ts'
import { nodeSqliteStorage } from '../src/sqlite/node-sqlite.ts'

// `pnpm runtimes` runs these storages on Node 24, bun and deno.

test('nodeSqliteStorage and bunSqliteStorage refuse a file name, and say what to pass', () => {
  expect(() => nodeSqliteStorage('./oauth.db' as never)).toThrow(
    'pass an open DatabaseSync of node:sqlite, of Node 22.16',
  )
  expect(() => bunSqliteStorage('./oauth.db' as never)).toThrow('pass an open Database of bun:sqlite')
})

test('the lock of another connection is known by the numbers of node:sqlite and by the names of bun:sqlite', () => {
  const ofNode = (errcode: number) => isLocked(Object.assign(new Error(), { code: 'ERR_SQLITE_ERROR', errcode }))
  // SQLITE_BUSY, SQLITE_BUSY_TIMEOUT, SQLITE_LOCKED; SQLITE_BUSY_SNAPSHOT ends the transaction; SQLITE_CONSTRAINT is none.
  expect([5, 773, 6, 517, 19].map(ofNode)).toEqual([true, true, true, false, false])
  expect(isLocked(Object.assign(new Error(), { code: 'SQLITE_BUSY' }))).toBe(true)
})

test('the host reads rows through Kysely, whatever words its names, texts and comments contain', async () => {
  const file = new Database(':memory:')
  const prepare = (text: string) => {
    const statement = file.prepare(text)
    // Like node:sqlite and bun:sqlite, it does not tell whether a statement answers with rows.
    return {
      all: (...values: never[]) => (statement.reader ? statement.all(...values) : [statement.run(...values)].slice(1)),
      get: (...values: never[]) => statement.get(...values),
      run: (...values: never[]) =>
        statement.reader ? { changes: 0, rows: statement.all(...values) } : statement.run(...values),
      iterate: (...values: never[]) => statement.iterate(...values),
    }
  }
  const { kysely } = builtIn({ prepare: prepare as never, exec: (text) => file.exec(text) }, () => file.inTransaction)
  const db = new Kysely<{ t: { update: string } }>({
    dialect: new SqliteDialect({ database: { prepare: kysely.prepare, close: () => undefined } }),
  })
  await sql`create table t ("update" text)`.execute(db)
  // No row comes back, so the number of new rows does.
  const [inserted] = await db.insertInto('t').values({ update: sql<string>`'returning'` }).execute()
  expect(inserted?.numInsertedOrUpdatedRows).toBe(1n)
  const known = db.with('a', (a) => a.selectFrom('t').select('update'))
  expect(await known.selectFrom('a').selectAll().execute()).toEqual([{ update: 'returning' }])
  const commented = sql<{ one: number }>`/* delete? */ -- update
    select 1 as one`
  expect((await commented.execute(db)).rows).toEqual([{ one: 1 }])
  const [updated] = await known.updateTable('t').set({ update: 'x' }).execute()
  expect(updated?.numUpdatedRows).toBe(1n)
  const removed = await db.deleteFrom('t').returningAll().execute()
  expect(removed).toEqual([{ update: 'x' }])
})

test('a database whose driver answers integers as bigint, or rows as arrays, is refused with what to change', () => {
  const plain = 'the storage needs rows as objects and integers as numbers: open its Database without returnArrays'
  const wide = new Database(':memory:').defaultSafeIntegers(true)
  expect(() => sqliteStorage(wide)).toThrow(plain)
  // The statements of node:sqlite with `returnArrays` and of bun:sqlite with `safeIntegers`; `pnpm runtimes` runs the real ones.
  for (const row of [[1], { one: 1n }]) {
    const statement = { get: () => row, all: () => [row], run: () => ({ changes: 0 }) }
    const database = { prepare: () => statement as never, exec: () => undefined }
    expect(() => nodeSqliteStorage({ ...database, isTransaction: false })).toThrow(plain)
    expect(() => bunSqliteStorage({ ...database, inTransaction: false })).toThrow(plain)
  }
})
