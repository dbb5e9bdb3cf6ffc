import { StorageUnavailableError } from '@oauth/core'
import Database from 'better-sqlite3'
import { Kysely, NO_MIGRATIONS, SqliteDialect, sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { issueCode, now } from '../../core/src/testing/storage-fixtures.ts'
import { kyselyStorage } from '../src/index.ts'
import { migrate, migrator } from '../src/migrations/index.ts'
import { schemaChanges } from '../src/migrations/schema-changes.ts'
import { schemaVersion } from '../src/migrations/schema-version.ts'
import { sqliteStorage } from '../src/sqlite/index.ts'
import { databaseNames, type EmptyDatabase, emptyDatabase } from './support/databases.ts'

const storageError = async (verb: () => unknown): Promise<string> => {
  try {
    await verb()
  } catch (error) {
    expect(error).not.toBeInstanceOf(StorageUnavailableError)
    return (error as Error).message
  }
  throw new Error('nothing was thrown')
}

test('the version of the schema is the number of the last migration', () => {
  const last = Object.keys(schemaChanges).at(-1) ?? ''
  expect(Number.parseInt(last, 10)).toBe(schemaVersion)
})

describe.each(databaseNames)('the version of the schema on %s', (name) => {
  let database: EmptyDatabase
  const tablePrefix = 'idp_'
  const storage = () => kyselyStorage(database.db, { tablePrefix })
  const find = async () => storage().clients.find('client')
  const set = (version: number, since: number) =>
    sql`update idp_schema set version = ${version}, compatible_since = ${since}`.execute(database.db)

  beforeAll(async () => {
    database = await emptyDatabase(name)
    await migrate(database.db, { tablePrefix })
  }, 180_000)
  afterAll(() => database.drop())
  beforeEach(() => set(schemaVersion, schemaVersion))

  test('a storage without tables throws an error that says so, and works once the tables exist', async () => {
    const early = kyselyStorage(database.db, { tablePrefix: 'late_' })
    expect(await storageError(() => early.clients.find('client'))).toMatch(
      /oauth\/kysely \(late_…\) do not exist: run migrate/,
    )
    expect(await storageError(() => issueCode(early))).toContain('run migrate')
    await migrate(database.db, { tablePrefix: 'late_' })
    expect(await early.clients.find('client')).toBeUndefined()
  })

  test('a storage on an older schema throws an error that says to run migrate', async () => {
    await set(schemaVersion - 1, schemaVersion - 1)
    expect(await storageError(find)).toContain(
      `have schema ${schemaVersion - 1}, and this version of the package needs ${schemaVersion}: run migrate`,
    )
  })

  test('a storage on a newer, incompatible schema throws an error that says so, and so does migrate', async () => {
    await set(schemaVersion + 2, schemaVersion + 1)
    expect(await storageError(find)).toContain(
      `schema ${schemaVersion + 2}, which this version of the package (schema ${schemaVersion}) cannot work with`,
    )
    await expect(migrate(database.db, { tablePrefix })).rejects.toThrow('update @oauth/kysely')
  })

  test('a storage works on a newer, compatible schema, and migrate does not change it', async () => {
    await set(schemaVersion + 2, schemaVersion)
    // Record a migration of a newer version, which this version does not know.
    await sql`insert into idp_migrations (name, timestamp) values ('9999_later', 'x')`.execute(database.db)
    expect(await find()).toBeUndefined()
    await migrate(database.db, { tablePrefix })
    await sql`delete from idp_migrations where name = '9999_later'`.execute(database.db)
  })

  test('a migration down drops the version before the tables', async () => {
    await migrate(database.db, { tablePrefix: 'gone_' })
    const { error } = await migrator(database.db, { tablePrefix: 'gone_' }).migrateTo(NO_MIGRATIONS)
    expect(error).toBeUndefined()
    expect(await storageError(() => kyselyStorage(database.db, { tablePrefix: 'gone_' }).clients.find('x'))).toContain(
      'do not exist',
    )
  })
})

test('a storage reads the version of the schema once, also for fifty concurrent calls', async () => {
  const statements: string[] = []
  const db = new Kysely<object>({
    dialect: new SqliteDialect({ database: new Database(':memory:') }),
    log: ({ query }) => void statements.push(query.sql),
  })
  await migrate(db)
  statements.length = 0
  const storage = kyselyStorage(db)
  await Promise.all(Array.from({ length: 50 }, () => storage.clients.find('client')))
  await storage.purgeExpired({ now, limit: 1 })
  expect(statements.filter((text) => text.includes('oauth_schema'))).toHaveLength(1)
  expect(statements.filter((text) => text.includes('oauth_clients'))).toHaveLength(50)
})

test('sqliteStorage checks the version of the schema synchronously, and throws an error that names the problem', () => {
  const database = new Database(':memory:')
  const storage = sqliteStorage(database)
  expect(storage.clients.find('client')).toBeUndefined()
  database.exec('update oauth_schema set version = 9, compatible_since = 9')
  // The storage checks once. It does not notice a migration that an operator runs later.
  expect(storage.clients.find('client')).toBeUndefined()
  expect(() => sqliteStorage(database).clients.find('client')).toThrow('cannot work with')
  database.exec('drop table oauth_schema')
  expect(() => sqliteStorage(database).clients.find('client')).toThrow('do not exist')
})
