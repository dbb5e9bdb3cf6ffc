import type { OAuthEvent } from '@oauth/core'
import type { Result } from '../run.ts'
import type { StoredRow } from '../world/stored.ts'
import { h } from './h.ts'
import { jsonView } from './json.ts'

/** What happened inside: events, calls of the storage, and what the storage holds now. */
export function serverView({ exchanges, rows }: Result): HTMLElement {
  const events = exchanges.flatMap((exchange) => exchange.events)
  const calls = exchanges.flatMap((exchange) => exchange.calls)
  return h(
    'section',
    { class: 'panel inside', 'aria-labelledby': 'inside' },
    h('h3', { id: 'inside' }, 'Inside the server'),
    h('h4', {}, 'Events'),
    events.length === 0
      ? h('p', { class: 'muted' }, 'None. Only what matters for logs and alarms is an event.')
      : h('ul', { class: 'events' }, events.map(eventView)),
    h('h4', {}, 'Storage calls'),
    calls.length === 0
      ? h('p', { class: 'muted' }, 'None.')
      : h(
          'ul',
          { class: 'calls' },
          calls.map(({ verb, outcome }) =>
            h('li', {}, h('code', {}, verb), outcome !== undefined && h('span', { class: 'outcome' }, outcome)),
          ),
        ),
    h('h4', {}, 'Stored now'),
    tablesView(rows),
  )
}

function eventView(event: OAuthEvent): HTMLElement {
  const { type, ...facts } = JSON.parse(JSON.stringify(event)) as Record<string, unknown>
  const loud = /refused|replayed|failed/.test(String(type))
  return h(
    'li',
    { class: loud ? 'loud' : '' },
    h('b', {}, String(type)),
    h(
      'dl',
      {},
      Object.entries(facts).map(([name, value]) =>
        h('div', {}, h('dt', {}, name), h('dd', {}, typeof value === 'string' ? value : JSON.stringify(value))),
      ),
    ),
  )
}

function tablesView(rows: readonly StoredRow[]): HTMLElement {
  const tables = new Map<string, StoredRow[]>()
  for (const row of rows) tables.set(row.table, [...(tables.get(row.table) ?? []), row])
  if (tables.size === 0) return h('p', { class: 'muted' }, 'Nothing.')
  return h(
    'div',
    { class: 'tables' },
    [...tables].map(([table, own]) =>
      h(
        'details',
        {},
        h('summary', {}, h('b', {}, String(own.length)), ` ${own.length === 1 ? singular(table) : table}`),
        own.map(({ row }) => jsonView(row)),
      ),
    ),
  )
}

const singular = (table: string): string => table.replace(/s$/, '')
