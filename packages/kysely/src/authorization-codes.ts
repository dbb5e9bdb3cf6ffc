import type { AuthorizationCodeStore, CodeRedemption } from '@oauth/core'
import { insertAccessToken } from './access-tokens.ts'
import { accessTokenToRow, codeFromRow, grantFromRow, refreshTokenToRow } from './codec-tokens.ts'
import { codeColumns, joinedGrantColumns, ofToken } from './columns.ts'
import { insertRefreshToken } from './refresh-tokens.ts'
import { type Program, type Runner, rows, type Step, step } from './runner.ts'
import type { AuthorizationCodeRow, Schema } from './schema.ts'
import { type Bind, bindAll, type Statement, statement } from './statement.ts'
import { together } from './together.ts'

/** The insert of a code, which `commit` uses. */
export function insertCode({ db, tables }: Schema): Statement<AuthorizationCodeRow, unknown> {
  return statement((bind: Bind<AuthorizationCodeRow>) =>
    db.insertInto(tables.authorizationCodes).values(bindAll(bind, codeColumns)),
  )
}

/** The conditional write that only one request can win: it redeems the code. */
export function consumeCode({ db, tables }: Schema): Statement<{ id: string; now: number }, unknown> {
  return statement((bind: Bind<{ id: string; now: number }>) =>
    db
      .updateTable(tables.authorizationCodes)
      .set({ consumed_at: bind('now') })
      .where('id', '=', bind('id'))
      .where('consumed_at', 'is', null)
      .where((eb) =>
        eb.exists(
          eb
            .selectFrom(`${tables.grants} as g`)
            .select('g.id')
            .whereRef('g.id', '=', `${tables.authorizationCodes}.grant_id`)
            .where('g.revoked_at', 'is', null),
        ),
      ),
  )
}

export function authorizationCodeStore(schema: Schema, runner: Runner): AuthorizationCodeStore {
  const { db, tables } = schema
  const atOnce = together(schema)
  const addAccessToken = insertAccessToken(schema)
  const addRefreshToken = insertRefreshToken(schema)
  const find = statement((bind: Bind<{ id: string }>) =>
    db
      .selectFrom(`${tables.authorizationCodes} as t`)
      .innerJoin(`${tables.grants} as g`, 'g.id', 't.grant_id')
      .select(ofToken(codeColumns))
      .select(joinedGrantColumns)
      .where('t.id', '=', bind('id')),
  )
  const consume = consumeCode(schema)

  function* redeeming({ id, now, accessToken, refreshToken }: CodeRedemption): Program<'won' | 'replayed' | 'dead'> {
    if ((yield step(consume, { id, now })).affected !== 1) {
      const [row] = yield* rows(find, { id })
      return row && row.consumed_at !== null ? 'replayed' : 'dead'
    }
    const writes: Step[] = []
    if (accessToken) writes.push(step(addAccessToken, accessTokenToRow(accessToken)))
    if (refreshToken) writes.push(step(addRefreshToken, refreshTokenToRow(refreshToken)))
    yield* atOnce(writes)
    return 'won'
  }

  return {
    find: (id) =>
      runner.find(find, { id }, (row) => {
        const grant = row && grantFromRow(row)
        return row && grant && { code: codeFromRow(row), grant }
      }),
    redeem: (redemption) => runner.transaction(() => redeeming(redemption)),
  }
}
