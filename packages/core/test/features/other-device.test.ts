import type { ClientInput, Feature, RegisteredClient } from '@oauth/core'
import { memoryStorage } from '@oauth/core/memory'
import { beforeEach, describe, expect, test } from 'vitest'
import type { Browser } from '../support/browser.ts'
import {
  type Answer,
  claimsOf,
  isActive,
  postAs,
  refresh,
  registerConfidential,
  registerPublic,
} from '../support/client.ts'
import { expectErrorPage, expectJsonError } from '../support/expectations.ts'
import { recordingStorage, yieldingStorage } from '../support/storage.ts'
import { createQuickWorld } from '../support/tokens.ts'
import { alice, type World, type WorldOptions } from '../support/world.ts'
import { keyHeader } from './key-header.ts'
import { type OtherDevices, otherDevice } from './other-device.ts'

const grantType = 'urn:example:grant-type:other-device'
const scope = 'openid email offline_access'

let world: World
beforeEach(() => {
  world = deviceWorld()
})

function deviceWorld(options: WorldOptions = {}): World {
  return createQuickWorld({ features: [otherDevice()], ...options })
}

const registerDevice = (input: ClientInput = {}): Promise<RegisteredClient> =>
  registerPublic(world, { redirect_uris: [], grant_types: [grantType, 'refresh_token'], ...input })

interface Started {
  readonly device_code: string
  readonly user_code: string
  readonly verification_uri: string
  readonly expires_in: number
  readonly interval: number
}

async function start(client: RegisteredClient, form: Record<string, string> = { scope }): Promise<Started> {
  const { status, body } = await postAs(world, client, '/other-device/start', form)
  if (status !== 200) throw new Error(JSON.stringify(body))
  return body
}

const poll = (client: RegisteredClient, { device_code }: Started): Promise<Answer> =>
  postAs(world, client, '/oauth2/token', { grant_type: grantType, device_code })

/** Posts the code as the page does. */
function enter(browser: Browser, userCode: string, origin = new URL(world.issuer).origin): Promise<Response> {
  return browser.request(`${world.issuer}/other-device`, {
    method: 'POST',
    headers: { origin },
    body: new URLSearchParams({ user_code: userCode }),
  })
}

/** Enters the code, signs in, and continues to the consent page. */
async function toConsent(started: Started, browser = world.browser()) {
  browser.signIn(alice)
  const entered = await enter(browser, started.user_code)
  const page = await browser.visit(entered.headers.get('location') as string)
  expect(new URL(page.url).pathname).toBe('/consent')
  return { browser, page: page.url }
}

async function approve(started: Started, accept = true): Promise<Response> {
  const { browser, page } = await toConsent(started)
  return browser.consent(page, accept)
}

describe('a device', () => {
  test('a device is told where its user goes, and gets tokens once the user has approved', async () => {
    const client = await registerDevice()
    const started = await start(client)
    expect(started).toMatchObject({ verification_uri: `${world.issuer}/other-device`, expires_in: 600, interval: 5 })
    expect(started.user_code).toMatch(/^[B-Z]{4}-[B-Z]{4}$/)
    expectJsonError(await poll(client, started), 400, 'authorization_pending')

    const approved = await approve(started)
    expect([approved.status, await approved.text()]).toEqual([200, expect.stringContaining('The device is connected')])
    world.clock.advance(5)
    const { status, body } = await poll(client, started)
    expect([status, body.token_type, body.scope]).toEqual([200, 'Bearer', scope])
    expect(claimsOf(body.id_token)).toMatchObject({ sub: alice.id, aud: client.client_id, amr: ['pwd'] })
    expect(await isActive(world, body.access_token)).toBe(true)
    expect((await refresh(world, client, body.refresh_token)).status).toBe(200)
    // The code works only once.
    expectJsonError(await poll(client, started), 400, 'invalid_grant')
    expect(await isActive(world, body.access_token)).toBe(true)
  })

  test('that is a confidential client authenticates to begin and to poll', async () => {
    const client = await registerConfidential(world, { grant_types: [grantType], redirect_uris: [] })
    const started = await start(client)
    await approve(started)
    expect((await poll(client, started)).status).toBe(200)
    const wrong = { ...client, client_secret: 'x'.repeat(43) }
    expectJsonError(await postAs(world, wrong, '/other-device/start', { scope }), 401, 'invalid_client')
    expectJsonError(await poll(wrong, started), 401, 'invalid_client')
  })

  test('a device that names its API by audience gets a token for it with the option audienceParameter', async () => {
    world = deviceWorld({ audienceParameter: 'resource' })
    const client = await registerDevice({ scope: 'notes:read' })
    const started = await start(client, { scope: 'notes:read', audience: 'https://api.example.com/' })
    await approve(started)
    expect(claimsOf((await poll(client, started)).body.access_token).aud).toBe('https://api.example.com')
  })

  test('a device needs the grant type, and scopes that it registered', async () => {
    const other = await registerPublic(world)
    expectJsonError(await postAs(world, other, '/other-device/start', { scope }), 400, 'unauthorized_client')
    const client = await registerDevice()
    const asked = { scope: 'notes:write' }
    expectJsonError(await postAs(world, client, '/other-device/start', asked), 400, 'invalid_scope')
  })

  test('a device cannot be registered for the grant type without the feature', async () => {
    world = createQuickWorld()
    await expect(registerDevice()).rejects.toThrow(`unsupported grant_type ${grantType}`)
  })

  test('a device cannot use the code of another client', async () => {
    const started = await start(await registerDevice())
    await approve(started)
    expectJsonError(await poll(await registerDevice(), started), 400, 'invalid_grant')
  })

  test('that polls too often is told to slow down, five seconds more each time', async () => {
    const client = await registerDevice()
    const started = await start(client)
    const pollAfter = async (seconds: number) => {
      world.clock.advance(seconds)
      return (await poll(client, started)).body.error
    }
    expect(await pollAfter(0)).toBe('authorization_pending')
    expect(await pollAfter(4)).toBe('slow_down')
    expect(await pollAfter(9)).toBe('slow_down')
    expect(await pollAfter(15)).toBe('authorization_pending')
  })

  test('a device is told that its code has expired, and the user cannot enter it any more', async () => {
    const client = await registerDevice()
    const started = await start(client)
    world.clock.advance(600)
    expectJsonError(await poll(client, started), 400, 'expired_token')
    const browser = world.browser()
    browser.signIn(alice)
    await expectErrorPage(await enter(browser, started.user_code), 400, 'invalid_request')
  })

  test('a device is told that the user has refused, once', async () => {
    const client = await registerDevice()
    const started = await start(client)
    const refused = await approve(started, false)
    expect(await refused.text()).toContain('The device gets no access')
    expectJsonError(await poll(client, started), 400, 'access_denied')
    expectJsonError(await poll(client, started), 400, 'invalid_grant')
  })

  test.each([
    ['at once', memoryStorage],
    ['behind a network', () => yieldingStorage(memoryStorage(), 7)],
  ])('that polls fifty times at once gets tokens once (a storage that answers %s)', async (_, storageOf) => {
    world = deviceWorld({ storage: storageOf() })
    const client = await registerDevice()
    const started = await start(client)
    await approve(started)
    const answers = await Promise.all(Array.from({ length: 50 }, () => poll(client, started)))
    const [winner, another] = answers.filter(({ status }) => status === 200)
    expect([winner === undefined, another]).toEqual([false, undefined])
    for (const { status, body } of answers) if (status !== 200) expect(body.error).toBe('invalid_grant')
    expect(await isActive(world, winner?.body.access_token)).toBe(true)
    expect(await world.storage.grants.list({ userId: alice.id, now: world.clock.now() })).toHaveLength(1)
  })

  test('a device gets no tokens once it was disabled', async () => {
    const client = await registerDevice()
    const started = await start(client)
    await approve(started)
    await world.provider.updateClient(client.client_id, { disabled: true })
    expectJsonError(await poll(client, started), 401, 'invalid_client')
  })

  test('that was deleted leaves nothing behind', async () => {
    const client = await registerDevice()
    const started = await start(client)
    await world.provider.deleteClient(client.client_id)
    expect(await devices(world).pending(started.user_code)).toBeUndefined()
  })

  test.each([
    ['revokeUserGrants', (of: World) => of.provider.revokeUserGrants(alice.id)],
    ['the end of the session', (of: World) => of.provider.sessionEnded([...of.sessions.keys()].at(-1) as string)],
  ])('a device gets no tokens when %s comes between the approval and the poll', async (_, withdraw) => {
    const client = await registerDevice()
    const started = await start(client)
    await approve(started)
    await withdraw(world)
    expectJsonError(await poll(client, started), 400, 'access_denied')
    expect(await world.storage.grants.list({ userId: alice.id, now: world.clock.now() })).toEqual([])
    expectJsonError(await poll(client, started), 400, 'invalid_grant')
  })

  test('a device gets bound tokens together with the feature of a sender constraint', async () => {
    world = deviceWorld({ features: [otherDevice(), keyHeader()] })
    const client = await registerDevice()
    const started = await start(client)
    await approve(started)
    const key = 'k'.repeat(43)
    const form = { grant_type: grantType, device_code: started.device_code, client_id: client.client_id }
    const response = await world.provider.fetch(
      new Request(`${world.issuer}/oauth2/token`, {
        method: 'POST',
        headers: { 'key-header': key },
        body: new URLSearchParams(form),
      }),
    )
    const body = await response.json()
    expect(body.token_type).toBe('KeyHeader')
    expectJsonError(await refresh(world, client, body.refresh_token), 400, 'invalid_grant')
  })

  test('a device may send the parameters of other features, which go with the grant into its tokens', async () => {
    const wishes: Feature = {
      name: 'wishes',
      start: () => ({
        authorizationParameters: [{ name: 'wish', keptWith: 'grant', parse: (parameters) => parameters.get('wish') }],
        tokenMembers: [{ name: 'wish', inTokenAnswer: true, valueOf: ({ grant }) => grant?.extra?.wish }],
      }),
    }
    world = deviceWorld({ features: [otherDevice(), wishes] })
    const client = await registerDevice()
    const started = await start(client, { scope, wish: 'a pony' })
    const { browser, page } = await toConsent(started)
    const context = await world.provider.resolveLoginContext(browser.pageRequest(page))
    expect(context.parameters).toEqual({ wish: 'a pony' })
    await browser.consent(page, true)
    const { body } = await poll(client, started)
    expect(body.wish).toBe('a pony')
    expect((await refresh(world, client, body.refresh_token)).body.wish).toBe('a pony')
  })

  test('a device keeps its code and the code of its user out of the storage', async () => {
    const recording = recordingStorage(memoryStorage())
    world = deviceWorld({ storage: recording.storage })
    const client = await registerDevice()
    const started = await start(client)
    await approve(started)
    const { body } = await poll(client, started)
    for (const text of [started.device_code.split('.')[1] ?? '', started.user_code, body.refresh_token.slice(25)]) {
      expect(text.length).toBeGreaterThan(8)
      expect(recording.dump()).not.toContain(text)
    }
  })
})

describe('the page', () => {
  test('asks for the code, and loads nothing from elsewhere', async () => {
    const page = await world.browser().request(`${world.issuer}/other-device`)
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(await page.text()).toContain('name="user_code"')
  })

  test('the page for user codes takes no code from another site', async () => {
    const { user_code } = await start(await registerDevice())
    const browser = world.browser()
    browser.signIn(alice)
    await expectErrorPage(await enter(browser, user_code, 'https://evil.example'), 403, 'access_denied')
  })

  test('the page for user codes takes the code as people type it, and no wrong one', async () => {
    const { user_code } = await start(await registerDevice())
    const browser = world.browser()
    browser.signIn(alice)
    await expectErrorPage(await enter(browser, 'BBBB-BBBB'), 400, 'invalid_request')
    const entered = await enter(browser, ` ${user_code.toLowerCase().replace('-', ' ')}`)
    expect(entered.status).toBe(303)
  })

  test('leads through the login of the host to the consent page, which knows the device', async () => {
    const client = await registerDevice()
    const { user_code } = await start(client)
    const browser = world.browser()
    const entered = await enter(browser, user_code)
    const { url } = await browser.visit(entered.headers.get('location') as string, { user: alice })
    const context = await world.provider.resolveLoginContext(browser.pageRequest(url))
    expect(context).toMatchObject({ clientId: client.client_id, completion: 'otherDevice', redirectHost: '' })
  })

  test('asks again although the consent is remembered', async () => {
    const client = await registerDevice()
    for (let times = 0; times < 2; times++) {
      const started = await start(client)
      await approve(started)
      expect((await poll(client, started)).status).toBe(200)
    }
    expect(await world.provider.listConsents(alice.id)).toHaveLength(1)
  })

  test('the page for user codes lets one of two tabs answer', async () => {
    const client = await registerDevice()
    const started = await start(client)
    const one = await toConsent(started)
    const two = await toConsent(started)
    expect((await one.browser.consent(one.page, true)).status).toBe(200)
    await expectErrorPage(await two.browser.consent(two.page, true), 400, 'invalid_request')
    expect((await poll(client, started)).status).toBe(200)
  })

  test('the page for user codes is limited by the default of the feature, and by the option of the host', async () => {
    world = deviceWorld({ rateLimit: { clientAddress: () => '192.0.2.1' } })
    const request = () => world.browser().request(`${world.issuer}/other-device`)
    for (let times = 0; times < 30; times++) expect((await request()).status).toBe(200)
    expect((await request()).status).toBe(429)

    const features = { otherDevicePage: { max: 1, windowSeconds: 60 } }
    world = deviceWorld({ rateLimit: { clientAddress: () => '192.0.2.1', features } })
    expect([(await request()).status, (await request()).status]).toEqual([200, 429])
  })
})

const devices = (of: World): OtherDevices => of.provider.features.otherDevice as OtherDevices

describe('provider.features.otherDevice', () => {
  test('provider.features.otherDevice tells who waits for a user, until the user has answered', async () => {
    const client = await registerDevice()
    const started = await start(client)
    expect(await devices(world).pending(started.user_code)).toEqual({
      clientId: client.client_id,
      scope: scope.split(' '),
      expiresAt: world.clock.now() + 600,
    })
    await approve(started)
    expect(await devices(world).pending(started.user_code)).toBeUndefined()
  })
})

describe('the feature', () => {
  test('the feature otherDevice is in discovery and in the handlers, and its events reach the host', async () => {
    expect(world.provider.metadata).toMatchObject({
      other_device_endpoint: `${world.issuer}/other-device/start`,
      grant_types_supported: expect.arrayContaining([grantType]),
    })
    expect(world.provider.handlers.startOtherDevice).toBeTypeOf('function')
    const client = await registerDevice()
    await start(client)
    expect(world.events).toContainEqual({ type: 'other_device.started', clientId: client.client_id })
  })

  test('the feature otherDevice needs the pages of the code flow', () => {
    expect(() => deviceWorld({ grantTypes: ['client_credentials'] })).toThrow(
      new TypeError('the feature otherDevice needs authorization_code, which the option grantTypes leaves out'),
    )
  })

  test('names a wrong option', () => {
    expect(() => otherDevice({ lifetimeSeconds: 0 })).toThrow(/^otherDevice: lifetimeSeconds /)
    expect(() => otherDevice({ lifetime: 5 } as object)).toThrow(new TypeError('otherDevice: lifetime is not known'))
  })

  test('that is missing in another process cannot end an interaction there', async () => {
    const storage = memoryStorage()
    world = deviceWorld({ storage })
    const { browser, page } = await toConsent(await start(await registerDevice()))
    const without = createQuickWorld({ storage })
    for (const [id, session] of world.sessions) without.sessions.set(id, session)
    const state = new URL(page).searchParams.get('state') ?? ''
    const response = await without.provider.fetch(
      new Request(`${world.issuer}/oauth2/consent`, {
        method: 'POST',
        headers: { origin: new URL(world.issuer).origin, cookie: cookiesOf(browser) },
        body: new URLSearchParams({ state, accept: 'true' }),
      }),
    )
    await expectErrorPage(response, 400, 'invalid_request')
    expect((await browser.consent(page, true)).status).toBe(200)
  })
})

function cookiesOf(browser: Browser): string {
  return [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
}
