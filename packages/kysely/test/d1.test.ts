import { StorageUnavailableError } from '@oauth/core'
import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { storageContract } from '../../core/src/testing/storage-contract.ts'
import { clientRecord, codeRecord, grantRecord, now, recordEntry } from '../../core/src/testing/storage-fixtures.ts'
import { type D1Client, d1MigrationSql, d1Storage, migrateD1 } from '../src/d1/index.ts'
import { schemaVersion } from '../src/migrations/schema-version.ts'
import { sqliteStorage } from '../src/sqlite/index.ts'

interface Bound {
  readonly sql: string
  readonly parameters: readonly unknown[]
}

/** A D1 database in this process, on SQLite. `test/workerd` runs the contract with the client of D1 itself. */
function d1OnSqlite(database: Database.Database): D1Client {
  const run = database.transaction((statements: readonly Bound[]) =>
    statements.map(({ sql, parameters }) => {
      // D1 takes no more parameters in one statement.
      if (parameters.length > 100) throw Object.assign(new Error('too many SQL variables'), { code: 'SQLITE_ERROR' })
      const statement = database.prepare(sql)
      if (statement.reader) return { success: true, results: statement.all(...parameters), meta: { changes: 0 } }
      return { success: true, results: [], meta: { changes: statement.run(...parameters).changes } }
    }),
  )
  return {
    prepare: (sql) => ({ bind: (...parameters) => ({ sql, parameters }) as never }),
    async batch(statements) {
      await Promise.resolve()
      try {
        return run(statements)
      } catch (error) {
        // The error of D1 has the name in its message, and no code.
        const { code, message } = error as { readonly code: string; readonly message: string }
        throw new Error(`D1_ERROR: ${message}: ${code.replace(/^(SQLITE_[A-Z]+).*/, '$1')}`)
      }
    },
  }
}

async function migrated(): Promise<D1Client> {
  const database = d1OnSqlite(new Database(':memory:'))
  await migrateD1(database)
  return database
}

/** A D1 whose answers to batches are replaced. */
async function answering(
  batch: (real: D1Client, statements: never[]) => ReturnType<D1Client['batch']>,
): Promise<D1Client> {
  const database = await migrated()
  return { prepare: (sql) => database.prepare(sql), batch: (statements) => batch(database, statements) }
}

describe('d1Storage on SQLite meets the storage contract', () => {
  for (const { name, run } of storageContract(async () => d1Storage(await migrated()))) test(name, run)
})

test('d1Storage finds more records at once than a statement of D1 may have parameters', async () => {
  const { records } = d1Storage(await migrated())
  const ids = Array.from({ length: 250 }, (_, index) => `id-${index}`)
  for (const id of ids) await records.insert(recordEntry({ id }))
  const found = await records.findMany({ kind: 'kind', ids: [...ids, ...ids, 'nothing'] })
  expect(found.map(({ id }) => id).sort()).toEqual([...ids].sort())
})

describe('a batch of d1Storage', () => {
  test('fails the races of the contract when its conditions are taken away', async () => {
    const failed: string[] = []
    const cases = storageContract(async () => {
      const database = await migrated()
      const prepare: D1Client['prepare'] = (sql) =>
        database.prepare(sql.replace(/^select json\(.*\) as "held"$/s, (text) => `${text.replace("'no'", "'0'")}`))
      return d1Storage({ prepare, batch: (statements) => database.batch(statements) })
    })
    for (const { name, run } of cases) await run().catch(() => failed.push(name))
    for (const verb of ['authorizationCodes.redeem', 'refreshTokens.rotate', 'grants.commit', 'refreshTokens.reuse']) {
      expect(
        failed.some((name) => name.startsWith(verb)),
        verb,
      ).toBe(true)
    }
  }, 60_000)

  test('that D1 has not run to its end is no success, whatever its first result says', async () => {
    const first = await answering(async (real, statements) => (await real.batch(statements)).slice(0, 1))
    const second = await answering(async (real, statements) =>
      (await real.batch(statements)).map((result, index) => (index === 0 ? result : { ...result, success: false })),
    )
    for (const database of [first, second]) {
      const grant = grantRecord()
      await expect(d1Storage(database).grants.commit({ grant, code: codeRecord() })).rejects.toThrow(
        StorageUnavailableError,
      )
    }
  })
})

describe('d1Storage throws StorageUnavailableError', () => {
  test.each([
    'D1_ERROR: Network connection lost.',
    'D1_ERROR: D1 DB is overloaded. Requests queued for too long.',
    'D1_ERROR: D1 DB storage operation exceeded timeout which caused object to be reset.',
    'D1_ERROR: Cannot resolve D1 DB due to transient issue on remote node.',
    'D1_ERROR: database or disk is full: SQLITE_FULL',
    'internal error; reference = 4d1',
  ])('when D1 answers %s', async (message) => {
    const database = await answering(() => Promise.reject(new Error(message)))
    await expect(d1Storage(database).clients.find('x')).rejects.toThrow(StorageUnavailableError)
    await expect(d1Storage(database).records.insert(recordEntry())).rejects.toThrow(StorageUnavailableError)
  })

  test('when D1 does not answer within the time limit', async () => {
    const database = await answering(() => new Promise(() => undefined))
    await expect(d1Storage(database, { timeoutSeconds: 0.05 }).clients.find('x')).rejects.toThrow('within 0.05 s')
  })
})

test('d1Storage passes on the error of a statement that SQLite refuses', async () => {
  const database = d1OnSqlite(new Database(':memory:'))
  await migrateD1(database, { tablePrefix: 'other_' })
  await expect(d1Storage(database).clients.find('x')).rejects.toThrow('run migrateD1')
  expect(() => d1Storage(database, { timeoutSeconds: 0 })).toThrow('timeoutSeconds must be')
})

test('no verb of d1Storage runs on a schema that this version of the package cannot work with, nor one of several statements', async () => {
  const database = new Database(':memory:')
  const client = d1OnSqlite(database)
  await migrateD1(client)
  const grant = grantRecord()
  const code = codeRecord()
  await d1Storage(client).grants.commit({ grant, code })
  database.exec(`update oauth_schema set version = ${schemaVersion + 2}, compatible_since = ${schemaVersion + 1}`)
  const calls = [
    () => d1Storage(client).grants.commit({ grant: { ...grant, id: 'another' } }),
    () => d1Storage(client).authorizationCodes.redeem({ id: code.id, now }),
    () => d1Storage(client).refreshTokens.reuse({ id: 'refresh', limit: 1 }),
  ]
  for (const call of calls) await expect(Promise.resolve(call())).rejects.toThrow('update @oauth/kysely')
  database.exec(`update oauth_schema set compatible_since = ${schemaVersion}`)
  expect(await d1Storage(client).grants.find('another')).toBeUndefined()
  expect(await d1Storage(client).authorizationCodes.redeem({ id: code.id, now })).toBe('won')
})

describe('migrateD1', () => {
  test('makes the tables that sqliteStorage makes, and may run in several Workers at once and again', async () => {
    const database = new Database(':memory:')
    const client = d1OnSqlite(database)
    await Promise.all([migrateD1(client), migrateD1(client), migrateD1(client)])
    await migrateD1(client)
    expect(tablesOf(database)).toEqual(tablesOf(ofSqliteStorage()))
    expect(await d1Storage(client).check?.()).toBeUndefined()
  })

  test('continues after d1MigrationSql, and finds the tables of sqliteStorage up to date', async () => {
    const database = new Database(':memory:')
    database.exec(d1MigrationSql())
    await migrateD1(d1OnSqlite(database))
    expect(tablesOf(database)).toEqual(tablesOf(ofSqliteStorage()))
    const other = ofSqliteStorage()
    await migrateD1(d1OnSqlite(other))
    expect(tablesOf(other)).toEqual(tablesOf(ofSqliteStorage()))
  })
})

describe('d1MigrationSql', () => {
  test('returns statements that can also run in two files, one after the other', () => {
    const whole = new Database(':memory:')
    whole.exec(d1MigrationSql())
    const all = d1MigrationSql()
    const later = d1MigrationSql({ after: '0004_withdrawals' })
    expect(all.length).toBeGreaterThan(later.length)
    const earlier = all.slice(0, all.indexOf(later.split('\n')[1] ?? ''))
    const split = new Database(':memory:')
    split.exec(earlier)
    split.exec(later)
    expect(tablesOf(split)).toEqual(tablesOf(whole))
  })

  test('refuses a name that no migration has', () => {
    expect(() => d1MigrationSql({ after: '0004' })).toThrow('after must be one of 0001_initial, ')
  })
})

test('d1Storage reads what sqliteStorage has written to the same file', async () => {
  const database = new Database(':memory:')
  const storage = sqliteStorage(database)
  await storage.clients.insert(clientRecord())
  await storage.grants.commit({ grant: grantRecord(), code: codeRecord() })
  const d1 = d1Storage(d1OnSqlite(database))
  expect(await d1.clients.find('client')).toEqual(clientRecord())
  expect(await d1.authorizationCodes.redeem({ id: 'code', now })).toBe('won')
  expect(await storage.authorizationCodes.redeem({ id: 'code', now })).toBe('replayed')
})

function ofSqliteStorage(): Database.Database {
  const database = new Database(':memory:')
  sqliteStorage(database)
  return database
}

function tablesOf(database: Database.Database): unknown {
  return database.prepare('select name, sql from sqlite_schema order by name').all()
}
