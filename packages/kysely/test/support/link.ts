import { type Dialect, Kysely } from 'kysely'
import { connect, type EmptyDatabase, type PoolOptions } from './databases.ts'
import { localLink } from './local-link.ts'
import { proxyTo } from './proxy.ts'

/** The way from a storage to its database, which can lose what it carries. */
export interface DatabaseLink {
  /** Everything that the storage has sent so far, as text. */
  sent(): string
  /** From now on the link carries nothing, and tells nobody. A server's new connections are accepted and left alone. */
  stall(): void
  /** Carries what was held back, and what follows. */
  resume(): void
  /**
   * Acts on the next thing that the storage sends and that matches. `before`: the connection is lost, and the database
   * never hears of it. `after`: the database gets it, and the connection is lost before it answers. `stall`: the link
   * carries nothing any more, the matching statement included.
   */
  on(pattern: RegExp, when: 'before' | 'after' | 'stall'): void
  /** Ends every connection and refuses new ones, as a server that has gone down does. */
  goDown(): Promise<void>
  comeBack(): Promise<void>
  close(): Promise<void>
}

export interface LinkedDatabase {
  /** A Kysely instance whose statements pass the link. */
  readonly db: Kysely<object>
  readonly link: DatabaseLink
  /** Closes the instance and the link, and leaves the database. */
  close(): Promise<void>
}

/** Opens a link to this database: a TCP proxy in front of a server, a dialect around a database of this process. */
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
