import type { Pool, PoolClient } from 'pg'
import type { Database, Sql } from './database.ts'
import { isConflict, toStorageError } from './errors.ts'

/** How often a transaction is begun before its conflict is the caller's. */
const attempts = 10

/** PostgreSQL through a pool of the host's. Give it a `connectionTimeoutMillis`: by default it waits for ever. */
export function poolDatabase(pool: Pool): Database {
  // A connection that breaks while nobody uses it: the pool has dropped it already, and without a listener Node ends.
  pool.on('error', ignore)
  return {
    async run(text, values = []) {
      try {
        return await sqlOn(pool).run(text, values)
      } catch (error) {
        throw toStorageError(error)
      }
    },
    async transaction(work) {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await transact(await pool.connect(), work)
        } catch (error) {
          if (!isConflict(error) || attempt === attempts) throw toStorageError(error)
        }
      }
    },
  }
}

function sqlOn(connection: Pool | PoolClient): Sql {
  return {
    async run(text, values = []) {
      const { rows, rowCount } = await connection.query(text, [...values])
      return { rows, affected: rowCount ?? 0 }
    },
  }
}

async function transact<T>(client: PoolClient, work: (sql: Sql) => Promise<T>): Promise<T> {
  let broken: Error | undefined
  // Whatever breaks while we have it fails the query that is under way; the event says it once more.
  client.on('error', ignore)
  try {
    await client.query('begin')
    const result = await work(sqlOn(client))
    await client.query('commit')
    return result
  } catch (error) {
    // A connection on which even that fails is thrown away, and the server rolls back by itself.
    await client.query('rollback').catch((reason: Error) => {
      broken = reason
    })
    throw error
  } finally {
    client.off('error', ignore)
    client.release(broken)
  }
}

function ignore(): void {}
