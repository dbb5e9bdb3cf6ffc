import { afterAll, beforeAll, describe, expect } from 'vitest'
import type { WorkerSettings } from './address.ts'
import { type DatabaseKind, type SharedDatabase, sharedDatabases } from './databases.ts'
import { createFleet, type Fleet, type Worker } from './fleet.ts'
import { type Answer, type Client, refreshForm } from './host.ts'

/** Processes of one provider on one database. They run, and the client is registered, once the first test begins. */
export interface Processes {
  readonly fleet: Fleet
  readonly shared: SharedDatabase
  readonly workers: readonly Worker[]
  /** A client that users trust. */
  readonly client: Client
  /** The process that a test which kills others never kills. */
  readonly survivor: Worker
  first(): Worker
  /** Returns a process by a number of any size, so that rounds of a test go to the processes in turn. */
  at(index: number): Worker
  /** Whether a token is active. What is not an answer about the token is returned whole, so that a failure shows it. */
  isActive(token: string | undefined, by?: Client): Promise<unknown>
  /** Checks that the client has tokens that work, and that there is one grant, which it then revokes. */
  expectTokens(answer: Answer | undefined): Promise<void>
}

export interface ProcessesOptions extends Omit<WorkerSettings, 'database'> {
  readonly count: number
  /** Leaves the database empty: without tables, keys and a client. Default `false`. */
  readonly empty?: boolean
  /** Databases beside those on which all of these tests run. */
  readonly also?: readonly DatabaseKind[]
}

/** Describes tests for each database that several processes can use. Call it once in a file, on its first level. */
export function describeProcesses(
  title: string,
  { count, empty = false, also = [], ...settings }: ProcessesOptions,
  tests: (processes: Processes) => void,
): void {
  let fleet: Fleet
  beforeAll(async () => {
    fleet = await createFleet()
  })
  afterAll(() => fleet.close())

  describe.each([...sharedDatabases, ...also])(`${title} on $name`, ({ create }) => {
    let shared: SharedDatabase
    let workers: readonly Worker[] = []
    let client: Client | undefined

    beforeAll(async () => {
      shared = await create()
      const { address: database } = shared
      workers = await Promise.all(Array.from({ length: count }, () => fleet.start({ ...settings, database })))
      if (empty) return
      await at(0).migrate()
      client = await at(0).register()
      // The first JWT makes the first key. Make it here, so that a test does not count its statements.
      for (const worker of workers) await worker.publishedKeys()
    })
    afterAll(async () => {
      await Promise.all(workers.map((worker) => worker.stop()))
      await shared.drop()
    })

    const at = (index: number): Worker => workers[index % workers.length] as Worker

    const processes: Processes = {
      get fleet() {
        return fleet
      },
      get shared() {
        return shared
      },
      get workers() {
        return workers
      },
      get client() {
        if (client === undefined) throw new Error('the database began empty: register a client')
        return client
      },
      get survivor() {
        return at(0)
      },
      first: () => at(0),
      at,
      async isActive(token, by = processes.client) {
        if (token === undefined) throw new Error('there is no token to ask about')
        const [answer] = await at(0).post(by, '/oauth2/introspect', { token })
        return answer?.status === 200 ? answer.body.active : answer
      },
      async expectTokens(answer) {
        expect(answer).toMatchObject({ status: 200 })
        expect(await processes.isActive(answer?.body.access_token)).toBe(true)
        const form = refreshForm(answer?.body.refresh_token)
        const [refreshed] = await at(0).post(processes.client, '/oauth2/token', form)
        expect(refreshed).toMatchObject({ status: 200 })
        expect(await at(0).revokeGrants()).toBe(1)
      },
    }
    tests(processes)
  })
}
