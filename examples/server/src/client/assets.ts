import { readFileSync } from 'node:fs'
import { type Context, Hono } from 'hono'
import { html } from 'hono/html'
import { respond } from '../web/layout.ts'
import { serveFile } from '../web/serve-file.ts'

const read = (file: string) => readFileSync(new URL(file, import.meta.url), 'utf8')

/** The application's logo, its style, and the pages that its registration names (`logo_uri`, `policy_uri`, `tos_uri`). */
export function clientAssets(): Hono {
  const files = new Hono()
  files.get('/logo.svg', serveFile(read('./logo.svg'), 'image/svg+xml'))
  files.get('/style.css', serveFile(read('./style.css'), 'text/css; charset=utf-8'))
  files.get('/privacy', (c) => text(c, 'Privacy policy', privacy))
  files.get('/terms', (c) => text(c, 'Terms of service', terms))
  return files
}

function text(c: Context, title: string, paragraphs: readonly string[]): Response | Promise<Response> {
  const body = html`<h1>${title}</h1>
${paragraphs.map((paragraph) => html`<p>${paragraph}</p>`)}
<p class="aside"><a href="/client">Back to Marginalia</a></p>`
  return respond(c, 200, { party: 'client', title, body })
}

const privacy = [
  'Marginalia is a demonstration. It keeps what Example ID tells it about you (your name and your e-mail address) and your tokens in the database of this example, for a day or until you sign out.',
  'It keeps the last 30 requests that it made for you in memory, so that the page can show them to you. They end after an hour, when you sign out, or when you clear them.',
  'It sends your data to nobody. To delete everything, stop the example and delete examples/server/data.',
]

const terms = [
  'Marginalia is a demonstration and promises nothing. Its payments move no money, and its printed copies are never printed.',
]
