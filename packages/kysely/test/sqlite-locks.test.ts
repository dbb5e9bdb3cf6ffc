import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { StorageUnavailableError } from '@oauth/core'
import Database from 'better-sqlite3'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  accessTokenRecord,
  clientRecord,
  issueCode,
  issueRefreshToken,
  now,
} from '../../core/src/testing/storage-fixtures.ts'
import { postAs, registerConfidential } from '../../core/test/support/client.ts'
import { createQuickWorld } from '../../core/test/support/tokens.ts'
import { type SqliteStorage, sqliteStorage } from '../src/sqlite/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'oauth-locks-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let files = 0
let file: string
let other: Database.Database
let storage: SqliteStorage

beforeEach(() => {
  file = join(folder, `${++files}.db`)
  storage = sqliteStorage(file)
  other = new Database(file)
})
afterEach(async () => {
  other.close()
  await storage.close()
})

/** Returns the longest delay of the event loop while `work` ran, in milliseconds. */
async function worstDelay(work: () => Promise<unknown>): Promise<number> {
  let worst = 0
  let last = performance.now()
  const timer = setInterval(() => {
    worst = Math.max(worst, performance.now() - last - 10)
    last = performance.now()
  }, 10)
  await work()
  clearInterval(timer)
  return worst
}

/** Returns the number of rows of a table, read on another connection. */
const count = (table: string) => other.prepare(`select count(*) from oauth_${table}`).pluck().get()

describe('a SQLite file that another process has locked', () => {
  test('a locked file does not block the process: discovery responds during the lock, and six token requests respond after it (G40)', async () => {
    const world = createQuickWorld({ storage })
    const client = await registerConfidential(world, { grant_types: ['client_credentials'], redirect_uris: [] })
    const token = () => postAs(world, client, '/oauth2/token', { grant_type: 'client_credentials' })
    expect((await token()).status).toBe(200)
    other.exec('begin immediate')
    const answers: number[] = []
    const delay = await worstDelay(async () => {
      const requests = Array.from({ length: 6 }, () => token().then(({ status }) => answers.push(status)))
      await pause(100)
      const started = performance.now()
      const discovery = await world.provider.fetch(new Request(`${world.issuer}/.well-known/openid-configuration`))
      expect(discovery.status).toBe(200)
      // A read needs no lock in WAL mode.
      expect((await postAs(world, client, '/oauth2/introspect', { token: 'a'.repeat(60) })).status).toBe(200)
      expect(performance.now() - started).toBeLessThan(500)
      expect(answers).toEqual([])
      await pause(500)
      other.exec('commit')
      const released = performance.now()
      await Promise.all(requests)
      expect(performance.now() - released).toBeLessThan(500)
    })
    expect(answers).toEqual([200, 200, 200, 200, 200, 200])
    expect(count('access_tokens')).toBe(7)
    expect(delay).toBeLessThan(400)
  })

  test('all waiting requests get 503 at the same deadline of five seconds, and not one after the other (G40)', async () => {
    const world = createQuickWorld({ storage })
    const client = await registerConfidential(world, { grant_types: ['client_credentials'], redirect_uris: [] })
    const token = () => postAs(world, client, '/oauth2/token', { grant_type: 'client_credentials' })
    expect((await token()).status).toBe(200)
    other.exec('begin immediate')
    const started = performance.now()
    const answers = await Promise.all(Array.from({ length: 6 }, token))
    const waited = performance.now() - started
    expect(answers.map(({ status }) => status)).toEqual([503, 503, 503, 503, 503, 503])
    expect(answers[0]?.headers.get('retry-after')).toBe('5')
    expect(waited).toBeGreaterThan(4900)
    expect(waited).toBeLessThan(6500)
    other.exec('rollback')
    expect((await token()).status).toBe(200)
    expect(count('access_tokens')).toBe(2)
  }, 20_000)

  test('calls that wait for a lock run in their order, and each takes effect once, also transactions and purges (G40)', async () => {
    await issueCode(storage)
    await issueRefreshToken(storage, { grant: { id: 'g2' }, token: { id: 'old', expiresAt: now - 1 } })
    await storage.accessTokens.insert(accessTokenRecord({ id: 'old', expiresAt: now - 1 }))
    other.exec('begin immediate')
    const answers = Promise.all([
      storage.clients.insert(clientRecord()),
      storage.authorizationCodes.redeem({ id: 'code', now, accessToken: accessTokenRecord() }),
      storage.authorizationCodes.redeem({ id: 'code', now, accessToken: accessTokenRecord() }),
      storage.purgeExpired({ now, limit: 10 }),
      storage.clients.delete('client'),
      storage.clients.delete('client'),
    ])
    await pause(50)
    // A read does not wait, and sees the data from before the waiting writes.
    expect(storage.clients.find('client')).toBeUndefined()
    other.exec('commit')
    expect(await answers).toEqual(['won', 'won', 'replayed', 2, true, false])
  })

  test('a call that meets no lock is done in the same turn of the event loop, and one that meets a lock waits (G40)', async () => {
    const afterThisTurn = () => new Promise((resolve) => setImmediate(resolve))
    let inserted: unknown
    void Promise.resolve(storage.clients.insert(clientRecord())).then((outcome) => {
      inserted = outcome
    })
    await afterThisTurn()
    expect(inserted).toBe('won')
    other.exec('begin immediate')
    let isDeleted: unknown
    const waiting = Promise.resolve(storage.clients.delete('client')).then((outcome) => {
      isDeleted = outcome
    })
    await afterThisTurn()
    await afterThisTurn()
    expect(isDeleted).toBeUndefined()
    // A read returns its result synchronously, also beside a lock.
    expect(storage.clients.find('client')).toEqual(clientRecord())
    other.exec('rollback')
    await waiting
    expect(isDeleted).toBe(true)
    expect(await storage.clients.insert(clientRecord())).toBe('won')
  })

  test('statements of the host on the same connection also wait for a lock, and fail with the error of SQLite (G40)', async () => {
    const { db } = storage
    other.exec('begin immediate')
    const remove = db.deleteFrom('oauth_clients').executeTakeFirst()
    const transaction = db.transaction().execute((open) => open.selectFrom('oauth_clients').selectAll().execute())
    const inserted = storage.clients.insert(clientRecord())
    expect(await worstDelay(() => pause(200))).toBeLessThan(400)
    other.exec('commit')
    await remove
    await transaction
    expect(await inserted).toBe('won')
    other.exec('begin immediate')
    await expect(db.deleteFrom('oauth_clients').execute()).rejects.toThrow('database is locked')
    other.exec('rollback')
  }, 20_000)
})

describe.each(['wal', 'delete'])('a Database of the host in the journal mode %s', (mode) => {
  test('a Database of the host keeps its busy timeout, and calls wait as long without blocking the process (G40)', async () => {
    const own = new Database(join(folder, `${mode}.db`), { timeout: 700 })
    own.pragma(`journal_mode = ${mode}`)
    const mine = sqliteStorage(own)
    const second = new Database(join(folder, `${mode}.db`))
    expect(await mine.clients.insert(clientRecord())).toBe('won')
    second.exec('begin exclusive')
    const delay = await worstDelay(async () => {
      const started = performance.now()
      await expect(mine.clients.delete('client')).rejects.toThrow(StorageUnavailableError)
      expect(performance.now() - started).toBeGreaterThan(690)
    })
    expect(delay).toBeLessThan(400)
    expect(own.pragma('busy_timeout', { simple: true })).toBe(700)
    const waiting = (async () => [await mine.clients.find('client'), await mine.clients.delete('client')])()
    await pause(30)
    second.exec('commit')
    expect(await waiting).toEqual([clientRecord(), true])
    second.close()
    own.close()
  })
})
