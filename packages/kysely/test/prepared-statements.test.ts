import { Kysely, PostgresDialect, type PostgresPool, sql } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { storageContract } from '../../core/src/testing/storage-contract.ts'
import { accessTokenRecord } from '../../core/src/testing/storage-fixtures.ts'
import { kyselyStorage, preparedStatements } from '../src/index.ts'
import { migrate } from '../src/migrations/index.ts'
import { schemaVersion } from '../src/migrations/schema-version.ts'
import { connect, databaseNames, type EmptyDatabase, emptyDatabase, emptyTables } from './support/databases.ts'

/** What a client of `pg` gets as its first argument: a text, or a statement with a name. */
type Sent = string | { readonly name: string; readonly text: string; readonly values: readonly unknown[] }

/** A pool with one client that notes its queries and answers with the version of the schema and no other rows. */
function notingPool() {
  const sent: Sent[] = []
  const client = {
    async query(query: Sent) {
      sent.push(query)
      const text = typeof query === 'string' ? query : query.text
      const rows = text.includes('oauth_schema') ? [{ version: schemaVersion, compatible_since: 5 }] : []
      return { command: 'SELECT', rowCount: rows.length, rows }
    },
    release: () => undefined,
  }
  const pool = { connect: async () => client, end: async () => undefined }
  return { sent, pool: pool as unknown as PostgresPool }
}

describe('preparedStatements', () => {
  test('the statements of the storage get one name each, and other statements none', async () => {
    const { sent, pool } = notingPool()
    const db = new Kysely<object>({ dialect: new PostgresDialect({ pool: preparedStatements(pool) }) })
    const storage = kyselyStorage(db)
    await storage.accessTokens.find('one')
    await storage.accessTokens.find('two')
    await storage.grants.find('one')
    await sql`select 1`.execute(db)
    await db.transaction().execute(async () => undefined)
    const named = sent.flatMap((query) => (typeof query === 'string' ? [] : [query]))
    const [version, token, sameToken, grant] = named
    expect(named).toHaveLength(4)
    expect(version?.text).toContain('oauth_schema')
    expect([token?.values, sameToken?.values]).toEqual([['one'], ['two']])
    expect(token?.name).toMatch(/^oauth_[0-9a-f]{8}_\d+$/)
    expect(sameToken?.name).toBe(token?.name)
    expect(grant?.name).not.toBe(token?.name)
    expect(sent.filter((query) => typeof query === 'string')).toEqual(['select 1', 'begin', 'commit'])
    await db.destroy()
  })

  test('Kysely recognises a connection that the pool gives again', async () => {
    const { pool } = notingPool()
    let created = 0
    const dialect = new PostgresDialect({
      pool: preparedStatements(pool),
      onCreateConnection: async () => {
        created++
      },
    })
    const db = new Kysely<object>({ dialect })
    for (let at = 0; at < 3; at++) await sql`select 1`.execute(db)
    expect(created).toBe(1)
  })
})

if (databaseNames.includes('postgres')) {
  describe('preparedStatements on a PostgreSQL server', () => {
    let database: EmptyDatabase
    let db: Kysely<object>
    beforeAll(async () => {
      database = await emptyDatabase('postgres')
      db = connect(database.url as string, { prepared: true })
      await migrate(db)
    }, 180_000)
    afterAll(async () => {
      await db.destroy()
      await database.drop()
    })

    const cases = storageContract(async () => {
      await emptyTables(db)
      return kyselyStorage(db)
    })
    for (const { name, run } of cases) test(name, run)

    test('a value that PostgreSQL refuses leaves the prepared statement usable', async () => {
      const storage = kyselyStorage(db)
      expect(await storage.grants.find('a\0b')).toBeUndefined()
      expect(await storage.grants.find('a')).toBeUndefined()
    })

    test('a connection prepares each statement once, and prepares it again after a migration', async () => {
      const pool = new pg.Pool({ connectionString: database.url, max: 1 })
      const own = new Kysely<object>({ dialect: new PostgresDialect({ pool: preparedStatements(pool) }) })
      try {
        const storage = kyselyStorage(own)
        const record = accessTokenRecord({ id: 'prepared', secretHash: 'hash of prepared' })
        await storage.accessTokens.insert(record)
        for (let at = 0; at < 8; at++) expect((await storage.accessTokens.find('prepared'))?.token).toEqual(record)
        // A plan that PostgreSQL keeps is made again when its table changes.
        await sql`alter table oauth_access_tokens add column later text`.execute(database.db)
        expect((await storage.accessTokens.find('prepared'))?.token).toEqual(record)
        const { rows } = await sql<{ readonly statement: string }>`
          select statement from pg_prepared_statements where statement like 'select%oauth_access_tokens%'`.execute(own)
        expect(rows).toHaveLength(1)
        await sql`alter table oauth_access_tokens drop column later`.execute(database.db)
      } finally {
        await own.destroy()
      }
    })
  })
}
