import type { Storage } from '@oauth/core'
import { tenantStorage } from '@oauth/core/tenants'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { storageContract } from '../../core/src/testing/storage-contract.ts'
import { type BesideLookAlikes, besideLookAlikes } from '../../core/test/tenants/look-alikes.ts'
import { kyselyStorage } from '../src/index.ts'
import { migrate } from '../src/migrations/index.ts'
import { sqliteStorage } from '../src/sqlite/index.ts'
import { databaseNames, type EmptyDatabase, emptyDatabase } from './support/databases.ts'

interface Opened {
  readonly shared: Storage
  close(): Promise<void> | void
}

/**
 * Runs the contract for one tenant. All cases share the tables, and only the rows of this tenant are deleted in between, so
 * that the rows of the others are older than any case and have to survive them all.
 */
function runContract(open: () => Promise<Opened>): void {
  let opened: Opened
  let beside: BesideLookAlikes
  beforeAll(async () => {
    opened = await open()
    beside = await besideLookAlikes(opened.shared, tenantStorage, ['b', 'a-1'])
  }, 120_000)
  afterAll(() => opened.close())
  const cases = storageContract(async () => {
    await opened.shared.ranges?.delete({ from: 'a:', below: 'a;', limit: 100_000 })
    return beside.storage
  })
  for (const { name, run } of cases) test(name, run)
  test('no case has changed a row of another tenant', async () => {
    const [before, after] = await beside.check()
    expect(after).toEqual(before)
  })
}

describe('the storage of a tenant in sqliteStorage, beside tenants with the same ids, meets the storage contract', () => {
  runContract(async () => ({ shared: sqliteStorage(':memory:'), close: () => undefined }))
})

describe.each(databaseNames.filter((name) => name !== 'sqlite'))(
  'the storage of a tenant in %s, beside tenants with the same ids, meets the storage contract',
  (name) => {
    runContract(async () => {
      const database: EmptyDatabase = await emptyDatabase(name)
      await migrate(database.db)
      return { shared: kyselyStorage(database.db), close: () => database.drop() }
    })
  },
)
