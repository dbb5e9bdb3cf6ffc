import { StorageUnavailableError } from '@oauth/core'
import { Kysely, sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  accessTokenRecord,
  clientRecord,
  codeRecord,
  issueCode,
  now,
  recordEntry,
  refreshTokenRecord,
} from '../../core/src/testing/storage-fixtures.ts'
import { kyselyStorage } from '../src/index.ts'
import { migrate } from '../src/migrations/index.ts'
import { databaseNames, type EmptyDatabase, emptyDatabase, emptyTables, type PoolOptions } from './support/databases.ts'
import { type DatabaseLink, openLink } from './support/link.ts'

const redemption = {
  id: 'code',
  now,
  accessToken: accessTokenRecord({ grantId: 'grant' }),
  refreshToken: refreshTokenRecord(),
}

// A proxy cuts the connections to a server. SQLite and PGlite have no server, so a dialect simulates the failures.
describe.each(databaseNames)('failures of %s', (name) => {
  let database: EmptyDatabase
  beforeAll(async () => {
    database = await emptyDatabase(name)
    await migrate(database.db)
  }, 180_000)
  afterAll(() => database.drop())
  beforeEach(() => emptyTables(database.db))

  /** Runs `work` on an instance whose link to the database can fail. */
  async function linked(
    work: (link: DatabaseLink, db: Kysely<object>) => Promise<void>,
    options: PoolOptions = {},
  ): Promise<void> {
    const { link, db, close } = await openLink(database, options)
    try {
      await work(link, db)
    } finally {
      await close()
    }
  }

  describe('a connection that is lost', () => {
    test('a read whose connection is lost before the response runs once more', () =>
      linked(async (link, db) => {
        const storage = kyselyStorage(db)
        await storage.clients.insert(clientRecord())
        for (const when of ['before', 'after'] as const) {
          link.on(/from.*oauth_clients/, when)
          expect(await storage.clients.find('client')).toEqual(clientRecord())
        }
      }))

    test('a read whose connection is lost twice fails', () =>
      linked(async (link, db) => {
        const storage = kyselyStorage(db)
        await storage.clients.find('client')
        await link.close()
        await expect(storage.clients.find('client')).rejects.toThrow(StorageUnavailableError)
      }))

    test('a transaction whose connection is lost before the commit runs once more, and takes effect once', () =>
      linked(async (link, db) => {
        const storage = kyselyStorage(db)
        await issueCode(storage)
        link.on(/update.*oauth_authorization_codes/, 'after')
        expect(await storage.authorizationCodes.redeem(redemption)).toBe('won')
        expect(await storage.authorizationCodes.redeem(redemption)).toBe('replayed')
      }))

    test('a commit whose response is lost with the connection is not repeated, and its rows stay', () =>
      linked(async (link, db) => {
        const storage = kyselyStorage(db)
        await issueCode(storage)
        link.on(/commit/, 'after')
        await expect(storage.authorizationCodes.redeem(redemption)).rejects.toThrow(StorageUnavailableError)
        expect(link.sent().match(/update.{1,3}oauth_authorization_codes/g)).toHaveLength(1)
        await expect.poll(async () => (await storage.authorizationCodes.find('code'))?.code.consumedAt).toBe(now)
        expect((await storage.refreshTokens.find('refresh'))?.token).toEqual(refreshTokenRecord())
        expect(await storage.authorizationCodes.redeem(redemption)).toBe('replayed')
      }))

    test('a single write whose response is lost with the connection is not repeated', () =>
      linked(async (link, db) => {
        const storage = kyselyStorage(db)
        await storage.clients.find('client')
        link.on(/insert into/, 'after')
        await expect(storage.records.insert(recordEntry())).rejects.toThrow(StorageUnavailableError)
        expect(link.sent().match(/insert into/g)).toHaveLength(1)
        await new Promise((resolve) => setTimeout(resolve, 300))
        expect(await storage.records.insert(recordEntry())).toBe('exists')
      }))

    test('a single write that gets no connection at first was not sent, and runs on another one', async () => {
      const dialect = database.dialect()
      const createDriver = () => {
        const driver = dialect.createDriver()
        const acquire = driver.acquireConnection.bind(driver)
        driver.acquireConnection = async () => {
          if (isDown) throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })
          return acquire()
        }
        return driver
      }
      let isDown = false
      const db = new Kysely<object>({ dialect: Object.assign(Object.create(dialect), { createDriver }) })
      try {
        const storage = kyselyStorage(db)
        await storage.clients.find('client')
        isDown = true
        setTimeout(() => {
          isDown = false
        }, 5)
        expect(await storage.records.insert(recordEntry())).toBe('won')
      } finally {
        await db.destroy()
      }
    })

    test('reads and transactions continue on another connection after the server has ended one', () =>
      linked(
        async (link, db) => {
          const storage = kyselyStorage(db)
          await issueCode(storage)
          await endConnections(link, db)
          expect((await storage.authorizationCodes.find('code'))?.code).toEqual(codeRecord())
          await endConnections(link, db)
          expect(await storage.authorizationCodes.redeem(redemption)).toBe('won')
        },
        { connections: 1 },
      ))

    /** Ends the only connection of the pool. On a server, another connection asks the server to do it. */
    async function endConnections(link: DatabaseLink, victim: Kysely<object>): Promise<void> {
      if (database.url === undefined) {
        await link.goDown()
        return link.comeBack()
      }
      const own = name === 'postgres' ? 'select pg_backend_pid() as id' : 'select connection_id() as id'
      const { rows } = await sql.raw<{ readonly id: number }>(own).execute(victim)
      const end = name === 'postgres' ? `select pg_terminate_backend(${rows[0]?.id})` : `kill ${rows[0]?.id}`
      await sql.raw(end).execute(database.db)
    }

    test("while nothing listens at the database's address, calls fail with 503 at once, and work again afterwards", () =>
      linked(async (link, db) => {
        const storage = kyselyStorage(db)
        await link.goDown()
        const error = await Promise.resolve(storage.clients.find('client')).catch((thrown: unknown) => thrown)
        expect(error).toBeInstanceOf(StorageUnavailableError)
        expect((error as Error).cause).toMatchObject({ code: 'ECONNREFUSED' })
        await link.comeBack()
        expect(await storage.clients.find('client')).toBeUndefined()
      }))
  })

  describe('a database that does not answer', () => {
    const soon = async (verb: () => unknown): Promise<number> => {
      const begun = performance.now()
      const error = await Promise.resolve(verb()).catch((thrown: unknown) => thrown)
      expect(error).toBeInstanceOf(StorageUnavailableError)
      expect((error as Error).message).toContain('within 0.5 s')
      return performance.now() - begun
    }

    test('a database that does not answer makes a call reject within the time limit, and works again afterwards', () =>
      linked(async (link, db) => {
        const storage = kyselyStorage(db, { timeoutSeconds: 0.5 })
        await issueCode(storage)
        link.stall()
        for (const verb of [
          () => storage.clients.find('client'),
          () => storage.clients.insert(clientRecord()),
          () => storage.authorizationCodes.redeem(redemption),
          () => storage.purgeExpired({ now, limit: 1 }),
        ]) {
          expect(await soon(verb)).toBeLessThan(2500)
        }
        link.resume()
        // The writes got their connections too late, so nothing ran on them.
        await expect.poll(async () => storage.clients.find('client')).toBeUndefined()
        expect(await storage.authorizationCodes.redeem(redemption)).toBe('won')
      }))

    test('the check of the schema rejects within the time limit when the database does not answer', () =>
      linked(async (link, db) => {
        const storage = kyselyStorage(db, { timeoutSeconds: 0.5 })
        link.stall()
        expect(await soon(() => storage.clients.find('client'))).toBeLessThan(2500)
        link.resume()
        await expect.poll(async () => storage.clients.find('client')).toBeUndefined()
      }))

    test('a transaction that exceeded the time limit is rolled back when the database answers again', () =>
      linked(
        async (link, db) => {
          const storage = kyselyStorage(db, { timeoutSeconds: 0.5 })
          await issueCode(storage)
          link.on(/update.*oauth_authorization_codes/, 'stall')
          await soon(() => storage.authorizationCodes.redeem(redemption))
          link.resume()
          await expect.poll(() => link.sent()).toContain('rollback')
          expect(link.sent().match(/oauth_(access|refresh)_tokens/g)).toBeNull()
          expect(await storage.authorizationCodes.redeem(redemption)).toBe('won')
        },
        { connections: 1 },
      ))

    test('a call on a pool without a free connection fails with 503, and does not run when a connection comes too late', () =>
      linked(
        async (_, db) => {
          const storage = kyselyStorage(db, { timeoutSeconds: 0.5 })
          await issueCode(storage)
          let release: (() => void) | undefined
          const busy = db.connection().execute(
            () =>
              new Promise<void>((resolve) => {
                release = resolve
              }),
          )
          await Promise.all([
            soon(() => storage.clients.insert(clientRecord())),
            soon(() => storage.clients.find('client')),
            soon(() => storage.authorizationCodes.redeem(redemption)),
          ])
          release?.()
          await busy
          expect(await storage.clients.find('client')).toBeUndefined()
          expect(await storage.authorizationCodes.redeem(redemption)).toBe('won')
        },
        { connections: 1 },
      ))
  })
})
