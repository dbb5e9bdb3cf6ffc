import { afterAll, beforeAll, beforeEach, describe, test } from 'vitest'
import {
  expectNothingIssued,
  type Place,
  type WithdrawalName,
  ways,
  withdrawals,
} from '../../core/test/support/withdrawals.ts'
import { kyselyStorage } from '../src/index.ts'
import { migrate } from '../src/migrations/index.ts'
import { databaseNames, type EmptyDatabase, emptyDatabase, emptyTables } from './support/databases.ts'

const names = Object.keys(withdrawals) as WithdrawalName[]
/** The places where the request waits: a call of the host, and before and after the write. The core tests all others. */
const places: readonly Place[] = [
  'consentReferenceResolver',
  'before the write of the code',
  'after the write of the code',
]
const combinations = names.flatMap((name) => ways.flatMap((way) => places.map((place) => [name, way, place] as const)))

describe.each(databaseNames)('no code or token is issued after a withdrawal on %s (C15)', (kind) => {
  let database: EmptyDatabase
  beforeAll(async () => {
    database = await emptyDatabase(kind)
    await migrate(database.db)
  }, 180_000)
  afterAll(() => database.drop(), 60_000)
  beforeEach(() => emptyTables(database.db))

  test.each(combinations)('%s ends %s that waits at %s (C15)', (name, way, place) =>
    expectNothingIssued(kyselyStorage(database.db), place, way, name),
  )
})
