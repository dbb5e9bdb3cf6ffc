import { type Storage, StorageUnavailableError } from '@oauth/core'
import { type Dialect, Kysely, MysqlDialect, PostgresDialect } from 'kysely'
import { createPool } from 'mysql2'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { storageContract } from '../../core/src/testing/storage-contract.ts'
import { failureOf } from '../src/errors.ts'
import { kyselyStorage, preparedStatements } from '../src/index.ts'
import { migrate } from '../src/migrations/index.ts'
import { type Answer, type Client, codeForm, createHost, type Host, refreshForm } from './processes/host.ts'
import { databaseNames, type EmptyDatabase, emptyDatabase, emptyTables } from './support/databases.ts'

// Distributed engines run every transaction at the level serializable, and refuse with SQLSTATE 40001 what conflicts. Several
// instances on one database at that level are as near to them as a PostgreSQL server comes.

/** Makes a dialect whose sessions begin each transaction, and each statement alone, at the level serializable. */
function serializable(name: string, database: EmptyDatabase): Dialect {
  const { url } = database
  if (url === undefined) return database.dialect()
  if (name === 'mysql') {
    const pool = createPool({ uri: url, connectionLimit: 10 })
    pool.on('connection', (connection) => {
      connection.query('set session transaction isolation level serializable')
    })
    return new MysqlDialect({ pool })
  }
  const options = '-c default_transaction_isolation=serializable'
  return new PostgresDialect({ pool: preparedStatements(new pg.Pool({ connectionString: url, options, max: 10 })) })
}

/**
 * Wraps a storage so that a verb that was always rolled back is called again, like a client that gets 503 and comes again. Fifty
 * callers that extend one row at this level may need more attempts than a verb makes.
 */
function insisting(storage: Storage): Storage {
  async function insist(verb: (...args: unknown[]) => unknown, args: unknown[]): Promise<unknown> {
    for (let tries = 0; ; tries++) {
      try {
        return await verb(...args)
      } catch (error) {
        if (tries === 20 || !(error instanceof StorageUnavailableError) || failureOf(error.cause) !== 'rolled-back')
          throw error
      }
    }
  }
  const wrap = (value: unknown): unknown => {
    if (typeof value === 'function') return (...args: unknown[]) => insist(value as () => unknown, args)
    return Object.fromEntries(Object.entries(value as object).map(([name, member]) => [name, wrap(member)]))
  }
  return wrap(storage) as Storage
}

const count = (values: readonly unknown[], value: unknown): number => values.filter((one) => one === value).length

describe.each(databaseNames)('%s at the level serializable', (name) => {
  const instances = name === 'sqlite' || name === 'pglite' ? 1 : 4
  let database: EmptyDatabase
  let dbs: readonly Kysely<object>[] = []
  let conflicts = 0
  beforeAll(async () => {
    database = await emptyDatabase(name)
    await migrate(database.db)
    dbs = Array.from(
      { length: instances },
      () =>
        new Kysely<object>({
          dialect: serializable(name, database),
          log: (event) => {
            if (event.level === 'error' && failureOf(event.error) === 'rolled-back') conflicts++
          },
        }),
    )
  }, 180_000)
  afterAll(async () => {
    for (const db of dbs) await db.destroy()
    await database.drop()
  })
  beforeEach(() => emptyTables(database.db))

  describe('the storage contract', () => {
    const cases = storageContract(async () => {
      await emptyTables(database.db)
      return insisting(kyselyStorage(dbs[0] as Kysely<object>, { timeoutSeconds: 30 }))
    })
    for (const { name: title, run } of cases) test(title, { timeout: 120_000 }, run)
  })

  describe('requests that race', () => {
    let hosts: readonly Host[]
    let client: Client
    const first = () => hosts[0] as Host
    beforeEach(async () => {
      hosts = dbs.map((db) => createHost(kyselyStorage(db, { timeoutSeconds: 30 })))
      client = await first().register()
      conflicts = 0
    })

    /** Sends a request this often at once, through all instances. No answer may be a fault of the server. */
    async function crowd(times: number, form: Readonly<Record<string, string>>): Promise<readonly Answer[]> {
      const requests = Array.from({ length: times }, (_, number) => {
        const host = hosts[number % hosts.length] as Host
        return host.post(client, '/oauth2/token', form)
      })
      const answers = await Promise.all(requests)
      for (const { status, retryAfter } of answers) {
        expect([200, 400, 503]).toContain(status)
        if (status === 503) expect(Number(retryAfter)).toBeGreaterThan(0)
      }
      return answers
    }

    const isActive = async (token: string): Promise<boolean> =>
      (await first().post(client, '/oauth2/introspect', { token })).body.active

    /** Asks again, as a client does that gets 503. */
    async function insist(form: Readonly<Record<string, string>>): Promise<Answer> {
      for (let tries = 0; ; tries++) {
        const answer = await first().post(client, '/oauth2/token', form)
        if (answer.status !== 503 || tries === 10) return answer
      }
    }

    test('of thirty redemptions of one code one succeeds, and the others end its grant (B10)', async () => {
      const answers = await crowd(30, codeForm(await first().authorize(client)))
      const statuses = answers.map(({ status }) => status)
      expect(count(statuses, 200)).toBe(1)
      const { body } = answers.find(({ status }) => status === 200) as Answer
      expect(await isActive(body.access_token)).toBe(false)
      if (instances > 1 && name === 'postgres') expect(conflicts).toBeGreaterThan(0)
    })

    test('thirty refreshes with one token get one successor, and one family goes on (C05)', async () => {
      const { body } = await insist(codeForm(await first().authorize(client)))
      const answers = await crowd(30, refreshForm(body.refresh_token))
      const good = answers.filter(({ status }) => status === 200)
      expect(good.length).toBeGreaterThan(0)
      expect(answers.filter(({ status }) => status === 400)).toEqual([])
      expect(new Set(good.map((answer) => answer.body.refresh_token)).size).toBe(1)
      for (const answer of good) expect(await isActive(answer.body.access_token)).toBe(true)
      expect(await insist(refreshForm(good[0]?.body.refresh_token))).toMatchObject({ status: 200 })
    })

    test('no token is active after a revocation that ran beside refreshes (C06)', async () => {
      for (let round = 0; round < 4; round++) {
        const { body } = await insist(codeForm(await first().authorize(client)))
        const [answers] = await Promise.all([
          crowd(8, refreshForm(body.refresh_token)),
          new Promise((resolve) => setTimeout(resolve, round)).then(() => first().provider.revokeUserGrants('alice')),
        ])
        const tokens = answers.flatMap((answer) =>
          answer.status === 200 ? [answer.body.access_token, answer.body.refresh_token] : [],
        )
        for (const token of [body.access_token, ...tokens]) expect(await isActive(token)).toBe(false)
      }
    })

    test('users that do not share anything do not disturb each other: every flow succeeds', async () => {
      const flows = Array.from({ length: 16 }, async (_, number) => {
        const host = hosts[number % hosts.length] as Host
        const tokens = await host.post(client, '/oauth2/token', codeForm(await host.authorize(client)))
        const next = await host.post(client, '/oauth2/token', refreshForm(tokens.body.refresh_token))
        return [tokens.status, next.status]
      })
      expect(await Promise.all(flows)).toEqual(Array.from({ length: 16 }, () => [200, 200]))
    })
  })
})
