import { expect, test } from 'vitest'
import { isLocked } from '../src/errors.ts'
import { bunSqliteStorage } from '../src/sqlite/bun-sqlite.ts'
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
