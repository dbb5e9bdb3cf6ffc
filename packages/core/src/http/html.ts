/** Text as HTML text or as the value of a quoted attribute. */
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
 * No `form-action`: Chromium checks it along the whole chain of redirects that a form starts. The styles are inline and
 * nothing else is loaded.
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

/** Fields and a button, posted without a script. All of it is text, not HTML. */
export interface PageForm {
  readonly action: string
  readonly fields: Readonly<Record<string, string>>
  readonly button: string
  /** The button's id. Default: `confirm`. */
  readonly id?: string
}

/** A page that tells of an error. `title` and `paragraphs` are text, not HTML. */
export function page(
  status: number,
  title: string,
  paragraphs: readonly string[],
  headers?: Readonly<Record<string, string>>,
): Response {
  return render(status, title, paragraphs.map(paragraphHtml).join('\n'), headers)
}

/** A page that says something, and may ask for a click. */
export function messagePage(title: string, paragraphs: readonly string[], form?: PageForm): Response {
  return render(200, title, [...paragraphs.map(paragraphHtml), ...(form ? [formHtml(form)] : [])].join('\n'))
}

function paragraphHtml(text: string): string {
  return `<p>${escapeHtml(text)}</p>`
}

/** The form as HTML, everything in it escaped. */
export function formHtml({ action, fields, button, id = 'confirm' }: PageForm): string {
  const inputs = Object.entries(fields).map(
    ([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`,
  )
  return `<form method="post" action="${escapeHtml(action)}">
${inputs.join('\n')}
<button type="submit" id="${escapeHtml(id)}">${escapeHtml(button)}</button>
</form>`
}

/** A page with a script of ours in its body, the only one that may run: `hash` is the source that allows it. */
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
  return new Response(html, { status, headers: { ...pageHeaders, ...headers } })
}
