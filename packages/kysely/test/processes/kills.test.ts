import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type SharedDatabase, sharedDatabases } from './databases.ts'
import { atEachStatement, startReady } from './each-statement.ts'
import { createFleet, type Fleet, type Worker } from './fleet.ts'
import { type Client, codeForm, refreshForm } from './host.ts'
import { tokensOf } from './tokens.ts'

// Each test kills a process with SIGKILL at each statement, before and after the database has run it. Another process
// then continues, like one that a supervisor starts.

const timeout = 180_000

let fleet: Fleet
beforeAll(async () => {
  fleet = await createFleet()
})
afterAll(() => fleet.close())

const token = '/oauth2/token'

describe.each(sharedDatabases)('a process that is killed, on $name', ({ create }) => {
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

  /** Whether a token is active. What is not an answer about the token is returned whole, so that a failure shows it. */
  const isActive = async (text: string | undefined): Promise<unknown> => {
    if (text === undefined) throw new Error('there is no token to ask about')
    const [answer] = await survivor.post(client, '/oauth2/introspect', { token: text })
    return answer?.status === 200 ? answer.body.active : answer
  }

  test(
    'after a process is killed in a refresh, the old token still works, in one family, and tokens that were sent work (C11)',
    async () => {
      const statements = await atEachStatement(
        { fleet, shared, survivor },
        async () => tokensOf(survivor, client),
        (worker, { refresh_token }) => worker.post(client, token, refreshForm(refresh_token)),
        async ({ access_token, refresh_token }) => {
          expect(await isActive(access_token)).toBe(true)
          const [retried] = await survivor.post(client, token, refreshForm(refresh_token))
          expect(retried).toMatchObject({ status: 200 })
          // A further refresh with the old token gives the same successor, so there is no second family.
          const [twin] = await survivor.post(client, token, refreshForm(refresh_token))
          expect(twin?.body.refresh_token).toBe(retried?.body.refresh_token)
          const [next] = await survivor.post(client, token, refreshForm(retried?.body.refresh_token))
          expect(next).toMatchObject({ status: 200 })
          expect(await survivor.grants()).toHaveLength(1)
          expect(await survivor.revokeGrants()).toBe(1)
        },
      )
      expect(statements).toBeGreaterThanOrEqual(6)
    },
    timeout,
  )

  test(
    'after a process is killed in a code exchange, the code is valid or used up, and never makes two families',
    async () => {
      let good = 0
      let used = 0
      const statements = await atEachStatement(
        { fleet, shared, survivor },
        async () => survivor.authorize(client),
        (worker, code) => worker.post(client, token, codeForm(code)),
        async (code) => {
          const [retried] = await survivor.post(client, token, codeForm(code))
          if (retried?.status === 200) {
            good++
            expect(await isActive(retried.body.access_token)).toBe(true)
            const [refreshed] = await survivor.post(client, token, refreshForm(retried.body.refresh_token))
            expect(refreshed).toMatchObject({ status: 200 })
            expect(await survivor.revokeGrants()).toBe(1)
          } else {
            // The response was lost with the process, and the code gives no second pair of tokens (B09).
            used++
            expect(retried).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
            expect(await survivor.grants()).toEqual([])
          }
        },
      )
      expect(statements).toBeGreaterThanOrEqual(6)
      // Only a process that was killed after the commit has used the code up.
      expect([good, used]).toEqual([2 * statements - 1, 1])
    },
    timeout,
  )

  test(
    'after a process is killed in a key rotation, each algorithm has one signing key, and earlier tokens verify',
    async () => {
      const [before] = await survivor.mintFor(client, 1)
      await atEachStatement(
        { fleet, shared, survivor },
        async () => undefined,
        (worker) => worker.rotateKeys(),
        async () => {
          const worker = await startReady(fleet, shared)
          const published = await worker.publishedKeys()
          expect(new Set(published).size).toBe(published.length)
          const [after] = await worker.mintFor(client, 1)
          await worker.stop()
          // The surviving process reads unknown keys at most once a second.
          await new Promise((resolve) => setTimeout(resolve, 1100))
          expect(await isActive(after)).toBe(true)
          expect(await isActive(before)).toBe(true)
        },
      )
    },
    timeout,
  )
})
