import { parseArgs } from 'node:util'
import { type Workload, workloads } from '../protocol.ts'
import type { SliceOptions } from './compare-fleets.ts'
import { serverVariables } from './database-server.ts'
import type { Fleet, FleetOptions } from './fleet.ts'

export interface Options extends SliceOptions, FleetOptions {
  readonly storage: keyof typeof serverVariables
  readonly workloads: readonly Workload[]
  /** What is compared in each table. */
  readonly fleets: readonly Fleet[]
  readonly build: boolean
}

export const usage = `npx -y pnpm@10 --filter @oauth/benchmarks run processes [options]

  --processes <list>  numbers of processes (default: 1,2,4)
  --pools <list>      sizes of the pool of each process (default: 10)
  --prepared <which>  yes, no, both: preparedStatements(pool) (default: yes)
  --database <name>   ${Object.keys(serverVariables).join(', ')} (default: postgres)
  --only <names>      workloads, with commas between them (default: client-credentials-opaque,refresh,code-es256)
  --delay <ms>        what each round trip to the database takes on top, as over a network (default: 0)
  --rounds <n>        rounds, in each of which every fleet has one slice (default: 8)
  --slice <ms>        length of a slice (default: 500)
  --warm-up <s>       processor time before the measurement, for each process (default: 3)
  --connections <n>   keep-alive connections to the processes of a fleet together (default: 64)
  --no-build          measure packages/*/dist as it is
`

/** @throws {TypeError} for an unknown or invalid argument */
export function parseOptions(args: readonly string[]): Options | 'help' {
  const { values } = parseArgs({
    args: args.filter((arg) => arg !== '--'),
    options: {
      processes: { type: 'string', default: '1,2,4' },
      pools: { type: 'string', default: '10' },
      prepared: { type: 'string', default: 'yes' },
      database: { type: 'string', default: 'postgres' },
      only: { type: 'string', default: 'client-credentials-opaque,refresh,code-es256' },
      delay: { type: 'string', default: '0' },
      rounds: { type: 'string', default: '8' },
      slice: { type: 'string', default: '500' },
      'warm-up': { type: 'string', default: '3' },
      connections: { type: 'string', default: '64' },
      'no-build': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return 'help'
  const storage = one('--database', values.database, Object.keys(serverVariables) as (keyof typeof serverVariables)[])
  // mysql2 has no such function to measure with and without.
  const ways = { yes: [true], no: [false], both: [false, true] }[one('--prepared', values.prepared, preparedWays)]
  const fleets = numbers('--processes', values.processes).flatMap((processes) =>
    numbers('--pools', values.pools).flatMap((pool) =>
      (storage === 'postgres' ? ways : [false]).map((prepared) => ({ storage, processes, pool, prepared })),
    ),
  )
  return {
    storage,
    workloads: values.only.split(',').map((name) => one('--only', name, workloads)),
    fleets,
    delay: values.delay === '0' ? 0 : positive('--delay', values.delay),
    rounds: positive('--rounds', values.rounds),
    slice: positive('--slice', values.slice),
    warmUp: positive('--warm-up', values['warm-up']),
    connections: positive('--connections', values.connections),
    build: !values['no-build'],
  }
}

const preparedWays = ['yes', 'no', 'both'] as const

function one<Name extends string>(option: string, value: string, names: readonly Name[]): Name {
  const found = names.find((name) => name === value)
  if (found === undefined) throw new TypeError(`${option}: ${value} is none of ${names.join(', ')}`)
  return found
}

const numbers = (option: string, list: string) => list.split(',').map((value) => positive(option, value))

function positive(option: string, value: string): number {
  const number = Number(value)
  if (!(number > 0)) throw new TypeError(`${option}: ${value} is not a positive number`)
  return number
}
