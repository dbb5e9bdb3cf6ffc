import { storageContract } from '@oauth/core/testing'
import { Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { clientRecord } from '../../../packages/core/src/testing/storage-fixtures.ts'
import { poolDatabase } from '../src/pool.ts'
import { createSchema } from '../src/schema.ts'
import { documentStorage } from '../src/storage.ts'
import { clear } from './clear.ts'

const url = process.env.POSTGRES_URL

test('documentStorage throws StorageUnavailableError when the server does not answer, also in a transaction', async () => {
  const pool = new Pool({ host: '127.0.0.1', port: 1, connectionTimeoutMillis: 2000 })
  const storage = documentStorage(poolDatabase(pool))
  const away = { name: 'StorageUnavailableError', retryAfter: 5, cause: { code: 'ECONNREFUSED' } }
  await expect(storage.clients.find('client')).rejects.toMatchObject(away)
  await expect(storage.authorizationCodes.redeem({ id: 'code', now: 1 })).rejects.toMatchObject(away)
  await pool.end()
})

// With POSTGRES_URL, the contract also runs on a server, where fifty callers run on several connections at once.
if (url !== undefined) {
  describe('documentStorage on a PostgreSQL server meets the storage contract', () => {
    const name = `oauth_custom_storage_${process.pid}`
    const admin = new Pool({ connectionString: url, max: 1 })
    const own = new URL(url)
    own.pathname = `/${name}`
    const pool = new Pool({ connectionString: own.href, max: 20, connectionTimeoutMillis: 10_000 })
    const database = poolDatabase(pool)

    beforeAll(async () => {
      await admin.query(`create database ${name}`)
      await createSchema(database)
    })
    afterAll(async () => {
      await pool.end()
      await admin.query(`drop database ${name}`)
      await admin.end()
    })

    const cases = storageContract(async () => {
      await clear(database)
      return documentStorage(database)
    })
    for (const { name: title, run } of cases) test(title, run)

    test('documentStorage repeats a transaction after a deadlock, and the caller sees no error', async () => {
      await clear(database)
      const storage = documentStorage(database)
      const ids = ['one', 'two']
      for (const id of ids) await storage.clients.insert(clientRecord({ id }))
      const touch = (order: readonly string[]) =>
        database.transaction(async (sql) => {
          for (const id of order) {
            await sql.run('update oauth.clients set version = version + 1 where id = $1', [id])
            await new Promise((resolve) => setTimeout(resolve, 50))
          }
        })
      await Promise.all([touch(ids), touch([...ids].reverse())])
      for (const id of ids) expect((await storage.clients.find(id))?.version).toBe(3)
    })

    test('documentStorage throws StorageUnavailableError when the server ends a connection, and the next call works', async () => {
      const storage = documentStorage(database)
      const ended = database.transaction(async (sql) => {
        const { rows } = await sql.run('select pg_backend_pid() as pid')
        await admin.query('select pg_terminate_backend($1)', [rows[0]?.pid])
        await sql.run('select 1')
      })
      await expect(ended).rejects.toMatchObject({ name: 'StorageUnavailableError' })
      expect(await storage.clients.find('nobody')).toBeUndefined()
    })
  })
}
