import type { LoginContext } from '@oauth/core'
import { isOver, type Site, type Visit } from './site.ts'

/**
 * Returns a link to a page that keeps what the visit is about: the interaction, and where to go without one. Nothing else of
 * the request's query gets on, least of all an address.
 */
export function linkTo(path: string, { query }: Visit, more: Readonly<Record<string, string>> = {}): string {
  const kept = new URLSearchParams()
  for (const name of ['state', 'next']) {
    const value = query.get(name)
    if (value !== null && value.length <= 500) kept.set(name, value)
  }
  for (const [name, value] of Object.entries(more)) kept.set(name, value)
  const text = kept.toString()
  return text === '' ? path : `${path}?${text}`
}

/** Whether the user asked for another account than the one that is signed in. */
export function isSwitch({ query }: Visit): boolean {
  return query.has('switch')
}

/**
 * Returns where the browser goes after a sign-in: back to the provider, to the page of this host that sent it here, or home.
 * Never to an address of the request.
 */
export function afterSignIn(site: Site, visit: Visit): string {
  if (visit.context !== undefined) return continueUrl(site, visit.context)
  return isOver(visit) ? homeOf(site) : (nextPath(site, visit.query.get('next')) ?? homeOf(site))
}

/**
 * The URL that lets the provider look at the session anew. During consent `returnTo` would show the page of the user before,
 * and a step that is done elsewhere must not count as done here.
 */
function continueUrl({ provider }: Site, { intent, returnTo, state }: LoginContext): string {
  const isOwn = intent === 'login' || intent === 'create' || intent === 'select_account'
  return isOwn ? returnTo : `${provider.issuer}/oauth2/continue?state=${encodeURIComponent(state)}`
}

/** The URL that leads to the page that is due, without telling the provider that anything was done. */
export function duePage({ consentEndpoint, state }: LoginContext): string {
  return `${consentEndpoint}?state=${encodeURIComponent(state)}`
}

/** The login page, which leads to one of these pages afterwards. */
export function loginUrl({ paths }: Site, next: string): string {
  return `${paths.login}?${new URLSearchParams({ next })}`
}

export function homeOf({ homeUrl, provider, paths }: Site): string {
  return homeUrl ?? provider.branding.links.home ?? paths.connectedApps
}

/** Returns the path of `?next=`, if it is one of the pages that may be next; anything else is no open redirect. */
function nextPath({ origin, paths, nextPaths }: Site, next: string | null): string | undefined {
  if (next === null || !/^\/(?!\/)[\x21-\x5b\x5d-\x7e]*$/.test(next) || !URL.canParse(next, origin)) return undefined
  const url = new URL(next, origin)
  // `/.//evil.example` and `/a/..//evil.example` are parsed into a path that begins with the name of another host.
  if (url.pathname.startsWith('//')) return undefined
  const allowed = [paths.connectedApps, paths.accounts, paths.approvals, paths.device, ...nextPaths]
  const isAllowed = allowed.some((path) => url.pathname === path || url.pathname.startsWith(`${path}/`))
  return url.origin === origin && isAllowed ? url.pathname + url.search : undefined
}
