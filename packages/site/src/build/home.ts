import { highlight } from './highlight.ts'
import { escapeHtml } from './html.ts'
import { type Frame, siteName } from './layout.ts'
import { sections } from './navigation.ts'

/** One sentence that says what the product is, for the home page and for search engines. */
export const tagline =
  'An authorization server as a library: sign-in for your applications, your APIs and your agents, in the server that you already run.'

const sample = `import { createProvider } from '@oauth/core'
import { sqliteStorage } from '@oauth/kysely/sqlite'

const provider = createProvider({
  baseUrl: 'https://id.example.com',
  secret: process.env.OAUTH_SECRET,
  storage: sqliteStorage('./oauth.db'),
  authentication: {
    getSession: (request) => sessions.current(request),
    getUser: (id) => users.find(id),
  },
  loginUrl: '/login',
  consentUrl: '/consent',
})

export default { fetch: provider.fetch }`

const strengths: readonly (readonly [string, string, string])[] = [
  [
    'Request in, Response out',
    'One function serves every endpoint, on Node, bun, deno and Workers, in Express, Hono and Next.js.',
    'docs/guides/README.md',
  ],
  [
    'Your users, your pages',
    'The server asks who is signed in. Accounts, passwords and pages stay with you.',
    'docs/custom-pages.md',
  ],
  [
    'The standards, complete',
    'OAuth 2.1 and OpenID Connect; PAR, DPoP, mutual TLS, CIBA, FAPI 2.0 when you import them.',
    'docs/capabilities.md',
  ],
  [
    'Ready for agents',
    'MCP servers with sign-in, client documents, and approvals by a human.',
    'docs/guides/agents.md',
  ],
  ['Attacks have tests', 'Each attack in the list names the tests that hold it off.', 'docs/security.md'],
  ['Errors that help', 'A message says what to change. Search for it here, word by word.', 'docs/reference/errors.md'],
]

const tasks: readonly (readonly [string, string])[] = [
  ['Express', 'docs/guides/express.md'],
  ['Next.js', 'docs/guides/next.md'],
  ['Hono', 'docs/guides/hono.md'],
  ['Cloudflare Workers', 'docs/guides/workers.md'],
  ['Single-page app', 'docs/guides/single-page-app.md'],
  ['Mobile app', 'docs/guides/mobile.md'],
  ['Command line', 'docs/guides/command-line.md'],
  ['Service to service', 'docs/guides/machine-to-machine.md'],
  ['Agents (MCP)', 'docs/guides/agents.md'],
  ['From oidc-provider', 'docs/guides/from-oidc-provider.md'],
  ['From better-auth', 'docs/guides/from-better-auth.md'],
  ['From the seed', 'docs/guides/from-the-seed.md'],
]

/** Makes the body of the home page. */
export function home({ sections: filled, playground }: Frame): string {
  const pathOf = (file: string): string => {
    const page = filled.flatMap(({ pages }) => pages).find((one) => one.file === file)
    if (page === undefined) throw new Error(`the home page links to ${file}, which has no page`)
    return escapeHtml(page.path)
  }
  const areas = sections.map(({ title, summary }, index) => {
    const first = filled[index]?.pages[0]
    return `<li><a href="${escapeHtml(first?.path ?? 'contents.html')}"><b>${title}</b><span>${summary}</span></a></li>`
  })
  return `<main class="home" id="content" tabindex="-1">
<section class="hero">
<div>
<h1>${siteName}</h1>
<p class="tagline">${tagline}</p>
<p class="actions"><a class="button" href="${pathOf('docs/getting-started.md')}">Get started</a>${
    playground ? '<a class="button quiet" href="playground/index.html">Try it in this tab</a>' : ''
  }<a class="button quiet" href="${pathOf('docs/guides/README.md')}">Guides</a></p>
<pre class="install"><code>npm install @oauth/core @oauth/kysely kysely better-sqlite3</code></pre>
</div>
<pre class="sample"><code>${highlight(sample, 'typescript')}</code></pre>
</section>
<section aria-labelledby="why"><h2 id="why">What you get</h2><ul class="cards">${strengths
    .map(([title, text, file]) => `<li><a href="${pathOf(file)}"><b>${title}</b><span>${text}</span></a></li>`)
    .join('')}</ul></section>
<section aria-labelledby="tasks"><h2 id="tasks">What do you want to do?</h2><ul class="chips">${tasks
    .map(([title, file]) => `<li><a href="${pathOf(file)}">${title}</a></li>`)
    .join('')}</ul></section>
<section aria-labelledby="areas"><h2 id="areas">Find your way</h2><ul class="cards plain">${areas.join('')}</ul></section>
</main>`
}
