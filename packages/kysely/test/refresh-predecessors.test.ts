import { sql } from 'kysely'
import { afterEach, describe, expect, test } from 'vitest'
import { issueRefreshToken, now, refreshTokenRecord } from '../../core/src/testing/storage-fixtures.ts'
import { kyselyStorage } from '../src/index.ts'
import { migrate, migrator } from '../src/migrations/index.ts'
import { databaseNames, type EmptyDatabase, emptyDatabase } from './support/databases.ts'

let database: EmptyDatabase
afterEach(() => database.drop())

describe.each(databaseNames)('the migration 0003_refresh_predecessors on %s', (name) => {
  test('the migration clears sealed successors of old rows, at once if the successor has rotated, and keeps everything else', async () => {
    database = await emptyDatabase(name)
    const { db } = database
    await migrate(db)
    const storage = kyselyStorage(db)
    const rotated = { rotatedAt: now, sealedSuccessor: 'sealed' }
    await issueRefreshToken(storage, { token: { id: 'first', successorId: 'second', ...rotated } })
    await issueRefreshToken(storage, { grant: { id: 'g2' }, token: { id: 'second', successorId: 'third', ...rotated } })
    await issueRefreshToken(storage, { grant: { id: 'g3' }, token: { id: 'third', reuses: 2 } })
    expect((await migrator(db).migrateTo('0001_initial')).error).toBeUndefined()
    const { rows } = await sql<object>`select * from oauth_refresh_tokens`.execute(db)
    expect(rows).toHaveLength(3)
    expect(rows[0]).not.toHaveProperty('predecessor_id')
    await migrate(db)

    const found = async (id: string) => (await kyselyStorage(db).refreshTokens.find(id))?.token
    const first = refreshTokenRecord({ id: 'first', successorId: 'second', rotatedAt: now })
    expect(await found('first')).toEqual(first)
    const second = refreshTokenRecord({ id: 'second', grantId: 'g2', successorId: 'third', rotatedAt: now })
    // The successor of this token is the live token. The first purge clears the sealed successor.
    expect(await found('second')).toEqual({ ...second, sealedSuccessor: 'sealed', sealedUntil: now })
    expect(await found('third')).toEqual(refreshTokenRecord({ id: 'third', grantId: 'g3', reuses: 2 }))
    expect(await kyselyStorage(db).purgeExpired({ now: now + 1, limit: 9 })).toBe(1)
    expect(await found('second')).toEqual(second)
  }, 60_000)
})
