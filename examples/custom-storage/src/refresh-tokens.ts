import type { FoundRefreshToken, GrantRecord, RefreshTokenRecord, RefreshTokenStore } from '@oauth/core'
import type { Database, Sql } from './database.ts'
import { fromRow, insertInto } from './documents.ts'

async function findRefreshToken(sql: Sql, id: string): Promise<FoundRefreshToken | undefined> {
  const { rows } = await sql.run(
    `select to_json(t) as token, to_json(g) as its_grant, s.rotated_at is not null as successor_rotated
       from oauth.refresh_tokens t
       join oauth.grants g on g.id = t.grant_id
       left join oauth.refresh_tokens s on s.id = t.successor_id
      where t.id = $1`,
    [id],
  )
  if (rows[0] === undefined) return undefined
  const { token, its_grant, successor_rotated } = rows[0]
  return {
    token: fromRow<RefreshTokenRecord>(token),
    grant: fromRow<GrantRecord>(its_grant),
    successorRotated: successor_rotated,
  }
}

export function refreshTokenStore(database: Database): RefreshTokenStore {
  return {
    find: (id) => findRefreshToken(database, id),
    rotate: ({ id, now, successor, predecessorId, sealedSuccessor, sealedUntil, accessToken }) =>
      database.transaction(async (sql) => {
        const { affected } = await sql.run(
          `update oauth.refresh_tokens t set rotated_at = $2, successor_id = $3, sealed_successor = $4, sealed_until = $5
            where id = $1 and rotated_at is null
              and exists (select from oauth.grants g where g.id = t.grant_id and g.revoked_at is null)`,
          [id, now, successor.id, sealedSuccessor ?? null, sealedUntil ?? null],
        )
        if (affected === 0) {
          const found = await findRefreshToken(sql, id)
          if (found === undefined || found.grant.revokedAt !== undefined) return { outcome: 'dead' }
          return { outcome: 'rotated', ...found }
        }
        // A token two generations old can only be a replay, so clear its sealed successor.
        if (predecessorId !== undefined) {
          const clear = 'update oauth.refresh_tokens set sealed_successor = null, sealed_until = null where id = $1'
          await sql.run(clear, [predecessorId])
        }
        await sql.run(...insertInto('refresh_tokens', successor))
        if (accessToken !== undefined) await sql.run(...insertInto('access_tokens', accessToken))
        return { outcome: 'won' }
      }),
    reuse: ({ id, limit, accessToken }) =>
      database.transaction(async (sql) => {
        const { affected } = await sql.run(
          `update oauth.refresh_tokens set reuses = reuses + 1
            where id = $1 and rotated_at is not null and reuses < $2`,
          [id, limit],
        )
        if (affected === 0) return 'exhausted'
        if (accessToken !== undefined) await sql.run(...insertInto('access_tokens', accessToken))
        return 'won'
      }),
  }
}
