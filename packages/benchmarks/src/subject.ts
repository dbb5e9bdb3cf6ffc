import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { Child } from './child.ts'
import { packagesOf, paths } from './paths.ts'
import type { LoadSettings, Question, Sample, ServerSettings, Target, Workload } from './protocol.ts'

/** A server that is measured. */
export type Subject = Pick<ServerSettings, 'kind' | 'storage' | 'expired' | 'features' | 'logsTo'> & {
  /** Another checkout, whose built packages are measured instead of those of this one. */
  readonly checkout?: string
}

/** A server under load: its process, and that of its load generator. */
export interface Running {
  readonly server: Child
  readonly pause: () => Promise<Sample>
  readonly resume: () => Promise<Sample>
  readonly sample: () => Promise<{ readonly server: Sample; readonly load: Sample }>
  readonly stop: () => Promise<void>
}

export interface LoadOptions {
  readonly connections: number
  /** Seconds of load before the measurement, in which the code is compiled. */
  readonly warmUp: number
}

/** Starts a server with an empty database, and a load generator. Returns after the warm-up; the load goes on. */
export async function start(subject: Subject, load: Workload, options: LoadOptions): Promise<Running> {
  const directory = mkdtempSync(join(tmpdir(), 'oauth-benchmark-'))
  const { checkout, ...served } = subject
  const packages = checkout === undefined ? paths : packagesOf(checkout)
  const settings: ServerSettings = { ...served, directory, core: packages.core, kysely: packages.kysely }
  const server = new Child('server', settings)
  let generator: Child | undefined

  async function stop(): Promise<void> {
    await generator?.stop()
    await server.stop()
    rmSync(directory, { recursive: true, force: true })
  }

  try {
    const target = await server.hear<Target>()
    const { connections } = options
    const loader = new Child('load', {
      load,
      targets: [target],
      connections,
      spins: true,
      bare: subject.kind === 'bare',
    } satisfies LoadSettings)
    generator = loader
    await loader.hear()
    await setTimeout(options.warmUp * 1000)
    const tell = (type: Question['type']) => loader.ask<Sample>({ type } as Question)
    return {
      server,
      pause: () => tell('pause'),
      resume: () => tell('resume'),
      async sample() {
        const [ofServer, ofLoad] = await Promise.all([server.ask<Sample>({ type: 'sample' }), tell('sample')])
        return { server: ofServer, load: ofLoad }
      },
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}
