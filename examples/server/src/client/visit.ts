import type { Context } from 'hono'
import { readForm } from '../web/form.ts'
import { refusedForm } from '../web/form-guard.ts'
import type { ClientSide } from './pages.ts'
import type { ClientSession } from './store.ts'
import type { BrowserLog } from './timeline.ts'

/** A form that a signed-in user has posted to the application. */
export interface Visit {
  readonly session: ClientSession
  readonly log: BrowserLog
}

/**
 * Returns who posted one of the application's own forms. Returns `undefined` for a visitor who is not signed in and for a
 * form of another site, of which the page then says that it was refused.
 */
export async function visitOf(c: Context, { store, guard, baseUrl, timeline }: ClientSide): Promise<Visit | undefined> {
  const session = await store.current(c.req.raw)
  if (session === undefined) return undefined
  if (guard.accepts(c, await readForm(c))) return { session, log: timeline.open(c) }
  await store.change(c.req.raw, { ...session, outcome: { good: false, title: refusedForm(baseUrl) } })
  return undefined
}
