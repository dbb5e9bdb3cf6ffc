import { Kysely } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  accessTokenRecord,
  codeRecord,
  grantRecord,
  issueCode,
  now,
  refreshTokenRecord,
} from '../../core/src/testing/storage-fixtures.ts'
import { kyselyStorage } from '../src/index.ts'
import { migrate } from '../src/migrations/index.ts'
import { databaseNames, type EmptyDatabase, emptyDatabase, emptyTables } from './support/databases.ts'

// Each statement is a round trip to a server. Writes that do not need each other's answers are one statement on PostgreSQL.

describe.each(databaseNames)('the statements of a transaction on %s', (name) => {
  const combines = name === 'pglite' || name === 'postgres'
  let database: EmptyDatabase
  let db: Kysely<object>
  const sent: string[] = []
  beforeAll(async () => {
    database = await emptyDatabase(name)
    await migrate(database.db)
    db = new Kysely<object>({ dialect: database.dialect(), log: ({ query }) => void sent.push(query.sql) })
  }, 180_000)
  afterAll(async () => {
    await db.destroy()
    await database.drop()
  })
  beforeEach(() => emptyTables(database.db))

  async function countOf(action: () => unknown): Promise<number> {
    sent.length = 0
    await action()
    return sent.length
  }

  const accessToken = accessTokenRecord({ grantId: 'grant' })
  const rotation = {
    id: 'refresh',
    now,
    successor: refreshTokenRecord({ id: 'successor', secretHash: 'hash of the successor', predecessorId: 'refresh' }),
    predecessorId: 'nothing',
    sealedSuccessor: 'sealed',
    sealedUntil: now + 30,
    accessToken: accessTokenRecord({ id: 'next', secretHash: 'hash of the next', grantId: 'grant' }),
  }

  test('a redemption and a rotation write what they issue with one statement on PostgreSQL, and stay all or nothing', async () => {
    const storage = kyselyStorage(db)
    await storage.grants.find('none')
    const commit = { grant: grantRecord(), code: codeRecord() }
    expect(await countOf(() => storage.grants.commit(commit))).toBe(combines ? 3 : 4)
    const redemption = { id: 'code', now, accessToken, refreshToken: refreshTokenRecord() }
    expect(await countOf(() => storage.authorizationCodes.redeem(redemption))).toBe(combines ? 4 : 5)
    expect(await countOf(() => storage.refreshTokens.rotate(rotation))).toBe(combines ? 4 : 5)
    expect((await storage.refreshTokens.find('refresh'))?.token).toMatchObject({
      rotatedAt: now,
      successorId: 'successor',
      sealedSuccessor: 'sealed',
    })
    expect((await storage.refreshTokens.find('successor'))?.token).toEqual(rotation.successor)
    expect((await storage.accessTokens.find('next'))?.token).toEqual(rotation.accessToken)
  })

  test('when one of several combined writes fails, the transaction leaves nothing', async () => {
    const storage = kyselyStorage(db)
    await issueCode(storage)
    await storage.accessTokens.insert(accessToken)
    // The id of the access token exists already.
    const redemption = { id: 'code', now, accessToken, refreshToken: refreshTokenRecord() }
    await expect(Promise.resolve(storage.authorizationCodes.redeem(redemption))).rejects.toThrow()
    expect((await storage.authorizationCodes.find('code'))?.code).toEqual(codeRecord())
    expect(await storage.refreshTokens.find('refresh')).toBeUndefined()
  })
})
