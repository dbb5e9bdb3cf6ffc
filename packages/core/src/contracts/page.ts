import type { Awaitable } from '../storage/awaitable.ts'
import type { BrandingLinks } from './branding.ts'
import type { PageTexts } from './page-texts.ts'

/**
 * The kinds of pages that the server makes itself: an error; the question whether to sign out; the page after it; the form
 * that takes a response to the client (`response_mode=form_post`); any other message, for instance that a device is
 * connected.
 */
export type PageKind = 'error' | 'sign_out' | 'signed_out' | 'form_post' | 'message'

/** A form of hidden fields and a button, which posts to `action`. All values are text, not HTML. */
export interface PageForm {
  readonly action: string
  readonly fields: Readonly<Record<string, string>>
  readonly button: string
}

/** A link of a page. The URL has been checked; both are text, not HTML. */
export interface PageLink {
  readonly href: string
  readonly text: string
}

/** What a page may show of the application that it is about. The texts come from the client: escape them. */
export interface PageClient {
  readonly clientId: string
  /** The client's name, or its id when it has none. */
  readonly clientName: string
  readonly clientUri?: string
  readonly logoUri?: string
  readonly policyUri?: string
  readonly tosUri?: string
  /** Whether nobody has verified what the client says about itself, because it registered itself or is a document. */
  readonly selfRegistered: boolean
}

/** The error of an error page, for the developer of the application. */
export interface PageError {
  readonly code: string
  readonly description?: string
  /** The id of the request, by which the operator finds it in the log. */
  readonly requestId?: string
}

/** What a page says: text, not HTML. */
export interface PageContent {
  readonly title: string
  readonly paragraphs: readonly string[]
  readonly form?: PageForm
  /** Where the user goes on. Default: a way back, where the server knows one. */
  readonly link?: PageLink
  /** URLs of clients that the browser has to load in hidden frames. */
  readonly frames?: readonly string[]
  readonly error?: PageError
}

/** One page of the server, for the hook `renderPage`. Every member but `formHtml` and `framesHtml` is text: escape it. */
export interface Page extends PageContent {
  readonly kind: PageKind
  /** The HTTP status, which the server sets. */
  readonly status: number
  /** The language of the texts (BCP 47), for `<html lang>`. */
  readonly language: string
  /** The direction of that language, for `<html dir>`. */
  readonly direction: 'ltr' | 'rtl'
  /** All texts in that language. */
  readonly texts: PageTexts
  readonly name?: string
  readonly logoUrl?: string
  readonly colours: { readonly accent: string; readonly accentDark: string }
  readonly links: { readonly [Name in keyof BrandingLinks]?: string }
  /** The application, where it is verified that the page is about it. */
  readonly client?: PageClient
  /** The form as HTML, with all values escaped. The page must contain it unchanged. */
  readonly formHtml?: string
  /** The frames as HTML. The page must contain them unchanged. */
  readonly framesHtml?: string
}

/** Makes a page of the server: HTML, a `Response` with HTML, or `undefined` for the built-in page. */
export type RenderPage = (page: Page) => Awaitable<string | Response | undefined | null>

/** What the hook `renderPage` has made, after the check. */
export interface RenderedPage {
  readonly html: string
  /** A content security policy that the browser enforces together with that of the server. */
  readonly policy?: string
}
