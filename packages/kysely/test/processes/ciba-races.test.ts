import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cibaForm, cibaPath, collectForm, startApprovedRequest, startRequest } from './back-channel.ts'
import { count, fifty, statuses } from './crowd.ts'
import { sharedDatabases } from './databases.ts'
import { createFleet, type Fleet, type Worker } from './fleet.ts'
import type { Client } from './host.ts'

// Four processes use one database. A client, the page of its user and another client reach any of them.

let fleet: Fleet
beforeAll(async () => {
  fleet = await createFleet()
})
afterAll(() => fleet.close())

const token = '/oauth2/token'

describe.each(sharedDatabases)('back-channel requests at four processes on $name', ({ create }) => {
  let workers: readonly Worker[] = []
  let client: Client
  let drop: () => Promise<void>

  beforeAll(async () => {
    const { address, drop: remove } = await create()
    drop = remove
    workers = await Promise.all(Array.from({ length: 4 }, () => fleet.start({ database: address })))
    await first().migrate()
    client = await first().register()
    for (const worker of workers) await worker.publishedKeys()
  })
  afterAll(async () => {
    await Promise.all(workers.map((worker) => worker.stop()))
    await drop()
  })

  const at = (index: number): Worker => workers[index % workers.length] as Worker
  const first = (): Worker => at(0)
  const isActive = async (text: string): Promise<unknown> =>
    (await first().post(client, '/oauth2/introspect', { token: text }))[0]?.body.active

  test('of fifty token requests for one approval one gets tokens, which work, and one grant is stored (C10)', async () => {
    for (let round = 0; round < 3; round++) {
      const request = await startApprovedRequest(at(round), client)
      const answers = await fifty(workers, client, token, collectForm(request))
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
      const request = await startRequest(first(), client)
      const decisions = Array.from({ length: 12 }, (_, index) => (index + round) % 2 === 0)
      const outcomes = await Promise.all(decisions.map((yes, index) => at(index).decide(request.id, yes)))
      expect(count(outcomes, 'decided')).toBe(1)
      expect(count(outcomes, 'already_decided')).toBe(11)
      const approved = decisions[outcomes.indexOf('decided')] === true
      const [polled] = await at(round).post(client, token, collectForm(request))
      if (approved) expect(polled?.status).toBe(200)
      else expect(polled).toMatchObject({ status: 400, body: { error: 'access_denied' } })
      expect(await first().revokeGrants()).toBe(approved ? 1 : 0)
    }
  })

  test('an approval beside polls of the client is not lost, and its tokens are given once (C09, C10)', async () => {
    for (let round = 0; round < 6; round++) {
      const request = await startRequest(at(round), client)
      const [outcome, ...polls] = await Promise.all([
        at(round).decide(request.id, true),
        ...workers.map((worker) => worker.post(client, token, collectForm(request))),
      ])
      expect(outcome).toBe('decided')
      const late = await first().post(client, token, collectForm(request))
      expect(count(statuses([...polls.flat(), ...late]), 200)).toBe(1)
      expect(await first().revokeGrants()).toBe(1)
    }
  })

  test('of requests in all processes only as many reach the user as the limit says (C15)', async () => {
    const other = await first().register()
    const answers = (await Promise.all(workers.map((worker) => worker.post(other, cibaPath, cibaForm, 18)))).flat()
    expect(count(statuses(answers), 200)).toBe(60)
    expect(count(statuses(answers), 429)).toBe(12)
    expect(await first().waiting()).toHaveLength(60)
    await first().revokeGrants()
    expect(await first().waiting()).toEqual([])
  })

  test('no token is active after a revocation that ran beside its collection (C10)', async () => {
    for (let round = 0; round < 10; round++) {
      const request = await startApprovedRequest(at(round), client)
      const polls = workers.slice(1).map((worker) => worker.post(client, token, collectForm(request), 2))
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
    const events = (await Promise.all(workers.map((worker) => worker.events()))).flat()
    expect(count(events, 'ciba.requested')).toBeGreaterThan(20)
    expect(count(events, 'request.failed')).toBe(0)
  })
})
