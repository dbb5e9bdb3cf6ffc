import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { storageContract } from '../../core/src/testing/storage-contract.ts'
import { kyselyStorage } from '../src/index.ts'
import { migrate } from '../src/migrations/index.ts'
import { databaseNames, type EmptyDatabase, emptyDatabase, emptyTables } from './support/databases.ts'

describe.each(databaseNames)('kyselyStorage on %s', (name) => {
  let database: EmptyDatabase
  beforeAll(async () => {
    database = await emptyDatabase(name)
  }, 180_000)
  afterAll(() => database.drop())

  // PGlite, the slowest database, runs without a prefix: it gets the same statements as PostgreSQL.
  describe.each(name === 'pglite' ? [{}] : [{}, { tablePrefix: 'idp_' }])(
    'kyselyStorage meets the storage contract with %o',
    (options) => {
      beforeAll(() => migrate(database.db, options))
      const cases = storageContract(async () => {
        await emptyTables(database.db, options.tablePrefix)
        return kyselyStorage(database.db, options)
      })
      for (const { name, run } of cases) test(name, run)
    },
  )

  test('find returns undefined for an id with a NUL, which no record can have', async () => {
    await migrate(database.db)
    const storage = kyselyStorage(database.db)
    for (const { find } of [storage.clients, storage.grants, storage.accessTokens, storage.refreshTokens]) {
      expect(await find('a\0b')).toBeUndefined()
    }
    expect(await storage.clients.list({ userId: '\0', limit: 10 })).toEqual([])
    expect(await storage.accessTokens.findJwt({ jti: '\0' })).toEqual({ revoked: false })
  })
})
