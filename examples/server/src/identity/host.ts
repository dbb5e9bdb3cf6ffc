import type { LoginContext } from '@oauth/core'
import type { Context } from 'hono'
import type { IdentityProvider } from '../provider.ts'
import type { FormGuard } from '../web/form-guard.ts'
import type { Attempts } from './attempts.ts'
import type { Sessions } from './sessions.ts'
import type { User, Users } from './users.ts'

/** The services that the pages of the identity provider use. */
export interface Host {
  readonly baseUrl: string
  readonly provider: Pick<
    IdentityProvider,
    | 'issuer'
    | 'resolveLoginContext'
    | 'tryResolveLoginContext'
    | 'sessionEnded'
    | 'listConnectedApps'
    | 'disconnectApp'
    | 'features'
  >
  readonly users: Users
  readonly sessions: Sessions
  readonly attempts: Attempts
  readonly guard: FormGuard
}

/** Signs the browser in, and continues the authorization that sent it here. Without one, redirects to the start page. */
export async function signIn(c: Context, host: Host, user: User, context: LoginContext | undefined): Promise<Response> {
  c.header('set-cookie', await host.sessions.start(c.req.raw, user), { append: true })
  return c.redirect(context?.returnTo ?? homeOf(c, context), 303)
}

/**
 * Whether an authorization sent the browser here but is over: it has expired, or it began in another browser. The user can
 * still sign in, and the page explains why this does not lead back to the application.
 */
export function isOver(c: Context, context: LoginContext | undefined): boolean {
  return context === undefined && c.req.query('state') !== undefined
}

export const requestIsOver =
  'The sign-in that an application started is over. Sign in here, then go back to the application and start again.'

/** The login page, for a visitor of a page for signed-in users who comes back there. */
export function signInFor(next: 'applications' | 'approvals' | `approvals/${string}`): string {
  return `/login?${new URLSearchParams({ next })}`
}

export const signInForApplications: string = signInFor('applications')

/** The pages to which a login without an authorization may lead. */
const pagesAfterLogin = /^(?:applications|approvals(?:\/[\w-]{43})?)$/

/** Returns where a user goes after signing in without an authorization. The query chooses from a list: no address of others. */
export function homeOf(c: Context, context: LoginContext | undefined): string {
  if (isOver(c, context)) return '/?over'
  const next = c.req.query('next') ?? ''
  return pagesAfterLogin.test(next) ? `/${next}` : '/'
}

/** Returns path and query of the page. The query names the interaction, so forms and links must keep it. */
export function withQuery(c: Context, path: string): string {
  return path + new URL(c.req.url).search
}
