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
  /** The SQLite file. */
  readonly database: string
}

/** Serves the start page. */
export function homePage({ baseUrl, provider, sessions, database }: Home): Hono {
  const pages = new Hono()
  const { hostname } = new URL(baseUrl)
  // A path tells strangers about the machine, so only a server on this machine shows it.
  const shown = ['localhost', '127.0.0.1', '[::1]'].includes(hostname) ? database : 'SQLite'
  const { issuer, metadata } = provider
  pages.get('/', (c) =>
    respond(c, 200, homeView({ baseUrl, issuer, metadata, database: shown, user: userOf(c), notice: noticeOf(c) })),
  )

  const userOf = (c: Context) => sessions.current(c.req.raw)?.user
  const noticeOf = (c: Context) => (c.req.query('over') === undefined ? undefined : requestIsOver)

  return pages
}
