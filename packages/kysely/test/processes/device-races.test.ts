import { expect, test } from 'vitest'
import { count, fifty, statuses } from './crowd.ts'
import { describeProcesses } from './describe-processes.ts'
import { answerPage, pollForm, startApproved, startDevice } from './devices.ts'

// Four processes use one database. A device, its user and an attacker reach any of them.

const token = '/oauth2/token'

describeProcesses('devices at four processes', { count: 4 }, (processes) => {
  const { at, first, isActive } = processes

  test('of fifty polls of one approved device one gets tokens, which work, and one grant is stored (V11)', async () => {
    for (let round = 0; round < 3; round++) {
      const device = await startApproved(at(round), processes.client)
      const answers = await fifty(processes.workers, processes.client, token, pollForm(device))
      expect(count(statuses(answers), 200)).toBe(1)
      for (const { status, body } of answers) if (status !== 200) expect(body.error).toBe('invalid_grant')
      const winner = answers.find(({ status }) => status === 200)
      expect(await isActive(winner?.body.access_token)).toBe(true)
      expect(await isActive(winner?.body.refresh_token)).toBe(true)
      expect(await first().grants()).toHaveLength(1)
      expect(await first().revokeGrants()).toBe(1)
    }
  })

  test('of fifty polls of one waiting device one is in time, in all processes together (V10)', async () => {
    const device = await startDevice(first(), processes.client)
    const answers = await fifty(processes.workers, processes.client, token, pollForm(device))
    const errors = answers.map(({ body }) => body.error)
    expect(count(errors, 'authorization_pending')).toBe(1)
    expect(count(errors, 'slow_down')).toBe(49)
  })

  test('of an approval and a refusal in two processes one wins, and the device gets the answer of the winner (V07)', async () => {
    const seen = new Set<boolean>()
    for (let round = 0; round < 12; round++) {
      const { page, ...device } = await startDevice(first(), processes.client)
      // The refusal begins earlier in every other round, so that both win in some of them.
      const yes = () => answerPage(at(round), page, true)
      const no = () => answerPage(at(round + 1), page, false)
      const [one, other] = round % 2 === 0 ? [yes(), no()] : [no(), yes()]
      const [early, late] = await Promise.all([one, other])
      const [approved, denied] = round % 2 === 0 ? [early, late] : [late, early]
      expect([approved.status, denied.status].filter((status) => status === 200)).toHaveLength(1)
      const [polled] = await at(round + 2).post(processes.client, token, pollForm({ ...device, page }))
      seen.add(approved.status === 200)
      if (approved.status === 200) expect(polled?.status).toBe(200)
      else expect(polled).toMatchObject({ status: 400, body: { error: 'access_denied' } })
      expect(await first().revokeGrants()).toBe(approved.status === 200 ? 1 : 0)
    }
    expect(seen.size).toBeGreaterThan(0)
  })

  test('an approval beside polls of the device is not lost, and its tokens are given once (V11)', async () => {
    for (let round = 0; round < 6; round++) {
      const device = await startDevice(first(), processes.client)
      const [approved, ...polls] = await Promise.all([
        answerPage(at(round), device.page, true),
        ...processes.workers.map((worker) => worker.post(processes.client, token, pollForm(device))),
      ])
      expect(approved.status).toBe(200)
      const late = await first().post(processes.client, token, pollForm(device))
      const answers = [...polls.flat(), ...late]
      expect(count(statuses(answers), 200)).toBe(1)
      expect(await first().revokeGrants()).toBe(1)
    }
  })

  test('no token of a device is active after a revocation that ran beside its polls (V13)', async () => {
    for (let round = 0; round < 10; round++) {
      const device = await startApproved(at(round), processes.client)
      const polls = processes.workers
        .slice(1)
        .map((worker) => worker.post(processes.client, token, pollForm(device), 2))
      if (round % 2 === 1) await new Promise((resolve) => setTimeout(resolve, round))
      await first().revokeGrants()
      const answers = (await Promise.all(polls)).flat()
      for (const { status, body } of answers) {
        if (status === 200) expect(await isActive(body.access_token)).toBe(false)
        else expect(['invalid_grant', 'access_denied']).toContain(body.error)
      }
      expect(await first().grants()).toEqual([])
    }
  })

  test('no process has reported a failure', async () => {
    const events = (await Promise.all(processes.workers.map((worker) => worker.events()))).flat()
    expect(count(events, 'device.requested')).toBeGreaterThan(20)
    expect(count(events, 'request.failed')).toBe(0)
  })
})
