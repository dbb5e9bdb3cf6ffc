import { parseArgs } from 'node:util'
import { type StorageName, type Workload, workloads } from './protocol.ts'

export interface Options {
  readonly workloads: readonly Workload[]
  readonly storages: readonly Exclude<StorageName, 'postgres'>[]
  readonly rounds: number
  readonly seconds: number
  readonly connections: number
  /** Measure by the server's processor time instead of the elapsed time. */
  readonly cpu: boolean
  readonly profile: boolean
  readonly build: boolean
}

export const usage = `npx -y pnpm@10 benchmark [options]

  --only <names>      workloads, with commas between them: ${workloads.join(', ')};
                      the beginning of a name means all that begin with it
  --storage <names>   memory, sqlite or both with a comma (default: both)
  --rounds <n>        rounds of which the median counts (default: 3)
  --seconds <n>       length of a round (default: 1.25)
  --connections <n>   keep-alive connections (default: 32)
  --cpu               figures for a second of the server's processor time instead of a second of time:
                      what to compare on a machine that is doing other things as well
  --profile           write a CPU profile of the server for each workload and print where its time goes
  --no-build          measure packages/*/dist as it is
`

/** @throws {TypeError} for an unknown or invalid argument */
export function parseOptions(args: readonly string[]): Options | 'help' {
  const { values } = parseArgs({
    args: args.filter((arg) => arg !== '--'),
    options: {
      only: { type: 'string' },
      storage: { type: 'string' },
      rounds: { type: 'string', default: '3' },
      seconds: { type: 'string', default: '1.25' },
      connections: { type: 'string', default: '32' },
      cpu: { type: 'boolean', default: false },
      profile: { type: 'boolean', default: false },
      'no-build': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return 'help'
  return {
    workloads: choose('--only', values.only, workloads),
    storages: choose('--storage', values.storage, ['memory', 'sqlite']),
    rounds: positive('--rounds', values.rounds),
    seconds: positive('--seconds', values.seconds),
    connections: positive('--connections', values.connections),
    cpu: values.cpu,
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
