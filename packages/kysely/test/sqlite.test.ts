import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { StorageUnavailableError } from '@oauth/core'
import Database from 'better-sqlite3'
import { afterAll, describe, expect, test } from 'vitest'
import { type ContractCase, storageContract } from '../../core/src/testing/storage-contract.ts'
import {
  accessTokenRecord,
  clientRecord,
  issueCode,
  now,
  refreshTokenRecord,
} from '../../core/src/testing/storage-fixtures.ts'
import { sqliteStorage } from '../src/sqlite/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'oauth-kysely-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let files = 0
const newFile = () => join(folder, `${++files}.db`)

function testAll(cases: readonly ContractCase[]): void {
  for (const { name, run } of cases) test(name, run)
}

describe('sqliteStorage in memory meets the storage contract', () => {
  testAll(
    storageContract(() => {
      const storage = sqliteStorage(':memory:')
      return { storage, close: () => storage.close() }
    }),
  )
})

describe('sqliteStorage in a file meets the storage contract', () => {
  testAll(
    storageContract(() => {
      const storage = sqliteStorage(newFile())
      return { storage, close: () => storage.close() }
    }),
  )
})

describe('sqliteStorage', () => {
  test('sqliteStorage keeps its data over a restart', async () => {
    const file = newFile()
    const before = sqliteStorage(file)
    await before.clients.insert(clientRecord())
    await issueCode(before)
    await before.close()

    const after = sqliteStorage(file)
    expect(await after.clients.find('client')).toEqual(clientRecord())
    expect(await after.authorizationCodes.redeem({ id: 'code', now })).toBe('won')
    await after.close()
  })

  test('sqliteStorage opens files in WAL mode with synchronous=NORMAL, foreign keys, and no busy timeout', async () => {
    const file = newFile()
    const storage = sqliteStorage(file)
    const database = new Database(file, { readonly: true })
    expect(database.pragma('journal_mode', { simple: true })).toBe('wal')
    database.close()
    const pragma = async (name: string) => {
      const { sql } = await import('kysely')
      const { rows } = await sql.raw<Record<string, number>>(`pragma ${name}`).execute(storage.db)
      return Object.values(rows[0] ?? {})[0]
    }
    expect(await pragma('synchronous')).toBe(1)
    expect(await pragma('foreign_keys')).toBe(1)
    expect(await pragma('busy_timeout')).toBe(0)
    // A longer log would cost less, and a power cut could lose more commits (decision 0070).
    expect(await pragma('wal_autocheckpoint')).toBe(1000)
    await storage.close()
  })

  test('a value that is a list or an object finds and writes nothing: a driver could spread it over several columns', async () => {
    const storage = sqliteStorage(':memory:')
    await storage.clients.insert(clientRecord())
    const list = [clientRecord().id] as unknown as string
    expect(() => storage.clients.find(list)).toThrow('id must be text or a number')
    await expect(async () => storage.clients.delete(list)).rejects.toThrow(TypeError)
    expect(storage.clients.find(clientRecord().id)).toBeDefined()
    await storage.close()
  })

  test('sqliteStorage reads synchronously, and resolves a write after its commit', async () => {
    const storage = sqliteStorage(':memory:')
    const inserted = storage.clients.insert(clientRecord())
    expect(storage.clients.find('client')).toBeUndefined()
    expect(await inserted).toBe('won')
    expect(storage.clients.find('client')).toEqual(clientRecord())
    await storage.close()
  })

  test('sqliteStorage compares ids case-sensitively and with trailing spaces', async () => {
    const storage = sqliteStorage(':memory:')
    await storage.accessTokens.insert(accessTokenRecord({ id: 'AbC' }))
    expect(await storage.accessTokens.find('abc')).toBeUndefined()
    expect(await storage.accessTokens.find('AbC ')).toBeUndefined()
    expect((await storage.accessTokens.find('AbC'))?.token.id).toBe('AbC')
    await storage.close()
  })

  test('of fifty redemptions of one code on two connections to one file, one succeeds', async () => {
    const file = newFile()
    const storages = [sqliteStorage(file), sqliteStorage(file)] as const
    await issueCode(storages[0])
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
    const database = new Database(file)
    expect(database.prepare('select count(*) from oauth_access_tokens').pluck().get()).toBe(1)
    expect(database.prepare('select count(*) from oauth_refresh_tokens').pluck().get()).toBe(1)
    database.close()
    for (const storage of storages) await storage.close()
  })

  test('sqliteStorage waits for an open transaction of the host on the same connection', async () => {
    const storage = sqliteStorage(newFile())
    const seen: string[] = []
    let added: Promise<unknown> | undefined
    const rolledBack = storage.db.transaction().execute(async () => {
      added = (async () => storage.clients.insert(clientRecord()))().then(() => seen.push('inserted'))
      await new Promise((resolve) => setTimeout(resolve, 20))
      seen.push('rolling back')
      throw new Error('the host gives up')
    })
    await expect(rolledBack).rejects.toThrow('the host gives up')
    await added
    expect(seen).toEqual(['rolling back', 'inserted'])
    expect(await storage.clients.find('client')).toEqual(clientRecord())
    await storage.close()
  })

  test("sqliteStorage leaves the host's Database open, with the host's settings", async () => {
    const database = new Database(newFile())
    const storage = sqliteStorage(database)
    expect(await storage.clients.insert(clientRecord())).toBe('won')
    await storage.close()
    expect(database.open).toBe(true)
    expect(database.pragma('journal_mode', { simple: true })).toBe('delete')
    database.close()
  })

  test('sqliteStorage reports the error of a statement, also when SQLite has rolled back by itself', async () => {
    const database = new Database(newFile())
    const storage = sqliteStorage(database)
    await issueCode(storage)
    database.exec(`create trigger full before insert on oauth_access_tokens
      begin select raise(rollback, 'disk is full'); end`)
    const redeem = async () =>
      storage.authorizationCodes.redeem({ id: 'code', now, accessToken: accessTokenRecord({ grantId: 'grant' }) })
    await expect(redeem()).rejects.toThrow('disk is full')
    database.exec('drop trigger full')
    expect(await redeem()).toBe('won')
    database.close()
  })
})

test("the provider answers 503, not 500, when another process keeps a lock beyond the host's busy timeout", async () => {
  const file = newFile()
  const storage = sqliteStorage(new Database(file, { timeout: 50 }))
  await issueCode(storage)
  const other = new Database(file)
  other.exec('begin exclusive')
  for (const verb of [
    () => storage.clients.insert(clientRecord()),
    () => storage.authorizationCodes.redeem({ id: 'code', now }),
  ]) {
    await expect(verb()).rejects.toThrow(StorageUnavailableError)
  }
  other.exec('rollback')
  expect(await storage.authorizationCodes.redeem({ id: 'code', now })).toBe('won')
  other.close()
})
