import { expect, test } from 'vitest'
import { count, fifty, statuses } from './crowd.ts'
import { describeProcesses } from './describe-processes.ts'
import { assertedUser, assertionForm, exchangeForm } from './exchange.ts'
import { codeForm, issuer, resource } from './host.ts'

// Four processes use one database: assertions that work once, and exchanges beside a revocation.

const token = '/oauth2/token'

describeProcesses('four processes that exchange tokens,', { count: 4 }, (processes) => {
  const { first, isActive } = processes

  test('of fifty requests with one assertion one gets a token, and there is one grant (B05)', async () => {
    for (const grants of [1, 2]) {
      // An opaque token, and then a JWT.
      const form = { ...(await assertionForm(issuer)), ...(grants === 2 && { resource }) }
      const answers = await fifty(processes.workers, processes.client, token, form)
      expect([count(statuses(answers), 200), count(statuses(answers), 400)]).toEqual([1, 49])
      for (const { status, body } of answers) if (status === 400) expect(body.error).toBe('invalid_grant')
      const winner = answers.find(({ status }) => status === 200)
      expect(await isActive(winner?.body.access_token)).toBe(true)
      expect(await first().grants(assertedUser.id)).toHaveLength(grants)
      const [again] = await first().post(processes.client, token, form)
      expect(again).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
    }
  })

  test('no token is active after a revocation that ran beside exchanges, nor one that was exchanged from such a token (X14)', async () => {
    const seen = new Set<number>()
    for (let round = 0; round < 12; round++) {
      // Opaque tokens and JWTs in turn.
      const form = codeForm(await first().authorize(processes.client))
      const [signedIn] = await first().post(processes.client, token, round % 4 < 2 ? form : { ...form, resource })
      const subject: string = signedIn?.body.access_token
      const [before] = await first().post(processes.client, token, exchangeForm(subject))
      const tokens: string[] = [subject, before?.body.access_token]
      const exchanges = processes.workers
        .slice(1)
        .flatMap((worker) => tokens.map((one) => worker.post(processes.client, token, exchangeForm(one), 3)))
      // Revoke early in one round, and after some responses in the next, so that both orders occur at any speed.
      if (round % 2 === 0) await new Promise((resolve) => setTimeout(resolve, round))
      else await Promise.race(exchanges)
      await first().revokeGrants()
      for (const { status, body } of (await Promise.all(exchanges)).flat()) {
        seen.add(status)
        if (status === 200) tokens.push(body.access_token)
        else expect([status, body.error]).toEqual([400, 'invalid_request'])
      }
      for (const one of tokens) expect(await isActive(one)).toBe(false)
      expect(await first().grants()).toEqual([])
    }
    expect(seen).toEqual(new Set([200, 400]))
  })

  test('no process that exchanged tokens has reported a failure', async () => {
    const events = (await Promise.all(processes.workers.map((worker) => worker.events()))).flat()
    expect(count(events, 'token.exchanged')).toBeGreaterThan(10)
    expect(count(events, 'request.failed')).toBe(0)
  })
})
