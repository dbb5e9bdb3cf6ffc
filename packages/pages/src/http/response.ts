import type { Html } from './html.ts'

/** What a page answers with, before it becomes a `Response`. */
export type Answer = Shown | Moved

/** A page. */
export interface Shown {
  readonly status: number
  readonly html: Html
  /** The content security policy. */
  readonly policy: string
  readonly language: string
  readonly cookies?: readonly string[]
  readonly headers?: Readonly<Record<string, string>>
}

/** A redirect after a form, or to the page that is due. */
export interface Moved {
  readonly location: string
  readonly cookies?: readonly string[]
}

/**
 * The headers of every answer. `same-origin`, not `no-referrer`: with the latter a browser posts the page's own forms with
 * `Origin: null`, as it does for forms of other sites.
 */
const common: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
}

/** Makes the response. The protecting headers are the same for every page. */
export function toResponse(answer: Answer, withBody: boolean): Response {
  const headers = new Headers(common)
  for (const cookie of answer.cookies ?? []) headers.append('set-cookie', cookie)
  if ('location' in answer) {
    headers.set('location', answer.location)
    return new Response(null, { status: 303, headers })
  }
  for (const [name, value] of Object.entries(answer.headers ?? {})) headers.set(name, value)
  headers.set('content-type', 'text/html; charset=utf-8')
  headers.set('content-language', answer.language)
  headers.set('content-security-policy', answer.policy)
  headers.set('x-frame-options', 'DENY')
  return new Response(withBody ? answer.html.text : null, { status: answer.status, headers })
}
