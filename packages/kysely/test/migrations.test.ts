import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { Kysely, NO_MIGRATIONS, SqliteDialect } from 'kysely'
import { afterAll, describe, expect, test } from 'vitest'
import { clientRecord } from '../../core/src/testing/storage-fixtures.ts'
import { kyselyStorage } from '../src/index.ts'
import { migrate, migrations, migrator } from '../src/migrations/index.ts'
import { sqliteStorage } from '../src/sqlite/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'oauth-migrations-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const kysely = (database: Database.Database) => new Kysely<object>({ dialect: new SqliteDialect({ database }) })

/** Returns the whole schema without the tables of Kysely's migrator. */
const schemaOf = (database: Database.Database) =>
  database
    .prepare(
      `select type, name, sql from sqlite_schema where sql is not null and name not like 'oauth_migrations%' order by name`,
    )
    .all()

const appliedTo = (database: Database.Database) => database.prepare('select name from oauth_migrations').pluck().all()

describe('migrations', () => {
  test('migrations go up, down and up again', async () => {
    const database = new Database(':memory:')
    const db = kysely(database)
    await migrate(db)
    const schema = schemaOf(database)
    expect(schema.length).toBeGreaterThan(9)
    expect(appliedTo(database)).toEqual(Object.keys(migrations()))

    const { error } = await migrator(db).migrateTo(NO_MIGRATIONS)
    expect(error).toBeUndefined()
    expect(schemaOf(database)).toEqual([])
    expect(appliedTo(database)).toEqual([])

    await migrate(db)
    expect(schemaOf(database)).toEqual(schema)
    expect(await kyselyStorage(db).clients.insert(clientRecord())).toBe('won')
    await db.destroy()
  })

  test('migrations may run twice, one after the other or at once, and keep the data', async () => {
    const database = new Database(':memory:')
    const db = kysely(database)
    await Promise.all([migrate(db), migrate(db), migrate(db)])
    await kyselyStorage(db).clients.insert(clientRecord())
    await migrate(db)
    expect(appliedTo(database)).toEqual(Object.keys(migrations()))
    expect(await kyselyStorage(db).clients.find('client')).toEqual(clientRecord())
    await db.destroy()
  })

  test('migrations may run at once on two connections to one file', async () => {
    const file = join(folder, 'two.db')
    const databases = [new Database(file), new Database(file)]
    await Promise.all(databases.map((database) => migrate(kysely(database))))
    for (const database of databases) {
      expect(appliedTo(database)).toEqual(Object.keys(migrations()))
      database.close()
    }
  })

  test('migrations that fail reject with the cause, and do not block the next run', async () => {
    const database = new Database(':memory:')
    database.exec('create table oauth_signing_keys (other text)')
    await expect(migrate(kysely(database))).rejects.toThrow('oauth_signing_keys')
    expect(schemaOf(database)).toHaveLength(1)
    database.exec('drop table oauth_signing_keys')
    await migrate(kysely(database))
    expect(appliedTo(database)).toEqual(Object.keys(migrations()))
  })
})

describe('sqliteStorage and migrations', () => {
  test('sqliteStorage makes the same tables as migrate, and each continues with the tables of the other', async () => {
    const file = join(folder, 'same.db')
    const storage = sqliteStorage(file)
    await storage.clients.insert(clientRecord())
    await migrate(storage.db)
    await storage.close()
    const database = new Database(file)
    const other = new Database(':memory:')
    await migrate(kysely(other))
    expect(schemaOf(database)).toEqual(schemaOf(other))
    expect(appliedTo(database)).toEqual(appliedTo(other))

    const again = sqliteStorage(other)
    expect(await again.clients.insert(clientRecord())).toBe('won')
    await again.close()
  })

  test('sqliteStorage creates no tables with migrate: false', async () => {
    const database = new Database(':memory:')
    expect(() => sqliteStorage(database, { migrate: false }).clients.find('client')).toThrow('run migrate')
    expect(schemaOf(database)).toEqual([])
    await migrate(kysely(database))
    const storage = sqliteStorage(database, { migrate: false })
    expect(await storage.clients.find('client')).toBeUndefined()
  })

  test('sqliteStorage writes nothing when a migration fails', () => {
    const database = new Database(':memory:')
    database.exec('create table oauth_signing_keys (other text)')
    expect(() => sqliteStorage(database)).toThrow('oauth_signing_keys')
    expect(schemaOf(database)).toHaveLength(1)
    expect(appliedTo(database)).toEqual([])
  })
})
