import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { memoryStorage } from '@oauth/core/memory'
import { nodeListener } from '@oauth/core/node'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { postgresPrograms } from '../../../../test/machine/servers.ts'
import { createFleet, type Fleet } from '../processes/fleet.ts'
import { type Client, createHost } from '../processes/host.ts'
import { audit } from './audit.ts'
import { httpClient } from './http-client.ts'
import { emptyJournal, type Journal } from './journal.ts'
import { failOver, openScene, type Scene, type SceneOptions } from './round.ts'
import { startTraffic } from './traffic.ts'

describe('the audit of a failover', () => {
  /** Lets users work on a provider in memory, and gives what they noted to `change` before the audit. */
  async function auditAfter(change: (journal: Journal) => void) {
    const host = createHost(memoryStorage(), 60, true)
    const server = createServer(nodeListener(host.provider)).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const journal = emptyJournal()
    const client = httpClient([port, port], (await host.register()) as Client, journal)
    try {
      const traffic = startTraffic(client, journal, 2, 6)
      await expect.poll(() => journal.grants.length, { timeout: 20_000 }).toBeGreaterThan(30)
      await traffic.stop()
      expect(journal.faults).toEqual([])
      change(journal)
      return await audit(client, journal, 2)
    } finally {
      client.close()
      server.close()
    }
  }

  test('without a failover the audit finds acknowledged actions of each kind, and no problem', async () => {
    const { problems, counts } = await auditAfter(() => undefined)
    expect(problems).toEqual([])
    const { happened, notHappened, ...acknowledged } = counts
    for (const [kind, number] of Object.entries(acknowledged)) expect([kind, number > 0]).toEqual([kind, true])
    expect([happened, notHappened]).toEqual([0, 0])
  })

  test.each<readonly [string, (journal: Journal) => void]>([
    ['an acknowledged access token is lost', ({ grants }) => grants.find(isLive)?.accessTokens.push('lost')],
    [
      'an acknowledged token of the client itself is lost',
      ({ machineTokens }) => void machineTokens.push('a token that was lost'),
    ],
    [
      'an acknowledged refresh token is lost: 400 invalid_grant',
      ({ grants }) => Object.assign(grants.find(isLive) ?? {}, { refreshToken: 'lost' }),
    ],
    [
      'a rotated refresh token is active again',
      ({ grants }) => {
        const entry = grants.find(isLive)
        entry?.rotated.push(entry.refreshToken as string)
      },
    ],
    [
      'a revoked access token is active again',
      ({ grants }) => {
        const entry = grants.find(isLive)
        entry?.revokedTokens.push(...entry.accessTokens)
      },
    ],
    [
      'a token of a revoked grant is active again',
      ({ grants }) => Object.assign(grants.find(isLive) ?? {}, { revoked: 'yes' }),
    ],
    [
      'a redeemed code gave tokens again',
      ({ grants }) => Object.assign(grants.find(({ redeemed }) => redeemed === 'no') ?? {}, { redeemed: 'yes' }),
    ],
    [
      'an acknowledged code gave tokens 0 times',
      ({ grants }) => Object.assign(grants.find(({ redeemed }) => redeemed === 'yes') ?? {}, { redeemed: 'no' }),
    ],
  ])('the audit finds that %s', async (problem, change) => {
    const { problems } = await auditAfter(change)
    expect(problems).toContain(problem)
  })
})

const isLive = ({ redeemed, revoked, accessTokens }: Journal['grants'][number]): boolean =>
  redeemed === 'yes' && revoked === 'no' && accessTokens.length > 0

/** Milliseconds. A machine that is busy starts servers and processes slowly. */
const timeout = 180_000

describe.each(postgresPrograms)('a PostgreSQL pair of %s', (programs) => {
  let fleet: Fleet
  let scene: Scene | undefined
  beforeAll(async () => {
    fleet = await createFleet()
  })
  afterAll(() => fleet.close())
  afterEach(async () => {
    await scene?.close()
    scene = undefined
  })

  async function open(options: Partial<SceneOptions> = {}): Promise<Scene> {
    scene = await openScene(fleet, { programs, processes: 3, ...options })
    return scene
  }

  const form = { grant_type: 'client_credentials' }

  test('when the primary is killed under traffic, nothing acknowledged is lost or doubled, and no process restarts', {
    timeout,
  }, async () => {
    const { journal, workers, client, pair } = await open()
    const round = await failOver(scene as Scene, { users: 12, before: 1200, after: 500, notice: 300 })
    expect([round.audit.problems, journal.faults]).toEqual([[], []])
    const { tokens, rotations, revocations, redemptions } = round.audit.counts
    for (const number of [tokens, rotations, revocations, redemptions]) expect(number).toBeGreaterThan(0)
    expect(round.times.processes.map(({ answered }) => answered > 0)).toEqual(workers.map(() => true))

    // The former primary comes back as a standby. No process asks it for anything but whether it is one.
    await pair.rejoin()
    for (let number = 0; number < workers.length; number++) {
      const reply = await client.post(number, '/oauth2/token', form)
      const [row] = await pair.primary.query(`select count(*)::int as rows from oauth_access_tokens`)
      expect([reply?.status, Number(row?.rows) > 0]).toEqual([200, true])
    }
    const asked = await pair.primary.query(
      `select query from pg_stat_activity where datname is not null and pid <> pg_backend_pid() and query like '%oauth_%'`,
    )
    expect(asked).toEqual([])
  })

  test('when the primary stops answering and its connections stay open, the processes go on with the new one', {
    timeout,
  }, async () => {
    const { journal } = await open({ timeoutSeconds: 2 })
    const round = await failOver(scene as Scene, { users: 8, before: 800, after: 300, notice: 300, loss: 'freeze' })
    expect([round.audit.problems, journal.faults]).toEqual([[], []])
    for (const { answered } of round.times.processes) expect(answered).toBeGreaterThan(0)
    // The former primary wakes up and takes itself for one. The processes stay with the new one.
    scene?.pair.primary.thaw()
    const before = await scene?.pair.standby.query('select count(*)::int as rows from oauth_access_tokens')
    for (let number = 0; number < 6; number++) {
      expect(await scene?.client.post(number % 3, '/oauth2/token', form)).toMatchObject({ status: 200 })
    }
    const after = await scene?.pair.standby.query('select count(*)::int as rows from oauth_access_tokens')
    expect(Number(after?.[0]?.rows) - Number(before?.[0]?.rows)).toBe(6)
  })

  test('without its standby the primary acknowledges nothing: clients get 503 until the standby is back', {
    timeout,
  }, async () => {
    const { pair, client, journal } = await open({ timeoutSeconds: 1 })
    expect(await client.post(0, '/oauth2/token', form)).toMatchObject({ status: 200 })
    pair.standby.kill()
    for (let number = 0; number < 3; number++) expect(await client.post(number, '/oauth2/token', form)).toBeUndefined()
    await pair.standby.start()
    await expect.poll(() => client.post(0, '/oauth2/token', form), { timeout: 20_000 }).toMatchObject({ status: 200 })
    expect(journal.faults).toEqual([])
  })

  test('a commit whose wait for the standby an operator cancels is not acknowledged: only the primary has it', {
    timeout,
  }, async () => {
    const { pair, client, journal } = await open()
    await client.post(0, '/oauth2/token', form)
    pair.standby.kill()
    const asked = client.post(0, '/oauth2/token', form)
    const cancelled = () =>
      pair.primary.query(
        `select pg_cancel_backend(pid) from pg_stat_activity where wait_event = 'SyncRep' and query like '%oauth_%'`,
      )
    await expect.poll(async () => (await cancelled()).length, { timeout: 4000 }).toBe(1)
    expect(await asked).toBeUndefined()
    const [row] = await pair.primary.query('select count(*)::int as rows from oauth_access_tokens')
    expect(row?.rows).toBe(2)
    expect(journal.faults).toEqual([])
  })
})
