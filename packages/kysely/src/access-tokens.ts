import type { AccessTokenStore, GrantRecord } from '@oauth/core'
import { sql } from 'kysely'
import { accessTokenFromRow, accessTokenToRow, grantFromRow, type JoinedGrantRow } from './codec-tokens.ts'
import { accessTokenColumns, joinedGrantColumns, ofToken } from './columns.ts'
import { unlessTaken } from './errors.ts'
import type { Runner } from './runner.ts'
import type { AccessTokenRow, RevokedJwtRow, Schema } from './schema.ts'
import { type Bind, bindAll, type Statement, statement } from './statement.ts'

/** The insert of an access token. The transactions of `redeem`, `rotate`, `reuse` and `commit` use it as well. */
export function insertAccessToken({ db, tables }: Schema): Statement<AccessTokenRow, unknown> {
  return statement((bind: Bind<AccessTokenRow>) =>
    db.insertInto(tables.accessTokens).values(bindAll(bind, accessTokenColumns)),
  )
}

function grantOf(row: JoinedGrantRow): { readonly grant?: GrantRecord } {
  const grant = grantFromRow(row)
  return grant ? { grant } : {}
}

export function accessTokenStore(schema: Schema, runner: Runner): AccessTokenStore {
  const { db, tables } = schema
  const insert = insertAccessToken(schema)
  const find = statement((bind: Bind<{ id: string }>) =>
    db
      .selectFrom(`${tables.accessTokens} as t`)
      .leftJoin(`${tables.grants} as g`, 'g.id', 't.grant_id')
      .select(ofToken(accessTokenColumns))
      .select(joinedGrantColumns)
      .where('t.id', '=', bind('id')),
  )
  const remove = statement((bind: Bind<{ id: string }>) =>
    db.deleteFrom(tables.accessTokens).where('id', '=', bind('id')),
  )
  const revokeJwt = statement((bind: Bind<RevokedJwtRow>) =>
    db.insertInto(tables.revokedJwts).values(bindAll(bind, ['jti', 'expires_at'])),
  )
  /** Always finds one row. Usually the `jti` is not revoked, so the query cannot start from the table of revoked JWTs. */
  const findJwt = statement((bind: Bind<{ jti: string; grantId: string | undefined }>) =>
    db
      .selectFrom(db.selectNoFrom(sql<string>`${bind('jti')}`.as('jti')).as('asked'))
      .leftJoin(`${tables.revokedJwts} as r`, (join) => join.on('r.jti', '=', bind('jti')))
      .leftJoin(`${tables.grants} as g`, (join) => join.on('g.id', '=', bind('grantId')))
      .select('r.jti as revoked_jti')
      .select(joinedGrantColumns),
  )

  return {
    insert: (record) => runner.write(insert, accessTokenToRow(record), () => undefined),
    find: (id) => runner.find(find, { id }, (row) => row && { token: accessTokenFromRow(row), ...grantOf(row) }),
    delete: (id) => runner.write(remove, { id }, () => undefined),
    revokeJwt: ({ jti, expiresAt }) =>
      unlessTaken<void>(
        () => runner.write(revokeJwt, { jti, expires_at: expiresAt }, () => undefined),
        () => undefined,
      ),
    findJwt: ({ jti, grantId }) =>
      runner.find(findJwt, { jti, grantId }, (row) =>
        row ? { revoked: row.revoked_jti !== null, ...grantOf(row) } : { revoked: false },
      ),
  }
}
