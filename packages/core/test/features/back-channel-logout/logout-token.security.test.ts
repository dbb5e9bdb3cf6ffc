import { backChannelLogout } from '@oauth/core/features/back-channel-logout'
import { tokenExchange } from '@oauth/core/features/token-exchange'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { claimsOf, postAs, registerConfidential, userinfo } from '../../support/client.ts'
import { ask, editClient, expectErrorPage, expectJsonError } from '../../support/expectations.ts'
import {
  afterLogout,
  createLogoutWorld,
  isSignedIn,
  logoutUrl,
  readForm,
  readPage,
  registerEnding,
  signInAt,
} from '../../support/logout.ts'
import { type Receiver, startReceiver, verifyLogoutToken } from '../../support/receiver.ts'
import { openWorld, register } from '../../support/registration.ts'
import { tokenExchangeName, type } from '../../support/token-exchange.ts'
import type { World, WorldOptions } from '../../support/world.ts'

let receiver: Receiver
beforeEach(async () => {
  receiver = await startReceiver()
})
afterEach(() => receiver.stop())

function startWorld(options: WorldOptions = {}): World {
  return createLogoutWorld({
    features: [backChannelLogout({ retryAfterSeconds: [] })],
    dangerouslyAllowPrivateAddresses: true,
    ...options,
  })
}

/** The logout token of an ended session at this client, and a new session of the same user. */
async function logoutToken(world: World) {
  const client = await registerEnding(world, { backchannel_logout_uri: `${receiver.url}/out` })
  const { browser } = await signInAt(world, client, { scope: 'openid profile email' })
  await world.provider.sessionEnded(browser.cookies.get('session') as string)
  const token = receiver.received.at(-1)?.body.get('logout_token') as string
  return { client, token, browser }
}

describe('the logout token (H13)', () => {
  test('the logout token has events, sid, sub, a jti and a short life, and neither a nonce nor claims of scopes, whatever the request had (H13)', async () => {
    const world = startWorld()
    const { client, token } = await logoutToken(world)
    const { payload, protectedHeader } = await verifyLogoutToken(world, client.client_id, token)
    expect(protectedHeader.typ).toBe('logout+jwt')
    expect(Object.keys(payload).toSorted()).toEqual(['aud', 'events', 'exp', 'iat', 'iss', 'jti', 'sid', 'sub'])
    expect((payload.exp as number) - (payload.iat as number)).toBe(120)
    world.clock.advance(121)
    await expect(verifyLogoutToken(world, client.client_id, token)).rejects.toThrow('exp')
  })

  test('a logout token is no id_token_hint at end-session: the user is asked, and nothing is redirected (E02)', async () => {
    const world = startWorld()
    const { token, browser } = await logoutToken(world)
    const url = logoutUrl(world, { id_token_hint: token, post_logout_redirect_uri: afterLogout })
    readForm(await readPage(await browser.request(url)))
    expect(isSignedIn(world, browser)).toBe(true)
  })

  test('a logout token is no id_token_hint at the authorization endpoint: it hints at nobody (E02)', async () => {
    const world = startWorld()
    const { client, token, browser } = await logoutToken(world)
    const response = await ask(world, client, { prompt: 'none', scope: 'openid', id_token_hint: token }, { browser })
    const plain = await ask(world, client, { prompt: 'none', scope: 'openid' }, { browser })
    const [hinted, unhinted] = [response, plain].map((one) => new URL(one.headers.get('location') as string))
    expect(hinted?.searchParams.get('error')).toBe(unhinted?.searchParams.get('error'))
  })

  test('a logout token is no access token (E02)', async () => {
    const world = startWorld()
    const { token } = await logoutToken(world)
    expect((await userinfo(world, token)).status).toBe(401)
    expect(await world.provider.verifyAccessToken(token)).toBeUndefined()
  })

  test('a logout token is no subject token of an exchange, neither as an access token nor for an ID-JAG (E02, X04)', async () => {
    const audience = 'https://auth.chat.example'
    const world = startWorld({
      features: [
        backChannelLogout({ retryAfterSeconds: [] }),
        tokenExchange({
          accessTokens: { authorize: () => ({ mode: 'impersonation' }) },
          idJag: { audiences: [{ audience, clients: () => 'there', scopes: 'any', resources: 'any' }] },
        }),
      ],
    })
    const { client, token } = await logoutToken(world)
    const grant_types = ['authorization_code', tokenExchangeName] as const
    await world.provider.updateClient(client.client_id, { grant_types: [...grant_types] })
    for (const more of [{}, { requested_token_type: type('id-jag'), audience }]) {
      for (const name of ['access_token', 'id_token', 'refresh_token', 'jwt']) {
        const form = { grant_type: tokenExchangeName, subject_token: token, subject_token_type: type(name), ...more }
        expectJsonError(await postAs(world, client, '/oauth2/token', form), 400, 'invalid_request')
      }
    }
  })

  test('an ID token is no logout token to a client that looks at its type (E02)', async () => {
    const world = startWorld()
    const { client } = await logoutToken(world)
    const { idToken } = await signInAt(world, client)
    await expect(verifyLogoutToken(world, client.client_id, idToken)).rejects.toThrow('typ')
  })

  test('a logout token has a pairwise client’s own name of the user and of the session (H10)', async () => {
    const world = startWorld({ pairwiseSecret: 'a-pairwise-secret-with-32-characters-or-more' })
    const pairwise = { subject_type: 'pairwise' } as const
    const uri = (path: string) => ({ backchannel_logout_uri: receiver.url + path })
    const [one, other, plain] = [
      await registerConfidential(world, { ...pairwise, ...uri('/one') }),
      await registerConfidential(world, { ...pairwise, ...uri('/other') }),
      await registerConfidential(world, uri('/plain')),
    ]
    const { browser, idToken } = await signInAt(world, one)
    const others = await signInAt(world, other, { browser })
    await signInAt(world, plain, { browser })
    await world.provider.sessionEnded(browser.cookies.get('session') as string)
    const claims = Object.fromEntries(
      receiver.received.map(({ path, body }) => [path, claimsOf(body.get('logout_token') as string)]),
    )
    for (const [path, own] of [
      ['/one', idToken],
      ['/other', others.idToken],
    ] as const) {
      const { sub, sid } = claimsOf(own)
      expect(claims[path]).toMatchObject({ sub, sid })
    }
    // Two clients cannot tell by the session id that they have the same user.
    expect(new Set(Object.values(claims).map(({ sid }) => sid)).size).toBe(3)
  })
})

describe('delivery cannot be aimed at what is inside (H13)', () => {
  test.each([
    'https://127.0.0.1/out',
    'https://localhost/out',
    'https://10.0.0.7/out',
    'https://169.254.169.254/latest/meta-data',
    'https://[::1]/out',
    'https://[fc00::1]/out',
    'https://[::ffff:127.0.0.1]/out',
    'https://2130706433/out',
    'https://0x7f.1/out',
    'http://127.0.0.1/out',
  ])('a backchannel_logout_uri %s is not registered (G02, H13)', async (uri) => {
    const world = openWorld({ features: [backChannelLogout()], idTokenSigningAlgorithm: 'ES256' })
    const body = { redirect_uris: ['https://a.example.com/cb'], backchannel_logout_uri: uri }
    const answer = await register(world, body)
    expect([answer.status, answer.body.error]).toEqual([400, 'invalid_client_metadata'])
  })

  test('a URI written into storage by hand, or one that resolves to a private address, is not requested (G02, H13)', async () => {
    for (const host of ['127.0.0.1', 'localhost']) {
      const world = startWorld({ dangerouslyAllowPrivateAddresses: false })
      const client = await registerConfidential(world, { backchannel_logout_uri: 'https://a.example.com/out' })
      await editClient(world, client.client_id, ({ metadata }) => ({
        metadata: { ...metadata, backchannel_logout_uri: receiver.url.replace('127.0.0.1', host) },
      }))
      const { browser } = await signInAt(world, client)
      await world.provider.sessionEnded(browser.cookies.get('session') as string)
      expect(receiver.received).toEqual([])
      const failed = world.events.find(({ type }) => type === 'back_channel_logout.failed')
      expect(failed).toMatchObject({ clientId: client.client_id, attempts: 1 })
    }
  })

  test('a redirect counts as an answer, and is not followed (G02, H13)', async () => {
    const world = startWorld()
    const other = await startReceiver()
    receiver.answers.push({ status: 307, location: `${other.url}/inside` })
    await logoutToken(world)
    expect([receiver.received.length, other.received.length]).toEqual([1, 0])
    const failed = world.events.find(({ type }) => type === 'back_channel_logout.failed')
    expect(failed).toMatchObject({ status: 307, attempts: 1 })
    await other.stop()
  })

  test('no event holds a token or the session (G11)', async () => {
    const world = startWorld()
    receiver.answers.push(500)
    const { token, browser } = await logoutToken(world)
    const told = JSON.stringify(world.events)
    expect(told).toContain('back_channel_logout.failed')
    expect(told).not.toContain(token)
    expect(told).not.toContain(browser.cookies.get('session'))
  })
})

describe('who makes clients be told (F11)', () => {
  test('a logout by another site, without the hint, tells nobody until the user says so (F11)', async () => {
    const world = startWorld()
    const client = await registerEnding(world, { backchannel_logout_uri: `${receiver.url}/out` })
    const { browser } = await signInAt(world, client)
    const parameters = { client_id: client.client_id, post_logout_redirect_uri: afterLogout }
    const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }
    const html = await readPage(await browser.request(logoutUrl(world, parameters), { headers }))
    const { action, body } = readForm(html)
    const forged = await browser.request(action, { method: 'POST', headers: { origin: 'https://evil.test' }, body })
    await expectErrorPage(forged, 403, 'access_denied')
    expect(receiver.received).toEqual([])
  })

  test('a confirmation that is sent again tells nobody again (F11)', async () => {
    const world = startWorld()
    const client = await registerEnding(world, { backchannel_logout_uri: `${receiver.url}/out` })
    const { browser } = await signInAt(world, client)
    const { action, body } = readForm(await readPage(await browser.request(logoutUrl(world, {}))))
    const send = () =>
      browser.request(action, { method: 'POST', headers: { 'sec-fetch-site': 'same-origin', origin: 'null' }, body })
    expect((await send()).status).toBe(200)
    expect((await send()).status).toBe(200)
    expect(receiver.received.length).toBe(1)
    await signInAt(world, client, { browser })
    await expectErrorPage(await send(), 403, 'access_denied')
    expect(isSignedIn(world, browser)).toBe(true)
    expect(receiver.received.length).toBe(1)
  })
})
