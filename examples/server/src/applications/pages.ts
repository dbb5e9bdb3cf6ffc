import { Hono } from 'hono'
import { signInForApplications } from '../identity/host.ts'
import { respond } from '../web/layout.ts'
import { applicationPages } from './application-pages.ts'
import type { DeveloperSide } from './developer-side.ts'
import { listPath, listView } from './list-view.ts'
import { newApplicationPages } from './new-application-pages.ts'
import { ownClients } from './own-clients.ts'

/** The pages on which developers manage their applications: every user may, each only their own. */
export function developerPages(side: DeveloperSide): Hono {
  const pages = new Hono()
  pages.get(listPath, async (c) => {
    if ((await side.sessions.current(c.req.raw)) === undefined) return c.redirect(signInForApplications, 303)
    const clients = await ownClients(side.provider, c.req.raw).list()
    return respond(
      c,
      200,
      listView(clients, c.req.query('deleted') === undefined ? undefined : 'The application is deleted.'),
    )
  })
  return pages.route(listPath, newApplicationPages(side)).route(listPath, applicationPages(side))
}
