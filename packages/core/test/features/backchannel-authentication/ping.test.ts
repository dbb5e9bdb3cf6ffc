import type { RegisteredClient } from '@oauth/core'
import { memoryStorage } from '@oauth/core/memory'
import { beforeEach, describe, expect, test } from 'vitest'
import {
  apiOf,
  askCiba,
  type CibaWorld,
  cibaWorld,
  decideCiba,
  lastWaiting,
  pollCiba,
  registerCiba,
  startCiba,
} from '../../support/ciba.ts'
import { expectJsonError } from '../../support/expectations.ts'
import { recordingStorage } from '../../support/storage.ts'
import { alice, type WorldOptions } from '../../support/world.ts'

const endpoint = 'https://client.example/ciba'
const client_notification_token = 'notify-me.with_128-bits~of+randomness/0123=='

interface Sent {
  readonly url: string
  readonly init: RequestInit
}

let sent: Sent[]
/** What the client answers next; after the last one 204. */
let answers: (number | Error | (() => Promise<Response>))[]
let world: CibaWorld
let client: RegisteredClient

async function start(options: Parameters<typeof cibaWorld>[0] = {}, more: WorldOptions = {}): Promise<void> {
  sent = []
  answers = []
  world = cibaWorld(options, {
    outboundFetch: async (url, init) => {
      sent.push({ url, init })
      const answer = answers.shift() ?? 204
      if (answer instanceof Error) throw answer
      if (typeof answer === 'function') return answer()
      const headers = answer === 302 ? { location: 'https://elsewhere.example/' } : {}
      return new Response(answer === 204 ? null : 'ignored', { status: answer, headers })
    },
    ...more,
  })
  client = await registerCiba(world, {
    backchannel_token_delivery_mode: 'ping',
    backchannel_client_notification_endpoint: endpoint,
  })
}
beforeEach(() => start())

const ask = () => startCiba(world, client, { client_notification_token })
const settled = () => Promise.all(world.notifications)
const outcomes = () =>
  world.events.filter(({ type }) => type === 'ciba.notified' || type === 'ciba.notification_failed')

describe('the notification token', () => {
  test.each([
    ['no client_notification_token', undefined],
    ['one that is too short for 128 bits', 'x'.repeat(21)],
    ['one of more than 1024 characters', 'x'.repeat(1025)],
    ['one that no header can carry', `${'x'.repeat(30)}\r\nx-evil: 1`],
  ])('a request in the mode ping with %s is refused (C04)', async (_, token) => {
    expectJsonError(await askCiba(world, client, { client_notification_token: token }), 400, 'invalid_request')
  })

  test('neither the token nor the auth_req_id is in the storage or in an event (C04, C06)', async () => {
    const recording = recordingStorage(memoryStorage())
    await start({}, { storage: recording.storage })
    const started = await ask()
    await decideCiba(world)
    await settled()
    for (const secret of [client_notification_token, started.auth_req_id]) {
      expect(recording.dump()).not.toContain(secret)
      expect(JSON.stringify(world.events)).not.toContain(secret)
    }
  })
})

describe('the notification of a client in the mode ping', () => {
  test('it has the token and the auth_req_id alone, and the client then gets its tokens (C11)', async () => {
    const started = await ask()
    expect(sent).toEqual([])
    // The client may ask as well, like one that polls.
    expectJsonError(await pollCiba(world, client, started), 400, 'authorization_pending')
    await decideCiba(world)
    await settled()
    expect(sent).toHaveLength(1)
    const { url, init } = sent[0] as Sent
    expect([url, init.method, init.redirect]).toEqual([endpoint, 'POST', 'manual'])
    expect(init.headers).toEqual({
      'content-type': 'application/json',
      authorization: `Bearer ${client_notification_token}`,
    })
    expect(JSON.parse(init.body as string)).toEqual({ auth_req_id: started.auth_req_id })
    expect(outcomes()).toEqual([{ type: 'ciba.notified', clientId: client.client_id, userId: alice.id, attempts: 1 }])
    expect((await pollCiba(world, client, started)).status).toBe(200)
  })

  test('it comes for a refusal, and for a request that was found to have expired (C11)', async () => {
    const refused = await ask()
    await decideCiba(world, undefined, { approved: false })
    await ask()
    const { id } = await lastWaiting(world)
    world.clock.advance(300)
    expect(await decideCiba(world, { id })).toBe('expired')
    expect(await decideCiba(world, { id })).toBe('expired')
    await settled()
    expect(sent).toHaveLength(2)
    expectJsonError(await pollCiba(world, client, refused), 400, 'access_denied')
  })

  test('a client that polls is not notified, whatever endpoint it has registered (C11)', async () => {
    client = await registerCiba(world, { backchannel_client_notification_endpoint: endpoint })
    await ask()
    await decideCiba(world)
    await settled()
    expect(sent).toEqual([])
  })

  test.each([200, 204])('the status %i counts as told, with or without a body (C11)', async (status) => {
    answers.push(status)
    await ask()
    await decideCiba(world)
    await settled()
    expect(outcomes()).toMatchObject([{ type: 'ciba.notified', attempts: 1 }])
  })

  test.each([302, 400, 401, 403, 404])(
    'the status %i is not tried again, no redirect is followed, and the client can still ask (C11)',
    async (status) => {
      await start({ retryAfterSeconds: [0.01] })
      answers.push(status)
      const started = await ask()
      await decideCiba(world)
      await settled()
      expect(sent).toHaveLength(1)
      expect(outcomes()).toMatchObject([{ type: 'ciba.notification_failed', attempts: 1, status }])
      expect((await pollCiba(world, client, started)).status).toBe(200)
    },
  )

  test('a client that is down for a moment is told again, as often as the option says (C11)', async () => {
    await start({ retryAfterSeconds: [0.01, 0.01] })
    answers.push(503, new Error('refused'))
    await ask()
    await decideCiba(world)
    await settled()
    expect(outcomes()).toMatchObject([{ type: 'ciba.notified', attempts: 3 }])
  })

  test('decide does not wait for a client that does not answer, and nothing is lost (C11)', async () => {
    answers.push(() => new Promise<Response>(() => {}))
    const started = await ask()
    expect(await decideCiba(world)).toBe('decided')
    expect(outcomes()).toEqual([])
    expect((await pollCiba(world, client, started)).status).toBe(200)
  })

  test('a waitUntil of the host that throws does not undo the decision (C11)', async () => {
    await start({
      waitUntil: () => {
        throw new Error('no context')
      },
    })
    const started = await ask()
    expect(await decideCiba(world)).toBe('decided')
    expect((await pollCiba(world, client, started)).status).toBe(200)
    expect(world.events).toContainEqual(
      expect.objectContaining({ type: 'request.failed', endpoint: 'ciba notification' }),
    )
  })

  test('another process notifies the client, also with the next secret and the old one beside it (C09, C11)', async () => {
    const started = await ask()
    const before = world
    await start(
      {},
      { storage: world.storage, beside: before, secret: ['b'.repeat(32), 'a-secret-for-tests-with-enough-characters'] },
    )
    await decideCiba(world, before.told[0])
    await settled()
    expect(JSON.parse(sent[0]?.init.body as string)).toEqual({ auth_req_id: started.auth_req_id })
  })

  test('a process that can no longer open the token says so in an event, and the client can still ask (C11)', async () => {
    const started = await ask()
    const before = world
    await start({}, { storage: world.storage, beside: before, secret: 'b'.repeat(32) })
    expect(await decideCiba(world, before.told[0])).toBe('decided')
    await settled()
    expect(sent).toEqual([])
    expect(outcomes()).toMatchObject([{ type: 'ciba.notification_failed', attempts: 0 }])
    expect(await apiOf(before.provider).list(alice.id)).toEqual([])
    expect(started.auth_req_id).toBeTypeOf('string')
  })

  test('an endpoint in a private network is not registered, and so never asked (C11)', async () => {
    await expect(
      registerCiba(world, {
        backchannel_token_delivery_mode: 'ping',
        backchannel_client_notification_endpoint: 'https://127.0.0.1/ciba',
      }),
    ).rejects.toThrow('must not be in a private network')
  })
})
