import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { Child } from './child.ts'
import type { Options } from './options.ts'
import { paths } from './paths.ts'
import type { Load, LoadSettings, Purged, Sample, ServerSettings, Target } from './protocol.ts'

export interface Figure {
  /** Requests or flows per second, the median of the rounds. With `--cpu`: per second of the server's processor time. */
  readonly rate: number
  /** The rates of the slowest and the fastest round. */
  readonly range: readonly [number, number]
  /**
   * Microseconds of processor time that one request or flow costs the server. It must exceed `loadTime`, or the load
   * generator is the limit.
   */
  readonly serverTime: number
  readonly loadTime: number
  /** The result of the purge that ran at the same time. */
  readonly purged?: Purged
}

export type Subject = Pick<ServerSettings, 'kind' | 'storage' | 'expired' | 'features'> & {
  readonly bridge?: ServerSettings['bridge']
  /** Purges during the load, in batches of `limit` rows. The pause after a batch is `rest` times as long as the batch took. */
  readonly purge?: { readonly limit: number; readonly rest: number }
}

/** Milliseconds of load before the measurement, so that the code is compiled and the connection pool is full. */
const warmUp = 1000

/** Measures a new server process with a new load generator. With `profile`, writes a profile of the server to that file. */
export async function measure(
  { purge, ...subject }: Subject,
  load: Load,
  options: Pick<Options, 'connections' | 'rounds' | 'seconds' | 'cpu'>,
  profile?: string,
): Promise<Figure> {
  const directory = mkdtempSync(join(tmpdir(), 'oauth-benchmark-'))
  const { core, kysely } = paths
  const settings: ServerSettings = { bridge: 'hono', ...subject, directory, core, kysely }
  const server = new Child('server', settings)
  try {
    const target = await server.hear<Target>()
    const generator = new Child('load', { load, target, connections: options.connections } satisfies LoadSettings)
    try {
      await generator.hear()
      await setTimeout(warmUp)
      if (profile !== undefined) await server.ask({ type: 'profile-start' })
      if (purge !== undefined) await server.ask({ type: 'purge-start', ...purge })
      const rounds = await measureRounds(server, generator, options)
      const purged = purge && (await server.ask<Purged>({ type: 'purge-stop' }))
      if (profile !== undefined) await server.ask({ type: 'profile-stop', file: profile })
      return purged === undefined ? rounds : { ...rounds, purged }
    } finally {
      await generator.stop()
    }
  } finally {
    await server.stop()
    rmSync(directory, { recursive: true, force: true })
  }
}

async function measureRounds(
  server: Child,
  generator: Child,
  options: Pick<Options, 'rounds' | 'seconds' | 'cpu'>,
): Promise<Figure> {
  const rates: number[] = []
  const serverTimes: number[] = []
  const loadTimes: number[] = []
  for (let round = 0; round < options.rounds; round++) {
    const before = await sampleBoth(server, generator)
    await setTimeout(options.seconds * 1000)
    const after = await sampleBoth(server, generator)
    const units = after.load.units - before.load.units
    const time = options.cpu ? after.server.cpu - before.server.cpu : after.load.at - before.load.at
    rates.push((units / time) * 1000)
    serverTimes.push(((after.server.cpu - before.server.cpu) / units) * 1000)
    loadTimes.push(((after.load.cpu - before.load.cpu) / units) * 1000)
  }
  const range = [Math.min(...rates), Math.max(...rates)] as const
  return { rate: median(rates), range, serverTime: median(serverTimes), loadTime: median(loadTimes) }
}

async function sampleBoth(server: Child, generator: Child): Promise<{ server: Sample; load: Sample }> {
  const question = { type: 'sample' } as const
  const [ofServer, ofLoad] = await Promise.all([server.ask<Sample>(question), generator.ask<Sample>(question)])
  return { server: ofServer, load: ofLoad }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? 0
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2
}
