import { setTimeout } from 'node:timers/promises'
import { Child } from '../child.ts'
import { paths } from '../paths.ts'
import type { LoadSettings, Question, Sample, ServerSettings, StorageName, Target, Workload } from '../protocol.ts'
import type { LoadOptions } from '../subject.ts'
import type { DatabaseServer } from './database-server.ts'
import { delayedLink } from './delay.ts'

/** Several processes of one provider on one database. */
export interface Fleet {
  readonly storage: StorageName
  readonly processes: number
  /** The size of the pool of each process. */
  readonly pool: number
  readonly prepared: boolean
}

/** A fleet that is started, whose requests are held. */
export interface RunningFleet {
  /** Lets the requests go on, holds them again, or just reads the counters of the load generator. */
  load(order: 'resume' | 'pause' | 'sample'): Promise<Sample>
  /** Milliseconds of processor time of all its processes so far. */
  serverTime(): Promise<number>
  stop(): Promise<void>
}

export interface FleetOptions extends LoadOptions {
  /** Milliseconds that each round trip to the database takes on top. 0: no proxy. */
  readonly delay: number
}

let made = 0

/**
 * Starts the processes on an empty database, and one load generator whose connections are spread over them. Warms them up until
 * they have used `warmUp` seconds of processor time each, or for five times as long.
 */
export async function startFleet(
  database: DatabaseServer,
  { storage, processes, pool, prepared }: Fleet,
  load: Workload,
  { connections, warmUp, delay }: FleetOptions,
): Promise<RunningFleet> {
  const name = `oauth_benchmark_${process.pid}_${++made}`
  const address = await database.create(name)
  const link = delay > 0 ? await delayedLink(address, delay) : undefined
  const children: Child[] = []

  async function stop(): Promise<void> {
    for (const child of children.reverse()) await child.stop()
    link?.close()
    await database.drop(name)
  }

  async function startProcess(clients?: Target['clients']): Promise<Target> {
    const { core, kysely } = paths
    const settings: ServerSettings = {
      kind: 'provider',
      storage,
      directory: '',
      core,
      kysely,
      database: { url: link?.url ?? address, pool, prepared },
      ...(clients && { clients }),
    }
    const server = new Child('server', settings, false)
    children.push(server)
    return server.hear<Target>()
  }

  try {
    const first = await startProcess()
    const others = Array.from({ length: processes - 1 }, () => startProcess(first.clients))
    const targets = [first, ...(await Promise.all(others))]
    const servers = [...children]
    const settings: LoadSettings = { load, targets, connections, spins: false, bare: false }
    const loader = new Child('load', settings, false)
    children.push(loader)
    await loader.hear()
    const tell = (type: Question['type']) => loader.ask<Sample>({ type } as Question)
    const serverTime = async () => {
      const samples = await Promise.all(servers.map((server) => server.ask<Sample>({ type: 'sample' })))
      return samples.reduce((sum, { cpu }) => sum + cpu, 0)
    }
    const warm = (await serverTime()) + warmUp * processes * 1000
    for (let wait = 0; wait < 5 * warmUp * processes && (await serverTime()) < warm; wait += 0.2) await setTimeout(200)
    await tell('pause')
    return { load: tell, serverTime, stop }
  } catch (error) {
    await stop()
    throw error
  }
}
