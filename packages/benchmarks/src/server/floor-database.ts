import { join } from 'node:path'
import Sqlite from 'better-sqlite3'

const schema = `
  create table consents (user_id text, client_id text, scope text, primary key (user_id, client_id)) without rowid;
  create table grants (id text primary key, user_id text, scope text, created_at integer) without rowid;
  create table codes (
    id text primary key, hash text, challenge text, grant_id text, created_at integer, consumed_at integer
  ) without rowid;
  create table access_tokens (id text primary key, hash text, grant_id text, created_at integer) without rowid;
  create table refresh_tokens (
    id text primary key, hash text, grant_id text, created_at integer, rotated_at integer, successor text
  ) without rowid;
  insert into consents values ('user', 'client', 'openid profile email');
`

/** A token as it is stored. */
export interface Row {
  readonly id: string
  readonly hash: string
}

export type Database = ReturnType<typeof openFloorDatabase>

/** Opens the database with one prepared statement for each read and write. Only the primary keys are indexed. */
export function openFloorDatabase(directory: string) {
  const database = new Sqlite(join(directory, 'floor.db'))
  database.pragma('journal_mode = WAL')
  database.pragma('synchronous = NORMAL')
  database.exec(schema)

  const insertGrant = database.prepare('insert into grants values (?, ?, ?, ?)')
  const insertCode = database.prepare('insert into codes values (?, ?, ?, ?, ?, null)')
  const consume = database.prepare('update codes set consumed_at = ? where id = ? and consumed_at is null')
  const turn = database.prepare(
    'update refresh_tokens set rotated_at = ?, successor = ? where id = ? and rotated_at is null',
  )
  const insertAccessToken = database.prepare('insert into access_tokens values (?, ?, ?, ?)')
  const insertRefreshToken = database.prepare('insert into refresh_tokens values (?, ?, ?, ?, null, null)')
  const joinGrant = 'join grants g on g.id = t.grant_id where t.id = ?'

  return {
    consent: database.prepare('select scope from consents where user_id = ? and client_id = ?'),
    code: database.prepare(`select t.hash, t.challenge, t.grant_id, g.scope from codes t ${joinGrant}`),
    accessToken: database.prepare(`select t.hash, g.user_id, g.scope from access_tokens t ${joinGrant}`),
    refreshToken: database.prepare(`select t.hash, t.grant_id, g.scope from refresh_tokens t ${joinGrant}`),
    insertAccessToken,
    issue: database.transaction((id: string, hash: string, challenge: string | null, scope: string, now: number) => {
      insertGrant.run(id, 'user-alice', scope, now)
      insertCode.run(id, hash, challenge, id, now)
    }).immediate,
    redeem: database.transaction((id: string, access: Row, refresh: Row | undefined, grantId: string, now: number) => {
      if (consume.run(now, id).changes !== 1) throw new Error('replayed')
      insertAccessToken.run(access.id, access.hash, grantId, now)
      if (refresh !== undefined) insertRefreshToken.run(refresh.id, refresh.hash, grantId, now)
    }).immediate,
    rotate: database.transaction((id: string, access: Row, refresh: Row, grantId: string, now: number) => {
      if (turn.run(now, refresh.id, id).changes !== 1) throw new Error('replayed')
      insertRefreshToken.run(refresh.id, refresh.hash, grantId, now)
      insertAccessToken.run(access.id, access.hash, grantId, now)
    }).immediate,
  }
}
