import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { StorageUnavailableError } from '@oauth/core'
import { sql } from 'kysely'
import Database from 'libsql'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { storageContract } from '../../core/src/testing/storage-contract.ts'
import {
  accessTokenRecord,
  clientRecord,
  issueCode,
  now,
  recordEntry,
  refreshTokenRecord,
} from '../../core/src/testing/storage-fixtures.ts'
import { sqliteStorage } from '../src/sqlite/index.ts'
import { libsqlStorage, type SqliteStorage } from '../src/sqlite/libsql.ts'

const folder = mkdtempSync(join(tmpdir(), 'oauth-libsql-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let files = 0
const newFile = () => join(folder, `${++files}.db`)

/** Opens a file as the documentation says. */
function open(file: string, timeout = 5000): Database.Database {
  const database = new Database(file, { timeout })
  database.exec('pragma journal_mode = wal; pragma synchronous = normal')
  return database
}

describe.each([
  ['in memory', () => ':memory:'],
  ['in a file', newFile],
])('libsqlStorage %s meets the storage contract', (_, nextFile) => {
  const cases = storageContract(() => {
    const database = open(nextFile())
    const storage = libsqlStorage(database)
    return {
      storage,
      async close() {
        await storage.close()
        database.close()
      },
    }
  })
  for (const { name, run } of cases) test(name, run)
})

// Both connections of a test are libSQL's: with two libraries of SQLite in one process, each would undo the locks of the other.

let database: Database.Database
let other: Database.Database
let storage: SqliteStorage

beforeEach(() => {
  const file = newFile()
  database = open(file, 700)
  other = open(file, 0)
  storage = libsqlStorage(database)
})
afterEach(async () => {
  await storage.close()
  database.close()
  other.close()
})

/** Returns the ids that another connection reads. */
const stored = (table = 'access_tokens') =>
  other
    .prepare(`select id from oauth_${table} order by id`)
    .all()
    .map((row) => (row as { id: string }).id)
const insert = async (id: string) => storage.accessTokens.insert(accessTokenRecord({ id }))

describe('a libSQL file that another connection has locked', () => {
  test('writes wait without blocking the process, and another connection sees each of them once it is acknowledged', async () => {
    await insert('before')
    other.exec('begin immediate')
    const alone = insert('alone')
    await pause(30)
    expect(storage.accessTokens.find('before')).toMatchObject({ token: { id: 'before' } })
    const together = [insert('a'), insert('b')]
    await pause(30)
    other.exec('commit')
    await alone
    expect(stored()).toContain('alone')
    await Promise.all(together)
    expect(stored()).toEqual(['a', 'alone', 'b', 'before'])
  })

  test('after a write that failed at a lock, the next writes are committed, each alone and together with others', async () => {
    await insert('before')
    other.exec('begin immediate')
    await expect(insert('late')).rejects.toThrow(StorageUnavailableError)
    await expect(Promise.all([insert('late'), insert('later')])).rejects.toThrow(StorageUnavailableError)
    await expect(async () => storage.purgeExpired({ now, limit: 10 })).rejects.toThrow(StorageUnavailableError)
    other.exec('rollback')
    await insert('alone')
    expect(stored()).toEqual(['alone', 'before'])
    await Promise.all([insert('a'), insert('b')])
    expect(stored()).toEqual(['a', 'alone', 'b', 'before'])
    // The storage holds no lock: another connection writes at once.
    other.exec("delete from oauth_access_tokens where id = 'before'")
    expect(storage.accessTokens.find('before')).toBeUndefined()
  })

  test('a statement of the host that failed at a lock leaves nothing unfinished on the connection', async () => {
    await insert('before')
    const { db } = storage
    const remove = () => db.deleteFrom('oauth_access_tokens').where('id', '=', 'before').executeTakeFirst()
    const removeReturning = () =>
      db.deleteFrom('oauth_access_tokens').where('id', '=', 'before').returning('id').execute()
    database.exec('pragma busy_timeout = 1')
    other.exec('begin immediate')
    await expect(remove()).rejects.toThrow('database is locked')
    await expect(removeReturning()).rejects.toThrow('database is locked')
    await expect(db.transaction().execute(async () => undefined)).rejects.toThrow('database is locked')
    other.exec('rollback')
    await insert('after')
    expect(stored()).toEqual(['after', 'before'])
    expect(await removeReturning()).toEqual([{ id: 'before' }])
    expect(stored()).toEqual(['after'])
  })

  test('of fifty redemptions of one code on two connections to one file, one succeeds', async () => {
    const storages = [storage, libsqlStorage(other)] as const
    await issueCode(storage)
    const outcomes = await Promise.all(
      Array.from({ length: 50 }, async (_, caller) =>
        storages[caller % 2 === 0 ? 0 : 1].authorizationCodes.redeem({
          id: 'code',
          now,
          accessToken: accessTokenRecord({ id: `a${caller}`, grantId: 'grant' }),
          refreshToken: refreshTokenRecord({ id: `r${caller}` }),
        }),
      ),
    )
    expect(outcomes.filter((outcome) => outcome === 'won')).toHaveLength(1)
    expect(outcomes.filter((outcome) => outcome === 'replayed')).toHaveLength(49)
    expect([stored(), stored('refresh_tokens')]).toEqual([
      [expect.stringMatching(/^a\d+$/)],
      [expect.stringMatching(/^r\d+$/)],
    ])
  })
})

describe('libsqlStorage', () => {
  test('libsqlStorage keeps its data over a restart', async () => {
    const file = newFile()
    const first = open(file)
    const before = libsqlStorage(first)
    await before.clients.insert(clientRecord())
    await before.close()
    first.close()
    const second = open(file)
    const after = libsqlStorage(second)
    expect(after.clients.find('client')).toEqual(clientRecord())
    await after.close()
    second.close()
  })

  test.each([
    ['abort', 'fails'],
    ['fail', 'fails and leaves what it wrote'],
    ['rollback', 'makes libSQL roll everything back'],
  ])('a statement that ends with raise(%s), which %s, touches no other write', async (action) => {
    await storage.clients.find('client')
    database.exec(`create trigger bad after insert on oauth_access_tokens when new.id = 'bad'
      begin select raise(${action}, 'this one is bad'); end`)
    await expect(insert('bad')).rejects.toThrow('this one is bad')
    const settled = await Promise.allSettled(['a', 'bad', 'b'].map(insert))
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(stored()).toEqual(['a', 'b'])
    expect(database.inTransaction).toBe(false)
  })

  test('a text with NUL finds nothing and is not stored: the driver would read it back without its end', async () => {
    await storage.clients.insert(clientRecord())
    expect(storage.clients.find('client\0')).toBeUndefined()
    await expect(insert('a\0b')).rejects.toThrow('a text with NUL cannot be stored')
    expect(await storage.records.insert(recordEntry({ value: { text: 'a\0b' } }))).toBe('won')
    expect(await storage.records.find({ kind: 'kind', id: 'record' })).toMatchObject({ value: { text: 'a\0b' } })
  })

  test('the host reads and writes its own tables through storage.db', async () => {
    const { db } = storage
    await sql`create table notes (id integer primary key, text text)`.execute(db)
    const inserted = await sql`insert into notes (text) values ('a'), ('b'), ('c')`.execute(db)
    expect(inserted.numAffectedRows).toBe(3n)
    const known = sql`with b as (select 'b' as text) delete from notes where text in (select text from b) returning text`
    expect((await known.execute(db)).rows).toEqual([{ text: 'b' }])
    const failed = db.transaction().execute(async (transaction) => {
      await sql`delete from notes`.execute(transaction)
      throw new Error('undo')
    })
    await expect(failed).rejects.toThrow('undo')
    expect((await sql`select text from notes order by id`.execute(db)).rows).toEqual([{ text: 'a' }, { text: 'c' }])
    await sql`vacuum`.execute(db)
  })

  test('a call after the host has closed its database rejects, and the process goes on', async () => {
    const own = open(':memory:')
    const mine = libsqlStorage(own)
    await mine.clients.find('client')
    own.close()
    await expect(async () => mine.clients.find('client')).rejects.toThrow('The database connection is not open')
    await expect(async () => mine.clients.insert(clientRecord())).rejects.toThrow('The database connection is not open')
    expect(() => libsqlStorage(own)).toThrow('pass an open Database of libsql')
  })

  test('libsqlStorage refuses a file name, and a database that is not in WAL mode, and says what to do', () => {
    expect(() => libsqlStorage('./oauth.db' as never)).toThrow('libsqlStorage: pass an open Database of libsql')
    const rollbackJournal = new Database(newFile())
    expect(() => libsqlStorage(rollbackJournal)).toThrow(
      "the journal mode of the database is delete; call database.exec('pragma journal_mode = wal') before",
    )
    rollbackJournal.close()
  })

  test('libsqlStorage refuses a database on a server, whose settings it cannot change', () => {
    const remote = new Proxy(database, {
      get(target, member) {
        if (member !== 'exec') {
          const value = Reflect.get(target, member, target)
          return typeof value === 'function' ? value.bind(target) : value
        }
        // What the driver throws for a database at a URL of sqld 0.24.32, and for one with syncUrl.
        return () => {
          throw Object.assign(new Error(''), { code: '', libsqlError: true, message: 'Sqlite3UnsupportedStatement' })
        }
      },
    })
    expect(() => libsqlStorage(remote)).toThrow(/without a URL and without syncUrl.*LibsqlDialect/)
  })

  test('sqliteStorage refuses a Database of libsql, and names libsqlStorage', () => {
    expect(() => sqliteStorage(database as never)).toThrow('use libsqlStorage of @oauth/kysely/libsql')
  })
})
