import type { FoundRefreshToken, RefreshRotation, RefreshTokenStore, RotationOutcome } from '@oauth/core'
import { insertAccessToken } from './access-tokens.ts'
import {
  accessTokenToRow,
  grantFromRow,
  type JoinedGrantRow,
  refreshTokenFromRow,
  refreshTokenToRow,
} from './codec-tokens.ts'
import { joinedGrantColumns, ofToken, refreshTokenColumns } from './columns.ts'
import { type Program, type Runner, rows, step } from './runner.ts'
import type { RefreshTokenRow, Schema } from './schema.ts'
import { type Bind, bindAll, type Statement, statement } from './statement.ts'
import { together } from './together.ts'

type RotatedColumns = Pick<RefreshTokenRow, 'id' | 'successor_id'>

/** A token with its grant, and columns of its successor. */
type FoundRow = RefreshTokenRow &
  JoinedGrantRow & {
    readonly successor_rotated_at: number | null
    readonly successor_sealed: string | null
    readonly successor_sealed_until: number | null
  }

/** The insert of a refresh token. The transactions of `redeem`, `rotate` and `commit` use it. */
export function insertRefreshToken({ db, tables }: Schema): Statement<RefreshTokenRow, unknown> {
  return statement((bind: Bind<RefreshTokenRow>) =>
    db.insertInto(tables.refreshTokens).values(bindAll(bind, refreshTokenColumns)),
  )
}

function foundFromRow(row: FoundRow | undefined): FoundRefreshToken | undefined {
  const grant = row && grantFromRow(row)
  if (row === undefined || grant === undefined) return undefined
  const successorRotated = row.successor_rotated_at !== null
  return { token: refreshTokenFromRow(row, successorRotated ? undefined : sealOf(row)), grant, successorRotated }
}

/** Finds the sealed successor of a rotated token. What a row that was not rotated has there is the token itself. */
function sealOf(row: FoundRow): Pick<RefreshTokenRow, 'sealed_successor' | 'sealed_until'> | undefined {
  if (row.rotated_at === null) return undefined
  if (row.successor_sealed === null) return row
  return { sealed_successor: row.successor_sealed, sealed_until: row.successor_sealed_until }
}

interface RefreshTokenWrites {
  readonly rotate: Statement<RotatedColumns & { readonly now: number }, unknown>
  readonly count: Statement<{ id: string; limit: number }, unknown>
}

/** The writes of `rotate` and `reuse`. */
export function refreshTokenWrites({ db, tables }: Schema): RefreshTokenWrites {
  /**
   * The conditional write that only one request can win: it rotates the token. It also clears what the token's predecessor
   * opened: once a successor has rotated, the old token must not open it.
   */
  const rotate = statement((bind: Bind<RotatedColumns & { readonly now: number }>) =>
    db
      .updateTable(tables.refreshTokens)
      .set({ rotated_at: bind('now'), successor_id: bind('successor_id'), sealed_successor: null, sealed_until: null })
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
  const count = statement((bind: Bind<{ id: string; limit: number }>) =>
    db
      .updateTable(tables.refreshTokens)
      .set((eb) => ({ reuses: eb('reuses', '+', 1) }))
      .where('id', '=', bind('id'))
      .where('rotated_at', 'is not', null)
      .where('reuses', '<', bind('limit')),
  )
  return { rotate, count }
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
      .select([
        's.rotated_at as successor_rotated_at',
        's.sealed_successor as successor_sealed',
        's.sealed_until as successor_sealed_until',
      ])
      .where('t.id', '=', bind('id')),
  )
  const { rotate, count } = refreshTokenWrites(schema)

  function* rotating(rotation: RefreshRotation): Program<RotationOutcome> {
    const { id, now, successor, accessToken } = rotation
    if ((yield step(rotate, { id, now, successor_id: successor.id })).affected !== 1) {
      const found = foundFromRow((yield* rows(find, { id }))[0])
      return found && found.grant.revokedAt === undefined ? { outcome: 'rotated', ...found } : { outcome: 'dead' }
    }
    const writes = [step(insert, refreshTokenToRow(successor, rotation))]
    if (accessToken) writes.push(step(addAccessToken, accessTokenToRow(accessToken)))
    yield* atOnce(writes)
    return { outcome: 'won' }
  }

  function* reusing({
    id,
    limit,
    accessToken,
  }: Parameters<RefreshTokenStore['reuse']>[0]): Program<'won' | 'exhausted'> {
    if ((yield step(count, { id, limit })).affected !== 1) return 'exhausted'
    if (accessToken) yield step(addAccessToken, accessTokenToRow(accessToken))
    return 'won'
  }

  return {
    find: (id) => runner.find(find, { id }, (row) => foundFromRow(row)),
    rotate: (rotation) => runner.transaction(() => rotating(rotation)),
    reuse: (reuse) => runner.transaction(() => reusing(reuse)),
  }
}
