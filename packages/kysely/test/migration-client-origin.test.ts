import { type Kysely, sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { clientRecord } from '../../core/src/testing/storage-fixtures.ts'
import { kyselyStorage } from '../src/index.ts'
import { migrate, migrator } from '../src/migrations/index.ts'
import { databaseNames, type EmptyDatabase, emptyDatabase } from './support/databases.ts'

/** Client rows of schema 1: their owner, their registration token, and the origin that the migration must derive. */
const rows = [
  { id: 'of-the-host', user: null, reference: null, hash: null, origin: 'server' },
  { id: 'of-a-user', user: 'alice', reference: null, hash: null, origin: 'user' },
  { id: 'of-an-organisation', user: null, reference: 'org', hash: null, origin: 'user' },
  { id: 'registered-by-a-user', user: 'alice', reference: null, hash: 'hash', origin: 'user' },
  { id: 'registered-for-an-organisation', user: null, reference: 'org', hash: 'hash', origin: 'user' },
  { id: 'registered-by-anybody', user: null, reference: null, hash: 'hash', origin: 'anonymous' },
] as const

async function insertOld(db: Kysely<object>, suffix: string): Promise<void> {
  const { metadata } = clientRecord()
  for (const { id, user, reference, hash } of rows) {
    await sql`insert into oauth_clients
      (id, metadata, secrets, disabled, user_id, reference_id, registration_token_hash, created_at, updated_at, version)
      values (${id + suffix}, ${JSON.stringify(metadata)}, '[]', 0, ${user}, ${reference}, ${hash}, 1, 2, 3)`.execute(
      db,
    )
  }
}

const expected = (suffix: string) =>
  rows.map(({ id, user, reference, hash, origin }) =>
    clientRecord({
      id: id + suffix,
      registeredBy: origin,
      ...(user !== null && { userId: user }),
      ...(reference !== null && { referenceId: reference }),
      ...(hash !== null && { registrationTokenHash: hash }),
      createdAt: 1,
      updatedAt: 2,
      version: 3,
    }),
  )

const byId = (one: { readonly id: string }, other: { readonly id: string }) => (one.id < other.id ? -1 : 1)

let database: EmptyDatabase
afterEach(() => database.drop())

describe.each(databaseNames)('the origin of clients that are older than its column, on %s', (name) => {
  beforeEach(async () => {
    database = await emptyDatabase(name)
  }, 180_000)

  test('the migration derives the origin of a client from its owner and registration token, and keeps all other data', async () => {
    const { db } = database
    const { error } = await migrator(db).migrateTo('0001_initial')
    expect(error).toBeUndefined()
    await insertOld(db, '')
    await migrate(db)
    expect(await kyselyStorage(db).clients.list({ limit: 10 })).toEqual(expected('').toSorted(byId))
    const stored = await sql<{
      id: string
      registered_by: string
    }>`select id, registered_by from oauth_clients`.execute(db)
    for (const { id, origin } of rows) {
      expect(stored.rows.find((row) => row.id === id)?.registered_by).toBe(origin)
    }
  })

  test('the storage derives the origin of a client that an earlier version of the package adds during an upgrade', async () => {
    const { db } = database
    await migrate(db)
    await insertOld(db, '-later')
    const { clients } = kyselyStorage(db)
    expect(await clients.list({ limit: 10 })).toEqual(expected('-later').toSorted(byId))
    const user = await clients.find('of-a-user-later')
    expect(user && (await clients.replace({ ...user, version: 4 }, 3))).toBe('won')
    const { rows: stored } = await sql<{
      registered_by: string
    }>`select registered_by from oauth_clients where id = 'of-a-user-later'`.execute(db)
    expect(stored).toEqual([{ registered_by: 'user' }])
  })
})
