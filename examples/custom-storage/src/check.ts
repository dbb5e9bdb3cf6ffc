import type { Storage } from '@oauth/core'
import type { Database } from './database.ts'
import { tablesWithColumns } from './documents.ts'
import { codeOf } from './errors.ts'

/** Checks the tables: selects all columns of each, but no rows. PostgreSQL answers 42P01, 42703 or 3F000 for a missing one. */
export function check(database: Database): NonNullable<Storage['check']> {
  return async () => {
    for (const [table, columns] of tablesWithColumns()) {
      try {
        await database.run(`select ${columns.join(', ')} from oauth.${table} limit 0`)
      } catch (error) {
        if (!['42P01', '42703', '3F000'].includes(codeOf(error))) throw error
        return `the table oauth.${table} is missing, or a column of it: run createSchema on an empty database`
      }
    }
    return undefined
  }
}
