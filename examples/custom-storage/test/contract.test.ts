import { PGlite } from '@electric-sql/pglite'
import { storageContract } from '@oauth/core/testing'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { pgliteDatabase } from '../src/pglite.ts'
import { createSchema } from '../src/schema.ts'
import { documentStorage } from '../src/storage.ts'
import { clear } from './clear.ts'

describe('documentStorage on PGlite meets the storage contract', () => {
  const db = new PGlite()
  const database = pgliteDatabase(db)
  beforeAll(() => createSchema(database))
  afterAll(() => db.close())

  const cases = storageContract(async () => {
    await clear(database)
    return documentStorage(database)
  })
  for (const { name, run } of cases) test(name, run)
})
