import { mkdirSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { buildPackages, buildProcesses } from './build.ts'
import { pinned } from './child.ts'
import { compare, type Readings } from './compare.ts'
import { measure } from './measure.ts'
import { type Options, parseOptions, usage } from './options.ts'
import { paths } from './paths.ts'
import { type Comparison, planFeatures, planWorkloads } from './plan.ts'
import { reportProfile } from './profile.ts'
import { median } from './statistics.ts'
import { figuresOf, head, microseconds, percentOf, row, type TableColumn, timesOf } from './table.ts'

const print = (text: string) => process.stdout.write(`${text}\n`)
/** Prints progress to standard error, because standard output is the tables and may go into a file. */
const tell = (text: string) => process.stderr.write(`${text}\n`)

const workloadColumns = (before: string | undefined): readonly TableColumn[] => [
  microseconds('bare node:http', 'bare'),
  microseconds('floor', 'floor'),
  microseconds('SQLite', 'sqlite'),
  percentOf('of floor', 'sqlite', 'floor'),
  percentOf('of bare', 'sqlite', 'bare'),
  ...(before === undefined ? [] : [microseconds('before', 'before'), percentOf('of before', 'sqlite', 'before')]),
  microseconds('memory', 'memory'),
  percentOf('of bare', 'memory', 'bare'),
  microseconds('oidc-provider', 'oidc-provider'),
  timesOf('of SQLite', 'oidc-provider', 'sqlite'),
]

const featureColumns = [
  microseconds('plain', 'plain'),
  microseconds('with the feature', 'feature'),
  timesOf('ratio', 'feature', 'plain'),
]

async function benchmark(options: Options): Promise<void> {
  const cores = pinned ? 'servers and load on a core each' : 'processes not kept on cores of their own'
  const { connections, rounds, slice, warmUp } = options
  print(
    `Microseconds of ${options.realTime ? 'time' : 'server CPU'} a request (code flow). ${new Date().toISOString().slice(0, 10)},`,
  )
  print(`${cpus()[0]?.model.trim()}, Node ${process.versions.node}, ${connections} connections, ${cores},`)
  print(`${rounds} rounds of ${slice} ms after ${warmUp} s.`)
  if (options.tables.includes('workloads')) {
    await printTable(planWorkloads(options), workloadColumns(options.before), options)
  }
  if (options.tables.includes('features')) await printTable(planFeatures(options), featureColumns, options)
}

async function printTable(
  comparisons: readonly Comparison[],
  columns: readonly TableColumn[],
  options: Options,
): Promise<void> {
  if (comparisons.length === 0) return
  print(`\n${head(columns)}`)
  for (const { title, contestants } of comparisons) {
    const readings = await compare(contestants, options)
    print(row(title, columns, figuresOf(readings, options.realTime)))
    tellReadings(title, readings)
  }
}

/** If the load generator needs as much time as the server, the server sleeps between two requests and its figure is too high. */
function tellReadings(title: string, readings: Readings): void {
  const texts = [...readings].map(([name, { cpu, elapsed, load }]) => {
    const [server, time, generator] = [cpu, elapsed, load].map((values) => median(values).toFixed(0))
    return `${name} ${server} (of ${time}, load ${generator})`
  })
  tell(`${title}, median µs: ${texts.join(', ')}`)
}

async function profile(options: Options): Promise<void> {
  mkdirSync(paths.profiles, { recursive: true })
  const { connections, warmUp, rounds, slice } = options
  for (const { title, contestants } of [...planWorkloads(options), ...planFeatures(options)]) {
    for (const { name, subject, load } of contestants) {
      if (subject.kind !== 'provider' || name === 'plain') continue
      const file = join(paths.profiles, `${load}-${name}.cpuprofile`)
      const seconds = (rounds * slice) / 1000
      const { serverTime } = await measure(subject, load, { connections, warmUp, rounds: 1, seconds, profile: file })
      print(`\n## ${title}, ${name}: ${serverTime.toFixed(0)} µs of processor time each\n`)
      print(`${reportProfile(file, serverTime)}\n\n${file}`)
    }
  }
}

const options = parseOptions(process.argv.slice(2))
if (options === 'help') {
  print(usage)
} else {
  if (options.build) buildPackages()
  await buildProcesses()
  await (options.profile ? profile(options) : benchmark(options))
}
