import Database from 'better-sqlite3'
import { Kysely, SqliteDialect } from 'kysely'
import { describe, expect, test } from 'vitest'
import { recordEntry } from '../../core/src/testing/storage-fixtures.ts'
import { binaryCollation, dialectName, sqliteDialect } from '../src/dialect.ts'
import { kyselyStorage } from '../src/index.ts'
import { migrate, migrations, migrator } from '../src/migrations/index.ts'
import { schemaChanges } from '../src/migrations/schema-changes.ts'
import { tableNames } from '../src/schema.ts'
import { sqliteStorage } from '../src/sqlite/index.ts'

const kysely = (database = new Database(':memory:')) => new Kysely<object>({ dialect: new SqliteDialect({ database }) })

describe('the table prefix', () => {
  test('every name of a table and an index begins with the table prefix', async () => {
    const database = new Database(':memory:')
    await migrate(kysely(database), { tablePrefix: 'idp_' })
    const names = database
      .prepare(`select name from sqlite_schema where name not like 'sqlite_%'`)
      .pluck()
      .all() as string[]
    expect(names.length).toBeGreaterThan(25)
    expect(names.filter((name) => !name.startsWith('idp_'))).toEqual([])
  })

  test.each([
    ['', 'empty'],
    ['1st_', 'a digit first'],
    ['_x', 'an underscore first'],
    ['Idp_', 'upper case'],
    ['idp-', 'a hyphen'],
    ['idp.', 'a dot'],
    ['i"; drop table users; --', 'a statement'],
    ['idp_\n', 'a line break'],
    ['sqlite_', 'reserved'],
    ['a2345678901234567890_', 'too long'],
    [7, 'no string'],
    [null, 'null'],
  ])('the table prefix %j is refused: %s', (tablePrefix, _why) => {
    const options = { tablePrefix } as { readonly tablePrefix: string }
    const db = kysely()
    expect(() => kyselyStorage(db, options)).toThrow(TypeError)
    expect(() => migrations(options)).toThrow(TypeError)
    expect(() => migrator(db, options)).toThrow('tablePrefix')
    expect(() => sqliteStorage(':memory:', options)).toThrow('tablePrefix')
  })

  test('migrate refuses an invalid table prefix', async () => {
    await expect(migrate(kysely(), { tablePrefix: 'a b' })).rejects.toThrow('tablePrefix')
  })

  test('every name has at most 63 characters, the limit of PostgreSQL, with the longest table prefix', () => {
    const db = kysely() as Kysely<unknown>
    const tables = tableNames({ tablePrefix: 'a2345678901234567890' })
    const statements = Object.values(schemaChanges).flatMap(({ up }) => [...up({ db, tables, dialect: sqliteDialect })])
    const names = statements.flatMap((statement) => statement.compile().sql.match(/"[^"]+"/g) ?? [])
    expect(names.length).toBeGreaterThan(100)
    // PostgreSQL names the primary key after the table.
    const keys = Object.values(tables).map((name) => `"${name}_pkey"`)
    expect([...names, ...keys].filter((name) => name.length - 2 > 63)).toEqual([])
  })

  test('two storages with different table prefixes in one database are separate', async () => {
    const db = kysely()
    for (const tablePrefix of ['one_', 'two_']) await migrate(db, { tablePrefix })
    const [one, two] = [kyselyStorage(db, { tablePrefix: 'one_' }), kyselyStorage(db, { tablePrefix: 'two_' })]
    expect(await one.records.insert(recordEntry())).toBe('won')
    expect(await two.records.insert(recordEntry())).toBe('won')
    expect(await one.records.insert(recordEntry())).toBe('exists')
  })

  test('sqliteStorage uses the table prefix', async () => {
    const database = new Database(':memory:')
    const storage = sqliteStorage(database, { tablePrefix: 'idp_' })
    expect(await storage.records.insert(recordEntry())).toBe('won')
    expect(database.prepare('select id from idp_records').pluck().all()).toEqual(['record'])
    expect(database.prepare(`select count(*) from sqlite_schema where name like 'oauth_%'`).pluck().get()).toBe(0)
  })
})

describe('the dialect', () => {
  test("the dialect follows from Kysely's adapter, unless the host sets it", () => {
    expect(dialectName(kysely(), undefined)).toBe('sqlite')
    expect(dialectName(kysely(), 'mysql')).toBe('mysql')
  })

  test('the dialect follows from the adapter of another copy of Kysely, and from a class that extends an adapter', () => {
    class SqliteAdapter {}
    class PostgresAdapter {}
    class OtherAdapter extends PostgresAdapter {}
    const of = (adapter: object) => dialectName({ getExecutor: () => ({ adapter }) } as never, undefined)
    expect(of(new SqliteAdapter())).toBe('sqlite')
    expect(of(new OtherAdapter())).toBe('postgres')
  })

  test('an unknown adapter or an unknown name of a dialect is refused', () => {
    class OddAdapter {}
    const odd = { getExecutor: () => ({ adapter: new OddAdapter() }) } as never
    expect(() => dialectName(odd, undefined)).toThrow('OddAdapter')
    expect(() => kyselyStorage(kysely(), { dialect: 'mssql' as 'mysql' })).toThrow(TypeError)
  })

  test.each([
    ['8.0.36', 'utf8mb4_0900_bin'],
    ['8.4.2-0ubuntu1', 'utf8mb4_0900_bin'],
    ['9.1.0', 'utf8mb4_0900_bin'],
    ['10.11.6-MariaDB-0+deb12u1', 'utf8mb4_nopad_bin'],
    ['5.5.5-10.6.12-MariaDB-log', 'utf8mb4_nopad_bin'],
  ])('the binary collation of MySQL or MariaDB %s is %s', (version, collation) =>
    expect(binaryCollation(version)).toBe(collation),
  )

  test('a MySQL without a binary collation that keeps trailing spaces is refused', () => {
    expect(() => binaryCollation('5.7.44')).toThrow('5.7.44')
  })
})

test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, '5'])('a time limit of %j is refused', (timeoutSeconds) => {
  expect(() => kyselyStorage(kysely(), { timeoutSeconds: timeoutSeconds as number })).toThrow('timeoutSeconds')
})
