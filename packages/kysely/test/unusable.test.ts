import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { StorageUnavailableError } from '@oauth/core'
import Database from 'better-sqlite3'
import { afterAll, describe, expect, test } from 'vitest'
import { accessTokenRecord, clientRecord } from '../../core/src/testing/storage-fixtures.ts'
import {
  authorize,
  exchangeCode,
  getTokens,
  postAs,
  refresh,
  registerConfidential,
} from '../../core/test/support/client.ts'
import { createQuickWorld } from '../../core/test/support/tokens.ts'
import type { Failure } from '../src/error-codes.ts'
import { asUnavailable, failureOf } from '../src/errors.ts'
import { sqliteStorage } from '../src/sqlite/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'oauth-unusable-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let files = 0
const newFile = () => join(folder, `${++files}.db`)

/** A provider on its own database, a client with a code and a refresh token, and functions that break and repair it. */
async function start() {
  const database = new Database(newFile())
  database.pragma('journal_mode = WAL')
  const world = createQuickWorld({ storage: sqliteStorage(database) })
  const client = await registerConfidential(world)
  const { refresh_token: token } = await getTokens(world, client)
  const authorized = await authorize(world, client)
  return { database, world, client, token, authorized }
}

const unavailable = { status: 503, body: { error: 'temporarily_unavailable' } }

describe('a database that cannot be used', () => {
  test('the provider answers 503 with Retry-After on a full database, and the same code and token work once there is room (G41)', async () => {
    const { database, world, client, token, authorized } = await start()
    const pages = Number(database.pragma('page_count', { simple: true }))
    database.pragma(`max_page_count = ${pages}`)
    // Fill the room that is left in the existing pages.
    for (let failures = 0, row = 0; failures < 50; row += 1) {
      try {
        await world.storage.accessTokens.insert(
          accessTokenRecord({ id: `${(row * 7919) % 1000}${row}`, secretHash: '' }),
        )
        failures = 0
      } catch {
        failures += 1
      }
    }
    const redeemed = await exchangeCode(world, client, authorized)
    expect(redeemed).toMatchObject(unavailable)
    expect(redeemed.headers.get('retry-after')).toBe('30')
    expect(await refresh(world, client, token)).toMatchObject(unavailable)
    expect(world.events.at(-1)).toMatchObject({ type: 'request.failed', cause: { cause: { code: 'SQLITE_FULL' } } })
    database.pragma(`max_page_count = ${pages + 1000}`)
    expect((await exchangeCode(world, client, authorized)).status).toBe(200)
    expect((await refresh(world, client, token)).status).toBe(200)
  })

  test('the provider answers writes on a read-only database with 503 and Retry-After, and reads continue (G41)', async () => {
    const { database, world, client, token, authorized } = await start()
    database.pragma('query_only = 1')
    expect(await exchangeCode(world, client, authorized)).toMatchObject(unavailable)
    expect(await refresh(world, client, token)).toMatchObject(unavailable)
    const introspected = await postAs(world, client, '/oauth2/introspect', { token })
    expect(introspected).toMatchObject({ status: 200, body: { active: true } })
    database.pragma('query_only = 0')
    expect((await exchangeCode(world, client, authorized)).status).toBe(200)
    expect((await refresh(world, client, token)).status).toBe(200)
  })

  test('the provider answers 503, not 500, when the file is not a database any more (G41)', async () => {
    const file = newFile()
    const before = sqliteStorage(file)
    await before.clients.insert(clientRecord())
    await before.close()
    const database = new Database(file)
    database.pragma('journal_mode = delete')
    const storage = sqliteStorage(database)
    database.pragma('cache_size = 0')
    writeFileSync(file, 'x'.repeat(100_000))
    const found = (async () => storage.clients.find('client'))()
    await expect(found).rejects.toThrow(StorageUnavailableError)
  })

  test('clients get no description of an unusable database (G41)', async () => {
    const { database, world, client, authorized } = await start()
    database.pragma('query_only = 1')
    const { body } = await exchangeCode(world, client, authorized)
    expect(body).toEqual({
      error: 'temporarily_unavailable',
      error_description: 'the server cannot reach its storage; please try again',
      request_id: expect.any(String),
    })
  })
})

const unusable: readonly (readonly [string, object])[] = [
  ...['SQLITE_FULL', 'SQLITE_READONLY', 'SQLITE_READONLY_DBMOVED', 'SQLITE_READONLY_DIRECTORY', 'SQLITE_IOERR'].map(
    (code) => [`${code} of better-sqlite3`, { code }] as const,
  ),
  ...['SQLITE_IOERR_FSYNC', 'SQLITE_CANTOPEN', 'SQLITE_CANTOPEN_ISDIR', 'SQLITE_NOTADB', 'SQLITE_CORRUPT_INDEX'].map(
    (code) => [`${code} of better-sqlite3`, { code }] as const,
  ),
  ['SQLITE_FULL of bun', { code: 'SQLITE_FULL', errno: 13, byteOffset: -1 }],
  ['SQLITE_READONLY of libSQL', { code: 'SQLITE_READONLY', rawCode: 8 }],
  ['SQLITE_IOERR_WRITE of libSQL', { code: 'SQLITE_IOERR', extendedCode: 'SQLITE_IOERR_WRITE', rawCode: 778 }],
  ['full of node:sqlite', { code: 'ERR_SQLITE_ERROR', errcode: 13, errstr: 'database or disk is full' }],
  ['read-only of node:sqlite', { code: 'ERR_SQLITE_ERROR', errcode: 1032, errstr: 'attempt to write' }],
  ['an I/O error of node:sqlite', { code: 'ERR_SQLITE_ERROR', errcode: 1034 }],
  ['disk_full of PostgreSQL', { code: '53100' }],
  ['out_of_memory of PostgreSQL', { code: '53200' }],
  ['io_error of PostgreSQL', { code: '58030' }],
  ['system_error of PostgreSQL', { code: '58000' }],
  ['data_corrupted of PGlite', { code: 'XX001' }],
  ...[1016, 1021, 1024, 1026, 1030, 1037, 1041, 1114, 1194].map(
    (errno) => [`error ${errno} of MySQL`, { code: 'ER_SOMETHING', errno }] as const,
  ),
]

const others: readonly (readonly [Failure | undefined, string, object])[] = [
  ['taken', 'a primary key of node:sqlite', { code: 'ERR_SQLITE_ERROR', errcode: 1555 }],
  ['taken', 'a unique index of libSQL', { code: 'SQLITE_CONSTRAINT', extendedCode: 'SQLITE_CONSTRAINT_UNIQUE' }],
  ['rolled-back', 'a lock of node:sqlite', { code: 'ERR_SQLITE_ERROR', errcode: 5 }],
  ['rolled-back', 'SQLITE_PROTOCOL', { code: 'SQLITE_PROTOCOL' }],
  ['read-only', 'a PostgreSQL that is read-only', { code: '25006' }],
  ['unreachable', 'a PostgreSQL without a connection to spare', { code: '53300' }],
  ['unreachable', 'a PostgreSQL that shuts down', { code: '57P01' }],
  ['read-only', 'a MySQL that is read-only', { code: 'ER_OPTION_PREVENTS_STATEMENT', errno: 1290 }],
  ['read-only', 'a MySQL in read-only mode', { code: 'ER_READ_ONLY_MODE', errno: 1836 }],
  [undefined, 'a missing value on node:sqlite', { code: 'ERR_SQLITE_ERROR', errcode: 1299 }],
  [undefined, 'SQLITE_FULLER, which does not exist', { code: 'SQLITE_FULLER' }],
  [undefined, 'a name that every object has', { code: 'constructor' }],
]

describe('the failure of a statement', () => {
  test.each(unusable)('the error %s means that the database cannot be used (G41)', (_name, error) => {
    expect(failureOf(Object.assign(new Error('x'), error))).toBe('unusable')
    expect(asUnavailable(error)).toMatchObject({ name: 'StorageUnavailableError', retryAfter: 30 })
    expect(failureOf(new Error('wrapped', { cause: error }))).toBe('unusable')
  })

  test.each(others)('failureOf returns %s for %s', (failure, _name, error) => expect(failureOf(error)).toBe(failure))
})
