import { join } from 'node:path'
import Sqlite from 'better-sqlite3'

type Payload = Readonly<Record<string, unknown>>

/** The columns that oidc-provider looks rows up by, out of a payload. */
const columns = ['grantId', 'uid', 'userCode'] as const

/** What oidc-provider calls for each kind of thing that it keeps. */
export type AdapterClass = new (kind: string) => { readonly find: (id: string) => Promise<Payload | undefined> }

/**
 * Storage for oidc-provider as in its published examples for SQL: one table for everything, the payload as JSON. It runs in the
 * same SQLite with the same settings as our storage, with prepared statements and without an index that no workload needs.
 */
export function createAdapter(directory: string): AdapterClass {
  const database = new Sqlite(join(directory, 'oidc-provider.db'))
  database.pragma('journal_mode = WAL')
  database.pragma('synchronous = NORMAL')
  database.exec(`
    create table payloads (
      kind text, id text, payload text, grant_id text, uid text, user_code text, expires_at integer, consumed_at integer,
      primary key (kind, id)
    ) without rowid;
    create index by_uid on payloads (kind, uid) where uid is not null;
    create index by_user_code on payloads (kind, user_code) where user_code is not null;
  `)
  const now = () => Math.floor(Date.now() / 1000)
  const upsert = database.prepare(`insert into payloads values (?, ?, ?, ?, ?, ?, ?, null)
    on conflict do update set payload = excluded.payload, expires_at = excluded.expires_at`)
  const find = (column: string) =>
    database.prepare(`select payload, expires_at, consumed_at from payloads where kind = ? and ${column} = ?`)
  const [findById, findByUid, findByUserCode] = [find('id'), find('uid'), find('user_code')]
  const consume = database.prepare('update payloads set consumed_at = ? where kind = ? and id = ?')
  const destroy = database.prepare('delete from payloads where kind = ? and id = ?')
  const revoke = database.prepare('delete from payloads where kind = ? and grant_id = ?')

  function read(row: unknown): Payload | undefined {
    if (row === undefined) return undefined
    const { payload, expires_at, consumed_at } = row as Readonly<Record<string, number>> & { readonly payload: string }
    if (expires_at && expires_at < now()) return undefined
    return { ...JSON.parse(payload), ...(consumed_at && { consumed: consumed_at }) }
  }

  return class {
    readonly #kind: string

    constructor(kind: string) {
      this.#kind = kind
    }
    async upsert(id: string, payload: Payload, expiresIn?: number): Promise<void> {
      const keys = columns.map((name) => payload[name])
      upsert.run(this.#kind, id, JSON.stringify(payload), ...keys, expiresIn ? now() + expiresIn : null)
    }
    async find(id: string): Promise<Payload | undefined> {
      return read(findById.get(this.#kind, id))
    }
    async findByUid(uid: string): Promise<Payload | undefined> {
      return read(findByUid.get(this.#kind, uid))
    }
    async findByUserCode(userCode: string): Promise<Payload | undefined> {
      return read(findByUserCode.get(this.#kind, userCode))
    }
    async consume(id: string): Promise<void> {
      consume.run(now(), this.#kind, id)
    }
    async destroy(id: string): Promise<void> {
      destroy.run(this.#kind, id)
    }
    async revokeByGrantId(grantId: string): Promise<void> {
      revoke.run(this.#kind, grantId)
    }
  }
}
