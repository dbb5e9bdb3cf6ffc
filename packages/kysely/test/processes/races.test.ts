import { decodeProtectedHeader } from 'jose'
import { expect, test } from 'vitest'
import { count, fifty, statuses } from './crowd.ts'
import { libsqlFiles } from './databases.ts'
import { describeProcesses } from './describe-processes.ts'
import type { Worker } from './fleet.ts'
import { codeForm, refreshForm } from './host.ts'
import { tokensOf } from './tokens.ts'

// Four processes use one database, like a provider that runs on several machines.

describeProcesses('four processes', { count: 4, empty: true, keyCacheSeconds: 1, also: libsqlFiles }, (processes) => {
  const { at, first, isActive } = processes

  test('four processes migrate at the same time, and all of them find the tables', async () => {
    await Promise.all(processes.workers.map((worker) => worker.migrate()))
    await Promise.all(processes.workers.map((worker) => worker.migrate()))
    for (const worker of processes.workers) expect(await worker.grants()).toEqual([])
  })

  test('four processes that start at the same time make one key for each algorithm', async () => {
    const published = await Promise.all(processes.workers.map((worker) => worker.publishedKeys()))
    expect(published[0]).toHaveLength(1)
    for (const keys of published) expect(keys).toEqual(published[0])
  })

  test('of fifty redemptions of one code one succeeds, and at most one grant has tokens (B10)', async () => {
    const client = await first().register()
    const answers = await fifty(processes.workers, client, '/oauth2/token', codeForm(await first().authorize(client)))
    expect(count(statuses(answers), 200)).toBe(1)
    expect(count(statuses(answers), 400)).toBe(49)
    for (const { status, body } of answers) if (status === 400) expect(body.error).toBe('invalid_grant')
    // The client redeemed the code twice, so its first tokens are revoked.
    const winner = answers.find(({ status }) => status === 200)
    expect(await isActive(winner?.body.access_token, client)).toBe(false)
    expect(await isActive(winner?.body.refresh_token, client)).toBe(false)
    expect(await first().grants()).toEqual([])
  })

  test('fifty refreshes with one token get one successor in one family (C05)', async () => {
    const client = await first().register()
    const { refresh_token } = await tokensOf(first(), client)
    const answers = await fifty(processes.workers, client, '/oauth2/token', refreshForm(refresh_token))
    expect(count(statuses(answers), 200)).toBe(50)
    expect(new Set(answers.map(({ body }) => body.refresh_token)).size).toBe(1)
    expect(new Set(answers.map(({ body }) => body.access_token)).size).toBe(50)
    for (const { body } of answers) expect(await isActive(body.access_token, client)).toBe(true)
    expect(await first().grants()).toHaveLength(1)
    // The successor works, and the family continues with it.
    const [next] = await first().post(client, '/oauth2/token', refreshForm(answers[0]?.body.refresh_token))
    expect(next?.status).toBe(200)
    expect(await first().revokeGrants()).toBe(1)
  })

  test('no token is active after a revocation that ran beside refreshes (C06)', async () => {
    const client = await first().register()
    const seen = new Set<number>()
    for (let round = 0; round < 12; round++) {
      const { access_token, refresh_token } = await tokensOf(first(), client)
      const refreshes = processes.workers
        .slice(1)
        .map((worker) => worker.post(client, '/oauth2/token', refreshForm(refresh_token), 4))
      // Revoke early in one round, and after some responses in the next, so that both orders occur at any speed.
      if (round % 2 === 0) await new Promise((resolve) => setTimeout(resolve, round))
      else await Promise.race(refreshes)
      await first().revokeGrants()
      const answers = (await Promise.all(refreshes)).flat()
      const tokens = [access_token, refresh_token]
      for (const { status, body } of answers) {
        seen.add(status)
        if (status === 200) tokens.push(body.access_token, body.refresh_token)
        else expect([status, body.error]).toEqual([400, 'invalid_grant'])
      }
      for (const token of tokens) expect(await isActive(token, client)).toBe(false)
      expect(await first().grants()).toEqual([])
    }
    expect(seen.has(200)).toBe(true)
  })

  test('nothing is left after an application was disconnected beside exchanges and refreshes in other processes (C15)', async () => {
    const client = await first().register(false)
    const [, second, third, fourth] = processes.workers as readonly [Worker, Worker, Worker, Worker]
    const seen = new Set<number>()
    for (let round = 0; round < 6; round++) {
      const { access_token, refresh_token } = await tokensOf(first(), client)
      const code = await first().authorize(client)
      const requests = [
        second.post(client, '/oauth2/token', refreshForm(refresh_token), 4),
        third.post(client, '/oauth2/token', codeForm(code)),
        fourth.post(client, '/oauth2/token', refreshForm(refresh_token), 4),
      ]
      if (round % 2 === 0) await new Promise((resolve) => setTimeout(resolve, round))
      else await Promise.race(requests)
      await Promise.all([first().disconnectApp(client), second.disconnectApp(client)])
      const answers = (await Promise.all(requests)).flat()
      const tokens = [access_token, refresh_token]
      for (const { status, body } of answers) {
        seen.add(status)
        if (status === 200) tokens.push(body.access_token, body.refresh_token)
        else expect([status, body.error]).toEqual([400, 'invalid_grant'])
      }
      for (const token of tokens) expect(await isActive(token, client)).toBe(false)
      expect(await first().apps()).toEqual([])
      expect(await first().consents()).toEqual([])
    }
    expect(seen.has(200)).toBe(true)
  }, 90_000)

  test('a rotation of the keys under load causes no refused token, and all processes have the same keys in the end', async () => {
    const client = await first().register()
    const [minted] = await Promise.all([
      Promise.all(processes.workers.map((worker) => worker.mintFor(client, 3000))),
      (async () => {
        for (let rotation = 0; rotation < 3; rotation++) {
          await new Promise((resolve) => setTimeout(resolve, 600))
          // Two processes rotate at once, and make one new generation.
          await Promise.all([at(rotation).rotateKeys(), at(rotation + 1).rotateKeys()])
        }
      })(),
    ])
    const tokens = minted.flat()
    expect(new Set(tokens.map((token) => decodeProtectedHeader(token).kid)).size).toBeGreaterThan(1)
    // Each process caches the keys for a second.
    await new Promise((resolve) => setTimeout(resolve, 2100))
    const published = await Promise.all(processes.workers.map((worker) => worker.publishedKeys()))
    for (const keys of published) expect(keys).toEqual(published[0])
    const sample = tokens.filter((_, index) => index % Math.ceil(tokens.length / 100) === 0)
    for (const [index, token] of sample.entries()) {
      const [answer] = await at(index).post(client, '/oauth2/introspect', { token })
      expect(answer?.body.active).toBe(true)
    }
  })

  test('four processes can purge at the same time while they serve requests', async () => {
    const client = await first().register()
    const [answers] = await Promise.all([
      fifty(processes.workers, client, '/oauth2/token', { grant_type: 'client_credentials' }),
      ...processes.workers.map((worker) => worker.purge()),
    ])
    expect(count(statuses(answers), 200)).toBe(50)
    for (const { body } of answers) expect(await isActive(body.access_token, client)).toBe(true)
  })

  test('no process has reported a failure', async () => {
    const events = (await Promise.all(processes.workers.map((worker) => worker.events()))).flat()
    expect(events.length).toBeGreaterThan(100)
    expect(count(events, 'request.failed')).toBe(0)
  })
})
