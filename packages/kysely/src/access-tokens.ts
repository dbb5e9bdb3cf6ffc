import type { AccessTokenStore, TokenGrant } from '@oauth/core'
import { sql } from 'kysely'
import { accessTokenFromRow, accessTokenToRow, type TokenGrantRow, tokenGrantFromRow } from './codec-tokens.ts'
import { accessTokenColumns, foundTokenColumns, ofToken, tokenGrantColumns } from './columns.ts'
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

function grantOf(id: string | null | undefined, row: TokenGrantRow): { readonly grant?: TokenGrant } {
  const grant = id === null || id === undefined ? undefined : tokenGrantFromRow(id, row)
  return grant ? { grant } : {}
}

export function accessTokenStore(schema: Schema, runner: Runner): AccessTokenStore {
  const { db, tables } = schema
  const insert = insertAccessToken(schema)
  const find = statement((bind: Bind<{ id: string }>) =>
    db
      .selectFrom(`${tables.accessTokens} as t`)
      .leftJoin(`${tables.grants} as g`, 'g.id', 't.grant_id')
      .select(ofToken(foundTokenColumns))
      .select(tokenGrantColumns)
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
      .select(tokenGrantColumns),
  )

  return {
    insert: (record) => runner.write(insert, accessTokenToRow(record), () => undefined),
    find: (id) =>
      runner.find(find, { id }, (row) => row && { token: accessTokenFromRow(id, row), ...grantOf(row.grant_id, row) }),
    delete: (id) => runner.write(remove, { id }, () => undefined),
    revokeJwt: ({ jti, expiresAt }) =>
      unlessTaken<void>(
        () => runner.write(revokeJwt, { jti, expires_at: expiresAt }, () => undefined),
        () => undefined,
      ),
    findJwt: ({ jti, grantId }) =>
      runner.find(findJwt, { jti, grantId }, (row) =>
        row ? { revoked: row.revoked_jti !== null, ...grantOf(grantId, row) } : { revoked: false },
      ),
  }
}
