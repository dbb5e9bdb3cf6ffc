import type { GrantRecord, GrantStore } from '@oauth/core'
import type { Kysely } from 'kysely'
import { grantFromRow } from './codec-tokens.ts'
import { grantColumns, joinedGrantColumns } from './columns.ts'
import type { Runner } from './runner.ts'
import { type GrantRow, type OAuthTables, tables } from './schema.ts'
import { type Bind, bindAll, type Statement, statement } from './statement.ts'

type RevokeAllQuery = Parameters<GrantStore['revokeAll']>[0]

export function insertGrant(db: Kysely<OAuthTables>): Statement<GrantRow, unknown> {
  return statement((bind: Bind<GrantRow>) => db.insertInto(tables.grants).values(bindAll(bind, grantColumns)))
}

export function grantStore(db: Kysely<OAuthTables>, runner: Runner): GrantStore {
  const find = statement((bind: Bind<{ id: string }>) =>
    db.selectFrom(`${tables.grants} as g`).select(joinedGrantColumns).where('g.id', '=', bind('id')),
  )
  const list = statement((bind: Bind<{ userId: string; now: number }>) =>
    db
      .selectFrom(`${tables.grants} as g`)
      .select(joinedGrantColumns)
      .where('g.user_id', '=', bind('userId'))
      .where('g.revoked_at', 'is', null)
      .where('g.expires_at', '>', bind('now'))
      .orderBy('g.created_at', 'desc')
      .orderBy('g.id', 'desc'),
  )
  const revoke = statement((bind: Bind<{ id: string; now: number }>) =>
    db
      .updateTable(tables.grants)
      .set({ revoked_at: bind('now') })
      .where('id', '=', bind('id'))
      .where('revoked_at', 'is', null),
  )

  /** By which of the members are given: each combination has its own statement, and so its own index. */
  const revocations = new Map<string, Statement<RevokeAllQuery, unknown>>()

  function revokeAll({ userId, clientId, sessionId }: RevokeAllQuery): Statement<RevokeAllQuery, unknown> {
    if (userId === undefined && clientId === undefined && sessionId === undefined) {
      throw new Error('grants.revokeAll: name a user, a client or a session')
    }
    const combination = `${userId !== undefined} ${clientId !== undefined} ${sessionId !== undefined}`
    const known = revocations.get(combination)
    if (known) return known
    const compiled = statement((bind: Bind<RevokeAllQuery>) => {
      let update = db
        .updateTable(tables.grants)
        .set({ revoked_at: bind('now') })
        .where('revoked_at', 'is', null)
        .where('expires_at', '>', bind('now'))
      if (userId !== undefined) update = update.where('user_id', '=', bind('userId'))
      if (clientId !== undefined) update = update.where('client_id', '=', bind('clientId'))
      if (sessionId !== undefined) update = update.where('session_id', '=', bind('sessionId'))
      return update
    })
    revocations.set(combination, compiled)
    return compiled
  }

  return {
    find: (id) => runner.find(find, { id }, (row) => row && grantFromRow(row)),
    list: (query) =>
      runner.list(list, query, (rows) =>
        rows.map(grantFromRow).filter((grant): grant is GrantRecord => grant !== undefined),
      ),
    revoke: (query) => runner.write(revoke, query, (affected) => affected === 1),
    revokeAll: (query) => runner.write(revokeAll(query), query, (affected) => affected),
  }
}
