import type { Fleet, Worker } from '../processes/fleet.ts'
import { type Audit, audit, halves } from './audit.ts'
import { type HttpClient, httpClient } from './http-client.ts'
import { emptyJournal, type Journal } from './journal.ts'
import { type PostgresPair, startPair } from './postgres-pair.ts'
import { startTraffic } from './traffic.ts'

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

/** Processes of a provider on a pair of PostgreSQL servers, and a client that knows them all. */
export interface Scene {
  readonly pair: PostgresPair
  readonly workers: readonly Worker[]
  readonly client: HttpClient
  readonly journal: Journal
  close(): Promise<void>
}

export interface SceneOptions {
  readonly programs: string
  readonly processes: number
  readonly durable?: boolean
  readonly timeoutSeconds?: number
}

export async function openScene(fleet: Fleet, options: SceneOptions): Promise<Scene> {
  const { processes, timeoutSeconds } = options
  const pair = await startPair(options)
  const workers: Worker[] = []
  const close = async () => {
    await Promise.all(workers.map((worker) => worker.stop()))
    await pair.close()
  }
  try {
    const database = { kind: 'servers', urls: [pair.primary.url, pair.standby.url] } as const
    const settings = { database, opaque: true, ...(timeoutSeconds !== undefined && { timeoutSeconds }) }
    workers.push(...(await Promise.all(Array.from({ length: processes }, () => fleet.start(settings)))))
    await workers[0]?.migrate()
    const registered = await (workers[0] as Worker).register()
    const ports = await Promise.all(workers.map((worker) => worker.listen()))
    const journal = emptyJournal()
    const client = httpClient(ports, registered, journal)
    return {
      ...{ pair, workers, client, journal },
      async close() {
        client.close()
        await close()
      },
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** What a failover took, in milliseconds since the primary was killed. */
export interface Times {
  /** When the standby was told to become the primary: the time in which a cluster manager notices the loss. */
  readonly told: number
  /** When the former standby could be written to. */
  readonly promoted: number
  /** For each process, when the first request began that got an answer again, and when it was answered. */
  readonly processes: readonly { readonly began: number; readonly answered: number }[]
}

export interface RoundOptions {
  readonly users: number
  /** Milliseconds of traffic before the kill and after the promotion. */
  readonly before: number
  readonly after: number
  /** Milliseconds until the standby is told to become the primary. */
  readonly notice: number
  /** How the primary is lost. `freeze`: it stops answering, and its connections stay open. Default: `kill`. */
  readonly loss?: 'kill' | 'freeze'
}

export interface Round {
  readonly times: Times
  readonly audit: Audit
}

/** Lets users work, loses the primary meanwhile, promotes the standby, and audits what was acknowledged. */
export async function failOver(scene: Scene, options: RoundOptions): Promise<Round> {
  const { pair, workers, client, journal } = scene
  const { users, before, after, notice, loss = 'kill' } = options
  const traffic = startTraffic(client, journal, workers.length, users)
  await pause(before)
  const lost = performance.now()
  pair.primary[loss]()
  await pause(notice)
  const told = performance.now() - lost
  await pair.promote()
  const promoted = performance.now() - lost
  const isBack = () =>
    workers.every((_, number) =>
      journal.samples.some((one) => one.process === number && one.isAnswered && one.began - lost > promoted),
    )
  for (const end = performance.now() + 20_000; !isBack() && performance.now() < end; ) await pause(20)
  await pause(after)
  await traffic.stop()
  const processes = workers.map((_, number) => {
    const first = journal.samples
      .filter((one) => one.process === number && one.isAnswered && one.ended - lost > told)
      .sort((a, b) => a.ended - b.ended)[0]
    return { began: (first?.began ?? Number.NaN) - lost, answered: (first?.ended ?? Number.NaN) - lost }
  })
  const problems: string[] = []
  for (const [what, text] of Object.entries(halves)) {
    for (const row of await pair.standby.query(text)) problems.push(`${what}: ${JSON.stringify(row)}`)
  }
  const { problems: found, counts } = await audit(client, journal, workers.length)
  return { times: { told, promoted, processes }, audit: { problems: [...problems, ...found], counts } }
}
