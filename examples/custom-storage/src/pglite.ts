import type { PGlite, Transaction } from '@electric-sql/pglite'
import type { Database, Sql } from './database.ts'
import { toStorageError } from './errors.ts'

/** Opens PostgreSQL inside this process, for tests without a server. */
export function pgliteDatabase(db: PGlite): Database {
  return {
    run: (text, values) => sqlOn(db).run(text, values).catch(fail),
    transaction: (work) => db.transaction((transaction) => work(sqlOn(transaction))).catch(fail),
  }
}

function sqlOn(connection: PGlite | Transaction): Sql {
  return {
    async run(text, values = []) {
      const { rows, affectedRows } = await connection.query<Record<string, unknown>>(text, [...values])
      return { rows, affected: affectedRows ?? 0 }
    },
  }
}

function fail(error: unknown): never {
  throw toStorageError(error)
}
