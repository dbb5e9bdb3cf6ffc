import { buildPackages, buildProcesses } from './build.ts'
import { type Figure, type MeasureOptions, measure } from './measure.ts'
import type { Workload } from './protocol.ts'
import { median } from './statistics.ts'
import { line } from './table.ts'

/** Measures whether a million expired rows, or purging them, slow the token endpoint down. */
const rows = Number(process.env.ROWS ?? 1_000_000)
const limit = Number(process.env.LIMIT ?? 1000)
const rest = Number(process.env.REST ?? 4)
const cpu = process.argv.includes('--cpu')
const options: MeasureOptions = { connections: 32, rounds: 7, seconds: 2, warmUp: 3, cpu }

/** For PostgreSQL, processor time is not useful: most of it is spent in the database server. */
const found = process.env.POSTGRES_URL === undefined ? (['sqlite'] as const) : (['sqlite', 'postgres'] as const)
const storages = found.filter((name) => name.startsWith(process.env.STORAGE ?? ''))
const all: readonly Workload[] = ['client-credentials-opaque', 'refresh']
const workloads = all.filter((load) => load.startsWith(process.env.ONLY ?? ''))

const print = (text: string) => process.stdout.write(`${text}\n`)
const percent = (value: number, of: number) => `${Math.round((value / of) * 100)} %`
const short = (rate: number) => (rate < 1000 ? rate.toFixed(0) : `${(rate / 1000).toFixed(rate < 10_000 ? 2 : 1)}k`)

if (!process.argv.includes('--no-build')) buildPackages()
await buildProcesses()
print(
  `Requests a second${cpu ? ' of the server’s processor time' : ''}; batches of ${limit}, a pause after each that is ${rest} times as long\n`,
)
print(
  line(['', 'empty', 'expired rows', 'of empty', 'processor time', 'while purging', 'of empty', 'batch', 'longest']),
)
print(line(['---', ...Array.from({ length: 8 }, () => '--:')]))
for (const storage of storages) {
  for (const load of workloads) {
    const run = (expired: number, purge?: MeasureOptions['purge']): Promise<Figure> =>
      measure({ kind: 'provider', storage, expired }, load, { ...options, ...(purge && { purge }) })
    const empty = await run(0)
    const full = await run(rows)
    const purging = await run(rows, { limit, rest })
    const { batches = [], rows: removed = 0 } = purging.purged ?? {}
    const ms = (time: number) => `${time.toFixed(1)} ms`
    print(
      line([
        `${load}, ${storage}`,
        short(empty.rate),
        short(full.rate),
        percent(full.rate, empty.rate),
        percent(full.serverTime, empty.serverTime),
        short(purging.rate),
        percent(purging.rate, empty.rate),
        ms(median(batches)),
        ms(Math.max(...batches)),
      ]),
    )
    process.stderr.write(
      `${removed} rows in ${batches.length} batches, ${batches.map((time) => time.toFixed(0)).join(' ')} ms\n`,
    )
  }
}
