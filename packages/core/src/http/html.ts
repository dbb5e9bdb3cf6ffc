import { reply } from './reply.ts'

/** Escapes a text for HTML text and for values of quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] as string)
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/**
 * The content security policy of pages. Styles are inline, and nothing else is loaded. It has no `form-action`, because
 * Chromium checks that along the whole chain of redirects that a form starts.
 */
const policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"

export const pageHeaders: Readonly<Record<string, string>> = Object.freeze({
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': policy,
  'x-frame-options': 'DENY',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
})

/** A form of hidden fields and a button. All values are text, not HTML. */
export interface PageForm {
  readonly action: string
  readonly fields: Readonly<Record<string, string>>
  readonly button: string
  /** The button's id. Default: `confirm`. */
  readonly id?: string
}

/** Makes a page with a message, and optionally a form with one button. */
export function messagePage(title: string, paragraphs: readonly string[], form?: PageForm): Response {
  return render(200, title, [...paragraphs.map(paragraphHtml), ...(form ? [formHtml(form)] : [])].join('\n'))
}

/** Returns a text as an HTML paragraph, escaped. */
export function paragraphHtml(text: string): string {
  return `<p>${escapeHtml(text)}</p>`
}

/** Returns a form as HTML, with all values escaped. */
export function formHtml({ action, fields, button, id = 'confirm' }: PageForm): string {
  const inputs = Object.entries(fields).map(
    ([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`,
  )
  return `<form method="post" action="${escapeHtml(action)}">
${inputs.join('\n')}
<button type="submit" id="${escapeHtml(id)}">${escapeHtml(button)}</button>
</form>`
}

/**
 * Makes a page with one inline script in its body. `hash` is the source expression that allows this script and no
 * other.
 */
export function scriptedPage(title: string, body: string, hash: string): Response {
  return render(200, title, body, { 'content-security-policy': `${policy}; script-src '${hash}'` })
}

/**
 * A page with the headers that every page of the server carries: it loads nothing from elsewhere and stays out of frames.
 * @param body HTML: escape everything that comes from outside with `escapeHtml`
 */
export function render(
  status: number,
  title: string,
  body: string,
  headers?: Readonly<Record<string, string>>,
): Response {
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>
:root { color-scheme: light dark }
body { font: 1rem/1.5 system-ui, sans-serif; margin: 15vh auto; max-width: 34rem; padding: 0 1.5rem }
h1 { font-size: 1.4rem }
p { overflow-wrap: anywhere }
button { font: inherit; padding: 0.4rem 1.2rem }
aside { border-top: 1px solid; font-size: 0.85rem; margin-top: 2.5rem; opacity: 0.75; padding-top: 0.5rem }
aside h2 { font-size: 1em }
aside p { margin: 0.3rem 0 }
</style>
</head>
<body>
<main>
<h1>${escapeHtml(title)}</h1>
${body}
</main>
</body>
</html>
`
  return reply(status, { ...pageHeaders, ...headers }, html)
}
