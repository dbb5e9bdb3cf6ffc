import { setTimeout } from 'node:timers/promises'
import type { Sample, Workload } from './protocol.ts'
import { shuffle } from './statistics.ts'
import { type LoadOptions, type Running, type Subject, start } from './subject.ts'

/** One of the servers that are compared, and the load that it is under. */
export interface Contestant {
  readonly name: string
  readonly subject: Subject
  readonly load: Workload
}

export interface CompareOptions extends LoadOptions {
  readonly rounds: number
  /** Milliseconds of a slice, in which one of the servers is under load. */
  readonly slice: number
}

/** The figures of one server, one of each round: those of the same round belong together. */
export interface Reading {
  /** Microseconds of processor time that one request or flow costs the server. */
  readonly cpu: readonly number[]
  /** Microseconds from one answered request or flow to the next. */
  readonly elapsed: readonly number[]
  /** Microseconds of processor time that one request or flow costs the load generator. */
  readonly load: readonly number[]
}

export type Readings = ReadonlyMap<string, Reading>

interface Lane {
  readonly name: string
  readonly running: Running
  readonly cpu: number[]
  readonly elapsed: number[]
  readonly load: number[]
  /** The server's counters at the end of its slice before. */
  last: Sample
}

/**
 * Compares servers that all run at once: in each round, each has a short slice of load, in random order, while the others have
 * nothing to do. So whatever else the machine does slows all of them alike.
 */
export async function compare(contestants: readonly Contestant[], options: CompareOptions): Promise<Readings> {
  const lanes: Lane[] = []
  try {
    for (const { name, subject, load } of contestants) {
      const running = await start(subject, load, options)
      lanes.push({ name, running, cpu: [], elapsed: [], load: [], last: await pause(running) })
    }
    for (let round = 0; round < options.rounds; round++) {
      for (const lane of shuffle(lanes)) await measureSlice(lane, options.slice)
    }
  } finally {
    for (const { running } of lanes) await running.stop()
  }
  return new Map(lanes.map(({ name, cpu, elapsed, load }) => [name, { cpu, elapsed, load }]))
}

async function pause({ pause, server }: Running): Promise<Sample> {
  await pause()
  return server.ask<Sample>({ type: 'sample' })
}

/**
 * A slice begins and ends with an idle server, so every counted request is whole. What the server does between two slices (it
 * collects garbage) counts as well, because the requests before have caused it.
 */
async function measureSlice(lane: Lane, milliseconds: number): Promise<void> {
  const { running } = lane
  const before = await running.resume()
  await setTimeout(milliseconds)
  const after = await running.pause()
  const server = await running.server.ask<Sample>({ type: 'sample' })
  const units = after.units - before.units
  lane.cpu.push(((server.cpu - lane.last.cpu) / units) * 1000)
  lane.elapsed.push(((after.at - before.at) / units) * 1000)
  lane.load.push(((after.cpu - before.cpu) / units) * 1000)
  lane.last = server
}
