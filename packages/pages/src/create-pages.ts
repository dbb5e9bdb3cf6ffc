import type { BaseUser, Mountable } from '@oauth/core'
import { asFetch, chooseLanguage, retryHeaders } from '@oauth/core/pages'
import { checkOptions } from './check-options.ts'
import { readForm } from './forms/form.ts'
import { createFormGuard } from './forms/form-guard.ts'
import { checkSignedIn } from './host-answers.ts'
import { type Answer, toResponse } from './http/response.ts'
import type { PagesOptions } from './options.ts'
import { accountsPage } from './pages/accounts.ts'
import { approvalsPage } from './pages/approvals.ts'
import { connectedAppsPage } from './pages/connected-apps.ts'
import { consentPage } from './pages/consent.ts'
import { devicePage } from './pages/device.ts'
import { loginPage } from './pages/login.ts'
import { failurePage, notFoundPage } from './pages/over.ts'
import { signOutPage } from './pages/sign-out.ts'
import { signUpPage } from './pages/sign-up.ts'
import { type PageName, type PagePaths, pagePaths } from './paths.ts'
import type { Page, Site, Visit } from './site.ts'
import { allLanguages } from './texts/languages.ts'
import { timesIn } from './texts/times.ts'
import { createLook, type Look } from './views/document.ts'

/** The pages. An adapter mounts them as it mounts a provider: `app.use(oauth(pages))`. */
export interface Pages extends Mountable {
  /** The path of each page, for links. */
  readonly paths: PagePaths
  /**
   * Returns the path of the login page for a page of yours, to which the user comes back. `nextPaths` must name it.
   * @param path with or without a query
   */
  readonly signInUrl: (path: string) => string
}

const pages: Readonly<Record<PageName, Page>> = {
  login: loginPage,
  signUp: signUpPage,
  accounts: accountsPage,
  consent: consentPage,
  device: devicePage,
  approvals: approvalsPage,
  connectedApps: connectedAppsPage,
  signOut: signOutPage,
}

/**
 * Makes the pages of an identity provider: login, sign-up, account choice, consent, device code, approvals, connected apps and
 * sign-out, in the look of the option `branding` of the provider. Users and sessions are yours.
 * @throws {TypeError} when an option is unknown, missing or wrong; the message names it
 * @example
 * ```ts
 * const sessions = cookieSessions({ baseUrl, getUser: (id) => users.find(id) })
 * const provider = createProvider({ ...pageUrls(), baseUrl, secret, storage, authentication: sessions })
 * const pages = createPages({ provider, sessions, users: { authenticate: ({ email, password }) => users.check(email, password) } })
 * createServer(nodeListener(provider, pages.fetch)).listen(3000)
 * ```
 */
export function createPages<User extends BaseUser>(options: PagesOptions<User>): Pages {
  // What comes from a function of the host goes to the host again: its own type is known to it alone.
  const checked = checkOptions(options as unknown as PagesOptions<BaseUser>)
  const { provider } = checked
  const { origin } = new URL(provider.issuer)
  const paths = pagePaths(checked.basePath ?? '')
  const routes = new Map((Object.keys(pages) as PageName[]).map((name) => [paths[name], pages[name]]))
  let look: Look | undefined
  const site: Omit<Site, 'look'> = {
    ...checked,
    paths,
    origin,
    guard: createFormGuard(origin),
    allLanguages: allLanguages(provider.branding, checked.languages),
    ciba: (provider.features as { readonly ciba?: Site['ciba'] }).ciba,
  }
  const find = (url: string): { readonly page: Page; readonly id?: string } | undefined => {
    const { pathname } = new URL(url, origin)
    const page = routes.get(pathname)
    if (page !== undefined) return { page }
    const id = pathname.startsWith(`${paths.approvals}/`) ? pathname.slice(paths.approvals.length + 1) : ''
    return /^[\w.~-]{1,255}$/.test(id) ? { page: approvalsPage, id } : undefined
  }

  return Object.freeze<Pages>({
    issuer: provider.issuer,
    paths,
    matches: ({ url }) => find(url) !== undefined,
    signInUrl: (path) => `${paths.login}?${new URLSearchParams({ next: path })}`,
    fetch: asFetch(async (request) => {
      const { page, id } = find(request.url) ?? {}
      // No promise is kept: on Workers a request must not wait for one that another request has begun.
      look ??= await createLook(provider.branding)
      return serve({ ...site, look }, request, page, id)
    }),
  })
}

async function serve(site: Site, request: Request, page: Page | undefined, id: string | undefined): Promise<Response> {
  const { method } = request
  const isPost = method === 'POST' && page?.post !== undefined
  const withBody = method !== 'HEAD'
  if (page !== undefined && !isPost && method !== 'GET' && method !== 'HEAD') {
    return plain(405, 'This method is not allowed here.', {
      allow: page.post === undefined ? 'GET, HEAD' : 'GET, HEAD, POST',
    })
  }
  const nobody = begin(site, request, id)
  try {
    if (page === undefined) return toResponse(notFoundPage(site, nobody), withBody)
    const form = isPost ? await readForm(request) : undefined
    if (isPost && form === undefined) return plain(413, 'This form is too large, or it is no form.')
    const visit = await arrive(site, nobody, page)
    const answer =
      form === undefined ? await page.get(site, visit) : await (page.post as Required<Page>['post'])(site, visit, form)
    return toResponse(answer, withBody)
  } catch (thrown) {
    site.onError(thrown)
    const headers = retryHeaders(thrown)
    const answer: Answer = failurePage(site, nobody, headers === undefined ? 500 : 503)
    return toResponse(
      { ...answer, ...(headers !== undefined && { headers: { 'retry-after': '5', ...headers } }) },
      withBody,
    )
  }
}

/** What is known of a visit before anybody was asked. */
function begin(site: Site, request: Request, id: string | undefined): Visit {
  const query = new URL(request.url, site.origin).searchParams
  const language = languageOf(site, request, query.get('ui_locales') ?? undefined)
  return { request, query, id, language, times: timesIn(language.tag), ...site.guard.begin(request) }
}

/** Asks who is signed in, and which authorization sent the browser here, at the same time. */
async function arrive(site: Site, nobody: Visit, { isStep }: Page): Promise<Visit> {
  const { request, query } = nobody
  const [context, session] = await Promise.all([
    isStep && query.has('state') ? site.provider.tryResolveLoginContext(request) : undefined,
    site.sessions.getSession(request),
  ])
  const signedIn = checkSignedIn(session)
  if (context?.uiLocales === undefined) return { ...nobody, context, signedIn }
  const language = languageOf(site, request, context.uiLocales)
  return { ...nobody, context, signedIn, language, times: timesIn(language.tag) }
}

function languageOf({ allLanguages: all, provider }: Site, { headers }: Request, uiLocales: string | undefined) {
  const { defaultLanguage } = provider.branding
  const tag = chooseLanguage(uiLocales, headers.get('accept-language'), (one) => all.has(one), defaultLanguage)
  return all.get(tag) ?? (all.get('en') as NonNullable<ReturnType<typeof all.get>>)
}

function plain(status: number, text: string, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(text, {
    status,
    headers: { ...headers, 'content-type': 'text/plain', 'cache-control': 'no-store' },
  })
}
