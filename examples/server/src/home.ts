import type { Provider } from '@oauth/core'
import { type Context, Hono } from 'hono'
import { homeView } from './home-view.ts'
import { requestIsOver } from './identity/host.ts'
import type { Sessions } from './identity/sessions.ts'
import { respond } from './web/layout.ts'

export interface Home {
  readonly baseUrl: string
  readonly provider: Pick<Provider, 'issuer' | 'metadata'>
  readonly sessions: Pick<Sessions, 'current'>
  /** What a visitor may know of the database: the path of the SQLite file, or `PostgreSQL`. */
  readonly database: string
}

/** Serves the start page. */
export function homePage({ baseUrl, provider, sessions, database }: Home): Hono {
  const pages = new Hono()
  const { hostname } = new URL(baseUrl)
  // A path tells strangers about the machine, so only a server on this machine shows it.
  const shown = ['localhost', '127.0.0.1', '[::1]'].includes(hostname) ? database : nameOf(database)
  const { issuer, metadata } = provider
  pages.get('/', async (c) => {
    const user = await userOf(c)
    return respond(c, 200, homeView({ baseUrl, issuer, metadata, database: shown, user, notice: noticeOf(c) }))
  })

  const userOf = async (c: Context) => (await sessions.current(c.req.raw))?.user
  const noticeOf = (c: Context) => (c.req.query('over') === undefined ? undefined : requestIsOver)

  return pages
}

/** Returns the kind of the database, which is all that strangers may know. */
function nameOf(database: string): string {
  return database === 'PostgreSQL' ? database : 'SQLite'
}
