import { type Storage, StorageUnavailableError } from '@oauth/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  accessTokenRecord,
  clientRecord,
  codeRecord,
  grantRecord,
  now,
  recordEntry,
  refreshTokenRecord,
} from '../../core/src/testing/storage-fixtures.ts'
import { kyselyStorage } from '../src/index.ts'
import { migrate } from '../src/migrations/index.ts'
import { databaseNames, type EmptyDatabase, emptyDatabase } from './support/databases.ts'
import { openLink, type Trap } from './support/link.ts'

// The connection ends at each message of a verb: before the server gets it, before its response, and within that. The verb then
// succeeds or fails with 503; it never says that another caller was first, and never leaves half of its rows.

interface Verb {
  readonly name: string
  prepare?(storage: Storage): Promise<unknown>
  run(storage: Storage): unknown
  /** What the verb returns to the caller that it succeeds for. */
  readonly success: unknown
  /** Whether each part of what the verb writes is there. All are, or none is. */
  parts(storage: Storage): Promise<readonly boolean[]>
}

/**
 * The verbs, on rows of their own for each number: a server may still run the statement of a connection that was cut, when the
 * next one begins.
 */
function verbsOn(number: number): readonly Verb[] {
  const of = (what: string) => ({ id: `${what} ${number}`, secretHash: `hash of ${what} ${number}` })
  const { id: grantId } = of('grant')
  const key = { kind: 'kind', id: of('record').id }
  const code = codeRecord({ ...of('code'), grantId })
  const accessToken = accessTokenRecord({ ...of('access'), grantId })
  const refreshToken = refreshTokenRecord({ ...of('refresh'), grantId })
  const predecessorId = refreshToken.id
  const rotation = {
    ...{ id: refreshToken.id, now, predecessorId: 'nothing', sealedSuccessor: 'sealed', sealedUntil: now + 30 },
    successor: refreshTokenRecord({ ...of('successor'), grantId, predecessorId }),
    accessToken: accessTokenRecord({ ...of('next'), grantId }),
  }
  const client = clientRecord({ id: of('client').id })
  const issue = async (storage: Storage) => storage.grants.commit({ grant: grantRecord({ id: grantId }), code })
  const issueTokens = async (storage: Storage) => {
    await issue(storage)
    await storage.authorizationCodes.redeem({ id: code.id, now, refreshToken })
  }
  const insertRecord = async (storage: Storage) => storage.records.insert(recordEntry(key))
  const hasRecord = async (storage: Storage) => (await storage.records.find(key)) !== undefined
  return [
    {
      name: 'grants.commit',
      prepare: insertRecord,
      run: (storage) => storage.grants.commit({ take: [key], grant: grantRecord({ id: grantId }), code }),
      success: 'won',
      parts: async (storage) => [
        !(await hasRecord(storage)),
        (await storage.grants.find(grantId)) !== undefined,
        (await storage.authorizationCodes.find(code.id)) !== undefined,
      ],
    },
    {
      name: 'authorizationCodes.redeem',
      prepare: issue,
      run: (storage) => storage.authorizationCodes.redeem({ id: code.id, now, accessToken, refreshToken }),
      success: 'won',
      parts: async (storage) => [
        (await storage.authorizationCodes.find(code.id))?.code.consumedAt !== undefined,
        (await storage.accessTokens.find(accessToken.id)) !== undefined,
        (await storage.refreshTokens.find(refreshToken.id)) !== undefined,
      ],
    },
    {
      name: 'refreshTokens.rotate',
      prepare: issueTokens,
      run: (storage) => storage.refreshTokens.rotate(rotation),
      success: { outcome: 'won' },
      parts: async (storage) => [
        (await storage.refreshTokens.find(refreshToken.id))?.token.rotatedAt !== undefined,
        (await storage.refreshTokens.find(rotation.successor.id)) !== undefined,
        (await storage.accessTokens.find(rotation.accessToken.id)) !== undefined,
      ],
    },
    {
      name: 'grants.revoke',
      prepare: issueTokens,
      run: (storage) => storage.grants.revoke({ id: grantId, now }),
      success: true,
      parts: async (storage) => [(await storage.grants.find(grantId))?.revokedAt !== undefined],
    },
    {
      name: 'accessTokens.insert',
      run: (storage) => storage.accessTokens.insert(accessToken),
      success: undefined,
      parts: async (storage) => [(await storage.accessTokens.find(accessToken.id)) !== undefined],
    },
    {
      name: 'records.take',
      prepare: insertRecord,
      run: (storage) => storage.records.take(key),
      success: true,
      parts: async (storage) => [!(await hasRecord(storage))],
    },
    {
      name: 'records.insert',
      run: insertRecord,
      success: 'won',
      parts: async (storage) => [await hasRecord(storage)],
    },
    {
      name: 'clients.replace',
      prepare: async (storage) => storage.clients.insert(client),
      run: (storage) => storage.clients.replace({ ...client, disabled: true, version: 2 }, 1),
      success: 'won',
      parts: async (storage) => [(await storage.clients.find(client.id))?.disabled === true],
    },
  ]
}

/** The next number for {@link verbsOn}. */
let numbers = 1

describe.each(databaseNames)('a connection of %s that is cut', (name) => {
  let database: EmptyDatabase
  let whole: Storage
  beforeAll(async () => {
    database = await emptyDatabase(name)
    await migrate(database.db)
    whole = kyselyStorage(database.db)
  }, 180_000)
  afterAll(() => database.drop())

  /** Cuts the connection at one message of the verb. Returns `false` when the verb has no such message. */
  async function cutAt(name: string, message: number, when: Trap): Promise<boolean> {
    const verb = verbsOn(numbers++).find((one) => one.name === name) as Verb
    await verb.prepare?.(whole)
    const { db, link, close } = await openLink(database, { connections: 2, prepared: true })
    try {
      const storage = kyselyStorage(db)
      // The connection and the check of the schema come before.
      await storage.consents.find({ userId: 'none', clientId: 'none' })
      link.on(/./s, when, message)
      const outcome = await Promise.resolve(verb.run(storage)).catch((error: unknown) => error)
      const wasCut = !link.disarm()
      const place = `${when} message ${message}`
      if (!(outcome instanceof StorageUnavailableError)) expect([place, outcome]).toEqual([place, verb.success])
      // A server may still be running the statement of a connection that was cut.
      await expect.poll(async () => new Set(await verb.parts(whole)).size, { timeout: 5000, message: place }).toBe(1)
      const isDone = (await verb.parts(whole))[0]
      if (!(outcome instanceof StorageUnavailableError)) expect([place, isDone]).toEqual([place, true])
      return wasCut
    } finally {
      await close()
    }
  }

  test.each(verbsOn(0))(
    'at any message of $name, it succeeds or fails with 503, as a whole',
    async ({ name: verb }) => {
      let cuts = 0
      for (let message = 0; ; message++) {
        const cut: boolean[] = []
        for (const when of ['before', 'after', 'within'] as const) cut.push(await cutAt(verb, message, when))
        if (!cut.includes(true)) break
        cuts++
      }
      expect(cuts).toBeGreaterThan(0)
    },
  )
})
