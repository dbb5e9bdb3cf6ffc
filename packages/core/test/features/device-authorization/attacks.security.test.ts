import type { RegisteredClient } from '@oauth/core'
import { deviceAuthorization } from '@oauth/core/features/device-authorization'
import { beforeEach, describe, expect, test } from 'vitest'
import { text as detailsOf, payment, rar } from '../../support/authorization-details.ts'
import type { Browser } from '../../support/browser.ts'
import { authorize, claimsOf, exchangeCode, postAs, redirectUri, refresh } from '../../support/client.ts'
import {
  answerDevice,
  deviceGrantType,
  deviceWorld,
  enterCode,
  poll,
  registerDevice,
  startDevice,
  toDeviceConsent,
} from '../../support/device-authorization.ts'
import { expectErrorPage, expectJsonError } from '../../support/expectations.ts'
import { api, createQuickWorld } from '../../support/tokens.ts'
import { alice, type World } from '../../support/world.ts'

const grant_types = ['authorization_code', 'refresh_token', deviceGrantType] as const

let world: World
let client: RegisteredClient
beforeEach(async () => {
  world = deviceWorld()
  client = await registerDevice(world, { redirect_uris: [redirectUri], grant_types })
})

/** Answers the page with further fields. */
function answer(browser: Browser, page: string, fields: Readonly<Record<string, string>>): Promise<Response> {
  return browser.request(`${browser.world.issuer}/oauth2/consent`, {
    method: 'POST',
    headers: { origin: new URL(browser.world.issuer).origin, 'sec-fetch-site': 'same-origin' },
    body: new URLSearchParams({ state: new URL(page).searchParams.get('state') ?? '', accept: 'true', ...fields }),
  })
}

describe('credentials of another kind', () => {
  test('a code, a refresh token and an access token are no device code, and a device code is none of them (V09)', async () => {
    const authorized = await authorize(world, client)
    const started = await startDevice(world, client)
    for (const text of [authorized.code, started.user_code, started.device_code.split('.')[0] ?? '']) {
      expectJsonError(await poll(world, client, { device_code: text }), 400, 'invalid_grant')
    }
    const { body } = await exchangeCode(world, client, authorized)
    for (const text of [body.access_token, body.refresh_token]) {
      expectJsonError(await poll(world, client, { device_code: text }), 400, 'invalid_grant')
    }
    await answerDevice(world, started)
    expectJsonError(await refresh(world, client, started.device_code), 400, 'invalid_grant')
    const exchange = { grant_type: 'authorization_code', redirect_uri: redirectUri, code_verifier: 'v'.repeat(43) }
    const wrong = await postAs(world, client, '/oauth2/token', { ...exchange, code: started.device_code })
    expectJsonError(wrong, 400, 'invalid_grant')
    await postAs(world, client, '/oauth2/revoke', { token: started.device_code })
    expect((await poll(world, client, started)).status).toBe(200)
  })

  test('a record of another kind with the id of a device code is no device (V09)', async () => {
    const started = await startDevice(world, client)
    const [id = ''] = started.device_code.split('.')
    const found = await world.storage.records.find({ kind: 'device_authorization', id })
    if (found === undefined) throw new Error('no record')
    await world.storage.records.take({ kind: found.kind, id, version: found.version })
    await world.storage.records.insert({ ...found, kind: 'device_authorization_entries' })
    expectJsonError(await poll(world, client, started), 400, 'invalid_grant')
    const browser = world.browser()
    browser.signIn(alice)
    await expectErrorPage(await enterCode(browser, started.user_code), 400, 'invalid_request')
  })
})

describe('less than a device has asked for', () => {
  test('a user who unticks scopes gives the device, and its refresh token, only the others (V12)', async () => {
    const started = await startDevice(world, client)
    const { browser, page } = await toDeviceConsent(world, started)
    await expectErrorPage(await answer(browser, page, { scope: 'openid profile' }), 400, 'invalid_scope')
    expect((await answer(browser, page, { scope: 'openid offline_access' })).status).toBe(200)
    const { body } = await poll(world, client, started)
    expect(body.scope.split(' ').sort()).toEqual(['offline_access', 'openid'])
    expect(claimsOf(body.id_token)).not.toHaveProperty('email')
    expectJsonError(await refresh(world, client, body.refresh_token, { scope: 'openid email' }), 400, 'invalid_scope')
  })

  test('a poll asks for no more resources than the user has approved, and a refused one uses nothing up (V02)', async () => {
    world = deviceWorld({}, { bindResources: true, validAudiences: [api, 'https://other.example.com'] })
    client = await registerDevice(world, { scope: 'openid offline_access notes:read' })
    const started = await startDevice(world, client, { scope: 'openid offline_access notes:read', resource: api })
    await answerDevice(world, started)
    const wider = await poll(world, client, started, { resource: 'https://other.example.com' })
    expectJsonError(wider, 400, 'invalid_target')
    const { status, body } = await poll(world, client, started, { resource: api })
    expect([status, claimsOf(body.access_token).aud]).toEqual([200, expect.arrayContaining([api])])
  })

  test('a poll narrows authorization details, and cannot widen them (V02)', async () => {
    world = createQuickWorld({ features: [rar(), deviceAuthorization({ verificationUri: '/device' })] })
    client = await registerDevice(world, { scope: 'openid offline_access' })
    const asked = detailsOf(payment(), payment({ creditor: 'Merchant B' }))
    const form = { scope: 'openid offline_access', authorization_details: asked }
    const started = await startDevice(world, client, form)
    await answerDevice(world, started)
    const more = { authorization_details: detailsOf(payment({ creditor: 'Mallory' })) }
    expectJsonError(await poll(world, client, started, more), 400, 'invalid_authorization_details')
    const { body } = await poll(world, client, started, { authorization_details: detailsOf(payment()) })
    expect(body.authorization_details).toEqual([payment()])
  })
})

describe('what changes between the approval and the poll', () => {
  test('a device gets nothing once its user is gone (V13)', async () => {
    const started = await startDevice(world, client)
    await answerDevice(world, started)
    world.users.delete(alice.id)
    expectJsonError(await poll(world, client, started), 400, 'invalid_grant')
    expect(await world.storage.grants.list({ userId: alice.id, now: world.clock.now() })).toEqual([])
  })

  test('a device gets nothing once its user has withdrawn the consent (V13)', async () => {
    const first = await startDevice(world, client)
    await answerDevice(world, first)
    expect((await poll(world, client, first)).status).toBe(200)
    const started = await startDevice(world, client)
    await answerDevice(world, started)
    const [consent] = await world.provider.listConsents(alice.id)
    await world.provider.deleteConsent(consent?.id ?? '')
    expect((await poll(world, client, started)).status).toBe(400)
    expect(await world.provider.listGrants(alice.id)).toEqual([])
    expect(await world.provider.listConsents(alice.id)).toEqual([])
  })

  test('a device that collects late gets nothing that was withdrawn early, whatever the lifetimes of pages and codes (V13)', async () => {
    world = deviceWorld({}, { interactionTtlSeconds: 60, authorizationCodeTtlSeconds: 30 })
    client = await registerDevice(world)
    const started = await startDevice(world, client)
    await answerDevice(world, started)
    await world.provider.revokeUserGrants(alice.id)
    world.clock.advance(500)
    await world.provider.purgeExpired()
    expect((await poll(world, client, started)).status).toBe(400)
    expect(await world.provider.listGrants(alice.id)).toEqual([])
  })

  test('a device gets no scope that its client has lost (V12)', async () => {
    const started = await startDevice(world, client)
    await answerDevice(world, started)
    await world.provider.updateClient(client.client_id, { scope: 'openid' })
    const { body } = await poll(world, client, started)
    expect(body.scope).toBe('openid')
    expect(body).not.toHaveProperty('refresh_token')
  })
})

describe('pages that are old', () => {
  test('a page is answered once, whatever the answer was, and the device keeps the first one (V07)', async () => {
    const started = await startDevice(world, client)
    const { browser, page } = await toDeviceConsent(world, started)
    expect((await answer(browser, page, { accept: 'false' })).status).toBe(200)
    expect((await answer(browser, page, {})).status).toBeGreaterThanOrEqual(400)
    await expectErrorPage(await enterCode(browser, started.user_code), 400, 'invalid_request')
    expectJsonError(await poll(world, client, started), 400, 'access_denied')
  })

  test('a page whose device has expired answers nothing, also when the interaction lives longer (V09)', async () => {
    world = deviceWorld({ lifetimeSeconds: 60 }, { interactionTtlSeconds: 600 })
    client = await registerDevice(world)
    const started = await startDevice(world, client)
    const { browser, page } = await toDeviceConsent(world, started)
    world.clock.advance(60)
    await expectErrorPage(await answer(browser, page, {}), 400, 'invalid_request')
    expectJsonError(await poll(world, client, started), 400, 'expired_token')
    expect(await world.provider.listGrants(alice.id)).toEqual([])
  })

  test('a device that asks for a fresh sign-in gets one, also of a user who is signed in (V12)', async () => {
    const started = await startDevice(world, client, { scope: 'openid', max_age: '0' })
    const browser = world.browser()
    browser.signIn(alice)
    world.clock.advance(10)
    const entered = await enterCode(browser, started.user_code)
    expect(new URL(entered.headers.get('location') ?? '').pathname).toBe('/login')
    expectJsonError(await poll(world, client, started), 400, 'authorization_pending')
  })
})

describe('codes that are no text', () => {
  test.each(['{"user_code":5}', '{"user_code":["BBBB-BBBB"]}', '{"user_code":null}', '[]', '{"user_code":"\\u0000"}'])(
    'a page that posts %s is told so, and the attempt is not a failure of the server (V05)',
    async (body) => {
      const browser = world.browser()
      browser.signIn(alice)
      const headers = { origin: new URL(world.issuer).origin, 'content-type': 'application/json' }
      const response = await browser.request(`${world.issuer}/oauth2/device`, { method: 'POST', headers, body })
      await expectErrorPage(response, 400, 'invalid_request')
    },
  )
})
