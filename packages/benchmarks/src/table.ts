import { type Figure, median } from './measure.ts'
import type { Column } from './plan.ts'
import { type Load, type Workload, workloads } from './protocol.ts'

export interface Measured {
  readonly column: Column
  readonly load: Load
  readonly figure: Figure
}

/** The title of each workload in the table, and the bare HTTP requests that it consists of. */
const rows: Readonly<Record<Workload, { readonly title: string; readonly http: readonly Load[] }>> = {
  discovery: { title: 'discovery', http: ['bare-get'] },
  jwks: { title: 'JWKS', http: ['bare-get'] },
  'client-credentials-opaque': { title: 'client_credentials, opaque', http: ['bare-post'] },
  'client-credentials-dpop': { title: 'client_credentials, opaque, DPoP', http: ['bare-post'] },
  'client-credentials-jwt': { title: 'client_credentials, JWT RS256', http: ['bare-post'] },
  'client-credentials-es256': { title: 'client_credentials, JWT ES256', http: ['bare-post'] },
  refresh: { title: 'refresh with rotation', http: ['bare-post'] },
  'code-es256': { title: 'code flow, ID token ES256', http: ['bare-get', 'bare-post'] },
  'code-par': { title: 'code flow, pushed, ID token ES256', http: ['bare-post', 'bare-get', 'bare-post'] },
  'code-rs256': { title: 'code flow, ID token RS256', http: ['bare-get', 'bare-post'] },
  introspect: { title: 'introspection, opaque', http: ['bare-post'] },
  userinfo: { title: 'userinfo', http: ['bare-get'] },
  'userinfo-dpop': { title: 'userinfo, DPoP', http: ['bare-get'] },
  'device-poll': { title: 'poll of a device', http: ['bare-post'] },
}

/** Makes the Markdown table: rates per second, with their percentage of bare HTTP and of the floor. */
export function table(measured: readonly Measured[]): string {
  const rate = (column: Column, load: Load) => {
    const rates = measured.filter((one) => one.column === column && one.load === load).map(({ figure }) => figure.rate)
    return rates.length === 0 ? undefined : median(rates)
  }
  const lines = workloads.flatMap((load) => {
    const found = measured.some((one) => one.load === load)
    if (!found) return []
    // The requests of a workload run one after the other, so add up their times.
    const bare = 1 / rows[load].http.reduce((time, http) => time + 1 / (rate('bare', http) ?? 0), 0)
    const floor = rate('floor', load)
    const share = (value: number | undefined, of: number | undefined) =>
      value === undefined || of === undefined ? '' : `${Math.round((value / of) * 100)} %`
    const memory = rate('memory', load)
    const sqlite = rate('sqlite', load)
    const plain = rate('plain', load)
    const cells = [short(bare), short(memory), share(memory, bare), short(plain)]
    return [[rows[load].title, ...cells, short(floor), short(sqlite), share(sqlite, bare), share(sqlite, floor)]]
  })
  const head = [
    'workload',
    'bare node:http',
    'memory',
    'of bare',
    'memory, real Request',
    'floor, SQLite',
    'SQLite',
    'of bare',
    'of floor',
  ]
  const rule = head.map((_, index) => (index === 0 ? '---' : '--:'))
  return [head, rule, ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

export function short(rate: number | undefined): string {
  if (rate === undefined) return ''
  return rate < 1000 ? rate.toFixed(0) : `${(rate / 1000).toFixed(rate < 10_000 ? 2 : 1)}k`
}
