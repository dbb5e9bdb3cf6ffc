import { mkdirSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { buildPackages, buildProcesses } from './build.ts'
import { pinned } from './child.ts'
import { measure } from './measure.ts'
import { type Options, parseOptions, usage } from './options.ts'
import { paths } from './paths.ts'
import { planRuns } from './plan.ts'
import { reportProfile } from './profile.ts'
import { type Measured, short, table } from './table.ts'

const print = (text: string) => process.stdout.write(`${text}\n`)
/** Prints progress to standard error, because standard output is the table and may go into a file. */
const tell = (text: string) => process.stderr.write(`${text}\n`)

async function benchmark(options: Options): Promise<void> {
  const measured: Measured[] = []
  const runs = planRuns(options)
  for (const [index, { column, load, subject }] of runs.entries()) {
    const figure = await measure(subject, load, options)
    measured.push({ column, load, figure })
    const [slowest, fastest] = figure.range.map(short)
    const times = `server ${figure.serverTime.toFixed(1)} µs, load ${figure.loadTime.toFixed(1)} µs`
    tell(`${index + 1}/${runs.length}  ${load}, ${column}: ${short(figure.rate)} (${slowest} to ${fastest}), ${times}`)
  }
  const cores = pinned ? 'server and load on a core each' : 'processes not kept on cores of their own'
  const second = options.cpu ? 'a second of the server’s processor time' : 'a second'
  print(
    `Requests (code flows) ${second}; ${cpus()[0]?.model.trim()}, Node ${process.versions.node}, ${options.connections} connections, ${cores}\n`,
  )
  print(table(measured))
}

async function profile(options: Options): Promise<void> {
  mkdirSync(paths.profiles, { recursive: true })
  for (const { column, load, subject } of planRuns(options)) {
    if (column !== 'memory' && column !== 'sqlite') continue
    const file = join(paths.profiles, `${load}-${column}.cpuprofile`)
    const { serverTime } = await measure(subject, load, options, file)
    print(`\n## ${load}, ${column}: ${serverTime.toFixed(0)} µs of processor time each\n`)
    print(`${reportProfile(file, serverTime)}\n\n${file}`)
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
