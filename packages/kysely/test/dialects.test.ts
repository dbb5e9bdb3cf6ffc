import { afterAll, beforeAll, describe, test } from 'vitest'
import { storageContract } from '../../core/src/testing/storage-contract.ts'
import { kyselyStorage } from '../src/index.ts'
import { migrate } from '../src/migrations/index.ts'
import { databaseNames, type EmptyDatabase, emptyDatabase, emptyTables } from './support/databases.ts'

describe.each(databaseNames)('kyselyStorage on %s', (name) => {
  let database: EmptyDatabase
  beforeAll(async () => {
    database = await emptyDatabase(name)
  })
  afterAll(() => database.drop())

  describe.each([{}, { tablePrefix: 'idp_' }])('meets the storage contract with %o', (options) => {
    beforeAll(() => migrate(database.db, options))
    const cases = storageContract(async () => {
      await emptyTables(database.db, options.tablePrefix)
      return kyselyStorage(database.db, options)
    })
    for (const { name, run } of cases) test(name, run)
  })
})
