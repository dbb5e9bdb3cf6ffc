import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { Kysely, SqliteDialect, sql } from 'kysely'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { createQuickWorld } from '../../core/test/support/tokens.ts'
import { kyselyStorage } from '../src/index.ts'
import { migrate } from '../src/migrations/index.ts'
import { schemaVersion } from '../src/migrations/schema-version.ts'
import { readOnlyCheck } from '../src/read-only-check.ts'
import { sqliteStorage } from '../src/sqlite/index.ts'
import { databaseNames, type EmptyDatabase, emptyDatabase } from './support/databases.ts'

const folder = mkdtempSync(join(tmpdir(), 'oauth-readiness-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const readyOn = (db: Kysely<object>) => createQuickWorld({ storage: kyselyStorage(db) }).provider.ready()

describe.each(databaseNames)('readiness on %s', (name) => {
  let database: EmptyDatabase
  afterEach(() => database.drop())

  test('ready() names the problem of the schema, and is ok once the schema is right (G42)', async () => {
    database = await emptyDatabase(name)
    const { db } = database
    const problem = async () => {
      const { ok, checks } = await readyOn(db)
      expect([ok, checks[0], checks[1]?.ok]).toEqual([false, { name: 'storage', ok: true }, false])
      return checks[1]?.problem
    }
    expect(await problem()).toContain('do not exist: run migrate(db)')
    await migrate(db)
    expect((await readyOn(db)).checks).toEqual([
      { name: 'storage', ok: true },
      { name: 'schema', ok: true },
      { name: 'keys', ok: true },
    ])

    const set = (version: number, since: number) =>
      sql`update oauth_schema set version = ${version}, compatible_since = ${since}`.execute(db)
    await set(schemaVersion - 1, 1)
    expect(await problem()).toContain('run migrate(db)')
    await set(schemaVersion + 1, schemaVersion + 1)
    expect(await problem()).toContain('update @oauth/kysely')
    await set(schemaVersion + 1, schemaVersion)
    expect((await readyOn(db)).ok).toBe(true)
    await set(schemaVersion, 1)

    await sql`alter table oauth_grants rename to oauth_grants_away`.execute(db)
    expect(await problem()).toContain('the table oauth_grants cannot be read')
    await sql`alter table oauth_grants_away rename to oauth_grants`.execute(db)
    await sql`alter table oauth_refresh_tokens rename column reuses to uses`.execute(db)
    expect(await problem()).toContain('the table oauth_refresh_tokens cannot be read')
    await sql`alter table oauth_refresh_tokens rename column uses to reuses`.execute(db)
    expect((await readyOn(db)).ok).toBe(true)
  }, 60_000)

  test('ready() checks the tables at each call, and reuses no earlier result (G42)', async () => {
    database = await emptyDatabase(name)
    const { db } = database
    await migrate(db)
    const { provider } = createQuickWorld({ storage: kyselyStorage(db) })
    expect((await provider.ready()).ok).toBe(true)
    await sql`drop table oauth_records`.execute(db)
    expect((await provider.ready()).checks[1]?.problem).toContain('oauth_records')
  })
})

describe('a read-only server', () => {
  for (const name of databaseNames.filter((one) => one === 'pglite' || one === 'postgres')) {
    test(`ready() on ${name} says that the connection leads to a standby, whose reads may be old (G42)`, async () => {
      const database = await emptyDatabase(name, { connections: 1 })
      const { db } = database
      try {
        await migrate(db)
        const { provider } = createQuickWorld({ storage: kyselyStorage(db) })
        expect((await provider.ready()).ok).toBe(true)
        await sql`select set_config('default_transaction_read_only', 'on', false)`.execute(db)
        const readiness = await provider.ready()
        expect([readiness.ok, readiness.checks[0]?.ok]).toEqual([false, true])
        expect(readiness.checks[1]?.problem).toContain('is read-only: connect to the primary')
        await sql`select set_config('default_transaction_read_only', 'off', false)`.execute(db)
        expect((await provider.ready()).ok).toBe(true)
      } finally {
        await database.drop()
      }
    })
  }

  test.each([
    ['postgres', 'off', true],
    ['postgres', 'on', false],
    ['mysql', 0, true],
    ['mysql', 1, false],
    // MariaDB from version 12.
    ['mysql', 'OFF', true],
    ['mysql', 'NO_LOCK_NO_ADMIN', false],
  ] as const)('on %s the state %s of the server is understood', async (dialect, state, isWritable) => {
    const runner = {
      find: async (_statement: unknown, _input: unknown, decode: (row: unknown) => unknown) => decode({ state }),
    }
    const db = new Kysely<never>({ dialect: new SqliteDialect({ database: new Database(':memory:') }) })
    const problem = await readOnlyCheck({ db, dialect }, runner as never)()
    expect(problem === undefined).toBe(isWritable)
  })
})

describe('sqliteStorage', () => {
  test('sqliteStorage refuses a newer, incompatible schema when it is constructed, and changes nothing (G43)', () => {
    const file = join(folder, 'newer.db')
    const before = new Database(file)
    sqliteStorage(before)
    before.exec(`update oauth_schema set version = ${schemaVersion + 2}, compatible_since = ${schemaVersion + 1}`)
    for (const options of [{}, { migrate: false }]) {
      expect(() => sqliteStorage(file, options)).toThrow(/cannot work with: update @oauth\/kysely/)
    }
    before.exec(`update oauth_schema set compatible_since = ${schemaVersion}`)
    expect(sqliteStorage(file).clients.find('x')).toBeUndefined()
    before.close()
  })

  test('sqliteStorage is ready while another process has locked the file, and not ready when the file is no database any more (G42)', async () => {
    const file = join(folder, 'locked.db')
    const { provider } = createQuickWorld({ storage: sqliteStorage(file) })
    expect((await provider.ready()).ok).toBe(true)
    const other = new Database(file)
    other.exec('begin immediate')
    expect((await provider.ready()).ok).toBe(true)
    other.exec('rollback')
    other.exec('drop table oauth_clients')
    expect((await provider.ready()).checks[1]?.problem).toContain('oauth_clients')
    other.close()
  })
})
