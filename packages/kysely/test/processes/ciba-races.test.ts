import { expect, test } from 'vitest'
import { cibaForm, cibaPath, collectForm, startApprovedRequest, startRequest } from './back-channel.ts'
import { count, fifty, statuses } from './crowd.ts'
import { describeProcesses } from './describe-processes.ts'

// Four processes use one database. A client, the page of its user and another client reach any of them.

const token = '/oauth2/token'

describeProcesses('back-channel requests at four processes', { count: 4 }, (processes) => {
  const { at, first, isActive } = processes

  test('of fifty token requests for one approval one gets tokens, which work, and one grant is stored (C10)', async () => {
    for (let round = 0; round < 3; round++) {
      const request = await startApprovedRequest(at(round), processes.client)
      const answers = await fifty(processes.workers, processes.client, token, collectForm(request))
      expect(count(statuses(answers), 200)).toBe(1)
      for (const { status, body } of answers) if (status !== 200) expect(body.error).toBe('invalid_grant')
      const winner = answers.find(({ status }) => status === 200)
      expect(await isActive(winner?.body.access_token)).toBe(true)
      expect(await isActive(winner?.body.refresh_token)).toBe(true)
      expect(await first().grants()).toHaveLength(1)
      expect(await first().revokeGrants()).toBe(1)
    }
  })

  test('of approvals and refusals in all processes exactly one counts, and the client gets just that (C09)', async () => {
    for (let round = 0; round < 8; round++) {
      const request = await startRequest(first(), processes.client)
      const decisions = Array.from({ length: 12 }, (_, index) => (index + round) % 2 === 0)
      const outcomes = await Promise.all(decisions.map((yes, index) => at(index).decide(request.id, yes)))
      expect(count(outcomes, 'decided')).toBe(1)
      expect(count(outcomes, 'already_decided')).toBe(11)
      const approved = decisions[outcomes.indexOf('decided')] === true
      const [polled] = await at(round).post(processes.client, token, collectForm(request))
      if (approved) expect(polled?.status).toBe(200)
      else expect(polled).toMatchObject({ status: 400, body: { error: 'access_denied' } })
      expect(await first().revokeGrants()).toBe(approved ? 1 : 0)
    }
  })

  test('an approval beside polls of the client is not lost, and its tokens are given once (C09, C10)', async () => {
    for (let round = 0; round < 6; round++) {
      const request = await startRequest(at(round), processes.client)
      const [outcome, ...polls] = await Promise.all([
        at(round).decide(request.id, true),
        ...processes.workers.map((worker) => worker.post(processes.client, token, collectForm(request))),
      ])
      expect(outcome).toBe('decided')
      const late = await first().post(processes.client, token, collectForm(request))
      expect(count(statuses([...polls.flat(), ...late]), 200)).toBe(1)
      expect(await first().revokeGrants()).toBe(1)
    }
  })

  test('of requests in all processes only as many reach the user as the limit says (C15)', async () => {
    const other = await first().register()
    const answers = (
      await Promise.all(processes.workers.map((worker) => worker.post(other, cibaPath, cibaForm, 18)))
    ).flat()
    expect(count(statuses(answers), 200)).toBe(60)
    expect(count(statuses(answers), 429)).toBe(12)
    expect(await first().waiting()).toHaveLength(60)
    await first().revokeGrants()
    expect(await first().waiting()).toEqual([])
  })

  test('no token is active after a revocation that ran beside its collection (C10)', async () => {
    for (let round = 0; round < 10; round++) {
      const request = await startApprovedRequest(at(round), processes.client)
      const polls = processes.workers
        .slice(1)
        .map((worker) => worker.post(processes.client, token, collectForm(request), 2))
      if (round % 2 === 1) await new Promise((resolve) => setTimeout(resolve, round))
      await first().revokeGrants()
      for (const { status, body } of (await Promise.all(polls)).flat()) {
        if (status === 200) expect(await isActive(body.access_token)).toBe(false)
        else expect(['invalid_grant', 'access_denied']).toContain(body.error)
      }
      expect(await first().grants()).toEqual([])
    }
  })

  test('no process has reported a failure of a back-channel request', async () => {
    const events = (await Promise.all(processes.workers.map((worker) => worker.events()))).flat()
    expect(count(events, 'ciba.requested')).toBeGreaterThan(20)
    expect(count(events, 'request.failed')).toBe(0)
  })
})
