import { expect, test } from 'vitest'
import { describeProcesses } from './describe-processes.ts'
import { atEachStatement } from './each-statement.ts'
import { assertedUser, assertionForm, exchangeForm } from './exchange.ts'
import { issuer } from './host.ts'
import { tokensOf } from './tokens.ts'

// Each test kills a process with SIGKILL at each statement of one request. Another process then continues.

const timeout = 300_000

const token = '/oauth2/token'

describeProcesses('a process that is killed while it exchanges tokens,', { count: 1 }, (processes) => {
  const { isActive } = processes

  test(
    'after a process is killed while it takes an assertion, the assertion works once or is used up, and a new one works (B05)',
    async () => {
      let good = 0
      let used = 0
      const grants = async () => (await processes.survivor.grants(assertedUser.id)).length
      let before = 0
      const statements = await atEachStatement(
        processes,
        async () => {
          before = await grants()
          return assertionForm(issuer)
        },
        (worker, form) => worker.post(processes.client, token, form),
        async (form) => {
          const left = (await grants()) - before
          const [retried] = await processes.survivor.post(processes.client, token, form)
          if (retried?.status === 200) {
            good++
            expect([left, await isActive(retried.body.access_token)]).toEqual([0, true])
            expect(await grants()).toBe(before + 1)
          } else {
            used++
            expect(retried).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
            // The response was lost with the process. The user sees the grant and can end it.
            expect(left).toBeLessThanOrEqual(1)
            const [next] = await processes.survivor.post(processes.client, token, await assertionForm(issuer))
            expect(next).toMatchObject({ status: 200 })
          }
          const [again] = await processes.survivor.post(processes.client, token, form)
          expect(again).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
        },
      )
      expect(good + used).toBe(2 * statements)
      expect(good).toBeGreaterThan(0)
      // A process that was killed after the commit has used the assertion up.
      expect(used).toBeGreaterThan(0)
    },
    timeout,
  )

  test(
    'after a process is killed in an exchange, the subject token works and can be exchanged, and all ends with its grant (X14)',
    async () => {
      const statements = await atEachStatement(
        processes,
        async () => tokensOf(processes.survivor, processes.client),
        (worker, { access_token }) => worker.post(processes.client, token, exchangeForm(access_token)),
        async ({ access_token }) => {
          const [retried] = await processes.survivor.post(processes.client, token, exchangeForm(access_token))
          expect(retried).toMatchObject({ status: 200 })
          const tokens: string[] = [access_token, retried?.body.access_token]
          for (const one of tokens) expect(await isActive(one)).toBe(true)
          expect(await processes.survivor.grants()).toHaveLength(1)
          expect(await processes.survivor.revokeGrants()).toBe(1)
          for (const one of tokens) expect(await isActive(one)).toBe(false)
        },
      )
      expect(statements).toBeGreaterThanOrEqual(3)
    },
    timeout,
  )
})
