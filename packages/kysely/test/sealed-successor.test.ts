import { sql } from 'kysely'
import { afterEach, describe, expect, test } from 'vitest'
import { issueRefreshToken, now, refreshTokenRecord } from '../../core/src/testing/storage-fixtures.ts'
import { kyselyStorage } from '../src/index.ts'
import { migrate } from '../src/migrations/index.ts'
import { databaseNames, type EmptyDatabase, emptyDatabase } from './support/databases.ts'

let database: EmptyDatabase
afterEach(() => database.drop())

/** The rotation of a token of the chain `one`, `two`, `three`. */
function rotation(id: string, next: string, predecessorId?: string) {
  return {
    id,
    now,
    successor: refreshTokenRecord({ id: next, predecessorId: id }),
    ...(predecessorId !== undefined && { predecessorId }),
    sealedSuccessor: `${next} sealed for ${id}`,
    sealedUntil: now + 30,
  }
}

describe.each(databaseNames)('the sealed successor of a refresh token on %s', (name) => {
  async function begin() {
    database = await emptyDatabase(name)
    const { db } = database
    await migrate(db)
    const storage = kyselyStorage(db)
    await issueRefreshToken(storage, { token: { id: 'one' } })
    const sealed = async () => {
      const { rows } = await sql<{ id: string; sealed_successor: string | null }>`
        select id, sealed_successor from oauth_refresh_tokens where sealed_successor is not null order by id`.execute(
        db,
      )
      return rows.map((row) => [row.id, row.sealed_successor])
    }
    const opened = async (id: string) => (await storage.refreshTokens.find(id))?.token.sealedSuccessor
    return { db, storage, sealed, opened }
  }

  test('it is in the row of the successor, is answered with the old token alone, and is gone from the database once the successor rotates', async () => {
    const { storage, sealed, opened } = await begin()
    await storage.refreshTokens.rotate(rotation('one', 'two'))
    expect(await sealed()).toEqual([['two', 'two sealed for one']])
    expect(await opened('one')).toBe('two sealed for one')
    expect(await opened('two')).toBeUndefined()
    await storage.refreshTokens.rotate(rotation('two', 'three', 'one'))
    expect(await sealed()).toEqual([['three', 'three sealed for two']])
    expect([await opened('one'), await opened('two'), await opened('three')]).toEqual([
      undefined,
      'three sealed for two',
      undefined,
    ])
  }, 60_000)

  test('a row that an earlier version has rotated still opens its successor, until that rotates', async () => {
    const { db, storage, sealed, opened } = await begin()
    await storage.refreshTokens.rotate(rotation('one', 'two'))
    // As the earlier version wrote them.
    await sql`update oauth_refresh_tokens set sealed_successor = null, sealed_until = null where id = 'two'`.execute(db)
    await sql`update oauth_refresh_tokens set sealed_successor = 'of old', sealed_until = ${now + 30} where id = 'one'`.execute(
      db,
    )
    expect(await opened('one')).toBe('of old')
    await storage.refreshTokens.rotate(rotation('two', 'three', 'one'))
    expect(await opened('one')).toBeUndefined()
    expect(await opened('two')).toBe('three sealed for two')
    expect(await storage.purgeExpired({ now: now + 31, limit: 9 })).toBe(2)
    expect(await sealed()).toEqual([])
  }, 60_000)
})
