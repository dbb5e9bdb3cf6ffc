import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause, setImmediate as turn } from 'node:timers/promises'
import { StorageUnavailableError } from '@oauth/core'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  accessTokenRecord,
  clientRecord,
  codeRecord,
  consentRecord,
  grantRecord,
  issueCode,
  issueRefreshToken,
  now,
  recordEntry,
  refreshTokenRecord,
} from '../../core/src/testing/storage-fixtures.ts'
import { propertyRuns, propertyTimeout, seed } from '../../core/test/support/property-runs.ts'
import { type SqliteStorage, sqliteStorage } from '../src/sqlite/index.ts'
import type { FaultLine } from './processes/fault.ts'
import { watchedSqlite } from './processes/watched-sqlite.ts'

const folder = mkdtempSync(join(tmpdir(), 'oauth-groups-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let files = 0
let statements: string[]
let database: Database.Database
let storage: SqliteStorage
/** Another connection to the same file, like that of another process. */
let other: Database.Database

beforeEach(() => {
  const file = join(folder, `${++files}.db`)
  statements = []
  database = new Database(file, { verbose: (sql) => void statements.push(String(sql)), timeout: 1000 })
  database.pragma('journal_mode = WAL')
  storage = sqliteStorage(database)
  other = new Database(file)
})
afterEach(() => {
  other.close()
  database.close()
})

const seen = (sql: string) => statements.filter((statement) => statement === sql).length
const stored = (table = 'access_tokens') =>
  other.prepare(`select id from oauth_${table} order by id`).pluck().all() as string[]
const insert = async (id: string) => storage.accessTokens.insert(accessTokenRecord({ id }))
const outcomes = async (writes: readonly unknown[]) =>
  (await Promise.allSettled(writes)).map((settled) =>
    settled.status === 'fulfilled' ? (settled.value ?? 'done') : (settled.reason as Error).message,
  )

/** Checks the schema first, so that the statements of a test are its own. */
async function ready(): Promise<void> {
  await storage.clients.find('client')
  statements.length = 0
}

describe('writes of one turn of the event loop', () => {
  test('share one commit, and another connection sees all of them when the first is acknowledged', async () => {
    await ready()
    const first = insert('a')
    const rest = [insert('b'), storage.records.insert(recordEntry()), storage.clients.insert(clientRecord())]
    await first
    expect(stored()).toEqual(['a', 'b'])
    expect(stored('records')).toEqual(['record'])
    expect(await outcomes(rest)).toEqual(['done', 'won', 'won'])
    expect([seen('begin immediate'), seen('commit')]).toEqual([1, 1])
  })

  test('nothing is acknowledged before the commit, and reads see nothing of it until then', async () => {
    const acknowledged: string[] = []
    for (const id of ['a', 'b']) void insert(id).then(() => acknowledged.push(id))
    await Promise.resolve()
    expect(storage.accessTokens.find('a')).toBeUndefined()
    expect([stored(), acknowledged]).toEqual([[], []])
    await turn()
    expect([stored(), acknowledged]).toEqual([
      ['a', 'b'],
      ['a', 'b'],
    ])
  })

  test('are acknowledged in the order of their calls, also those that lose', async () => {
    await storage.records.insert(recordEntry({ id: 'known' }))
    const order: string[] = []
    const add = async (id: string) => {
      const outcome = await storage.records.take({ kind: 'kind', id })
      order.push(`${id} ${outcome}`)
    }
    await Promise.all([add('unknown'), add('known'), add('known'), add('other')])
    expect(order).toEqual(['unknown false', 'known true', 'known false', 'other false'])
  })

  test('a single write is committed by itself, without a transaction', async () => {
    await ready()
    await insert('a')
    expect([seen('begin immediate'), seen('commit')]).toEqual([0, 0])
    expect(stored()).toEqual(['a'])
  })

  test('more than 128 writes are committed in several transactions', async () => {
    await ready()
    await Promise.all(Array.from({ length: 300 }, (_, index) => insert(`a${index}`)))
    expect([seen('begin immediate'), seen('commit')]).toEqual([3, 3])
    expect(stored()).toHaveLength(300)
  })

  test('a purge runs in no commit of other calls', async () => {
    await storage.accessTokens.insert(accessTokenRecord({ id: 'old', expiresAt: now - 1 }))
    const [removed] = await Promise.all([storage.purgeExpired({ now, limit: 10 }), insert('a'), insert('b')])
    expect(removed).toBe(1)
    expect(stored()).toEqual(['a', 'b'])
  })

  test('writes succeed while a test of the host has fake timers', async () => {
    vi.useFakeTimers()
    try {
      await Promise.all([insert('a'), insert('b')])
    } finally {
      vi.useRealTimers()
    }
    expect(stored()).toEqual(['a', 'b'])
  })
})

describe('a write that fails or loses beside others', () => {
  test('a key that exists fails alone, without a roll-back', async () => {
    await storage.records.insert(recordEntry({ id: 'known' }))
    await ready()
    const add = async (id: string) => storage.records.insert(recordEntry({ id }))
    expect(await outcomes([add('a'), add('known'), add('b'), add('b')])).toEqual(['won', 'exists', 'won', 'exists'])
    expect([seen('begin immediate'), seen('rollback')]).toEqual([1, 0])
    expect(stored('records')).toEqual(['a', 'b', 'known'])
  })

  test('of ten rotations of one refresh token one wins, and the others read what the winner wrote', async () => {
    await issueRefreshToken(storage)
    const rotate = async (index: number) =>
      storage.refreshTokens.rotate({
        id: 'refresh',
        now,
        successor: refreshTokenRecord({ id: `r${index}` }),
        sealedSuccessor: `sealed ${index}`,
        accessToken: accessTokenRecord({ id: `a${index}`, grantId: 'grant' }),
      })
    const rotations = await Promise.all([...Array.from({ length: 10 }, (_, index) => rotate(index))])
    expect(rotations.map(({ outcome }) => outcome)).toEqual(['won', ...Array(9).fill('rotated')])
    for (const lost of rotations.slice(1)) {
      expect(lost).toMatchObject({ token: { successorId: 'r0', sealedSuccessor: 'sealed 0' }, successorRotated: false })
    }
    expect([stored(), stored('refresh_tokens')]).toEqual([['a0'], ['r0', 'refresh']])
  })

  test('a commit that finds its second record gone takes the first one back, and the other writes succeed', async () => {
    await storage.records.insert(recordEntry({ id: 'first' }))
    await ready()
    const take = [
      { kind: 'kind', id: 'first' },
      { kind: 'kind', id: 'second' },
    ]
    const commit = async () => storage.grants.commit({ take, grant: grantRecord() })
    expect(await outcomes([insert('a'), commit(), insert('b')])).toEqual(['done', 'gone', 'done'])
    expect([stored(), stored('records'), stored('grants')]).toEqual([['a', 'b'], ['first'], []])
  })

  test('consents of one key that come at once are one consent with all scopes', async () => {
    const remember = async (scope: string) =>
      storage.consents.remember(consentRecord({ id: `consent-${scope}`, scope: [scope] }))
    await Promise.all(['a', 'b', 'c'].map(remember))
    const consent = await storage.consents.find({ clientId: 'client', userId: 'user' })
    expect([consent?.id, consent?.scope]).toEqual(['consent-a', ['a', 'b', 'c']])
  })

  test.each([
    ['fails', 'abort'],
    ['fails and leaves what it wrote', 'fail'],
    ['makes SQLite roll everything back', 'rollback'],
  ])('a statement that %s touches no other write', async (_, action) => {
    await issueCode(storage)
    database.exec(`create trigger bad after insert on oauth_access_tokens when new.id like 'bad%'
      begin select raise(${action}, 'this one is bad'); end`)
    const redeem = async (id: string) =>
      storage.authorizationCodes.redeem({
        id: 'code',
        now,
        refreshToken: refreshTokenRecord({ id: `r-${id}` }),
        accessToken: accessTokenRecord({ id, grantId: 'grant' }),
      })
    const answers = await outcomes([insert('a'), redeem('bad'), insert('b'), redeem('good'), insert('c')])
    expect(answers).toEqual(['done', 'this one is bad', 'done', 'won', 'done'])
    expect(stored()).toEqual(['a', 'b', 'c', 'good'])
    expect(stored('refresh_tokens')).toEqual(['r-good'])
  })

  test('a commit that the database refuses touches no write but the one that is at fault', async () => {
    database.pragma('foreign_keys = ON')
    database.exec(`create table parents (id integer primary key);
      create table children (parent integer references parents (id) deferrable initially deferred);
      create trigger orphan after insert on oauth_access_tokens when new.id = 'orphan'
      begin insert into children values (7); end`)
    await ready()
    const answers = await outcomes([insert('a'), insert('orphan'), insert('b')])
    expect(answers).toEqual(['done', expect.stringContaining('FOREIGN KEY constraint failed'), 'done'])
    expect(stored()).toEqual(['a', 'b'])
    expect(database.inTransaction).toBe(false)
  })

  test('on a full disk the write that does not fit fails, and those that fit succeed', async () => {
    await insert('a')
    database.pragma(`max_page_count = ${Number(database.pragma('page_count', { simple: true })) + 2}`)
    const large = async () => storage.records.insert(recordEntry({ value: { text: 'x'.repeat(100_000) } }))
    const error = await Promise.all([insert('b'), large(), insert('c')]).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ name: 'StorageUnavailableError', cause: { code: 'SQLITE_FULL' }, retryAfter: 30 })
    await turn()
    expect(stored()).toEqual(['a', 'b', 'c'])
    expect(stored('records')).toEqual([])
  })

  test('on a read-only database every write fails with an error of its own, and succeeds later', async () => {
    await ready()
    database.pragma('query_only = 1')
    const writes = [insert('a'), insert('b')]
    for (const write of writes) await expect(write).rejects.toThrow(StorageUnavailableError)
    database.pragma('query_only = 0')
    await Promise.all([insert('a'), insert('b')])
    expect(stored()).toEqual(['a', 'b'])
  })
})

describe('writes of one turn beside a lock', () => {
  test('wait as one, and are committed together when the lock is released', async () => {
    await ready()
    other.exec('begin immediate')
    const writes = ['a', 'b', 'c'].map(insert)
    await pause(60)
    const attempts = seen('begin immediate')
    expect(attempts).toBeGreaterThan(2)
    // One attempt at a time, and pauses of up to five milliseconds: three waiters would try three times as often.
    expect(attempts).toBeLessThan(40)
    other.exec('commit')
    await Promise.all(writes)
    expect(seen('commit')).toBe(1)
    expect(stored()).toEqual(['a', 'b', 'c'])
  })

  test('fail together at the deadline, and write nothing afterwards', async () => {
    await ready()
    other.exec('begin immediate')
    const started = performance.now()
    for (const write of ['a', 'b', 'c'].map(insert)) await expect(write).rejects.toThrow(StorageUnavailableError)
    expect(performance.now() - started).toBeLessThan(2500)
    other.exec('rollback')
    await pause(50)
    expect(stored()).toEqual([])
    await insert('d')
    expect(stored()).toEqual(['d'])
  })

  test('writes that run alone after a failure wait for a lock that came in between, and each takes effect once', async () => {
    database.exec(`create trigger bad after insert on oauth_access_tokens when new.id = 'bad'
      begin select raise(abort, 'this one is bad'); end`)
    await ready()
    // Another process takes the lock after the roll-back.
    const { prepare } = database
    let isLocked = false
    database.prepare = ((sql: string) => {
      const statement = Reflect.apply(prepare, database, [sql])
      if (sql !== 'rollback') return statement
      const { run } = statement
      statement.run = (...args: unknown[]) => {
        const result = Reflect.apply(run, statement, args)
        if (!isLocked) other.exec('begin immediate')
        isLocked = true
        return result
      }
      return statement
    }) as typeof prepare
    const locked = sqliteStorage(database)
    const add = async (id: string) => locked.accessTokens.insert(accessTokenRecord({ id }))
    const writes = outcomes([add('a'), add('bad'), add('b')])
    await pause(30)
    expect(isLocked).toBe(true)
    other.exec('commit')
    expect(await writes).toEqual(['done', 'this one is bad', 'done'])
    expect(stored()).toEqual(['a', 'b'])
  })

  test('wait for a transaction of the host on the same connection, and are not rolled back with it', async () => {
    const rolledBack = storage.db.transaction().execute(async (transaction) => {
      await transaction.deleteFrom('oauth_access_tokens').execute()
      const writes = ['a', 'b'].map(insert)
      await pause(20)
      void writes
      throw new Error('the host gives up')
    })
    await expect(rolledBack).rejects.toThrow('the host gives up')
    await expect.poll(stored).toEqual(['a', 'b'])
  })

  test("a call inside a synchronous transaction of the host's Database is not part of that transaction", async () => {
    let inserted: Promise<unknown> = Promise.resolve()
    const transaction = database.transaction(() => {
      inserted = Promise.all([insert('a'), insert('b')])
      throw new Error('the host gives up')
    })
    expect(() => transaction()).toThrow('the host gives up')
    await inserted
    expect(stored()).toEqual(['a', 'b'])
  })
})

test('a process that dies at any statement of a shared commit leaves all of its writes or none', async () => {
  const file = join(folder, `${files}.db`)
  const images: [name: string, rows: number][] = []
  let isWatching = false
  /** Counts the rows that another process finds if this one dies now: it has the file and its log, and nothing else. */
  const photograph = (name: string) => {
    if (!isWatching) return
    const image = join(folder, `image-${files}-${images.length}.db`)
    for (const part of ['', '-wal']) copyFileSync(file + part, image + part)
    const found = new Database(image)
    images.push([name, Number(found.prepare('select count(*) from oauth_access_tokens').pluck().get())])
    found.close()
  }
  const line: FaultLine = {
    arm: () => undefined,
    seen: [],
    before: (name) => {
      photograph(`before ${name}`)
      return () => photograph(`after ${name}`)
    },
  }
  const watched = sqliteStorage(watchedSqlite(database, line))
  await watched.clients.find('client')
  await issueRefreshToken(watched)
  isWatching = true
  const writes = ['a', 'b', 'c'].map(async (id) => watched.accessTokens.insert(accessTokenRecord({ id })))
  const rotation = watched.refreshTokens.rotate({
    id: 'refresh',
    now,
    successor: refreshTokenRecord({ id: 'next' }),
    accessToken: accessTokenRecord({ id: 'd', grantId: 'grant' }),
  })
  await Promise.all([...writes, rotation])
  isWatching = false
  expect(images).toHaveLength(16)
  expect(images.filter(([, rows]) => rows > 0)).toEqual([['after commit', 4]])
})

describe('close() while writes wait', () => {
  const open = () => sqliteStorage(join(folder, `${files}.db`))

  test('close() commits the writes of this turn first', async () => {
    const mine = open()
    const writes = ['a', 'b'].map(async (id) => mine.accessTokens.insert(accessTokenRecord({ id })))
    await mine.close()
    expect(await outcomes(writes)).toEqual(['done', 'done'])
    expect(stored()).toEqual(['a', 'b'])
  })

  test('close() waits for writes that wait for a lock', async () => {
    const mine = open()
    other.exec('begin immediate')
    const writes = ['a', 'b'].map(async (id) => mine.accessTokens.insert(accessTokenRecord({ id })))
    await pause(20)
    const closed = mine.close()
    await pause(20)
    other.exec('commit')
    await closed
    expect(await outcomes(writes)).toEqual(['done', 'done'])
    expect(stored()).toEqual(['a', 'b'])
  })

  test('a write after close() rejects, and the process goes on', async () => {
    const mine = open()
    await mine.clients.find('client')
    await mine.close()
    const write = async () => mine.accessTokens.insert(accessTokenRecord())
    await expect(write()).rejects.toThrow('The database connection is not open')
    await expect(Promise.all([write(), write()])).rejects.toThrow('The database connection is not open')
  })
})

/** A write of the property test. Few ids, so that writes of one turn meet. */
type Write = readonly [verb: keyof typeof verbs, id: string, second: string]

const verbs = {
  insert: (target, id) => target.records.insert(recordEntry({ id })),
  token: (target, id) => target.accessTokens.insert(accessTokenRecord({ id })),
  take: (target, id) => target.records.take({ kind: 'kind', id }),
  replace: (target, id) => target.records.replace(recordEntry({ id, version: 2 }), 1),
  remember: (target, id, second) => target.consents.remember(consentRecord({ id: `n${id}`, scope: [id, second] })),
  commit: (target, id, second) =>
    target.grants.commit({
      take: [
        { kind: 'kind', id },
        { kind: 'kind', id: second },
      ],
      consent: consentRecord({ id: `m${id}`, userId: second }),
      grant: grantRecord({ id }),
      code: codeRecord({ id, grantId: id }),
    }),
  redeem: (target, id, second) =>
    target.authorizationCodes.redeem({
      id,
      now,
      refreshToken: refreshTokenRecord({ id: second, grantId: id }),
      accessToken: accessTokenRecord({ id: second, grantId: id }),
    }),
  rotate: (target, id, second) =>
    target.refreshTokens.rotate({ id, now, successor: refreshTokenRecord({ id: second }), sealedSuccessor: 'sealed' }),
} satisfies Record<string, (target: SqliteStorage, id: string, second: string) => unknown>

const id = fc.constantFrom('a', 'b', 'c', 'bad')
const write: fc.Arbitrary<Write> = fc.tuple(fc.constantFrom(...(Object.keys(verbs) as (keyof typeof verbs)[])), id, id)

const tables = ['records', 'access_tokens', 'refresh_tokens', 'authorization_codes', 'grants', 'consents']

/** A storage in memory in which rows with the id `bad` make SQLite roll the transaction back, or fail. */
function startWithTrap(action: string) {
  const inMemory = new Database(':memory:')
  const target = sqliteStorage(inMemory)
  for (const table of ['refresh_tokens', 'authorization_codes']) {
    inMemory.exec(`create trigger bad_${table} before insert on oauth_${table} when new.id = 'bad'
      begin select raise(${action}, 'this one is bad'); end`)
  }
  const run = async ([verb, first, second]: Write) => verbs[verb](target, first, second)
  const rows = () => tables.map((table) => inMemory.prepare(`select * from oauth_${table} order by id`).all())
  return { run, rows, close: () => inMemory.close() }
}

test(
  `what writes do in one turn is what they do one after the other, with the same results (seed ${seed})`,
  () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(write, { minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 6 }),
        fc.constantFrom('abort', 'rollback'),
        async (turns, action) => {
          const together = startWithTrap(action)
          const oneByOne = startWithTrap(action)
          for (const writes of turns) {
            const expected: unknown[] = []
            for (const one of writes) expected.push(...(await outcomes([oneByOne.run(one)])))
            expect(await outcomes(writes.map(together.run))).toEqual(expected)
            expect(together.rows()).toEqual(oneByOne.rows())
          }
          together.close()
          oneByOne.close()
        },
      ),
      propertyRuns(60),
    ),
  propertyTimeout,
)
