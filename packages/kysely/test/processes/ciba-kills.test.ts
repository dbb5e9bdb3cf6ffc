import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  cibaForm,
  cibaPath,
  collectForm,
  startApprovedRequest,
  startRequest,
  type WaitingRequest,
} from './back-channel.ts'
import { type SharedDatabase, sharedDatabases } from './databases.ts'
import { atEachStatement } from './each-statement.ts'
import { createFleet, type Fleet, type Worker } from './fleet.ts'
import { type Answer, type Client, refreshForm } from './host.ts'

// Each test kills a process with SIGKILL at each statement of one request of a client or of one decision of its user.
// Another process then continues, like one that a supervisor starts.

const timeout = 300_000

let fleet: Fleet
beforeAll(async () => {
  fleet = await createFleet()
})
afterAll(() => fleet.close())

const token = '/oauth2/token'

describe.each(sharedDatabases)('a process that is killed while it serves the back channel, on $name', ({ create }) => {
  let shared: SharedDatabase
  let survivor: Worker
  let client: Client

  beforeAll(async () => {
    shared = await create()
    survivor = await fleet.start({ database: shared.address })
    await survivor.migrate()
    client = await survivor.register()
    // The first JWT makes the first key. Make it here, so that its statements are not counted.
    await survivor.publishedKeys()
  })
  afterAll(async () => {
    await survivor.stop()
    await shared.drop()
  })

  const scene = () => ({ fleet, shared, survivor })
  const collect = async (request: WaitingRequest, worker = survivor): Promise<Answer | undefined> =>
    (await worker.post(client, token, collectForm(request)))[0]

  /** Checks that the client has tokens that work, and that there is one grant, which it then revokes. */
  async function expectTokens(answer: Answer | undefined): Promise<void> {
    expect(answer).toMatchObject({ status: 200 })
    const [introspected] = await survivor.post(client, '/oauth2/introspect', { token: answer?.body.access_token })
    expect(introspected?.body.active).toBe(true)
    const [refreshed] = await survivor.post(client, token, refreshForm(answer?.body.refresh_token))
    expect(refreshed).toMatchObject({ status: 200 })
    expect(await survivor.revokeGrants()).toBe(1)
  }

  test(
    'after a process is killed while a client collects its tokens, the auth_req_id works or is used up together with its grant (C10)',
    async () => {
      const found: ('good' | 'used')[] = []
      const statements = await atEachStatement(
        scene(),
        () => startApprovedRequest(survivor, client),
        (worker, request) => collect(request, worker),
        async (request) => {
          const retried = await collect(request)
          if (retried?.status === 200) {
            found.push('good')
            await expectTokens(retried)
          } else {
            found.push('used')
            expect(retried).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
            expect(await survivor.revokeGrants()).toBe(1)
          }
        },
      )
      expect(statements).toBeGreaterThanOrEqual(5)
      // Only a process that was killed after the commit has used it up: then, or at the read that follows, or after that.
      expect(found).toEqual(found.map((_, index) => (index < 2 * statements - 3 ? 'good' : 'used')))
      expect(found).toHaveLength(2 * statements)
    },
    timeout,
  )

  test(
    'after a process is killed while the host decides, the decision counts or can be repeated, and the client gets tokens once (C09)',
    async () => {
      const seen = new Map<string, number>()
      await atEachStatement(
        scene(),
        () => startRequest(survivor, client),
        (worker, { id }) => worker.decide(id, true),
        async (request) => {
          const again = await survivor.decide(request.id, true)
          seen.set(again, (seen.get(again) ?? 0) + 1)
          await expectTokens(await collect(request))
          expect(await collect(request)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
        },
      )
      expect([...seen.keys()].sort()).toEqual(['already_decided', 'decided'])
    },
    timeout,
  )

  test(
    'after a process is killed while a client asks, the client can ask again, and at most the lost request waits beside it (C06)',
    async () => {
      await atEachStatement(
        scene(),
        async () => survivor.revokeGrants(),
        async (worker) => worker.post(client, cibaPath, cibaForm),
        async () => {
          expect((await survivor.waiting()).length).toBeLessThanOrEqual(1)
          const request = await startRequest(survivor, client)
          expect(await survivor.decide(request.id, true)).toBe('decided')
          await expectTokens(await collect(request))
        },
      )
    },
    timeout,
  )

  test(
    'after a process is killed while a client polls, the user can still approve (C08)',
    async () => {
      await atEachStatement(
        scene(),
        () => startRequest(survivor, client),
        (worker, request) => collect(request, worker),
        async (request) => {
          expect(await survivor.decide(request.id, true)).toBe('decided')
          await expectTokens(await collect(request))
        },
      )
    },
    timeout,
  )
})
