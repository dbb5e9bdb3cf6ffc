import { html } from 'hono/html'
import type { Html } from '../web/layout.ts'
import type { Outcome } from './store.ts'

/** What the page says at its top after something happened. */
export function outcomeView(last: Outcome | undefined): Html | '' {
  if (last === undefined) return ''
  const { good, title, problem, detail, text = problem?.text } = last
  return html`<div class="${good ? 'notice' : 'alert'}" role="${good ? 'status' : 'alert'}">
<p><strong>${title}</strong>${text === undefined ? '' : html` ${text}`}</p>
${
  problem === undefined
    ? ''
    : html`<p><small>OAuth error <code>${problem.code}</code>${problem.status === undefined ? '' : html`, HTTP ${problem.status}`}${problem.description === undefined ? '' : html`: ${problem.description}`}</small></p>`
}
${detail === undefined ? '' : html`<pre>${detail}</pre>`}
</div>`
}
