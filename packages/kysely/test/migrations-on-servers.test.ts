import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { type Kysely, Migrator, NO_MIGRATIONS, sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { serverNames } from '../../../test/machine/servers.ts'
import { clientRecord } from '../../core/src/testing/storage-fixtures.ts'
import { readDialect } from '../src/dialect.ts'
import { kyselyStorage } from '../src/index.ts'
import { migrate, migrations, migrator } from '../src/migrations/index.ts'
import { schemaChanges } from '../src/migrations/schema-changes.ts'
import { tableNames } from '../src/schema.ts'
import { databaseNames, type EmptyDatabase, emptyDatabase } from './support/databases.ts'

/** Returns the names of the existing tables, without those of Kysely's migrator. */
async function tablesOf(db: Kysely<object>): Promise<readonly string[]> {
  const tables = await db.introspection.getTables()
  return tables.map(({ name }) => name).filter((name) => !/_migrations|^kysely_/.test(name))
}

let database: EmptyDatabase
afterEach(() => database.drop())

describe.each(databaseNames)('migrations on %s', (name) => {
  beforeEach(async () => {
    database = await emptyDatabase(name)
  }, 180_000)

  test('migrations go up, down and up again', async () => {
    const { db } = database
    await migrate(db)
    const tables = await tablesOf(db)
    expect(tables).toEqual(expect.arrayContaining(['oauth_clients', 'oauth_records', 'oauth_schema']))
    const { error } = await migrator(db).migrateTo(NO_MIGRATIONS)
    expect(error).toBeUndefined()
    expect(await tablesOf(db)).toEqual([])
    await migrate(db)
    expect(await tablesOf(db)).toEqual(tables)
    expect(await kyselyStorage(db).clients.insert(clientRecord())).toBe('won')
  })

  test('migrations may run again and several times at once, and keep the data', async () => {
    const { db } = database
    await Promise.all([migrate(db), migrate(db), migrate(db, { tablePrefix: 'idp_' })])
    await kyselyStorage(db).clients.insert(clientRecord())
    await migrate(db)
    expect(await kyselyStorage(db).clients.find('client')).toEqual(clientRecord())
  })

  test("migrations may be merged into the host's own migrations, under other names and in the host's migration table", async () => {
    const { db } = database
    const users = {
      up: (on: Kysely<unknown>) => on.schema.createTable('users').addColumn('id', 'integer').execute(),
    }
    const ours = Object.entries(migrations({ tablePrefix: 'idp_' })).map(([key, one]) => [
      `2026-11-25-oauth-${key}`,
      one,
    ])
    const own = new Migrator({
      db,
      provider: { getMigrations: async () => ({ '2026-01-01-users': users, ...Object.fromEntries(ours) }) },
    })
    const { error, results } = await own.migrateToLatest()
    expect(error).toBeUndefined()
    expect(results).toHaveLength(ours.length + 1)
    const storage = kyselyStorage(db, { tablePrefix: 'idp_' })
    expect(await storage.clients.insert(clientRecord())).toBe('won')
    // `migrate` changes nothing when the schema is up to date, also when the host's migrator has made it.
    await migrate(db, { tablePrefix: 'idp_' })
    expect(await storage.clients.find('client')).toEqual(clientRecord())
    expect(await tablesOf(db)).not.toContain('oauth_clients')
  })

  test('migrations up or down that were interrupted after any statement run again', async () => {
    const { db } = database
    const target = {
      db: db as Kysely<unknown>,
      tables: tableNames(),
      dialect: await readDialect(db, name === 'mysql' ? 'mysql' : name === 'sqlite' ? 'sqlite' : 'postgres'),
    }
    const to = async (migration: string | typeof NO_MIGRATIONS) => {
      const { error } = await migrator(db).migrateTo(migration)
      expect(error).toBeUndefined()
    }
    const changes = Object.entries(schemaChanges)
    await migrate(db)
    const tables = await tablesOf(db)
    for (const [index, [migration, { up, down }]] of [...changes.entries()].reverse()) {
      const before = changes[index - 1]?.[0] ?? NO_MIGRATIONS
      // If the database can roll back schema changes, an interruption leaves nothing; otherwise the statements so far stay.
      const length = target.dialect.transactional ? 0 : Math.max(up(target).length, down(target).length)
      for (let cut = 0; cut <= length; cut++) {
        for (const statement of down(target).slice(0, cut)) await statement.execute()
        await to(before)
        for (const statement of up(target).slice(0, cut)) await statement.execute()
        await to(migration)
      }
      await to(before)
    }
    expect(await tablesOf(db)).toEqual([])
    await migrate(db)
    expect(await tablesOf(db)).toEqual(tables)
  }, 120_000)

  test('migrations that fail leave nothing behind if the database can roll them back, and run again without the cause', async () => {
    const { db } = database
    await sql`create table oauth_signing_keys (other integer)`.execute(db)
    if (name === 'mysql') {
      // The migration takes an existing table for the result of an interrupted migration.
      await migrate(db)
      await expect((async () => kyselyStorage(db).signingKeys.list())()).rejects.toThrow('id')
      return
    }
    await expect(migrate(db)).rejects.toThrow('oauth_signing_keys')
    expect(await tablesOf(db)).toEqual(['oauth_signing_keys'])
    await sql`drop table oauth_signing_keys`.execute(db)
    await migrate(db)
    expect(await kyselyStorage(db).signingKeys.list()).toEqual([])
  })
})

describe.each(serverNames)('migrations on %s', (name) => {
  beforeEach(async () => {
    database = await emptyDatabase(name)
  }, 180_000)

  test('migrations of four processes that start at once all succeed', async () => {
    const folder = new URL('support/', import.meta.url)
    const children = Array.from({ length: 4 }, () =>
      fork(fileURLToPath(new URL('migrating-process.ts', folder)), [database.url as string, 'idp_'], {
        cwd: folder,
        execArgv: ['--import', 'tsx'],
        stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      }),
    )
    const errors: string[] = []
    for (const child of children) child.stderr?.on('data', (data) => errors.push(String(data)))
    await Promise.all(children.map((child) => once(child, 'message')))
    const ended = Promise.all(children.map(async (child) => (await once(child, 'exit'))[0]))
    for (const child of children) child.send('go')
    expect([await ended, errors]).toEqual([[0, 0, 0, 0], []])
    const { rows } = await sql`select name from idp_migrations`.execute(database.db)
    expect(rows).toHaveLength(Object.keys(migrations()).length)
    expect(await kyselyStorage(database.db, { tablePrefix: 'idp_' }).clients.insert(clientRecord())).toBe('won')
  }, 60_000)

  test('migrations give every string a collation by bytes, and every long text a type without a small limit', async () => {
    await migrate(database.db)
    const { rows } = await sql<{ name: string; type: string; collation: string | null }>`
      select column_name as name, data_type as type, collation_name as collation from information_schema.columns
      where table_name like 'oauth\\_%' and table_name not like '%migrations%' and table_schema in ('public', ${new URL(database.url as string).pathname.slice(1)})`.execute(
      database.db,
    )
    const text = rows.filter(({ type }) => /char|text/.test(type))
    expect(text.length).toBeGreaterThan(40)
    const strings = text.filter(({ type }) => type.includes('char'))
    const expected = name === 'postgres' ? ['C'] : ['utf8mb4_nopad_bin', 'utf8mb4_0900_bin']
    expect(strings.filter(({ collation }) => !expected.includes(collation ?? ''))).toEqual([])
    expect(new Set(text.map(({ type }) => type))).toEqual(
      new Set(name === 'postgres' ? ['character varying', 'text'] : ['varchar', 'mediumtext']),
    )
  })
})
