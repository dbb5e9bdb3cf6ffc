import type { BaseUser, LoginContext, SignedIn } from '@oauth/core'
import type { Ciba } from '@oauth/core/features/backchannel-authentication'
import type { Checked } from './check-options.ts'
import type { Form } from './forms/form.ts'
import { type FormGuard, tokenField } from './forms/form-guard.ts'
import { type Html, html } from './http/html.ts'
import type { Answer, Shown } from './http/response.ts'
import type { PageName, PagePaths } from './paths.ts'
import type { Language, Languages } from './texts/languages.ts'
import type { Times } from './texts/times.ts'
import { type Content, type Look, pageDocument, policyOf } from './views/document.ts'

/** What all pages share. */
export interface Site extends Checked {
  readonly paths: PagePaths
  /** The origin of the pages. */
  readonly origin: string
  readonly guard: FormGuard
  readonly allLanguages: Languages
  readonly look: Look
  readonly ciba: Ciba | undefined
}

/** One request, and what is known about it. */
export interface Visit {
  readonly request: Request
  readonly query: URLSearchParams
  /** What follows the path of the page, for instance the id of a request. */
  readonly id?: string | undefined
  /** The authorization that sent the browser here, if it is alive and began in this browser. */
  readonly context?: LoginContext | undefined
  readonly signedIn?: SignedIn<BaseUser> | undefined
  readonly language: Language
  readonly times: Times
  /** The key of the form guard for this browser. */
  readonly key: string
  readonly cookies: readonly string[]
}

/** A page. */
export interface Page {
  /** Whether the page is a step of an authorization, so that the visit needs its context. */
  readonly isStep: boolean
  get(site: Site, visit: Visit): Promise<Answer>
  post?(site: Site, visit: Visit, form: Form): Promise<Answer>
}

/** Answers with a page. */
export function show({ look }: Site, { language, cookies }: Visit, status: number, content: Content): Shown {
  return {
    status,
    html: pageDocument(look, language, content),
    policy: policyOf(look, content),
    language: language.tag,
    cookies,
  }
}

/** Makes the hidden field that proves where a form came from. */
export async function tokenInput({ guard }: Site, visit: Visit, page: PageName): Promise<Html> {
  const token = await guard.token(visit.key, { page, userId: guarded(page) ? visit.signedIn?.user.id : undefined })
  return html`<input type="hidden" name="${tokenField}" value="${token}">`
}

/** Whether a form came from a page that this browser was shown, and for the same user where the page is about one. */
export function accepts({ guard }: Site, visit: Visit, page: PageName, form: Form): Promise<boolean> {
  return guard.accepts(visit.request, form, { page, userId: guarded(page) ? visit.signedIn?.user.id : undefined })
}

/** Signing in and up are for anybody. Every other form is for the user whom the page names. */
function guarded(page: PageName): boolean {
  return page !== 'login' && page !== 'signUp'
}

/** Whether an authorization sent the browser here but is over: it has expired, is done, or began in another browser. */
export function isOver({ context, query }: Visit): boolean {
  return context === undefined && query.has('state')
}
