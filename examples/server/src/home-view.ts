import type { Provider } from '@oauth/core'
import { html } from 'hono/html'
import { documents } from './documentation.ts'
import { demoAccount } from './identity/demo-account.ts'
import type { User } from './identity/users.ts'
import { tour } from './tour.ts'
import { type Html, type Page, parties } from './web/layout.ts'

export interface HomePage {
  readonly baseUrl: string
  readonly issuer: string
  readonly metadata: Provider['metadata']
  readonly database: string
  /** Who is signed in. */
  readonly user: Pick<User, 'name'> | undefined
  readonly notice: string | undefined
}

/** The start page: what runs here, the one thing to try first, and where everything else is. */
export function homeView(page: HomePage): Page {
  const { name } = parties.identity
  return {
    party: 'identity',
    title: 'Start',
    board: true,
    style: '/home.css',
    body: html`${page.notice === undefined ? '' : html`<p class="notice" role="status">${page.notice}</p>`}
<section class="hero">
<div>
<p class="eyebrow">OAuth 2.1 and OpenID Connect, on ${new URL(page.baseUrl).host}</p>
<h1>${name} is running</h1>
<p class="lead">A complete sign-in server, an application that signs its users in with it, and an API that trusts its tokens: one process, on your machine.</p>
<p><a class="button" href="/client">Try “Sign in with ${name}”</a></p>
</div>
${page.user === undefined ? testUser() : signedIn(page.user)}
</section>
<div class="cards">
${cards(page)}
</div>
<div class="halves">
<section aria-labelledby="process">
<h2 id="process">In this process</h2>
<dl class="facts">
${tour(page.baseUrl, page.issuer).map(
  (stop) => html`<dt>${stop.name}</dt>
${stop.places.map(({ url, isPage }) => html`<dd>${isPage ? html`<a href="${url}"><code>${url}</code></a>` : html`<code>${url}</code>`}</dd>`)}`,
)}
<dt>Database</dt>
<dd><code>${page.database}</code></dd>
<dt>Switched on</dt>
<dd>${featuresOf(page.metadata).join(', ')}</dd>
</dl>
</section>
<section aria-labelledby="next">
<h2 id="next">Next steps</h2>
<p>To build on it, copy <code>examples/server/src/provider.ts</code>: it has the options of this server, and nothing else.</p>
<ul class="links">
${documents.map(
  (document) => html`<li><a href="/docs/${document.name}">${document.title}</a> <span>${document.about}</span></li>`,
)}
</ul>
</section>
</div>`,
  }
}

function testUser(): Html {
  return html`<section class="panel" aria-labelledby="test-user">
<h2 id="test-user">Test user</h2>
<dl class="credentials">
<dt>E-mail</dt><dd><code>${demoAccount.email}</code></dd>
<dt>Password</dt><dd><code>${demoAccount.password}</code></dd>
</dl>
<p class="aside"><a href="/login">Sign in</a> <a href="/signup">Create an account</a></p>
</section>`
}

function signedIn(user: Pick<User, 'name'>): Html {
  return html`<section class="panel" aria-labelledby="you">
<h2 id="you">You</h2>
<p>Signed in as <strong>${user.name}</strong></p>
<p class="aside"><a href="/approvals">Approvals</a> <a href="/logout">Sign out</a></p>
</section>`
}

function cards({ baseUrl }: HomePage): Html {
  return html`<section class="panel">
<h2><a href="/applications">Your applications</a></h2>
<p>Register an application of your own: web, single page, native, API or machine. You get its settings and tested code for your library.</p>
</section>
<section class="panel">
<h2><a href="/connected-apps">Connected apps</a></h2>
<p>Which applications have access to your account, to what, since when and until when. Withdraw it, and their tokens stop working at once.</p>
</section>
<section class="panel">
<h2><a href="/device">Connect a device</a></h2>
<p>For televisions and command lines, which show a code. Try it in a second terminal:</p>
<pre class="code" tabindex="0" role="region" aria-label="Command of the example program"><code>npx -y pnpm@10 -s cli login</code></pre>
</section>
<section class="panel wide-card">
<div>
<h2>Agents and MCP</h2>
<p>A server for Claude, VS Code and Cursor is an example of its own. Start it in a second terminal:</p>
</div>
<pre class="code" tabindex="0" role="region" aria-label="Commands of the MCP example"><code>${mcpCommands(baseUrl)}</code></pre>
<p>Then add it to Claude Code. Other agents take the URL <code>${mcpUrl}</code></p>
<pre class="code" tabindex="0" role="region" aria-label="Command for Claude Code"><code>claude mcp add --transport http notes ${mcpUrl}</code></pre>
</section>`
}

const mcpUrl = 'http://localhost:3101/mcp'

/** The MCP example gets ports of its own, because its defaults are those of this example. */
function mcpCommands(baseUrl: string): string {
  const port = new URL(baseUrl).port === '3100' ? 3110 : 3100
  return `npx -y pnpm@10 install
PORT=${port} MCP_PORT=3101 PRINT_PORT=3102 \\
  npx -y pnpm@10 --filter @oauth/example-mcp start`
}

/** What the discovery document says that this server can do beyond the basics. */
function featuresOf(metadata: Provider['metadata']): readonly string[] {
  const names: readonly (readonly [member: string, name: string])[] = [
    ['pushed_authorization_request_endpoint', 'pushed requests (PAR)'],
    ['authorization_details_types_supported', 'payments (RAR)'],
    ['dpop_signing_alg_values_supported', 'bound tokens (DPoP)'],
    ['device_authorization_endpoint', 'device codes'],
    ['backchannel_authentication_endpoint', 'approvals without a browser (CIBA)'],
    ['end_session_endpoint', 'sign-out (RP-initiated)'],
    ['introspection_endpoint', 'introspection'],
    ['revocation_endpoint', 'revocation'],
    ['registration_endpoint', 'dynamic registration'],
  ]
  return names.filter(([member]) => member in metadata).map(([, name]) => name)
}
