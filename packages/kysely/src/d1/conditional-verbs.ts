import type { Storage } from '@oauth/core'
import { insertAccessToken } from '../access-tokens.ts'
import { consumeCode } from '../authorization-codes.ts'
import { accessTokenToRow, refreshTokenToRow } from '../codec-tokens.ts'
import { insertRefreshToken, refreshTokenWrites } from '../refresh-tokens.ts'
import { type Step, step } from '../runner.ts'
import type { Schema } from '../schema.ts'
import { commitAsBatch } from './commit.ts'
import { demand } from './condition.ts'
import { conditionFailed, type D1Runner } from './d1-runner.ts'
import { rememberInOneStatement } from './remember.ts'

/**
 * Replaces the verbs of several statements by batches. A batch has no answers to decide by, so each begins with the
 * conditions of its verb. D1 runs one batch after the other: nothing changes between a condition and the writes after it.
 */
export function conditionalVerbs(schema: Schema, runner: D1Runner, storage: Storage): Storage {
  const { db, tables } = schema
  const consume = consumeCode(schema)
  const { rotate, count } = refreshTokenWrites(schema)
  const addAccessToken = insertAccessToken(schema)
  const addRefreshToken = insertRefreshToken(schema)
  const remember = rememberInOneStatement(schema)

  const isRedeemable = demand<{ id: string }>(schema, (bind) =>
    db
      .selectFrom(`${tables.authorizationCodes} as t`)
      .innerJoin(`${tables.grants} as g`, 'g.id', 't.grant_id')
      .select('t.id')
      .where('t.id', '=', bind('id'))
      .where('t.consumed_at', 'is', null)
      .where('g.revoked_at', 'is', null),
  )
  const isCurrent = demand<{ id: string }>(schema, (bind) =>
    db
      .selectFrom(`${tables.refreshTokens} as t`)
      .innerJoin(`${tables.grants} as g`, 'g.id', 't.grant_id')
      .select('t.id')
      .where('t.id', '=', bind('id'))
      .where('t.rotated_at', 'is', null)
      .where('g.revoked_at', 'is', null),
  )
  const isReusable = demand<{ id: string; limit: number }>(schema, (bind) =>
    db
      .selectFrom(tables.refreshTokens)
      .select('id')
      .where('id', '=', bind('id'))
      .where('rotated_at', 'is not', null)
      .where('reuses', '<', bind('limit')),
  )

  /** Runs a batch and returns whether all of its conditions held. */
  async function holds(steps: readonly Step[]): Promise<boolean> {
    try {
      await runner.batch(steps)
      return true
    } catch (error) {
      if (error === conditionFailed) return false
      throw error
    }
  }

  return {
    ...storage,
    grants: { ...storage.grants, commit: commitAsBatch(schema, holds, remember) },
    consents: {
      ...storage.consents,
      remember: async (record) => void (await runner.batch([remember(record)])),
    },
    authorizationCodes: {
      ...storage.authorizationCodes,
      async redeem({ id, now, accessToken, refreshToken }) {
        const steps = [step(isRedeemable, { id }), step(consume, { id, now })]
        if (accessToken) steps.push(step(addAccessToken, accessTokenToRow(accessToken)))
        if (refreshToken) steps.push(step(addRefreshToken, refreshTokenToRow(refreshToken)))
        if (await holds(steps)) return 'won'
        // A consumed code stays consumed, and a revoked grant revoked: this read finds why the batch did not run.
        const found = await storage.authorizationCodes.find(id)
        return found?.code.consumedAt === undefined ? 'dead' : 'replayed'
      },
    },
    refreshTokens: {
      ...storage.refreshTokens,
      async rotate(rotation) {
        const { id, now, successor, accessToken } = rotation
        const steps = [
          step(isCurrent, { id }),
          step(rotate, { id, now, successor_id: successor.id }),
          step(addRefreshToken, refreshTokenToRow(successor, rotation)),
        ]
        if (accessToken) steps.push(step(addAccessToken, accessTokenToRow(accessToken)))
        if (await holds(steps)) return { outcome: 'won' }
        const found = await storage.refreshTokens.find(id)
        return found && found.grant.revokedAt === undefined ? { outcome: 'rotated', ...found } : { outcome: 'dead' }
      },
      async reuse({ id, limit, accessToken }) {
        const steps = [step(isReusable, { id, limit }), step(count, { id, limit })]
        if (accessToken) steps.push(step(addAccessToken, accessTokenToRow(accessToken)))
        return (await holds(steps)) ? 'won' : 'exhausted'
      },
    },
  }
}
