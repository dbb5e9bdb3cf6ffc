import { html } from 'hono/html'
import type { Html } from '../web/layout.ts'

/** Claims whose value is a time, in seconds since the epoch. */
const times = new Set(['exp', 'iat', 'nbf', 'auth_time', 'updated_at'])

/** Shows claims as a table, with times that people can read. */
export function claimTable(caption: string, claims: Readonly<Record<string, unknown>>): Html {
  return html`<table>
<caption>${caption}</caption>
<tbody>
${Object.entries(claims)
  .filter(([, value]) => value !== undefined)
  .map(([name, value]) => html`<tr><th scope="row">${name}</th><td>${show(name, value)}</td></tr>`)}
</tbody>
</table>`
}

function show(name: string, value: unknown): Html {
  if (times.has(name) && typeof value === 'number')
    return html`${value} <small class="when">${new Date(value * 1000).toISOString().replace('T', ' ').slice(0, 19)} UTC</small>`
  return html`${typeof value === 'string' ? value : JSON.stringify(value)}`
}
