import { setTimeout } from 'node:timers/promises'
import type { Purged, Workload } from './protocol.ts'
import { median } from './statistics.ts'
import { type LoadOptions, type Running, type Subject, start } from './subject.ts'

export interface Figure {
  /** Requests or flows per second, the median of the rounds. With `cpu`: per second of the server's processor time. */
  readonly rate: number
  /** Microseconds of processor time that one request or flow costs the server. */
  readonly serverTime: number
  /** The result of the purge that ran at the same time. */
  readonly purged?: Purged
}

export interface MeasureOptions extends LoadOptions {
  readonly rounds: number
  /** The length of a round. */
  readonly seconds: number
  readonly cpu?: boolean
  /** Purges during the load, in batches of `limit` rows. The pause after a batch is `rest` times as long as the batch took. */
  readonly purge?: { readonly limit: number; readonly rest: number }
  /** Write a profile of the server to this file. */
  readonly profile?: string
}

/** Measures one server alone. To compare servers, use `compare`. */
export async function measure(subject: Subject, load: Workload, options: MeasureOptions): Promise<Figure> {
  const { purge, profile } = options
  const running = await start(subject, load, options)
  const { server } = running
  try {
    if (profile !== undefined) await server.ask({ type: 'profile-start' })
    if (purge !== undefined) await server.ask({ type: 'purge-start', ...purge })
    const figure = await measureRounds(running, options)
    const purged = purge && (await server.ask<Purged>({ type: 'purge-stop' }))
    if (profile !== undefined) await server.ask({ type: 'profile-stop', file: profile })
    return purged === undefined ? figure : { ...figure, purged }
  } finally {
    await running.stop()
  }
}

async function measureRounds(running: Running, options: MeasureOptions): Promise<Figure> {
  const rates: number[] = []
  const serverTimes: number[] = []
  for (let round = 0; round < options.rounds; round++) {
    const before = await running.sample()
    await setTimeout(options.seconds * 1000)
    const after = await running.sample()
    const units = after.load.units - before.load.units
    const cpu = after.server.cpu - before.server.cpu
    rates.push((units / (options.cpu ? cpu : after.load.at - before.load.at)) * 1000)
    serverTimes.push((cpu / units) * 1000)
  }
  return { rate: median(rates), serverTime: median(serverTimes) }
}
