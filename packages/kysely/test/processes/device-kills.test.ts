import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type SharedDatabase, sharedDatabases } from './databases.ts'
import { answerPage, openPage, pollForm, startApproved, startDevice, type WaitingDevice } from './devices.ts'
import { atEachStatement } from './each-statement.ts'
import { createFleet, type Fleet, type Worker } from './fleet.ts'
import { type Answer, type Client, refreshForm } from './host.ts'

// Each test kills a process with SIGKILL at each statement of one request of a device or of its user. Another process
// then continues, like one that a supervisor starts.

const timeout = 300_000

let fleet: Fleet
beforeAll(async () => {
  fleet = await createFleet()
})
afterAll(() => fleet.close())

const token = '/oauth2/token'

describe.each(sharedDatabases)('a process that is killed while it serves a device, on $name', ({ create }) => {
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
  const poll = async (device: WaitingDevice, worker = survivor): Promise<Answer | undefined> =>
    (await worker.post(client, token, pollForm(device)))[0]

  /** Checks that the device has tokens that work, and that there is one grant, which it then revokes. */
  async function expectTokens(answer: Answer | undefined): Promise<void> {
    expect(answer).toMatchObject({ status: 200 })
    const [introspected] = await survivor.post(client, '/oauth2/introspect', { token: answer?.body.access_token })
    expect(introspected?.body.active).toBe(true)
    const [refreshed] = await survivor.post(client, token, refreshForm(answer?.body.refresh_token))
    expect(refreshed).toMatchObject({ status: 200 })
    expect(await survivor.revokeGrants()).toBe(1)
  }

  test(
    'after a process is killed while a device collects its tokens, the code works or is used up together with its grant (V11)',
    async () => {
      const found: ('good' | 'used')[] = []
      const statements = await atEachStatement(
        scene(),
        () => startApproved(survivor, client),
        (worker, device) => poll(device, worker),
        async (device) => {
          const retried = await poll(device)
          if (retried?.status === 200) {
            found.push('good')
            await expectTokens(retried)
          } else {
            // The response was lost with the process. The user sees the grant among the connected apps, and can end it.
            found.push('used')
            expect(retried).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
            expect(await survivor.revokeGrants()).toBe(1)
          }
        },
      )
      expect(statements).toBeGreaterThanOrEqual(6)
      // Only a process that was killed after the commit has used it up: then, or at the read that follows, or after that.
      expect(found).toEqual(found.map((_, index) => (index < 2 * statements - 3 ? 'good' : 'used')))
      expect(found).toHaveLength(2 * statements)
    },
    timeout,
  )

  test(
    'after a process is killed while the user approves, the approval holds or can be repeated, and the device gets tokens once (V11)',
    async () => {
      const seen = { waiting: 0, answered: 0 }
      await atEachStatement(
        scene(),
        () => startDevice(survivor, client),
        (worker, { page }) => answerPage(worker, page, true),
        async (device) => {
          const again = await answerPage(survivor, device.page, true)
          // The answer was stored and the page was not taken yet: the page says that the request is over.
          if (again.status === 200) seen.waiting++
          else seen.answered++
          const answer = await poll(device)
          await expectTokens(answer)
          expect(await poll(device)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
        },
      )
      expect(seen.waiting).toBeGreaterThan(0)
      expect(seen.answered).toBeGreaterThan(0)
    },
    timeout,
  )

  test(
    'after a process is killed while the user refuses, the device gets no tokens, and the user can refuse with the same code (V07)',
    async () => {
      const errors = new Set<string>()
      await atEachStatement(
        scene(),
        () => startDevice(survivor, client),
        (worker, { page }) => answerPage(worker, page, false),
        async (device) => {
          await answerPage(survivor, device.page, false)
          const early = await poll(device)
          errors.add(early?.body.error)
          // The page was used up before its answer was stored.
          if (early?.body.error === 'authorization_pending') {
            const page = await openPage(survivor, device.userCode)
            expect((await answerPage(survivor, page, false)).status).toBe(200)
          }
          expect(await poll(device)).toMatchObject({ status: 400, body: { error: 'access_denied' } })
          expect(await survivor.grants()).toEqual([])
        },
      )
      for (const error of errors) expect(['access_denied', 'authorization_pending']).toContain(error)
    },
    timeout,
  )

  test(
    'after a process is killed while a device polls, its user can still approve (V10)',
    async () => {
      await atEachStatement(
        scene(),
        () => startDevice(survivor, client),
        (worker, device) => poll(device, worker),
        async (device) => {
          expect((await answerPage(survivor, device.page, true)).status).toBe(200)
          await expectTokens(await poll(device))
        },
      )
    },
    timeout,
  )
})
