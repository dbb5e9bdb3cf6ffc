import type { ClientInput } from '@oauth/core'
import { externalSigningKeys } from '@oauth/core/external-signing-keys'
import { type BackChannelLogoutOptions, backChannelLogout } from '@oauth/core/features/back-channel-logout'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { claimsOf, registerConfidential } from '../../support/client.ts'
import { testSigner } from '../../support/external-signer.ts'
import {
  afterLogout,
  confirmLogout,
  createLogoutWorld,
  isSignedIn,
  logoutUrl,
  registerEnding,
  signInAt,
} from '../../support/logout.ts'
import { type Receiver, startReceiver, verifyLogoutToken } from '../../support/receiver.ts'
import { openWorld, register } from '../../support/registration.ts'
import { alice, type World, type WorldOptions } from '../../support/world.ts'

let receiver: Receiver
beforeEach(async () => {
  receiver = await startReceiver()
})
afterEach(() => receiver.stop())

const quickly = { retryAfterSeconds: [0.01, 0.02], maxWaitSeconds: 5 }

function startWorld(feature: BackChannelLogoutOptions = quickly, options: WorldOptions = {}): World {
  return createLogoutWorld({
    features: [backChannelLogout(feature)],
    dangerouslyAllowPrivateAddresses: true,
    outboundTimeoutSeconds: 1,
    ...options,
  })
}

const told = (path = '/backchannel?from=id'): ClientInput => ({ backchannel_logout_uri: receiver.url + path })
const outcomes = (world: World) => world.events.filter(({ type }) => type.startsWith('back_channel_logout'))

describe('a session that ends', () => {
  test('the logout endpoint sends each client that signed its user in a logout token that it can verify', async () => {
    const world = startWorld()
    const first = await registerEnding(world, told())
    const second = await registerConfidential(world, told('/second'))
    const silent = await registerConfidential(world)
    const { browser, idToken } = await signInAt(world, first)
    await signInAt(world, second, { browser })
    await signInAt(world, silent, { browser })
    await signInAt(world, second)
    const parameters = { id_token_hint: idToken, post_logout_redirect_uri: afterLogout }
    const response = await browser.request(logoutUrl(world, parameters))
    expect(response.headers.get('location')).toBe(afterLogout)

    expect(receiver.received.map(({ path }) => path).toSorted()).toEqual(['/backchannel?from=id', '/second'])
    const got = receiver.received.find(({ path }) => path.startsWith('/backchannel'))
    expect([got?.method, got?.contentType]).toEqual(['POST', 'application/x-www-form-urlencoded;charset=UTF-8'])
    expect([...(got?.body.keys() ?? [])]).toEqual(['logout_token'])
    const token = got?.body.get('logout_token') as string
    const { payload, protectedHeader } = await verifyLogoutToken(world, first.client_id, token)
    expect(protectedHeader).toEqual({ alg: 'ES256', typ: 'logout+jwt', kid: expect.any(String) })
    const now = world.clock.now()
    expect(payload).toEqual({
      iss: world.issuer,
      sub: claimsOf(idToken).sub,
      aud: first.client_id,
      iat: now,
      exp: now + 120,
      jti: expect.stringMatching(/^[\w-]{22}$/),
      sid: claimsOf(idToken).sid,
      events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
    })
    expect(outcomes(world).toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))).toEqual(
      [first, second]
        .map(({ client_id }) => client_id)
        .toSorted()
        .map((clientId) => ({ type: 'back_channel_logout.delivered', clientId, userId: alice.id, attempts: 1 })),
    )
  })

  test('a logout that the user confirmed with a click notifies the clients', async () => {
    const world = startWorld()
    const { browser } = await signInAt(world, await registerConfidential(world, told()))
    await confirmLogout(browser, await browser.request(logoutUrl(world, {})))
    expect(receiver.received.length).toBe(1)
  })

  test('a session that the host ends notifies each client once, and a second call or a later logout notifies nobody again', async () => {
    const world = startWorld()
    const client = await registerEnding(world, told())
    const { browser, idToken } = await signInAt(world, client)
    const sessionId = browser.cookies.get('session') as string
    expect(await world.provider.sessionEnded(sessionId)).toEqual({ grantsEnded: 1, frames: [] })
    await world.provider.sessionEnded(sessionId)
    await browser.request(logoutUrl(world, { id_token_hint: idToken }))
    expect(receiver.received.length).toBe(1)
    expect(isSignedIn(world, browser)).toBe(false)
  })

  test('of two sessions of one user only the clients of the ended one are notified', async () => {
    const world = startWorld()
    const client = await registerEnding(world, told())
    const here = await signInAt(world, client)
    const elsewhere = await signInAt(world, client)
    await world.provider.sessionEnded(here.browser.cookies.get('session') as string)
    const token = receiver.received[0]?.body.get('logout_token') as string
    expect(claimsOf(token).sid).toBe(claimsOf(here.idToken).sid)
    expect(claimsOf(token).sid).not.toBe(claimsOf(elsewhere.idToken).sid)
  })

  test('the logout token is signed as the client’s ID tokens are', async () => {
    const world = startWorld(quickly, { accessTokenSigningAlgorithm: 'EdDSA' })
    const client = await registerConfidential(world, { ...told(), id_token_signed_response_alg: 'EdDSA' })
    const { browser } = await signInAt(world, client)
    await world.provider.sessionEnded(browser.cookies.get('session') as string)
    const token = receiver.received[0]?.body.get('logout_token') as string
    expect((await verifyLogoutToken(world, client.client_id, token)).protectedHeader.alg).toBe('EdDSA')
  })
})

describe('delivery', () => {
  async function endedWith(world: World): Promise<void> {
    const client = await registerConfidential(world, told())
    const { browser } = await signInAt(world, client)
    await world.provider.sessionEnded(browser.cookies.get('session') as string)
  }

  test('the delivery of a logout token is tried again after 5xx, 429 and a broken connection, each time with a new token', async () => {
    const world = startWorld({ ...quickly, retryAfterSeconds: [0.01, 0.01, 0.01] })
    receiver.answers.push(503, 429, 'drop')
    await endedWith(world)
    expect(receiver.received.length).toBe(4)
    const ids = receiver.received.map(({ body }) => claimsOf(body.get('logout_token') as string).jti)
    expect(new Set(ids).size).toBe(4)
    expect(outcomes(world)).toEqual([expect.objectContaining({ type: 'back_channel_logout.delivered', attempts: 4 })])
  })

  test('the delivery of a logout token is tried again when a signer outside the process was down', async () => {
    const signer = testSigner()
    const world = startWorld(quickly, { signingKeys: externalSigningKeys(signer.options) })
    const client = await registerConfidential(world, told())
    const { browser } = await signInAt(world, client)
    let calls = 0
    signer.sign = (request) => {
      if (++calls === 1) throw new Error('the signer is down')
      return signer.signWith(request.key.kid, request)
    }
    await world.provider.sessionEnded(browser.cookies.get('session') as string)
    expect(receiver.received.length).toBe(1)
    expect(outcomes(world)).toEqual([expect.objectContaining({ type: 'back_channel_logout.delivered', attempts: 2 })])
  })

  test('the delivery ends after the last attempt, with an event that names the last answer', async () => {
    const world = startWorld()
    receiver.answers.push(500, 500, 502, 200)
    await endedWith(world)
    expect(receiver.received.length).toBe(3)
    expect(outcomes(world)).toEqual([
      {
        type: 'back_channel_logout.failed',
        clientId: expect.any(String),
        userId: alice.id,
        attempts: 3,
        status: 502,
      },
    ])
  })

  test.each([400, 401, 404, 500])(
    'an answer with the status %i is repeated only where another attempt can help',
    async (status) => {
      const world = startWorld()
      receiver.answers.push(status, status, status)
      await endedWith(world)
      expect(receiver.received.length).toBe(status < 500 ? 1 : 3)
      expect(outcomes(world)).toEqual([expect.objectContaining({ type: 'back_channel_logout.failed', status })])
    },
  )

  test('an answer 204 counts as delivered, as 200 does', async () => {
    const world = startWorld()
    receiver.answers.push(204)
    await endedWith(world)
    expect(outcomes(world)).toEqual([expect.objectContaining({ type: 'back_channel_logout.delivered' })])
  })

  test('a slow client delays the logout only for a while, and is still notified', async () => {
    const world = startWorld({ retryAfterSeconds: [0.01], maxWaitSeconds: 0.05 })
    receiver.answers.push('hang')
    const began = performance.now()
    await endedWith(world)
    expect(performance.now() - began).toBeLessThan(900)
    expect(outcomes(world)).toEqual([])
    // The server aborts the request that hangs after outboundTimeoutSeconds.
    await receiver.until(2)
    await expect.poll(() => outcomes(world)).toEqual([expect.objectContaining({ attempts: 2 })])
  })

  test('waitUntil gets the deliveries, and no logout waits for them', async () => {
    const kept: Promise<void>[] = []
    const world = startWorld({ waitUntil: (delivery) => void kept.push(delivery) })
    await endedWith(world)
    expect(outcomes(world)).toEqual([])
    expect(kept.length).toBe(1)
    await kept[0]
    expect(outcomes(world)).toEqual([expect.objectContaining({ type: 'back_channel_logout.delivered' })])
    await world.provider.sessionEnded('another')
    expect(kept.length).toBe(1)
  })

  test('a few clients are notified at a time, whatever their number', async () => {
    let [now, most] = [0, 0]
    const world = startWorld(
      { ...quickly, concurrency: 3 },
      {
        async outboundFetch() {
          most = Math.max(most, ++now)
          await new Promise((resolve) => setTimeout(resolve, 5))
          now--
          return new Response()
        },
      },
    )
    const browser = world.browser()
    for (let count = 0; count < 10; count++)
      await signInAt(world, await registerConfidential(world, told()), { browser })
    await world.provider.sessionEnded(browser.cookies.get('session') as string)
    expect([most, outcomes(world).length]).toEqual([3, 10])
  })
})

describe('disableJwtPlugin', () => {
  test('the logout token is signed with the client’s secret, and a client without a secret causes an event', async () => {
    const world = startWorld(quickly, { disableJwtPlugin: true })
    const client = await registerConfidential(world, told())
    const { browser } = await signInAt(world, client)
    const open = await registerConfidential(world, {
      ...told(),
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code'],
    })
    await signInAt(world, open, { browser })
    await world.provider.sessionEnded(browser.cookies.get('session') as string)
    expect(receiver.received.length).toBe(1)
    const { jwtVerify } = await import('jose')
    const key = new TextEncoder().encode(client.client_secret)
    const token = receiver.received[0]?.body.get('logout_token') as string
    const options = { typ: 'logout+jwt', audience: client.client_id, currentDate: new Date(world.clock.now() * 1000) }
    expect((await jwtVerify(token, key, options)).protectedHeader.alg).toBe('HS256')
    expect(outcomes(world).find(({ type }) => type.endsWith('failed'))).toMatchObject({ clientId: open.client_id })
  })
})

describe('registration and discovery', () => {
  test('without the feature the members are dropped and discovery does not advertise it', async () => {
    const world = openWorld({ idTokenSigningAlgorithm: 'ES256' })
    const { body } = await register(world, {
      redirect_uris: ['https://a.example.com/cb'],
      backchannel_logout_uri: 'https://a.example.com/out',
    })
    expect(body).not.toHaveProperty('backchannel_logout_uri')
    expect(world.provider.metadata).not.toHaveProperty('backchannel_logout_supported')
  })

  test('with the feature the members are kept and discovery advertises it', async () => {
    const world = openWorld({ features: [backChannelLogout()] })
    const members = {
      backchannel_logout_uri: 'https://a.example.com/out?x=1',
      backchannel_logout_session_required: true,
    }
    const { status, body } = await register(world, { redirect_uris: ['https://a.example.com/cb'], ...members })
    expect([status, body]).toEqual([201, expect.objectContaining(members)])
    expect(world.provider.metadata).toMatchObject({
      backchannel_logout_supported: true,
      backchannel_logout_session_supported: true,
    })
  })

  test.each([
    [{ backchannel_logout_uri: 'http://a.example.com/out' }, 'must use https'],
    [{ backchannel_logout_uri: 'https://a.example.com/out#x' }, 'must not have a fragment'],
    [{ backchannel_logout_uri: '/out' }, 'is not an absolute URL'],
    [{ backchannel_logout_uri: 'https://u:p@a.example.com/out' }, 'must not have user information'],
    [{ backchannel_logout_uri: 7 }, 'backchannel_logout_uri'],
    [{ backchannel_logout_session_required: true }, 'needs backchannel_logout_uri'],
  ])('client metadata %j is refused', async (members, description) => {
    const world = openWorld({ features: [backChannelLogout()] })
    const { status, body } = await register(world, { redirect_uris: ['https://a.example.com/cb'], ...members })
    expect([status, body.error]).toEqual([400, 'invalid_client_metadata'])
    expect(body.error_description).toContain(description)
  })

  test.each([
    [{ concurrency: 0 }, /^backChannelLogout: concurrency/],
    [{ retryAfterSeconds: [-1] }, /^backChannelLogout: retryAfterSeconds/],
    [{ retries: 3 }, /^backChannelLogout: retries is not known$/],
  ])('the option %j is refused at start-up', (options, message) => {
    expect(() => backChannelLogout(options as BackChannelLogoutOptions)).toThrow(message)
  })
})
