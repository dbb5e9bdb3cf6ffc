import type { Pool, PoolClient } from 'pg'
import type { Database, Sql } from './database.ts'
import { isConflict, toStorageError } from './errors.ts'

/** The largest number of attempts of a transaction before the caller gets the conflict. */
const attempts = 10

/** Uses PostgreSQL through the host's pool. Set the pool's `connectionTimeoutMillis`: by default it waits for ever. */
export function poolDatabase(pool: Pool): Database {
  // An idle connection broke. The pool has removed it already; without this listener the process would end.
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
  // If the connection breaks during a query, the query fails. The event only repeats that.
  client.on('error', ignore)
  try {
    await client.query('begin')
    const result = await work(sqlOn(client))
    await client.query('commit')
    return result
  } catch (error) {
    // If the roll-back fails as well, discard the connection: the server then rolls back by itself.
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
