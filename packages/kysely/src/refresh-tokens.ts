import type { FoundRefreshToken, RefreshTokenStore, RotationOutcome } from '@oauth/core'
import { insertAccessToken } from './access-tokens.ts'
import {
  accessTokenToRow,
  grantFromRow,
  type JoinedGrantRow,
  refreshTokenFromRow,
  refreshTokenToRow,
} from './codec-tokens.ts'
import { joinedGrantColumns, ofToken, refreshTokenColumns } from './columns.ts'
import { affected, type Runner, rows, step } from './runner.ts'
import type { RefreshTokenRow, Schema } from './schema.ts'
import { type Bind, bindAll, type Statement, statement } from './statement.ts'
import { together } from './together.ts'

type RotatedColumns = Pick<RefreshTokenRow, 'id' | 'successor_id' | 'sealed_successor' | 'sealed_until'>

type FoundRow = RefreshTokenRow & JoinedGrantRow & { readonly successor_rotated_at: number | null }

/** The insert of a refresh token. The transactions of `redeem`, `rotate` and `commit` use it. */
export function insertRefreshToken({ db, tables }: Schema): Statement<RefreshTokenRow, unknown> {
  return statement((bind: Bind<RefreshTokenRow>) =>
    db.insertInto(tables.refreshTokens).values(bindAll(bind, refreshTokenColumns)),
  )
}

function foundFromRow(row: FoundRow | undefined): FoundRefreshToken | undefined {
  const grant = row && grantFromRow(row)
  return row && grant && { token: refreshTokenFromRow(row), grant, successorRotated: row.successor_rotated_at !== null }
}

interface RefreshTokenWrites {
  readonly rotate: Statement<RotatedColumns & { readonly now: number }, unknown>
  readonly clear: Statement<{ id: string }, unknown>
  readonly count: Statement<{ id: string; limit: number }, unknown>
}

/** The writes of `rotate` and `reuse`. */
export function refreshTokenWrites({ db, tables }: Schema): RefreshTokenWrites {
  /** The conditional write that only one request can win: it rotates the token. */
  const rotate = statement((bind: Bind<RotatedColumns & { readonly now: number }>) =>
    db
      .updateTable(tables.refreshTokens)
      .set({ rotated_at: bind('now'), ...bindAll(bind, ['successor_id', 'sealed_successor', 'sealed_until']) })
      .where('id', '=', bind('id'))
      .where('rotated_at', 'is', null)
      .where((eb) =>
        eb.exists(
          eb
            .selectFrom(`${tables.grants} as g`)
            .select('g.id')
            .whereRef('g.id', '=', `${tables.refreshTokens}.grant_id`)
            .where('g.revoked_at', 'is', null),
        ),
      ),
  )
  /** Clears the sealed successor of the predecessor: once a successor has rotated, the old token must not open it. */
  const clear = statement((bind: Bind<{ id: string }>) =>
    db
      .updateTable(tables.refreshTokens)
      .set({ sealed_successor: null, sealed_until: null })
      .where('id', '=', bind('id')),
  )
  const count = statement((bind: Bind<{ id: string; limit: number }>) =>
    db
      .updateTable(tables.refreshTokens)
      .set((eb) => ({ reuses: eb('reuses', '+', 1) }))
      .where('id', '=', bind('id'))
      .where('rotated_at', 'is not', null)
      .where('reuses', '<', bind('limit')),
  )
  return { rotate, clear, count }
}

export function refreshTokenStore(schema: Schema, runner: Runner): RefreshTokenStore {
  const { db, tables } = schema
  const atOnce = together(schema)
  const insert = insertRefreshToken(schema)
  const addAccessToken = insertAccessToken(schema)
  const find = statement((bind: Bind<{ id: string }>) =>
    db
      .selectFrom(`${tables.refreshTokens} as t`)
      .innerJoin(`${tables.grants} as g`, 'g.id', 't.grant_id')
      .leftJoin(`${tables.refreshTokens} as s`, 's.id', 't.successor_id')
      .select(ofToken(refreshTokenColumns))
      .select(joinedGrantColumns)
      .select('s.rotated_at as successor_rotated_at')
      .where('t.id', '=', bind('id')),
  )
  const { rotate, clear, count } = refreshTokenWrites(schema)

  return {
    find: (id) => runner.find(find, { id }, (row) => foundFromRow(row)),
    rotate: ({ id, now, successor, predecessorId, sealedSuccessor, sealedUntil, accessToken }) =>
      runner.transaction<RotationOutcome>(function* () {
        const sealed = { sealed_successor: sealedSuccessor ?? null, sealed_until: sealedUntil ?? null }
        const written = { id, now, successor_id: successor.id, ...sealed }
        if ((yield* affected(rotate, written)) !== 1) {
          const found = foundFromRow((yield* rows(find, { id }))[0])
          return found && found.grant.revokedAt === undefined ? { outcome: 'rotated', ...found } : { outcome: 'dead' }
        }
        const writes = [step(insert, refreshTokenToRow(successor))]
        if (predecessorId !== undefined) writes.push(step(clear, { id: predecessorId }))
        if (accessToken) writes.push(step(addAccessToken, accessTokenToRow(accessToken)))
        yield* atOnce(writes)
        return { outcome: 'won' }
      }),
    reuse: ({ id, limit, accessToken }) =>
      runner.transaction(function* () {
        if ((yield* affected(count, { id, limit })) !== 1) return 'exhausted'
        if (accessToken) yield* affected(addAccessToken, accessTokenToRow(accessToken))
        return 'won'
      }),
  }
}
