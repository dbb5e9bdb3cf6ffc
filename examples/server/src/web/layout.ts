import type { Context } from 'hono'
import { html } from 'hono/html'

export type Html = ReturnType<typeof html>

/** The parties of the example. Each has its own page header, so that a visitor sees whose page it is. */
export const parties = {
  identity: { name: 'Example ID', home: '/', role: 'Your account', icon: '/icon.svg' },
  client: { name: 'Marginalia', home: '/client', role: 'An application', icon: '/client/logo.svg' },
} as const

/** The style sheet that a party has beside the shared one. */
const styles: Partial<Record<Party, string>> = { client: '/client/style.css' }

export type Party = keyof typeof parties

export interface Page {
  readonly party: Party
  readonly title: string
  readonly body: Html
  /** Default: the narrow column of a form. */
  readonly wide?: boolean
  /** The whole width of the window, for pages with columns. */
  readonly board?: boolean
  /** A style sheet of this page, beside the shared one and that of its party. */
  readonly style?: string
}

export function document(page: Page): Html {
  const party = parties[page.party]
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${page.title} · ${party.name}</title>
<link rel="stylesheet" href="/style.css">
${[styles[page.party], page.style].map((href) => (href === undefined ? '' : html`<link rel="stylesheet" href="${href}">\n`))}<link rel="icon" href="${party.icon}" type="image/svg+xml">
</head>
<body class="${page.party}${page.wide ? ' wide' : ''}${page.board ? ' board' : ''}">
<header>
<a class="wordmark" href="${party.home}">${party.name}</a>
<span class="role">${party.role}</span>
</header>
<main>
${page.body}
</main>
</body>
</html>
`
}

export function respond(
  c: Context,
  status: 200 | 400 | 403 | 404 | 422 | 429 | 500,
  page: Page,
): Response | Promise<Response> {
  return c.html(document(page), status)
}

/** Shows an error that screen readers announce when the page loads. */
export function alert(text: string | undefined): Html {
  return text === undefined ? html`` : html`<p class="alert" role="alert">${text}</p>`
}
