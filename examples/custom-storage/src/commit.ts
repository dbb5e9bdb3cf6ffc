import type { GrantStore } from '@oauth/core'
import { rememberConsent } from './consents.ts'
import type { Database } from './database.ts'
import { insertInto } from './documents.ts'
import { takeRecord } from './records.ts'

/** Thrown inside the transaction when a record is gone, so that the deletions before it are rolled back. */
const gone = new Error('a record is gone')

export function commit(database: Database): GrantStore['commit'] {
  return async ({ take = [], consent, grant, code, accessToken, refreshToken }) => {
    try {
      return await database.transaction<'won'>(async (sql) => {
        // The deletions come first and decide: a request that does not get all records must write nothing.
        for (const one of take) if (!(await takeRecord(sql, one))) throw gone
        if (consent !== undefined) await rememberConsent(sql, consent)
        if (grant !== undefined) await sql.run(...insertInto('grants', grant))
        if (code !== undefined) await sql.run(...insertInto('codes', code))
        if (accessToken !== undefined) await sql.run(...insertInto('access_tokens', accessToken))
        if (refreshToken !== undefined) await sql.run(...insertInto('refresh_tokens', refreshToken))
        return 'won'
      })
    } catch (error) {
      if (error === gone) return 'gone'
      throw error
    }
  }
}
