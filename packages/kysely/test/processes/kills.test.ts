import { expect, test } from 'vitest'
import { libsqlFiles } from './databases.ts'
import { describeProcesses } from './describe-processes.ts'
import { atEachStatement, startReady } from './each-statement.ts'
import { codeForm, refreshForm } from './host.ts'
import { tokensOf } from './tokens.ts'

// Each test kills a process with SIGKILL at each statement, before and after the database has run it. Another process
// then continues, like one that a supervisor starts.

const timeout = 180_000

const token = '/oauth2/token'

describeProcesses('a process that is killed,', { count: 1, also: libsqlFiles }, (processes) => {
  const { isActive } = processes
  /** PostgreSQL gets what a flow writes in one statement. */
  function leastStatements(): number {
    const { address } = processes.shared
    return address.kind === 'server' && address.url.startsWith('postgres') ? 5 : 6
  }

  test(
    'after a process is killed in a refresh, the old token still works, in one family, and tokens that were sent work (C11)',
    async () => {
      const statements = await atEachStatement(
        processes,
        async () => tokensOf(processes.survivor, processes.client),
        (worker, { refresh_token }) => worker.post(processes.client, token, refreshForm(refresh_token)),
        async ({ access_token, refresh_token }) => {
          expect(await isActive(access_token)).toBe(true)
          const [retried] = await processes.survivor.post(processes.client, token, refreshForm(refresh_token))
          expect(retried).toMatchObject({ status: 200 })
          // A further refresh with the old token gives the same successor, so there is no second family.
          const [twin] = await processes.survivor.post(processes.client, token, refreshForm(refresh_token))
          expect(twin?.body.refresh_token).toBe(retried?.body.refresh_token)
          const [next] = await processes.survivor.post(
            processes.client,
            token,
            refreshForm(retried?.body.refresh_token),
          )
          expect(next).toMatchObject({ status: 200 })
          expect(await processes.survivor.grants()).toHaveLength(1)
          expect(await processes.survivor.revokeGrants()).toBe(1)
        },
      )
      expect(statements).toBeGreaterThanOrEqual(leastStatements())
    },
    timeout,
  )

  test(
    'after a process is killed in a code exchange, the code is valid or used up, and never makes two families',
    async () => {
      let good = 0
      let used = 0
      const statements = await atEachStatement(
        processes,
        async () => processes.survivor.authorize(processes.client),
        (worker, code) => worker.post(processes.client, token, codeForm(code)),
        async (code) => {
          const [retried] = await processes.survivor.post(processes.client, token, codeForm(code))
          if (retried?.status === 200) {
            good++
            expect(await isActive(retried.body.access_token)).toBe(true)
            const [refreshed] = await processes.survivor.post(
              processes.client,
              token,
              refreshForm(retried.body.refresh_token),
            )
            expect(refreshed).toMatchObject({ status: 200 })
            expect(await processes.survivor.revokeGrants()).toBe(1)
          } else {
            // The response was lost with the process, and the code gives no second pair of tokens (B09).
            used++
            expect(retried).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
            expect(await processes.survivor.grants()).toEqual([])
          }
        },
      )
      expect(statements).toBeGreaterThanOrEqual(leastStatements())
      // Only a process that was killed after the commit has used the code up.
      expect([good, used]).toEqual([2 * statements - 1, 1])
    },
    timeout,
  )

  test(
    'after a process is killed while it disconnects an application, a second call leaves nothing: no consent, no grant, no token (C15)',
    async () => {
      const asking = await processes.survivor.register(false)
      // The mark of a withdrawal is there already, which is the longer way.
      await processes.survivor.disconnectApp(asking)
      const statements = await atEachStatement(
        processes,
        async () => ({
          ...(await tokensOf(processes.survivor, asking)),
          code: await processes.survivor.authorize(asking),
        }),
        (worker) => worker.disconnectApp(asking),
        async ({ access_token, refresh_token, code }) => {
          await processes.survivor.disconnectApp(asking)
          expect(await processes.survivor.apps()).toEqual([])
          expect(await processes.survivor.consents()).toEqual([])
          expect(await isActive(access_token, asking)).toBe(false)
          for (const form of [refreshForm(refresh_token), codeForm(code)]) {
            const [answer] = await processes.survivor.post(asking, token, form)
            expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
          }
          expect(await processes.survivor.disconnectApp(asking)).toBe(false)
        },
      )
      // The consents (two), the mark (three), the grants, and the consents again.
      expect(statements).toBeGreaterThanOrEqual(7)
    },
    // Seven statements, and two sign-ins before each kill.
    2 * timeout,
  )

  test(
    'after a process is killed in a key rotation, each algorithm has one signing key, and earlier tokens verify',
    async () => {
      const [before] = await processes.survivor.mintFor(processes.client, 1)
      await atEachStatement(
        processes,
        async () => undefined,
        (worker) => worker.rotateKeys(),
        async () => {
          const worker = await startReady(processes.fleet, processes.shared)
          const published = await worker.publishedKeys()
          expect(new Set(published).size).toBe(published.length)
          const [after] = await worker.mintFor(processes.client, 1)
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
