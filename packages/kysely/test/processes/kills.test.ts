import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type SharedDatabase, sharedDatabases } from './databases.ts'
import { createFleet, type Fleet, type Worker } from './fleet.ts'
import { type Client, codeForm, refreshForm } from './host.ts'
import { tokensOf } from './tokens.ts'

// The process is ended with SIGKILL at each statement, before the database has run it and after. Another process then
// takes over, as a supervisor would start it.

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
    // The first JWT makes the first key: what follows counts statements without it.
    await survivor.publishedKeys()
  })
  afterAll(async () => {
    await survivor.stop()
    await shared.drop()
  })

  const isActive = async (text: string): Promise<unknown> =>
    (await survivor.post(client, '/oauth2/introspect', { token: text }))[0]?.body.active

  /** A process that has read its keys and checked its tables already. */
  async function startReady(): Promise<Worker> {
    const worker = await fleet.start({ database: shared.address })
    await worker.publishedKeys()
    await worker.grants()
    return worker
  }

  /** Runs `action` in a process that dies at each of its statements, and looks at what is left each time. */
  async function atEachStatement<T>(
    prepare: () => Promise<T>,
    action: (worker: Worker, prepared: T) => Promise<unknown>,
    check: (prepared: T) => Promise<void>,
  ): Promise<number> {
    const whole = await prepare()
    await survivor.arm(undefined)
    await action(survivor, whole)
    const statements = await survivor.statements()
    await survivor.revokeGrants()
    let next = startReady()
    for (let at = 0; at < statements.length; at++) {
      for (const when of ['before', 'after'] as const) {
        const prepared = await prepare()
        const worker = await next
        await worker.arm({ at, when })
        // The next one starts while this one is looked at.
        next = startReady()
        await expect(action(worker, prepared), `${when} ${statements[at]}`).rejects.toThrow('SIGKILL')
        expect(await worker.ended).toBe('SIGKILL')
        await check(prepared)
      }
    }
    await (await next).stop()
    return statements.length
  }

  test(
    'killed in a refresh, the old token goes on, in one family, and acknowledged tokens work (C11)',
    async () => {
      const statements = await atEachStatement(
        async () => tokensOf(survivor, client),
        (worker, { refresh_token }) => worker.post(client, token, refreshForm(refresh_token)),
        async ({ access_token, refresh_token }) => {
          expect(await isActive(access_token)).toBe(true)
          const [retried] = await survivor.post(client, token, refreshForm(refresh_token))
          expect(retried).toMatchObject({ status: 200 })
          // Asked once more, the old token still has the same successor: there is no second family.
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
    'killed in a code exchange, the code is valid or used up, and never makes two families',
    async () => {
      let good = 0
      let used = 0
      const statements = await atEachStatement(
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
            // B09: the answer was lost with the process; nobody gets a second pair for this code.
            used++
            expect(retried).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
            expect(await survivor.grants()).toEqual([])
          }
        },
      )
      expect(statements).toBeGreaterThanOrEqual(6)
      // Only what died after the commit had used the code up.
      expect([good, used]).toEqual([2 * statements - 1, 1])
    },
    timeout,
  )

  test(
    'killed in a rotation of the keys, each algorithm has one key to sign with, and earlier tokens verify',
    async () => {
      const [before] = await survivor.mintFor(client, 1)
      await atEachStatement(
        async () => undefined,
        (worker) => worker.rotateKeys(),
        async () => {
          const worker = await startReady()
          const published = await worker.publishedKeys()
          expect(new Set(published).size).toBe(published.length)
          const [after = ''] = await worker.mintFor(client, 1)
          await worker.stop()
          // The survivor reads keys that it does not know at most once a second.
          await new Promise((resolve) => setTimeout(resolve, 1100))
          expect(await isActive(after)).toBe(true)
          expect(await isActive(before ?? '')).toBe(true)
        },
      )
    },
    timeout,
  )
})
