import { expect, test } from 'vitest'
import {
  cibaForm,
  cibaPath,
  collectForm,
  startApprovedRequest,
  startRequest,
  type WaitingRequest,
} from './back-channel.ts'
import { describeProcesses } from './describe-processes.ts'
import { atEachStatement } from './each-statement.ts'
import type { Answer } from './host.ts'

// Each test kills a process with SIGKILL at each statement of one request of a client or of one decision of its user.
// Another process then continues, like one that a supervisor starts.

const timeout = 300_000

const token = '/oauth2/token'

describeProcesses('a process that is killed while it serves the back channel,', { count: 1 }, (processes) => {
  const { expectTokens } = processes

  const collect = async (request: WaitingRequest, worker = processes.survivor): Promise<Answer | undefined> =>
    (await worker.post(processes.client, token, collectForm(request)))[0]

  test(
    'after a process is killed while a client collects its tokens, the auth_req_id works or is used up together with its grant (C10)',
    async () => {
      const found: ('good' | 'used')[] = []
      const statements = await atEachStatement(
        processes,
        () => startApprovedRequest(processes.survivor, processes.client),
        (worker, request) => collect(request, worker),
        async (request) => {
          const retried = await collect(request)
          if (retried?.status === 200) {
            found.push('good')
            await expectTokens(retried)
          } else {
            found.push('used')
            expect(retried).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
            expect(await processes.survivor.revokeGrants()).toBe(1)
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
        processes,
        () => startRequest(processes.survivor, processes.client),
        (worker, { id }) => worker.decide(id, true),
        async (request) => {
          const again = await processes.survivor.decide(request.id, true)
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
        processes,
        async () => processes.survivor.revokeGrants(),
        async (worker) => worker.post(processes.client, cibaPath, cibaForm),
        async () => {
          expect((await processes.survivor.waiting()).length).toBeLessThanOrEqual(1)
          const request = await startRequest(processes.survivor, processes.client)
          expect(await processes.survivor.decide(request.id, true)).toBe('decided')
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
        processes,
        () => startRequest(processes.survivor, processes.client),
        (worker, request) => collect(request, worker),
        async (request) => {
          expect(await processes.survivor.decide(request.id, true)).toBe('decided')
          await expectTokens(await collect(request))
        },
      )
    },
    timeout,
  )
})
