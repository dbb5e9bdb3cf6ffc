import { type Dialect, Kysely } from 'kysely'
import { connect, type EmptyDatabase, type PoolOptions } from './databases.ts'
import { localLink } from './local-link.ts'
import { proxyTo } from './proxy.ts'

export type Trap = 'before' | 'after' | 'within' | 'stall'

/** The connection between a storage and its database, which a test can interrupt. */
export interface DatabaseLink {
  /** Returns all that the storage has sent so far, as text. */
  sent(): string
  /** Stops carrying data without an error. New connections to a server are accepted but get no response. */
  stall(): void
  /** Delivers the data that were held back, and all later data. */
  resume(): void
  /**
   * Acts on the next statement that matches, or on a later one. `before`: the connection is lost before the database gets the
   * statement. `after`: the connection is lost after the database got the statement and before its response. `within`: the same,
   * after half of the response. `stall`: the link stops carrying data, from the matching statement on.
   * @param skip how many matching statements pass before
   */
  on(pattern: RegExp, when: Trap, skip?: number): void
  /** Whether the link still waits for the statement of `on`. Then it waits no longer. */
  disarm(): boolean
  /** Ends every connection and refuses new ones, like a server that is down. */
  goDown(): Promise<void>
  comeBack(): Promise<void>
  close(): Promise<void>
}

export interface LinkedDatabase {
  /** A Kysely instance whose statements go through the link. */
  readonly db: Kysely<object>
  readonly link: DatabaseLink
  /** Closes the instance and the link, and keeps the database. */
  close(): Promise<void>
}

/** Opens a link to a database: a TCP proxy for a server, and a wrapped dialect for a database of this process. */
export async function openLink(database: EmptyDatabase, options: PoolOptions = {}): Promise<LinkedDatabase> {
  const { url, dialect } = database
  const { link, db } = url === undefined ? overDialect(dialect()) : await overProxy(url, options)
  return {
    db,
    link,
    async close() {
      await link.close()
      await db.destroy().catch(() => undefined)
    },
  }
}

async function overProxy(url: string, options: PoolOptions): Promise<Omit<LinkedDatabase, 'close'>> {
  const link = await proxyTo(url)
  return { link, db: connect(link.url, options) }
}

function overDialect(inner: Dialect): Omit<LinkedDatabase, 'close'> {
  const { dialect, link } = localLink(inner)
  return { link, db: new Kysely<object>({ dialect }) }
}
