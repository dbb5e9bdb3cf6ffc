import { cpus } from 'node:os'
import { buildPackages, buildProcesses } from '../build.ts'
import { median } from '../statistics.ts'
import { line } from '../table.ts'
import { compareFleets, type Slice } from './compare-fleets.ts'
import { type DatabaseServer, openServer } from './database-server.ts'
import { type Fleet, startFleet } from './fleet.ts'
import { type Options, parseOptions, usage } from './options.ts'

const print = (text: string) => process.stdout.write(`${text}\n`)

/**
 * Measures how many requests a second processes of ours answer that share a database of a server, by their number, by the size of
 * their pools, and with and without `preparedStatements`: and what a request costs them and the database server.
 */
async function benchmark(database: DatabaseServer, options: Options): Promise<void> {
  const { connections, rounds, slice, warmUp, delay } = options
  print(`${new Date().toISOString().slice(0, 10)}, ${cpus().length} cores, ${cpus()[0]?.model.trim()},`)
  print(`Node ${process.versions.node}, ${database.version}, ${connections} connections over HTTP,`)
  print(`${rounds} rounds of ${slice} ms after ${warmUp} s a process, round trips ${delay} ms longer.`)
  for (const load of options.workloads) {
    const starts = options.fleets.map((fleet) => () => startFleet(database, fleet, load, options))
    printTable(load, options.fleets, await compareFleets(starts, database, options))
  }
}

function printTable(load: string, fleets: readonly Fleet[], measured: readonly (readonly Slice[])[]): void {
  const titles = ['a second', 'of the first', 'our CPU, µs', 'database CPU, µs', 'load CPU, µs', 'other work']
  print('')
  print(line([`${load}: processes × pool`, ...titles]))
  print(line(['---', ...titles.map(() => '--:')]))
  const middle = (slices: readonly Slice[] | undefined, member: keyof Slice) =>
    median((slices ?? []).map((slice) => slice[member]))
  for (const [index, fleet] of fleets.entries()) {
    const slices = measured[index]
    const rate = middle(slices, 'rate')
    const times = `${(rate / middle(measured[0], 'rate')).toFixed(2)} ×`
    const costs = (['servers', 'database', 'load'] as const).map((member) => middle(slices, member).toFixed(0))
    print(line([titleOf(fleet), rate.toFixed(0), times, ...costs, `${(middle(slices, 'others') * 100).toFixed(0)} %`]))
  }
}

function titleOf({ storage, processes, pool, prepared }: Fleet): string {
  const text = `${processes} × ${pool}`
  return storage === 'postgres' ? `${text}, ${prepared ? 'prepared' : 'plain'}` : text
}

/** @throws {Error} when the fleets of one table may need more connections than the server accepts */
function checkConnections({ fleets, connections }: Options, database: DatabaseServer): void {
  const most = fleets.reduce((sum, { processes, pool }) => sum + Math.min(processes * pool, connections), 0)
  // PostgreSQL keeps three for administrators, and one is ours.
  if (most > database.connections - 4) {
    throw new Error(
      `the fleets need ${most} connections and the server accepts ${database.connections}: measure fewer --processes or --pools at once`,
    )
  }
}

const options = parseOptions(process.argv.slice(2))
if (options === 'help') {
  print(usage)
} else {
  const database = await openServer(options.storage)
  try {
    checkConnections(options, database)
    if (options.build) buildPackages()
    await buildProcesses()
    await benchmark(database, options)
  } finally {
    await database.close()
  }
}
