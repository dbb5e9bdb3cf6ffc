import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { Child } from './child.ts'
import type { Options } from './options.ts'
import { paths } from './paths.ts'
import type { Load, LoadSettings, Purged, Sample, ServerSettings, Target } from './protocol.ts'

export interface Figure {
  /** Requests or flows a second: the median of the rounds. With `--cpu`, a second of the server's processor time. */
  readonly rate: number
  /** The slowest and the fastest round. */
  readonly range: readonly [number, number]
  /** Processor time of a request or flow on either side, microseconds. The load's must be the smaller one. */
  readonly serverTime: number
  readonly loadTime: number
  /** What purging beside it came to. */
  readonly purged?: Purged
}

export type Subject = Pick<ServerSettings, 'kind' | 'storage' | 'expired'> & {
  readonly bridge?: ServerSettings['bridge']
  /** Purges beside the load: batches of so many rows, with a pause after each that is so many times as long as it took. */
  readonly purge?: { readonly limit: number; readonly rest: number }
}

/** Hot code and a filled connection pool before anything counts. */
const warmUp = 1000

/** A fresh server and a fresh load generator; with `profile`, where the server's time goes is written there. */
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
