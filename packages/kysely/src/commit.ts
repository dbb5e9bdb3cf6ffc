import type { Awaitable, GrantCommit, GrantStore } from '@oauth/core'
import { insertAccessToken } from './access-tokens.ts'
import { insertCode } from './authorization-codes.ts'
import { accessTokenToRow, codeToRow, grantToRow, refreshTokenToRow } from './codec-tokens.ts'
import { grantColumns } from './columns.ts'
import { rememberConsent, remembering } from './consents.ts'
import { takeRecord } from './records.ts'
import { insertRefreshToken } from './refresh-tokens.ts'
import { type Program, type Runner, type Step, step } from './runner.ts'
import type { GrantRow, Schema } from './schema.ts'
import { type Bind, bindAll, type Statement, statement } from './statement.ts'
import { together } from './together.ts'

/** Thrown inside the transaction when a record is gone, so that the deletion of the records before it is rolled back. */
const gone = new Error('a record is gone')

export function insertGrant({ db, tables }: Schema): Statement<GrantRow, unknown> {
  return statement((bind: Bind<GrantRow>) => db.insertInto(tables.grants).values(bindAll(bind, grantColumns)))
}

/** Removes records, remembers a consent and adds a grant with what belongs to it, in one transaction. */
export function commit(schema: Schema, runner: Runner): GrantStore['commit'] {
  const atOnce = together(schema)
  const takeOf = takeRecord(schema)
  const remember = rememberConsent(schema)
  const addGrant = insertGrant(schema)
  const addCode = insertCode(schema)
  const addAccessToken = insertAccessToken(schema)
  const addRefreshToken = insertRefreshToken(schema)

  function* committing({ take = [], consent, grant, code, accessToken, refreshToken }: GrantCommit): Program<'won'> {
    // The deletions come first and decide: a request that does not get all records must write nothing.
    for (const one of take) if ((yield step(takeOf(one), one)).affected !== 1) throw gone
    if (consent) yield* remember(consent)
    const writes: Step[] = []
    if (grant) writes.push(step(addGrant, grantToRow(grant)))
    if (code) writes.push(step(addCode, codeToRow(code)))
    if (accessToken) writes.push(step(addAccessToken, accessTokenToRow(accessToken)))
    if (refreshToken) writes.push(step(addRefreshToken, refreshTokenToRow(refreshToken)))
    yield* atOnce(writes)
    return 'won'
  }

  return (records) => {
    const { take = [], consent } = records
    const attempt = () => runner.transaction(() => committing(records))
    const commitOnce = () => (consent ? remembering(attempt) : attempt())
    return take.length > 0 ? unlessGone(commitOnce) : commitOnce()
  }
}

function unlessGone(action: () => Awaitable<'won'>): Awaitable<'won' | 'gone'> {
  const recover = (error: unknown): 'gone' => {
    if (error === gone) return 'gone'
    throw error
  }
  try {
    const outcome = action()
    return outcome instanceof Promise ? outcome.catch(recover) : outcome
  } catch (error) {
    return recover(error)
  }
}
