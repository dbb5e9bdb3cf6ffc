import { parseArgs } from 'node:util'
import type { CompareOptions } from './compare.ts'
import { type Workload, workloads } from './protocol.ts'

export const tables = ['workloads', 'features'] as const
export const columns = ['bare', 'floor', 'memory', 'before', 'sqlite', 'oidc-provider'] as const

export type Table = (typeof tables)[number]
export type Column = (typeof columns)[number]

export interface Options extends CompareOptions {
  readonly workloads: readonly Workload[]
  readonly tables: readonly Table[]
  readonly columns: readonly Column[]
  /** Another checkout with built packages, for the column `before`. */
  readonly before: string | undefined
  /** Measure the time from answer to answer instead of the server's processor time. */
  readonly realTime: boolean
  readonly profile: boolean
  readonly build: boolean
}

export const usage = `npx -y pnpm@10 benchmark [options]

  --only <names>      workloads, with commas between them: ${workloads.join(', ')};
                      the beginning of a name means all that begin with it
  --tables <names>    ${tables.join(', ')} (default: all)
  --columns <names>   ${columns.join(', ')} (default: all)
  --before <folder>   another checkout with built packages: its server on SQLite gets a column
  --rounds <n>        rounds, in each of which every server has one slice (default: 24)
  --slice <ms>        length of a slice (default: 200)
  --warm-up <s>       load before the measurement, for each server (default: 3)
  --connections <n>   keep-alive connections (default: 32)
  --quick             8 rounds after one second, for a look; the code flow is not compiled by then
  --real-time         time from answer to answer instead of the server's processor time; needs a quiet machine
  --profile           write a CPU profile of the server for each workload and print where its time goes
  --no-build          measure packages/*/dist as it is
`

/** @throws {TypeError} for an unknown or invalid argument */
export function parseOptions(args: readonly string[]): Options | 'help' {
  const { values } = parseArgs({
    args: args.filter((arg) => arg !== '--'),
    options: {
      only: { type: 'string' },
      tables: { type: 'string' },
      columns: { type: 'string' },
      before: { type: 'string' },
      rounds: { type: 'string' },
      slice: { type: 'string', default: '200' },
      'warm-up': { type: 'string' },
      connections: { type: 'string', default: '32' },
      quick: { type: 'boolean', default: false },
      'real-time': { type: 'boolean', default: false },
      profile: { type: 'boolean', default: false },
      'no-build': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return 'help'
  return {
    workloads: choose('--only', values.only, workloads),
    tables: choose('--tables', values.tables, tables),
    columns: choose('--columns', values.columns, columns).filter(
      (column) => column !== 'before' || values.before !== undefined,
    ),
    before: values.before,
    rounds: positive('--rounds', values.rounds ?? (values.quick ? '8' : '24')),
    slice: positive('--slice', values.slice),
    warmUp: positive('--warm-up', values['warm-up'] ?? (values.quick ? '1' : '3')),
    connections: positive('--connections', values.connections),
    realTime: values['real-time'],
    profile: values.profile,
    build: !values['no-build'],
  }
}

function choose<Name extends string>(
  option: string,
  value: string | undefined,
  names: readonly Name[],
): readonly Name[] {
  if (value === undefined) return names
  const wanted = value.split(',').map((part) => part.trim())
  for (const part of wanted) {
    if (!names.some((name) => name.startsWith(part)))
      throw new TypeError(`${option}: ${part} is none of ${names.join(', ')}`)
  }
  return names.filter((name) => wanted.some((part) => name.startsWith(part)))
}

function positive(option: string, value: string): number {
  const number = Number(value)
  if (!(number > 0)) throw new TypeError(`${option}: ${value} is not a positive number`)
  return number
}
