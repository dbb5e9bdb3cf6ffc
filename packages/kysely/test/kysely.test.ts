import Database from 'better-sqlite3'
import { CamelCasePlugin, Kysely, SqliteDialect } from 'kysely'
import { describe, expect, test } from 'vitest'
import { storageContract } from '../../core/src/testing/storage-contract.ts'
import {
  accessTokenRecord,
  clientRecord,
  grantRecord,
  issueCode,
  now,
} from '../../core/src/testing/storage-fixtures.ts'
import { failureOf } from '../src/errors.ts'
import { kyselyStorage } from '../src/index.ts'
import { migrate } from '../src/migrations/index.ts'

async function migrated() {
  const database = new Database(':memory:')
  const db = new Kysely<{ users: { id: string } }>({ dialect: new SqliteDialect({ database }) })
  await migrate(db)
  return { database, db }
}

describe('kyselyStorage on the host’s Kysely meets the storage contract', () => {
  const cases = storageContract(async () => {
    const { db } = await migrated()
    return { storage: kyselyStorage(db), close: () => db.destroy() }
  })
  for (const { name, run } of cases) test(name, run)
})

describe('kyselyStorage', () => {
  test('kyselyStorage works on a Kysely instance with plugins', async () => {
    const { database } = await migrated()
    const dialect = new SqliteDialect({ database })
    const storage = kyselyStorage(new Kysely<object>({ dialect, plugins: [new CamelCasePlugin()] }))
    await storage.clients.insert(clientRecord({ userId: 'u' }))
    expect(await storage.clients.find('client')).toEqual(clientRecord({ userId: 'u' }))
  })

  test('kyselyStorage reports the error of a statement, also when the roll-back fails', async () => {
    const { database, db } = await migrated()
    const storage = kyselyStorage(db)
    await issueCode(storage)
    database.exec(`create trigger full before insert on oauth_access_tokens
      begin select raise(rollback, 'disk is full'); end`)
    const redeem = async () =>
      storage.authorizationCodes.redeem({ id: 'code', now, accessToken: accessTokenRecord({ grantId: 'grant' }) })
    await expect(redeem()).rejects.toThrow('disk is full')
    database.exec('drop trigger full')
    expect(await redeem()).toBe('won')
    await db.destroy()
  })

  test('kyselyStorage reads a token with its grant in one statement', async () => {
    const statements: string[] = []
    const { database } = await migrated()
    const db = new Kysely<object>({
      dialect: new SqliteDialect({ database }),
      log: ({ query }) => {
        statements.push(query.sql)
      },
    })
    const storage = kyselyStorage(db)
    await issueCode(storage)
    await storage.accessTokens.insert(accessTokenRecord({ grantId: 'grant' }))
    statements.length = 0
    const { id, clientId, userId, expiresAt } = grantRecord()
    const grant = { id, clientId, userId, expiresAt }
    expect((await storage.accessTokens.find('access'))?.grant).toEqual(grant)
    expect((await storage.accessTokens.findJwt({ jti: 'j', grantId: 'grant' })).grant).toEqual(grant)
    expect((await storage.authorizationCodes.find('code'))?.grant).toEqual(grantRecord())
    expect(await storage.refreshTokens.find('none')).toBeUndefined()
    expect(statements).toHaveLength(4)
  })

  test('kyselyStorage finds and deletes unused clients by index', async () => {
    const purges: string[] = []
    const { database } = await migrated()
    const db = new Kysely<object>({
      dialect: new SqliteDialect({ database }),
      log: ({ query }) => {
        if (query.sql.startsWith('delete from "oauth_clients"')) purges.push(query.sql)
      },
    })
    await kyselyStorage(db).purgeExpired({ now, limit: 10 })
    expect(purges).toEqual([])
    await kyselyStorage(db).purgeExpired({ now, limit: 10, unusedClientsBefore: now })
    expect(purges).toHaveLength(1)
    const plan = database.prepare(`explain query plan ${purges[0]}`).all(now, 10) as { readonly detail: string }[]
    const details = plan.map(({ detail }) => detail).join('\n')
    expect(details).toContain('oauth_clients_used_at_created_at (used_at=? AND created_at<?)')
    expect(details).toMatch(/SEARCH oauth_clients USING INDEX \S+ \(id=\?\)/)
    expect(details).not.toContain('TEMP B-TREE')
  })
})

describe('failureOf', () => {
  test.each([
    ['taken', 'SQLite, primary key', { code: 'SQLITE_CONSTRAINT_PRIMARYKEY' }],
    ['taken', 'SQLite, unique index', { code: 'SQLITE_CONSTRAINT_UNIQUE' }],
    ['taken', 'PostgreSQL', { code: '23505' }],
    ['taken', 'MySQL', { code: 'ER_DUP_ENTRY', errno: 1062 }],
    ['taken', 'MariaDB', { errno: 1062 }],
    ['taken', 'libSQL', { code: 'SQLITE_CONSTRAINT', cause: { code: 'SQLITE_CONSTRAINT_PRIMARYKEY' } }],
    [
      'taken',
      'a libSQL server',
      Object.assign(new Error('SQLITE_CONSTRAINT: SQLite error: UNIQUE constraint failed: t.id'), {
        code: 'SQLITE_CONSTRAINT',
      }),
    ],
    ['taken', 'wrapped', new Error('insert failed', { cause: { code: '23505' } })],
    ['rolled-back', 'a serialization failure on PostgreSQL', { code: '40001' }],
    ['rolled-back', 'a deadlock on PostgreSQL', { code: '40P01' }],
    ['rolled-back', 'a lock timeout on PostgreSQL', { code: '55P03' }],
    ['rolled-back', 'a deadlock on MySQL', { code: 'ER_LOCK_DEADLOCK', errno: 1213, sqlState: '40001' }],
    ['rolled-back', 'a lock timeout on MySQL', { code: 'ER_LOCK_WAIT_TIMEOUT', errno: 1205 }],
    ['rolled-back', 'a changed snapshot on MariaDB', { errno: 1020 }],
    ['rolled-back', 'a changed snapshot on SQLite', { code: 'SQLITE_BUSY_SNAPSHOT' }],
    ['rolled-back', 'a lock on SQLite', { code: 'SQLITE_BUSY' }],
    ['unreachable', 'a refused connection', { code: 'ECONNREFUSED', errno: -111 }],
    ['unreachable', 'every address refused', new AggregateError([{ code: 'ECONNREFUSED' }])],
    ['unreachable', 'a connection exception', { code: '08006' }],
    ['unreachable', 'a shutdown of PostgreSQL', { code: '57P01' }],
    ['unreachable', 'PostgreSQL in recovery', { code: '57P03' }],
    ['unreachable', 'too many connections on PostgreSQL', { code: '53300' }],
    ['read-only', 'a standby of PostgreSQL', { code: '25006' }],
    ['unreachable', 'a commit of CockroachDB with an unknown outcome', { code: '40003' }],
    ['unreachable', 'a transaction that took too long for PostgreSQL', { code: '25P04' }],
    ['unreachable', 'a lost connection to MySQL', { code: 'PROTOCOL_CONNECTION_LOST', fatal: true }],
    ['unreachable', 'a shutdown of MySQL', { errno: 1053 }],
    ['unreachable', 'too many connections on MySQL', { errno: 1040 }],
    ['unreachable', 'a pool of pg without a connection', new Error('timeout exceeded when trying to connect')],
    ['unreachable', 'a connection of pg that ended', new Error('Connection terminated unexpectedly')],
    [
      'unreachable',
      'a connection of mysql2 that ended',
      new Error("Can't add new command when connection is in closed state"),
    ],
  ])('failureOf returns %s for %s', (failure, _name, error) => expect(failureOf(error)).toBe(failure))

  test.each([
    ['a missing value', { code: 'SQLITE_CONSTRAINT_NOTNULL' }],
    [
      'a missing value on a libSQL server',
      Object.assign(new Error('SQLITE_CONSTRAINT: SQLite error: NOT NULL constraint failed: t.id'), {
        code: 'SQLITE_CONSTRAINT',
      }),
    ],
    ['a foreign key on PostgreSQL', { code: '23503' }],
    ['a column that does not exist on MySQL', { code: 'ER_BAD_FIELD_ERROR', errno: 1054 }],
    ['a syntax error on PostgreSQL', { code: '42601' }],
    ['another error', new Error('no')],
    ['text', 'ECONNRESET'],
    ['nothing', undefined],
  ])('failureOf returns undefined for %s', (_name, error) => expect(failureOf(error)).toBeUndefined())
})

test('an insert that fails for another reason than a taken id rejects with that error', async () => {
  const { database, db } = await migrated()
  const storage = kyselyStorage(db)
  database.exec(`create trigger broken before insert on oauth_clients begin select raise(abort, 'broken'); end`)
  await expect((async () => storage.clients.insert(clientRecord({ createdAt: now })))()).rejects.toThrow('broken')
  await db.destroy()
})
