import { setTimeout } from 'node:timers/promises'
import { shuffle } from '../statistics.ts'
import type { DatabaseServer } from './database-server.ts'
import type { RunningFleet } from './fleet.ts'
import { machineTime } from './server-time.ts'

export interface SliceOptions {
  readonly rounds: number
  /** Milliseconds of a slice, in which one of the fleets is under load. */
  readonly slice: number
}

/** What one slice has measured. */
export interface Slice {
  /** Requests or flows a second. */
  readonly rate: number
  /** Microseconds of processor time that one request or flow costs the processes, the database server and the load generator. */
  readonly servers: number
  readonly database: number
  readonly load: number
  /** The share of the machine that other work has used meanwhile, from 0 to 1. */
  readonly others: number
}

/** A slice with more other work than this is measured again. */
const quiet = 0.1
const attempts = 3

/** Measures fleets in turn, in short slices, so that a change of the machine meets all of them. Returns the slices of each. */
export async function compareFleets(
  starts: readonly (() => Promise<RunningFleet>)[],
  database: DatabaseServer,
  { rounds, slice }: SliceOptions,
): Promise<readonly (readonly Slice[])[]> {
  const fleets: { readonly running: RunningFleet; readonly slices: Slice[] }[] = []
  try {
    for (const start of starts) fleets.push({ running: await start(), slices: [] })
    for (let round = 0; round < rounds; round++) {
      for (const { running, slices } of shuffle(fleets)) slices.push(await quietSlice(running, database, slice))
    }
  } finally {
    for (const { running } of fleets) await running.stop()
  }
  return fleets.map(({ slices }) => slices)
}

/** Returns the first slice that other work has hardly disturbed, or the best of several. */
async function quietSlice(running: RunningFleet, database: DatabaseServer, milliseconds: number): Promise<Slice> {
  let best: Slice | undefined
  for (let attempt = 0; attempt < attempts; attempt++) {
    await untilQuiet()
    const slice = await measureSlice(running, database, milliseconds)
    if (best === undefined || slice.others < best.others) best = slice
    if (best.others < quiet) break
  }
  return best as Slice
}

/** Waits for at most a second until the machine has nothing to do. */
async function untilQuiet(): Promise<void> {
  for (let attempt = 0; attempt < 10; attempt++) {
    const before = machineTime()
    await setTimeout(100)
    const after = machineTime()
    if (after.busy - before.busy < quiet * (after.all - before.all)) return
  }
}

/** The rate is that of a time in which all connections are busy. Processor time is that of whole requests, until the last is answered. */
async function measureSlice(running: RunningFleet, database: DatabaseServer, milliseconds: number): Promise<Slice> {
  const read = async () => [await running.serverTime(), database.time(), machineTime()] as const
  const [servers, ofDatabase, machine] = await read()
  const start = await running.load('resume')
  await setTimeout(milliseconds)
  const end = await running.load('sample')
  const last = await running.load('pause')
  const [serversAfter, ofDatabaseAfter, machineAfter] = await read()
  const used = [serversAfter - servers, ofDatabaseAfter - ofDatabase, last.cpu - start.cpu] as const
  const units = last.units - start.units
  const busy = machineAfter.busy - machine.busy - used.reduce((sum, time) => sum + time, 0)
  return {
    rate: ((end.units - start.units) / (end.at - start.at)) * 1000,
    servers: (used[0] / units) * 1000,
    database: (used[1] / units) * 1000,
    load: (used[2] / units) * 1000,
    others: busy / (machineAfter.all - machine.all),
  }
}
