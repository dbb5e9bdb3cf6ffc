import type { GrantStore } from '@oauth/core'
import { rememberConsent } from './consents.ts'
import type { Database } from './database.ts'
import { insertInto } from './documents.ts'
import { takeRecord } from './records.ts'

/** Thrown inside the transaction, so that it gives back the records that it took before it missed one. */
const gone = new Error('a record is gone')

export function commit(database: Database): GrantStore['commit'] {
  return async ({ take = [], consent, grant, code, accessToken, refreshToken }) => {
    try {
      return await database.transaction<'won'>(async (sql) => {
        // What decides comes first: whoever does not get the records has written nothing.
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
