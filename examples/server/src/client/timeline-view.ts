import { html } from 'hono/html'
import type { Html } from '../web/layout.ts'
import type { Exchange, Message, Pair } from './exchange.ts'

/** The requests behind the page, newest first. Each opens to what was sent and what came back. */
export function timelineView(exchanges: readonly Exchange[], formToken: Html): Html {
  return html`<section class="timeline" aria-labelledby="timeline">
<div class="timeline-head">
<h2 id="timeline">What happened, newest first</h2>
<form method="post" action="/client/timeline/clear">${formToken}<button type="submit" class="quiet">Clear</button></form>
</div>
<p>Requests of this application and of your browser, in memory for an hour, for this browser alone. Credentials are shortened. A product shows none of this.</p>
<ol reversed>
${exchanges.map(entryView)}
</ol>
</section>`
}

function entryView(exchange: Exchange): Html {
  const { at, what, via, method, url, request, response } = exchange
  const { origin, pathname } = new URL(url)
  const kind = isRefused(exchange) ? 'refused' : via
  return html`<li class="${kind}">
<details>
<summary><span>${what}</span>
<span class="result">${resultOf(exchange)}</span>
<span class="sent">${method} ${pathname}</span></summary>
<h3>Request</h3>
${fields([['to', origin], ['at', timeOf(at)], ...request.headers])}
${messageView(request)}
${response === undefined ? '' : html`<h3>Response</h3>\n${fields(response.headers)}\n${messageView(response)}`}
</details>
</li>
`
}

function isRefused(exchange: Exchange): boolean {
  if (exchange.via === 'browser') return errorOf(exchange) !== undefined
  return exchange.status === undefined || exchange.status >= 400
}

/** The error code of a response that the browser brings back. */
function errorOf({ request }: Exchange): string | undefined {
  return request.parameters.find(([name]) => name === 'error')?.[1]
}

function resultOf(exchange: Exchange): Html {
  const { via, status, ms } = exchange
  if (via === 'browser') return html`${strong(errorOf(exchange))}in your browser`
  return status === undefined ? html`<span class="status">no answer</span>` : html`${strong(`${status}`)}${ms} ms`
}

function strong(text: string | undefined): Html | '' {
  return text === undefined ? '' : html`<span class="status">${text}</span> · `
}

function messageView({ parameters, json, tokens }: Message): Html {
  return html`${parameters.length === 0 ? '' : html`<h3>Parameters</h3>\n${fields(parameters)}`}
${json === undefined ? '' : html`<pre class="code" tabindex="0" role="region" aria-label="Body"><code>${json}</code></pre>`}
${tokens.map(
  ({ name, header, claims }) => html`<h3>Inside the ${name}, decoded</h3>
<pre class="code" tabindex="0" role="region" aria-label="Decoded ${name}"><code>${header}
${claims}</code></pre>`,
)}`
}

function fields(pairs: readonly Pair[]): Html | '' {
  if (pairs.length === 0) return ''
  return html`<dl class="fields">${pairs.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`
}

function timeOf(at: number): string {
  return `${new Date(at).toISOString().slice(11, 19)} UTC`
}
