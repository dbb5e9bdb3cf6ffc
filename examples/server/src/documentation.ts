import { readFileSync } from 'node:fs'
import { Hono } from 'hono'
import { html } from 'hono/html'
import { documentView } from './documentation-view.ts'
import { respond } from './web/layout.ts'

/** A document of this repository that the start page links. */
export interface Document {
  readonly name: string
  readonly title: string
  readonly about: string
}

export const documents: readonly Document[] = [
  { name: 'getting-started', title: 'Getting started', about: 'From an empty folder to your own server.' },
  { name: 'clients', title: 'Client libraries', about: 'Tested code for your language.' },
  { name: 'protecting-an-api', title: 'Protecting an API', about: 'Verify tokens, answer with challenges.' },
  { name: 'agents', title: 'Agents and MCP', about: 'Sign-in for Claude, ChatGPT, Cursor and VS Code.' },
  { name: 'deployment', title: 'Deployment', about: 'Proxies, several processes, keys, backups.' },
  { name: 'security', title: 'Security', about: 'What the server defends against, and what is yours.' },
]

/** Serves these documents as they are in the checkout. Elsewhere there are none. */
export function documentationPages(): Hono {
  const pages = new Hono()
  pages.get('/docs/:name', (c, next) => {
    const found = documents.find(({ name }) => name === c.req.param('name'))
    if (found === undefined) return next()
    const text = read(found.name)
    if (text === undefined) return next()
    const body = html`<p class="aside"><a href="/">Start page</a></p>
<article class="document">${documentView(text)}</article>
<p class="note">This is <code>docs/${found.name}.md</code> of the repository, where its links lead further.</p>`
    return respond(c, 200, { party: 'identity', title: found.title, body, wide: true, style: '/home.css' })
  })
  return pages
}

function read(name: string): string | undefined {
  try {
    return readFileSync(new URL(`../../../docs/${name}.md`, import.meta.url), 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
