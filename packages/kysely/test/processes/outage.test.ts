import Database from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { DatabaseLink } from '../support/link.ts'
import type { Commands } from './commands.ts'
import { createFile } from './databases.ts'
import { createFleet, type Fleet } from './fleet.ts'
import { type Answer, type Client, codeForm, refreshForm } from './host.ts'
import { type FragileProvider, outageKinds } from './outages.ts'
import { tokensOf } from './tokens.ts'

// The database becomes unreachable and returns. No request hangs, no data are lost, and no client gets a 500.

let fleet: Fleet
beforeAll(async () => {
  fleet = await createFleet()
})
afterAll(() => fleet.close())

const token = '/oauth2/token'
const timeoutSeconds = 1

function expectUnavailable(answers: readonly Answer[]): void {
  for (const { status, retryAfter, body } of answers) {
    expect([status, body.error]).toEqual([503, 'temporarily_unavailable'])
    expect(Number(retryAfter)).toBeGreaterThan(0)
  }
}

describe.each(outageKinds)('an outage of $name', ({ start }) => {
  let provider: FragileProvider
  let worker: Commands
  let link: DatabaseLink
  let client: Client

  beforeAll(async () => {
    provider = await start(fleet, timeoutSeconds)
    worker = provider.commands
    link = provider.link
    await worker.migrate()
    client = await worker.register()
    await worker.publishedKeys()
  }, 180_000)
  afterAll(() => provider.stop())

  test('while the database refuses connections clients get 503 at once, and their tokens work afterwards', async () => {
    const { access_token, refresh_token } = await tokensOf(worker, client)
    const code = await worker.authorize(client)
    await link.goDown()
    const began = performance.now()
    expectUnavailable(await worker.post(client, token, refreshForm(refresh_token), 10))
    expectUnavailable(await worker.post(client, token, codeForm(code)))
    expectUnavailable(await worker.post(client, '/oauth2/introspect', { token: access_token }))
    expect(performance.now() - began).toBeLessThan(3 * (timeoutSeconds + 1) * 1000)
    await link.comeBack()
    const [refreshed] = await worker.post(client, token, refreshForm(refresh_token))
    expect(refreshed?.status).toBe(200)
    const [exchanged] = await worker.post(client, token, codeForm(code))
    expect(exchanged?.status).toBe(200)
    const [introspected] = await worker.post(client, '/oauth2/introspect', { token: access_token })
    expect(introspected?.body.active).toBe(true)
    expect(await worker.revokeGrants()).toBe(2)
  })

  test('connections that died during an outage cause no failed request afterwards', async () => {
    await Promise.all([tokensOf(worker, client), tokensOf(worker, client), tokensOf(worker, client)])
    await link.goDown()
    await link.comeBack()
    const answers = await worker.post(client, '/oauth2/introspect', { token: 'none' }, 10)
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 200))
    expect(await worker.revokeGrants()).toBe(3)
  })

  test('while the database does not answer no request hangs, and the old token works afterwards', async () => {
    const { refresh_token } = await tokensOf(worker, client)
    link.stall()
    const began = performance.now()
    expectUnavailable(await worker.post(client, token, refreshForm(refresh_token), 5))
    expect(performance.now() - began).toBeLessThan((timeoutSeconds + 2) * 1000)
    await link.goDown()
    link.resume()
    await link.comeBack()
    const [refreshed] = await worker.post(client, token, refreshForm(refresh_token))
    expect(refreshed).toMatchObject({ status: 200 })
    const [next] = await worker.post(client, token, refreshForm(refreshed?.body.refresh_token))
    expect(next).toMatchObject({ status: 200 })
    expect(await worker.revokeGrants()).toBe(1)
  })

  test.each(['before', 'after'] as const)(
    'after a commit that fails %s it took effect, the client still has a token that works',
    async (when) => {
      const { access_token, refresh_token } = await tokensOf(worker, client)
      link.on(/commit/i, when)
      const [answer] = await worker.post(client, token, refreshForm(refresh_token))
      // The server does not know whether the commit took effect, so it does not repeat it. The client repeats its request.
      expectUnavailable(answer === undefined ? [] : [answer])
      const [retried] = await worker.post(client, token, refreshForm(refresh_token))
      expect(retried).toMatchObject({ status: 200 })
      const [twin] = await worker.post(client, token, refreshForm(refresh_token))
      expect(twin?.body.refresh_token).toBe(retried?.body.refresh_token)
      const [introspected] = await worker.post(client, '/oauth2/introspect', { token: access_token })
      expect(introspected?.body.active).toBe(true)
      expect(await worker.revokeGrants()).toBe(1)
    },
  )
})

// For SQLite, a lock is an outage: another process, such as a backup or a migration, has locked the file.
test('while another process has the SQLite file locked clients get 503, and their tokens work afterwards', async () => {
  const shared = await createFile('sqlite')
  const worker = await fleet.start({ database: shared.address, timeoutSeconds })
  await worker.migrate()
  const client = await worker.register()
  const { refresh_token } = await tokensOf(worker, client)
  const code = await worker.authorize(client)
  const other = new Database(shared.address.file)
  try {
    other.exec('begin exclusive')
    const answers = [
      ...(await worker.post(client, token, refreshForm(refresh_token))),
      ...(await worker.post(client, token, codeForm(code))),
    ]
    expectUnavailable(answers)
    other.exec('rollback')
    expect((await worker.post(client, token, refreshForm(refresh_token)))[0]).toMatchObject({ status: 200 })
    expect((await worker.post(client, token, codeForm(code)))[0]).toMatchObject({ status: 200 })
  } finally {
    other.close()
    await worker.stop()
    await shared.drop()
  }
})
