import { StorageUnavailableError } from '@oauth/core'
import { type CompiledQuery, type Kysely, sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  accessTokenRecord,
  clientRecord,
  codeRecord,
  issueCode,
  now,
  refreshTokenRecord,
} from '../../core/src/testing/storage-fixtures.ts'
import { kyselyStorage } from '../src/index.ts'
import { kyselyRunner } from '../src/kysely-runner.ts'
import { migrate } from '../src/migrations/index.ts'
import { connect, type EmptyDatabase, emptyDatabase, emptyTables, serverNames } from './support/databases.ts'
import { type DatabaseProxy, proxyTo } from './support/proxy.ts'

const redemption = {
  id: 'code',
  now,
  accessToken: accessTokenRecord({ grantId: 'grant' }),
  refreshToken: refreshTokenRecord(),
}

describe.each(serverNames)('failures of %s', (name) => {
  let database: EmptyDatabase
  beforeAll(async () => {
    database = await emptyDatabase(name)
    await migrate(database.db)
  })
  afterAll(() => database.drop())
  beforeEach(() => emptyTables(database.db))

  const url = () => database.url as string
  const step = (db: Kysely<object>, text: string, ...parameters: unknown[]) => {
    const query = sql.raw(text).compile(db) as CompiledQuery
    return { query, parameters }
  }
  const sleep = name === 'postgres' ? 'select pg_sleep(0.3)' : 'select sleep(0.3)'

  /** Runs `work` on an instance behind a proxy. */
  async function behindProxy(
    work: (proxy: DatabaseProxy, db: Kysely<object>) => Promise<void>,
    options: { readonly connections?: number } = {},
  ): Promise<void> {
    const proxy = await proxyTo(url())
    const db = connect(proxy.url, options)
    try {
      await work(proxy, db)
    } finally {
      await proxy.close()
      await db.destroy().catch(() => undefined)
    }
  }

  describe('what the database rolls back', () => {
    test('a deadlock between two transactions costs neither of them its outcome', async () => {
      const storage = kyselyStorage(database.db)
      for (const id of ['a', 'b']) await storage.clients.insert(clientRecord({ id, version: 0 }))
      const runner = kyselyRunner(database.db as never, 5)
      let begun = 0
      const raise = (first: string, second: string) =>
        runner.transaction(function* () {
          begun++
          yield step(database.db, `update oauth_clients set version = version + 1 where id = '${first}'`)
          yield step(database.db, sleep)
          yield step(database.db, `update oauth_clients set version = version + 1 where id = '${second}'`)
          return `${first}${second}`
        })
      expect(await Promise.all([raise('a', 'b'), raise('b', 'a')])).toEqual(['ab', 'ba'])
      expect(begun).toBeGreaterThan(2)
      for (const id of ['a', 'b']) expect((await storage.clients.find(id))?.version).toBe(2)
    })

    test('one that never ends is 503 with Retry-After, not a fault of the server', async () => {
      const runner = kyselyRunner(database.db as never, 5)
      let begun = 0
      const failing = runner.transaction(function* () {
        begun++
        yield step(database.db, 'select 1')
        throw Object.assign(new Error('deadlock detected'), name === 'postgres' ? { code: '40P01' } : { errno: 1213 })
      })
      const error = await Promise.resolve(failing).catch((thrown: unknown) => thrown)
      expect(error).toBeInstanceOf(StorageUnavailableError)
      expect(error).toMatchObject({ retryAfter: 1, cause: { message: 'deadlock detected' } })
      expect(begun).toBe(8)
    })

    test('a lock that is not given in time is tried for again', async () => {
      const storage = kyselyStorage(database.db)
      await issueCode(storage)
      const timeout = name === 'postgres' ? "set lock_timeout = '100ms'" : 'set innodb_lock_wait_timeout = 1'
      const other = connect(url(), { connections: 1 })
      await sql.raw(timeout).execute(other)
      let release: (() => void) | undefined
      const locked = new Promise<void>((resolve) => {
        void database.db
          .transaction()
          .execute(async (transaction) => {
            await sql.raw("update oauth_authorization_codes set nonce = 'x' where id = 'code'").execute(transaction)
            resolve()
            await new Promise<void>((done) => {
              release = done
            })
          })
          .catch(() => undefined)
      })
      await locked
      setTimeout(() => release?.(), name === 'postgres' ? 250 : 1300)
      expect(await kyselyStorage(other).authorizationCodes.redeem(redemption)).toBe('won')
      await other.destroy()
    })
  })

  describe('a connection that is lost', () => {
    test('before a read is answered: the read is tried once more', () =>
      behindProxy(async (proxy, db) => {
        const storage = kyselyStorage(db)
        await storage.clients.insert(clientRecord())
        for (const when of ['before', 'after'] as const) {
          proxy.on(/from.*oauth_clients/, when)
          expect(await storage.clients.find('client')).toEqual(clientRecord())
        }
      }))

    test('twice: the read is given up', () =>
      behindProxy(async (proxy, db) => {
        const storage = kyselyStorage(db)
        await storage.clients.find('client')
        await proxy.close()
        await expect(storage.clients.find('client')).rejects.toThrow(StorageUnavailableError)
      }))

    test('before commit: the transaction is run once more, and its outcome is that of one', () =>
      behindProxy(async (proxy, db) => {
        const storage = kyselyStorage(db)
        await issueCode(storage)
        proxy.on(/update.*oauth_authorization_codes/, 'after')
        expect(await storage.authorizationCodes.redeem(redemption)).toBe('won')
        expect(await storage.authorizationCodes.redeem(redemption)).toBe('replayed')
      }))

    test('with the answer to commit: it is not repeated, and what was written stays', () =>
      behindProxy(async (proxy, db) => {
        const storage = kyselyStorage(db)
        await issueCode(storage)
        proxy.on(/commit/, 'after')
        await expect(storage.authorizationCodes.redeem(redemption)).rejects.toThrow(StorageUnavailableError)
        expect(proxy.sent().match(/update.{1,3}oauth_authorization_codes/g)).toHaveLength(1)
        await expect.poll(async () => (await storage.authorizationCodes.find('code'))?.code.consumedAt).toBe(now)
        expect((await storage.refreshTokens.find('refresh'))?.token).toEqual(refreshTokenRecord())
        expect(await storage.authorizationCodes.redeem(redemption)).toBe('replayed')
      }))

    test('with the answer to a write on its own: it is not repeated', () =>
      behindProxy(async (proxy, db) => {
        const storage = kyselyStorage(db)
        await storage.clients.find('client')
        proxy.on(/insert into/, 'after')
        await expect(storage.replays.claim({ id: 'once', expiresAt: now })).rejects.toThrow(StorageUnavailableError)
        expect(proxy.sent().match(/insert into/g)).toHaveLength(1)
        await new Promise((resolve) => setTimeout(resolve, 300))
        expect(await storage.replays.claim({ id: 'once', expiresAt: now })).toBe('replayed')
      }))

    test('because the server ended it: reads and transactions go on', async () => {
      const storage = kyselyStorage(database.db)
      await issueCode(storage)
      const other = connect(url(), { connections: 1 })
      const victims = kyselyStorage(other)
      await victims.clients.find('client')
      await endConnections(other)
      expect((await victims.authorizationCodes.find('code'))?.code).toEqual(codeRecord())
      await endConnections(other)
      expect(await victims.authorizationCodes.redeem(redemption)).toBe('won')
      await other.destroy()
    })

    /** Ends the only connection of the pool, from another one. */
    async function endConnections(victim: Kysely<object>): Promise<void> {
      const own = name === 'postgres' ? 'select pg_backend_pid() as id' : 'select connection_id() as id'
      const { rows } = await sql.raw<{ readonly id: number }>(own).execute(victim)
      const end = name === 'postgres' ? `select pg_terminate_backend(${rows[0]?.id})` : `kill ${rows[0]?.id}`
      await sql.raw(end).execute(database.db)
    }

    test('while nobody listens at the address: 503 at once, and it works again afterwards', async () => {
      const proxy = await proxyTo(url())
      const db = connect(proxy.url)
      const storage = kyselyStorage(db)
      await proxy.close()
      const error = await Promise.resolve(storage.clients.find('client')).catch((thrown: unknown) => thrown)
      expect(error).toBeInstanceOf(StorageUnavailableError)
      expect((error as Error).cause).toMatchObject({ code: 'ECONNREFUSED' })
      await db.destroy()
    })
  })

  describe('a database that does not answer', () => {
    const soon = async (verb: () => unknown): Promise<number> => {
      const begun = performance.now()
      const error = await Promise.resolve(verb()).catch((thrown: unknown) => thrown)
      expect(error).toBeInstanceOf(StorageUnavailableError)
      expect((error as Error).message).toContain('within 0.5 s')
      return performance.now() - begun
    }

    test('rejects within the time limit, and works again afterwards', () =>
      behindProxy(async (proxy, db) => {
        const storage = kyselyStorage(db, { timeoutSeconds: 0.5 })
        await issueCode(storage)
        proxy.stall()
        for (const verb of [
          () => storage.clients.find('client'),
          () => storage.clients.insert(clientRecord()),
          () => storage.authorizationCodes.redeem(redemption),
          () => storage.purgeExpired({ now, limit: 1 }),
        ]) {
          expect(await soon(verb)).toBeLessThan(2500)
        }
        proxy.resume()
        // The connections for the writes came too late, and nothing ran on them.
        await expect.poll(async () => storage.clients.find('client')).toBeUndefined()
        expect(await storage.authorizationCodes.redeem(redemption)).toBe('won')
      }))

    test('the look at the schema as well', () =>
      behindProxy(async (proxy, db) => {
        const storage = kyselyStorage(db, { timeoutSeconds: 0.5 })
        proxy.stall()
        expect(await soon(() => storage.clients.find('client'))).toBeLessThan(2500)
        proxy.resume()
        await expect.poll(async () => storage.clients.find('client')).toBeUndefined()
      }))

    test('a transaction that was overtaken is rolled back when the database answers again', () =>
      behindProxy(
        async (proxy, db) => {
          const storage = kyselyStorage(db, { timeoutSeconds: 0.5 })
          await issueCode(storage)
          proxy.on(/insert into.*oauth_access_tokens/, 'stall')
          await soon(() => storage.authorizationCodes.redeem(redemption))
          proxy.resume()
          await expect.poll(() => proxy.sent()).toContain('rollback')
          expect(proxy.sent().match(/oauth_refresh_tokens/g)).toBeNull()
          expect(await storage.authorizationCodes.redeem(redemption)).toBe('won')
        },
        { connections: 1 },
      ))

    test('a pool without a free connection: 503, and nothing runs when one comes too late', async () => {
      const db = connect(url(), { connections: 1 })
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
      await db.destroy()
    })
  })
})
