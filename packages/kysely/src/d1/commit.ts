import type { ConsentRecord, GrantStore } from '@oauth/core'
import { insertAccessToken } from '../access-tokens.ts'
import { insertCode } from '../authorization-codes.ts'
import { accessTokenToRow, codeToRow, grantToRow, refreshTokenToRow } from '../codec-tokens.ts'
import { insertGrant } from '../commit.ts'
import { takeRecord } from '../records.ts'
import { insertRefreshToken } from '../refresh-tokens.ts'
import { type Step, step } from '../runner.ts'
import type { Schema } from '../schema.ts'
import type { Statement } from '../statement.ts'
import { demand } from './condition.ts'

interface Taken {
  readonly kind: string
  readonly id: string
  readonly version?: number | undefined
}

/** Makes the condition that a record is there, in the given version if there is one. */
function recordExists(schema: Schema): (take: Taken) => Statement<Taken, unknown> {
  const { db, tables } = schema
  const inAnyVersion = demand<Taken>(schema, (bind) =>
    db.selectFrom(tables.records).select('id').where('kind', '=', bind('kind')).where('id', '=', bind('id')),
  )
  const inOneVersion = demand<Taken>(schema, (bind) =>
    db
      .selectFrom(tables.records)
      .select('id')
      .where('kind', '=', bind('kind'))
      .where('id', '=', bind('id'))
      .where('version', '=', bind('version')),
  )
  return ({ version }) => (version === undefined ? inAnyVersion : inOneVersion)
}

/**
 * Removes records, remembers a consent and adds a grant with what belongs to it, in one batch.
 * @param holds runs a batch and returns whether its conditions held
 */
export function commitAsBatch(
  schema: Schema,
  holds: (steps: readonly Step[]) => Promise<boolean>,
  remember: (record: ConsentRecord) => Step,
): GrantStore['commit'] {
  const exists = recordExists(schema)
  const takeOf = takeRecord(schema)
  const addGrant = insertGrant(schema)
  const addCode = insertCode(schema)
  const addAccessToken = insertAccessToken(schema)
  const addRefreshToken = insertRefreshToken(schema)
  return async ({ take = [], consent, grant, code, accessToken, refreshToken }) => {
    // Each record is demanded and removed before the next, so that a list that names one twice does not get it twice.
    const steps = take.flatMap((one) => [step(exists(one), one), step(takeOf(one), one)])
    if (consent) steps.push(remember(consent))
    if (grant) steps.push(step(addGrant, grantToRow(grant)))
    if (code) steps.push(step(addCode, codeToRow(code)))
    if (accessToken) steps.push(step(addAccessToken, accessTokenToRow(accessToken)))
    if (refreshToken) steps.push(step(addRefreshToken, refreshTokenToRow(refreshToken)))
    if (steps.length === 0) return 'won'
    return (await holds(steps)) ? 'won' : 'gone'
  }
}
