import type { GrantRecord, GrantStore } from '@oauth/core'
import { sql } from 'kysely'
import { grantFromRow } from './codec-tokens.ts'
import { joinedGrantColumns } from './columns.ts'
import { commit } from './commit.ts'
import { filterOnly } from './filter-only.ts'
import type { Runner } from './runner.ts'
import type { Schema } from './schema.ts'
import { type Bind, type Statement, statement } from './statement.ts'

type RevokeAllQuery = Parameters<GrantStore['revokeAll']>[0]
type RevokeAllInput = Omit<RevokeAllQuery, 'offline'> & { readonly offline?: number }

export function grantStore(schema: Schema, runner: Runner): GrantStore {
  const { db, tables, dialect } = schema
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

  /** One statement for each combination of given members, so that the database can use an index for each. */
  const revocations = new Map<string, Statement<RevokeAllInput, unknown>>()

  function revokeAll({ userId, clientId, sessionId, offline }: RevokeAllQuery): Statement<RevokeAllInput, unknown> {
    if (userId === undefined && clientId === undefined && sessionId === undefined) {
      throw new Error('grants.revokeAll: pass userId, clientId or sessionId')
    }
    const given = [userId, clientId, sessionId, offline].map((member) => member !== undefined)
    const combination = given.join(' ')
    const known = revocations.get(combination)
    if (known) return known
    const compiled = statement((bind: Bind<RevokeAllInput>) => {
      let update = db
        .updateTable(tables.grants)
        .set({ revoked_at: bind('now') })
        .where('revoked_at', 'is', null)
        .where('expires_at', '>', bind('now'))
      // A session has the fewest grants, then a user, then a client.
      const isNarrowed = sessionId !== undefined || userId !== undefined
      const user = sessionId === undefined ? sql.ref<string>('user_id') : filterOnly(dialect, 'user_id')
      const client = isNarrowed ? filterOnly(dialect, 'client_id') : sql.ref<string>('client_id')
      if (userId !== undefined) update = update.where(user, '=', bind('userId'))
      if (clientId !== undefined) update = update.where(client, '=', bind('clientId'))
      if (sessionId !== undefined) update = update.where('session_id', '=', bind('sessionId'))
      if (offline !== undefined) update = update.where('offline', '=', bind('offline'))
      return update
    })
    revocations.set(combination, compiled)
    return compiled
  }

  return {
    commit: commit(schema, runner),
    find: (id) => runner.find(find, { id }, (row) => row && grantFromRow(row)),
    list: (query) =>
      runner.list(list, query, (rows) =>
        rows.map(grantFromRow).filter((grant): grant is GrantRecord => grant !== undefined),
      ),
    // One statement each: its condition is that the grant is not revoked.
    revoke: (query) => runner.write(revoke, query, (affected) => affected === 1),
    revokeAll(query) {
      const { offline, ...members } = query
      const input = { ...members, ...(offline !== undefined && { offline: offline ? 1 : 0 }) }
      return runner.write(revokeAll(query), input, (affected) => affected)
    },
  }
}
