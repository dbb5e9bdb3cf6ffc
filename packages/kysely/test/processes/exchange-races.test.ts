import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { count, fifty, statuses } from './crowd.ts'
import { sharedDatabases } from './databases.ts'
import { assertedUser, assertionForm, exchangeForm } from './exchange.ts'
import { createFleet, type Fleet, type Worker } from './fleet.ts'
import { type Client, codeForm, issuer, resource } from './host.ts'

// Four processes use one database: assertions that work once, and exchanges beside a revocation.

let fleet: Fleet
beforeAll(async () => {
  fleet = await createFleet()
})
afterAll(() => fleet.close())

const token = '/oauth2/token'

describe.each(sharedDatabases)('four processes that exchange tokens, on $name', ({ create }) => {
  let workers: readonly Worker[] = []
  let client: Client
  let drop: () => Promise<void>

  beforeAll(async () => {
    const { address, drop: remove } = await create()
    drop = remove
    workers = await Promise.all(Array.from({ length: 4 }, () => fleet.start({ database: address })))
    await first().migrate()
    client = await first().register()
    await Promise.all(workers.map((worker) => worker.publishedKeys()))
  })
  afterAll(async () => {
    await Promise.all(workers.map((worker) => worker.stop()))
    await drop()
  })

  const first = (): Worker => workers[0] as Worker
  const isActive = async (text: string): Promise<unknown> =>
    (await first().post(client, '/oauth2/introspect', { token: text }))[0]?.body.active

  test('of fifty requests with one assertion one gets a token, and there is one grant (B05)', async () => {
    for (const grants of [1, 2]) {
      // An opaque token, and then a JWT.
      const form = { ...(await assertionForm(issuer)), ...(grants === 2 && { resource }) }
      const answers = await fifty(workers, client, token, form)
      expect([count(statuses(answers), 200), count(statuses(answers), 400)]).toEqual([1, 49])
      for (const { status, body } of answers) if (status === 400) expect(body.error).toBe('invalid_grant')
      const winner = answers.find(({ status }) => status === 200)
      expect(await isActive(winner?.body.access_token)).toBe(true)
      expect(await first().grants(assertedUser.id)).toHaveLength(grants)
      const [again] = await first().post(client, token, form)
      expect(again).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
    }
  })

  test('no token is active after a revocation that ran beside exchanges, nor one that was exchanged from such a token (X14)', async () => {
    const seen = new Set<number>()
    for (let round = 0; round < 12; round++) {
      // Opaque tokens and JWTs in turn.
      const form = codeForm(await first().authorize(client))
      const [signedIn] = await first().post(client, token, round % 4 < 2 ? form : { ...form, resource })
      const subject: string = signedIn?.body.access_token
      const [before] = await first().post(client, token, exchangeForm(subject))
      const tokens: string[] = [subject, before?.body.access_token]
      const exchanges = workers
        .slice(1)
        .flatMap((worker) => tokens.map((one) => worker.post(client, token, exchangeForm(one), 3)))
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
    const events = (await Promise.all(workers.map((worker) => worker.events()))).flat()
    expect(count(events, 'token.exchanged')).toBeGreaterThan(10)
    expect(count(events, 'request.failed')).toBe(0)
  })
})
