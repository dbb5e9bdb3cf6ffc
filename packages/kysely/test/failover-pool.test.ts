import { StorageUnavailableError } from '@oauth/core'
import { Kysely, PostgresDialect, type PostgresPool, sql } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { accessTokenRecord, clientRecord } from '../../core/src/testing/storage-fixtures.ts'
import { guardClient } from '../src/guarded-client.ts'
import { failoverPool, kyselyStorage, preparedStatements } from '../src/index.ts'
import { migrate } from '../src/migrations/index.ts'
import { schemaVersion } from '../src/migrations/schema-version.ts'
import { databaseNames, type EmptyDatabase, emptyDatabase } from './support/databases.ts'
import { proxyTo } from './support/proxy.ts'

type Listener = (message: { readonly routine?: string }) => void

/** A server that a test makes read-only, unreachable or silent, and its pool, which keeps connections like that of `pg`. */
interface StubServer {
  state: 'primary' | 'standby' | 'down' | 'silent'
  /** What the connections of the pool were asked. */
  readonly sent: string[]
  /** The errors with which connections were closed. */
  readonly closed: unknown[]
  ended: boolean
  /** An error for the next statement, instead of an answer. */
  fails: object | undefined
  /** The source of a notice before the next answer. */
  notice: string | undefined
  readonly pool: PostgresPool
}

function stubServer(): StubServer {
  const idle: object[] = []
  const server: StubServer = {
    ...{ state: 'primary', sent: [], closed: [], ended: false, fails: undefined, notice: undefined },
    pool: {
      connect: async () => {
        const kept = idle.pop()
        if (kept) return kept
        if (server.state === 'down') throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })
        return newClient()
      },
      end: async () => {
        server.ended = true
      },
    } as unknown as PostgresPool,
  }

  function newClient(): object {
    const listeners: Listener[] = []
    const client = {
      on: (event: string, listener: Listener) => event === 'notice' && listeners.push(listener),
      query: async (query: string | { readonly text: string }) => {
        const text = typeof query === 'string' ? query : query.text
        server.sent.push(text)
        if (server.state === 'silent') await new Promise(() => undefined)
        if (server.state === 'down') throw Object.assign(new Error('reset'), { code: 'ECONNRESET' })
        if (text === 'show transaction_read_only') {
          return { rows: [{ transaction_read_only: server.state === 'standby' ? 'on' : 'off' }] }
        }
        const { fails, notice } = server
        server.fails = undefined
        server.notice = undefined
        if (fails) throw fails
        if (notice) for (const listen of listeners) listen({ routine: notice })
        if (server.state === 'standby' && text.startsWith('insert')) {
          throw Object.assign(new Error('cannot execute INSERT in a read-only transaction'), { code: '25006' })
        }
        const rows = text.includes('oauth_schema') ? [{ version: schemaVersion, compatible_since: schemaVersion }] : []
        return { command: text.startsWith('insert') ? 'INSERT' : 'SELECT', rowCount: 1, rows }
      },
      release: (error?: unknown) => {
        if (error === undefined) idle.push(client)
        else server.closed.push(error)
      },
    }
    return client
  }

  return server
}

const asks = (server: StubServer): number => server.sent.filter((text) => text.startsWith('show')).length

function storageOn(servers: readonly StubServer[], timeoutSeconds = 5) {
  const pool = failoverPool(
    servers.map((server) => server.pool),
    { timeoutSeconds },
  )
  const db = new Kysely<object>({ dialect: new PostgresDialect({ pool: preparedStatements(pool) }) })
  return { db, pool, storage: kyselyStorage(db, { timeoutSeconds: 5 }) }
}

const token = accessTokenRecord()

describe('failoverPool', () => {
  test('failoverPool refuses an empty list, and a time limit that is not one', () => {
    expect(() => failoverPool([])).toThrow('at least one')
    for (const timeoutSeconds of [0, -1, Number.NaN, '5' as never]) {
      expect(() => failoverPool([stubServer().pool], { timeoutSeconds })).toThrow('timeoutSeconds')
    }
  })

  test('failoverPool uses the server that can be written to, wherever it is in the list', async () => {
    const [standby, primary] = [stubServer(), stubServer()]
    standby.state = 'standby'
    const { storage } = storageOn([standby, primary])
    await storage.accessTokens.insert(token)
    await storage.accessTokens.find('access')
    expect(standby.sent.filter((text) => !text.startsWith('show'))).toEqual([])
    expect(primary.sent.at(-1)).toContain('oauth_access_tokens')
    expect(standby.closed).toHaveLength(asks(standby))
  })

  test('failoverPool asks a new connection once, and an old one only after another was lost', async () => {
    const server = stubServer()
    const { storage, pool } = storageOn([server])
    for (let round = 0; round < 3; round++) await storage.accessTokens.find('access')
    expect(asks(server)).toBe(1)
    const two = [await pool.connect(), await pool.connect()]
    for (const client of two) client.release()
    expect(asks(server)).toBe(2)
    server.fails = Object.assign(new Error('reset'), { code: 'ECONNRESET' })
    await storage.accessTokens.find('access')
    expect(server.closed).toHaveLength(1)
    expect(asks(server)).toBe(3)
    await storage.accessTokens.find('access')
    expect(asks(server)).toBe(3)
  })

  test('after a failover a write goes to the new primary, though idle connections to the former one are left', async () => {
    const [one, two] = [stubServer(), stubServer()]
    two.state = 'standby'
    const { storage, pool } = storageOn([one, two])
    const clients = [await pool.connect(), await pool.connect(), await pool.connect()]
    for (const client of clients) client.release()
    one.state = 'standby'
    two.state = 'primary'
    await storage.accessTokens.insert(token)
    expect(two.sent.filter((text) => text.startsWith('insert'))).toHaveLength(1)
    // The former primary comes back as a standby. Its connections get no statement any more.
    const before = one.sent.length
    await storage.accessTokens.find('access')
    expect(one.sent.slice(before).filter((text) => !text.startsWith('show'))).toEqual([])
  })

  test('servers that all give no answer are an unavailable storage, also when the pool is less patient than the storage', async () => {
    const [one, two] = [stubServer(), stubServer()]
    one.state = 'silent'
    two.state = 'silent'
    const { storage } = storageOn([one, two], 0.1)
    await expect(Promise.resolve(storage.accessTokens.find('access'))).rejects.toThrow(StorageUnavailableError)
  })

  test('a server without an answer does not hide that another one is a standby', async () => {
    const [one, two] = [stubServer(), stubServer()]
    one.state = 'silent'
    two.state = 'standby'
    const { storage } = storageOn([one, two], 0.1)
    await expect(Promise.resolve(storage.accessTokens.find('access'))).rejects.toThrow(StorageUnavailableError)
    // The standby may become the primary, so it is asked again.
    expect(asks(two)).toBeGreaterThan(1)
  })

  test('while no server can be written to a verb fails with StorageUnavailableError, and afterwards none does', async () => {
    const [one, two] = [stubServer(), stubServer()]
    const { storage } = storageOn([one, two])
    await storage.accessTokens.insert(token)
    one.state = 'down'
    two.state = 'standby'
    for (const verb of [() => storage.accessTokens.find('access'), () => storage.accessTokens.insert(token)]) {
      await expect(Promise.resolve(verb())).rejects.toThrow(StorageUnavailableError)
    }
    expect(two.sent.filter((text) => !text.startsWith('show'))).toEqual([])
    two.state = 'primary'
    await storage.accessTokens.insert(token)
    await storage.accessTokens.find('access')
  })

  test('a server that does not answer keeps no connection, and the others are asked meanwhile', async () => {
    const [one, two] = [stubServer(), stubServer()]
    const { storage } = storageOn([one, two], 0.05)
    await storage.accessTokens.insert(token)
    one.state = 'silent'
    await expect(Promise.resolve(storage.accessTokens.find('access'))).rejects.toThrow('within 0.05 s')
    expect(one.closed).toHaveLength(1)
    await storage.accessTokens.insert(token)
    expect(two.sent.at(-1)).toContain('insert')
  })

  test('the host’s own statements, and their commit, may take longer than timeoutSeconds', async () => {
    const server = stubServer()
    const { db } = storageOn([server], 0.05)
    await sql`select 1`.execute(db)
    server.state = 'silent'
    const late = (query: Promise<unknown>) =>
      Promise.race([query, new Promise((resolve) => setTimeout(() => resolve('still running'), 150))])
    expect(await late(sql`select 2`.execute(db))).toBe('still running')
    expect(server.closed).toEqual([])
  })

  test('a write whose wait for the standby was cancelled fails, is not repeated, and keeps its connection', async () => {
    const server = stubServer()
    const { storage } = storageOn([server])
    await storage.accessTokens.find('access')
    server.notice = 'SyncRepWaitForLSN'
    await expect(Promise.resolve(storage.accessTokens.insert(token))).rejects.toThrow(StorageUnavailableError)
    expect(server.sent.filter((text) => text.startsWith('insert'))).toHaveLength(1)
    expect(server.closed).toEqual([])
    server.notice = 'another notice'
    await storage.accessTokens.insert(token)
  })

  test('a notice belongs to the statement that the server is answering, whatever else is sent on the connection meanwhile', async () => {
    const listeners: Listener[] = []
    const answers: ((answer: object) => void)[] = []
    const client = {
      on: (event: string, listener: Listener) => event === 'notice' && listeners.push(listener),
      query: () => new Promise((resolve) => answers.push(resolve)),
      release: () => undefined,
    }
    const { query } = guardClient(client as never, 5, () => undefined)
    const sent = [query('insert into t default values', []), query('select 1', [])]
    for (const listen of listeners) listen({ routine: 'SyncRepWaitForLSN' })
    sent.push(query('select 2', []))
    for (const answer of answers) answer({ rows: [] })
    const outcomes = (await Promise.allSettled(sent)).map(({ status }) => status)
    expect(outcomes).toEqual(['rejected', 'fulfilled', 'fulfilled'])
  })

  test('an error that is no failure of the server is thrown as it is, and no other server is asked', async () => {
    const [one, two] = [stubServer(), stubServer()]
    one.pool.connect = async () => {
      throw Object.assign(new Error('password authentication failed'), { code: '28P01' })
    }
    const { storage } = storageOn([one, two])
    await expect(Promise.resolve(storage.accessTokens.find('access'))).rejects.toThrow('password authentication failed')
    expect(two.sent).toEqual([])
  })

  test('a wrong password of one server is not hidden by the other being a standby', async () => {
    const [one, two] = [stubServer(), stubServer()]
    one.state = 'standby'
    two.pool.connect = async () => {
      throw Object.assign(new Error('password authentication failed'), { code: '28P01' })
    }
    const { storage } = storageOn([one, two])
    const error = await Promise.resolve(storage.accessTokens.find('access')).catch((thrown: unknown) => thrown)
    expect(error).not.toBeInstanceOf(StorageUnavailableError)
    expect((error as AggregateError).errors[0]).toMatchObject({ code: '28P01' })
  })

  test('destroying the Kysely instance ends every pool', async () => {
    const servers = [stubServer(), stubServer()]
    const { db, storage } = storageOn(servers)
    await storage.accessTokens.find('access')
    await db.destroy()
    expect(servers.map(({ ended }) => ended)).toEqual([true, true])
  })
})

if (databaseNames.includes('postgres')) {
  describe('failoverPool on a PostgreSQL server', () => {
    let database: EmptyDatabase
    beforeAll(async () => {
      database = await emptyDatabase('postgres')
      await migrate(database.db)
    }, 180_000)
    afterAll(() => database.drop())

    /** The address of the database for sessions that can only read, as on a standby. */
    const readOnlyUrl = (): string =>
      Object.assign(new URL(database.url as string), { search: '?options=-c%20default_transaction_read_only%3Don' })
        .href

    test('failoverPool finds the primary of real servers, and closes a connection without an answer', async () => {
      const proxy = await proxyTo(database.url as string)
      const one = new pg.Pool({ connectionString: proxy.url, max: 2, connectionTimeoutMillis: 300 })
      const two = new pg.Pool({ connectionString: readOnlyUrl(), max: 2 })
      const pool = failoverPool([two, one], { timeoutSeconds: 0.5 })
      const db = new Kysely<object>({ dialect: new PostgresDialect({ pool: preparedStatements(pool) }) })
      try {
        const storage = kyselyStorage(db, { timeoutSeconds: 2 })
        await storage.clients.insert(clientRecord())
        // The pool counts a connection until its end has arrived.
        await expect.poll(() => [one.totalCount, two.totalCount]).toEqual([1, 0])
        proxy.stall()
        await expect(Promise.resolve(storage.clients.find('client'))).rejects.toThrow('within 0.5 s')
        await expect.poll(() => one.totalCount).toBe(0)
        // What was held back goes to connections that are closed, and the next verb gets a new one.
        proxy.resume()
        expect(await storage.clients.find('client')).toEqual(clientRecord())
      } finally {
        await db.destroy()
        await proxy.close()
      }
    })

    test('the end of its connections, idle and in use, does not end the process, without a listener of the host', async () => {
      const pools = [new pg.Pool({ connectionString: database.url, max: 3 })]
      const db = new Kysely<object>({ dialect: new PostgresDialect({ pool: failoverPool(pools) }) })
      const storage = kyselyStorage(db)
      await Promise.all(Array.from({ length: 3 }, () => storage.clients.find('none')))
      const sleeping = sql`select pg_sleep(10)`.execute(db).catch((error: unknown) => error)
      await expect
        .poll(
          async () =>
            (await sql`select 1 from pg_stat_activity where query like '%sleep(10)'`.execute(database.db)).rows.length,
        )
        .toBe(1)
      await sql`select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid()`.execute(database.db)
      expect(await sleeping).toMatchObject({ code: '57P01' })
      expect(await storage.clients.find('none')).toBeUndefined()
      await db.destroy()
    })
  })
}
