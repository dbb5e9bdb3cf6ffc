import type { Feature, RegisteredClient } from '@oauth/core'
import { deviceAuthorization } from '@oauth/core/features/device-authorization'
import { dpop } from '@oauth/core/features/dpop'
import { beforeEach, describe, expect, test } from 'vitest'
import { claimsOf, isActive, postAs, refresh, registerConfidential, registerPublic } from '../../support/client.ts'
import {
  answerDevice,
  deviceGrantType,
  devicePath,
  deviceScope,
  deviceWorld,
  enterCode,
  poll,
  registerDevice,
  startDevice,
  toDeviceConsent,
} from '../../support/device-authorization.ts'
import { makeProof, postWithProof, proofKey, refreshWithProof } from '../../support/dpop.ts'
import { expectErrorPage, expectJsonError, send } from '../../support/expectations.ts'
import { issuerPath } from '../../support/reach.ts'
import { api, createQuickWorld } from '../../support/tokens.ts'
import { alice, bob, type World } from '../../support/world.ts'

let world: World
let client: RegisteredClient
beforeEach(async () => {
  world = deviceWorld()
  client = await registerDevice(world)
})

describe('metadata and registration of device authorization', () => {
  test.each(['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration'])(
    'the document at %s names the device authorization endpoint and its grant type (V01)',
    async (path) => {
      const { body } = await send(world, world.issuer + path)
      expect(body.device_authorization_endpoint).toBe(world.issuer + devicePath)
      expect(body.grant_types_supported).toContain(deviceGrantType)
      const plain = createQuickWorld()
      const without = await send(plain, plain.issuer + path)
      expect(without.body.device_authorization_endpoint).toBeUndefined()
      expect(without.body.grant_types_supported).not.toContain(deviceGrantType)
    },
  )

  test('a client must have registered the grant type, which only a server with the feature offers (V01)', async () => {
    const other = await registerPublic(world)
    expectJsonError(await postAs(world, other, devicePath, { scope: deviceScope }), 400, 'unauthorized_client')
    await expect(registerDevice(createQuickWorld())).rejects.toThrow(`unsupported grant_type ${deviceGrantType}`)
  })

  test('wrong options of device authorization are refused by name (V16)', () => {
    const made = (options: object) => () => deviceAuthorization({ verificationUri: '/device', ...options })
    expect(made({ lifetimeSeconds: 601 })).toThrow(
      'deviceAuthorization: lifetimeSeconds must be a whole number from 60 to 600 seconds',
    )
    expect(made({ interval: 5 })).toThrow('deviceAuthorization: interval is not known')
    expect(() => deviceAuthorization({} as never)).toThrow('deviceAuthorization: verificationUri is missing')
    expect(() => deviceAuthorization(undefined as never)).toThrow('deviceAuthorization: the options must be an object')
    const misspelt = { verificationURI: '/device' } as never
    expect(() => deviceAuthorization(misspelt)).toThrow('deviceAuthorization: verificationURI is not known')
    expect(() => deviceWorld({}, { grantTypes: ['client_credentials'] })).toThrow(
      'the feature deviceAuthorization needs authorization_code, which the option grantTypes leaves out',
    )
  })
})

describe('the device authorization request', () => {
  test('a public client sends its client_id, and a confidential one authenticates to ask and to poll (V02)', async () => {
    expect((await startDevice(world, client)).user_code).toBeTypeOf('string')
    const confidential = await registerConfidential(world, { grant_types: [deviceGrantType], redirect_uris: [] })
    const started = await startDevice(world, confidential)
    await answerDevice(world, started)
    const wrong = { ...confidential, client_secret: 'x'.repeat(43) }
    expectJsonError(await postAs(world, wrong, devicePath, { scope: deviceScope }), 401, 'invalid_client')
    expectJsonError(await poll(world, wrong, started), 401, 'invalid_client')
    const unknown = { ...client, client_id: 'nobody' }
    expectJsonError(await postAs(world, unknown, devicePath, {}), 401, 'invalid_client')
    expect((await poll(world, confidential, started)).status).toBe(200)
  })

  test('a request of a device with a scope, a claim or a resource that is wrong is refused (V02)', async () => {
    const ask = (form: Record<string, string>) => postAs(world, client, devicePath, { scope: deviceScope, ...form })
    expectJsonError(await ask({ scope: 'notes:delete' }), 400, 'invalid_scope')
    expectJsonError(await ask({ claims: '[' }), 400, 'invalid_request')
    expectJsonError(await ask({ nonce: 'n'.repeat(513) }), 400, 'invalid_request')
    expectJsonError(await ask({ request: 'e30.e30.' }), 400, 'request_not_supported')
    world = deviceWorld({}, { bindResources: true })
    client = await registerDevice(world)
    expectJsonError(await ask({ resource: 'https://elsewhere.example' }), 400, 'invalid_target')
  })

  test('a device names its resource, its claims and its acr_values, and gets them with its tokens (V02)', async () => {
    world = deviceWorld({}, { bindResources: true })
    client = await registerDevice(world, { scope: 'openid notes:read' })
    const started = await startDevice(world, client, {
      scope: 'openid notes:read',
      resource: api,
      nonce: 'of-the-device',
      acr_values: 'urn:high urn:low',
      claims: JSON.stringify({ id_token: { auth_time: { essential: true } } }),
    })
    const { browser, page } = await toDeviceConsent(world, started)
    const context = await world.provider.resolveLoginContext(browser.pageRequest(page))
    expect(context).toMatchObject({ resources: [api], acrValues: ['urn:high', 'urn:low'] })
    await browser.consent(page, true)
    const { body } = await poll(world, client, started)
    expect(claimsOf(body.access_token).aud).toContain(api)
    expect(claimsOf(body.id_token)).toMatchObject({ nonce: 'of-the-device', auth_time: expect.any(Number) })
  })

  test('a device may send the parameters of other features, which go with the grant into its tokens (V02)', async () => {
    const wishes: Feature = {
      name: 'wishes',
      start: () => ({
        authorizationParameters: [{ name: 'wish', keptWith: 'grant', parse: (parameters) => parameters.get('wish') }],
        tokenMembers: [{ name: 'wish', inTokenAnswer: true, valueOf: ({ grant }) => grant?.extra?.wish }],
      }),
    }
    world = deviceWorld({}, { features: [wishes] })
    client = await registerDevice(world)
    const started = await startDevice(world, client, { scope: deviceScope, wish: 'a pony' })
    await answerDevice(world, started)
    const { body } = await poll(world, client, started)
    expect(body.wish).toBe('a pony')
    expect((await refresh(world, client, body.refresh_token)).body.wish).toBe('a pony')
  })

  test('a device gets all that it has to show and to wait for, and no cache keeps it (V03)', async () => {
    const { status, headers, body } = await postAs(world, client, devicePath, { scope: deviceScope })
    expect(status).toBe(200)
    expect(headers.get('cache-control')).toContain('no-store')
    const page = `${new URL(world.issuer).origin}/device`
    expect(body).toEqual({
      device_code: expect.any(String),
      user_code: expect.stringMatching(/^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/),
      verification_uri: page,
      verification_uri_complete: `${page}?user_code=${body.user_code}`,
      expires_in: 600,
      interval: 5,
    })
    world = deviceWorld({ completeUri: false, lifetimeSeconds: 60, intervalSeconds: 1 })
    const plain = await startDevice(world, await registerDevice(world))
    expect(plain).toMatchObject({ expires_in: 60, interval: 1 })
    expect(plain).not.toHaveProperty('verification_uri_complete')
  })

  test('a request is announced and counted, and the limit of its lifetime is ten minutes (V15)', async () => {
    await startDevice(world, client)
    const expiresAt = world.clock.now() + 600
    expect(world.events).toContainEqual({ type: 'device.requested', clientId: client.client_id, expiresAt })
    world = deviceWorld({}, { rateLimit: { clientAddress: () => '192.0.2.1' } })
    client = await registerDevice(world)
    for (let times = 0; times < 60; times++) await startDevice(world, client)
    expectJsonError(await postAs(world, client, devicePath, { scope: deviceScope }), 429, 'rate_limited')
  })

  test('the option clients keeps all other clients from device authorization (V15)', async () => {
    world = deviceWorld({ clients: ['television'] })
    client = await registerDevice(world)
    expectJsonError(await postAs(world, client, devicePath, { scope: deviceScope }), 400, 'unauthorized_client')
  })

  test.each([
    ['http://tv.example/device', 'verificationUri must be an https URL'],
    ['/device#code', 'verificationUri must not have a fragment'],
    ['https://user:pass@tv.example/', 'verificationUri must not have credentials'],
    [`${issuerPath}/oauth2/device`, 'verificationUri must be a page of your application'],
  ])('the page %s is refused as the page where the user enters the code (V16)', (verificationUri, problem) => {
    const secure = { baseUrl: 'https://id.example.com' }
    expect(() => deviceWorld({ verificationUri }, secure)).toThrow(`deviceAuthorization: ${problem}`)
    expect(() => deviceWorld({ verificationUri: 'https://tv.example/go' }, secure)).not.toThrow()
  })
})

describe('the pages of device authorization', () => {
  test('a user enters the code as people type it (V04)', async () => {
    const { user_code } = await startDevice(world, client)
    const browser = world.browser()
    browser.signIn(alice)
    const typed = ` ${user_code.toLowerCase().replace('-', ' – ')} `
    expect((await enterCode(browser, typed)).status).toBe(303)
  })

  test('a form without the field user_code is told the name of the field (V04)', async () => {
    const headers = { origin: new URL(world.issuer).origin }
    const body = new URLSearchParams({ code: 'WDJB-MJHT' })
    const url = `${world.issuer}/oauth2/device`
    const answer = await world.provider.fetch(new Request(url, { method: 'POST', headers, body }))
    expect([answer.status, await answer.text()]).toEqual([
      400,
      expect.stringContaining('user_code of the form is missing'),
    ])
  })

  test('the pages lead through login to consent and show the client, the scopes, the code and where it came from (V06)', async () => {
    world = deviceWorld(
      { describeOrigin: (request) => ({ country: request.headers.get('x-country') ?? 'unknown' }) },
      { rateLimit: { clientAddress: () => '192.0.2.7' } },
    )
    client = await registerDevice(world)
    const form = new URLSearchParams({ client_id: client.client_id, scope: deviceScope })
    const headers = { 'user-agent': 'Television/1.0', 'x-country': 'NZ' }
    const response = await world.provider.fetch(
      new Request(world.issuer + devicePath, { method: 'POST', headers, body: form }),
    )
    const started = await response.json()
    const browser = world.browser()
    const entered = await enterCode(browser, started.user_code)
    const login = await world.provider.resolveLoginContext(
      browser.pageRequest(entered.headers.get('location') as string),
    )
    expect(login.intent).toBe('login')
    browser.signIn(alice)
    const { url } = await browser.visit(login.returnTo)
    expect(new URL(url).pathname).toBe('/consent')
    const context = await world.provider.resolveLoginContext(browser.pageRequest(url))
    expect(context).toMatchObject({
      clientId: client.client_id,
      scopes: deviceScope.split(' '),
      completion: 'device',
      redirectHost: '',
    })
    const { detailsOf } = world.provider.features.deviceAuthorization as { detailsOf(of: object): unknown }
    expect(detailsOf(context)).toEqual({
      userCode: started.user_code,
      origin: { address: '192.0.2.7', userAgent: 'Television/1.0', details: { country: 'NZ' } },
      requestedAt: world.clock.now(),
      expiresAt: world.clock.now() + 600,
    })
    expect(detailsOf({ completion: 'code' })).toBeUndefined()
  })

  test('a user confirms each time, whatever was agreed before and whatever the trust in the client (V06)', async () => {
    world = deviceWorld({}, { trustedClientResolver: () => true })
    client = await registerDevice(world)
    for (let times = 0; times < 2; times++) {
      const started = await startDevice(world, client)
      const { browser, page } = await toDeviceConsent(world, started)
      expect(new URL(page).pathname).toBe('/consent')
      expectJsonError(await poll(world, client, started), 400, 'authorization_pending')
      await browser.consent(page, true)
      expect((await poll(world, client, started)).status).toBe(200)
    }
  })

  test('a GET of the endpoint for codes does nothing, also with a code in the URL (V06)', async () => {
    const { user_code } = await startDevice(world, client)
    const browser = world.browser()
    browser.signIn(alice)
    const response = await browser.request(`${world.issuer}/oauth2/device?user_code=${user_code}`)
    expect(response.status).toBe(405)
  })

  test('the user is told where to go on, on a page of the server or of the host (V06)', async () => {
    expect(await (await answerDevice(world, await startDevice(world, client))).text()).toContain(
      'The device is connected',
    )
    const refused = await answerDevice(world, await startDevice(world, client), false)
    expect(await refused.text()).toContain('The device was not connected')
    world = deviceWorld({ resultUri: '/device/done?lang=en' })
    client = await registerDevice(world)
    const { origin } = new URL(world.issuer)
    const answered = await answerDevice(world, await startDevice(world, client))
    expect([answered.status, answered.headers.get('location')]).toEqual([
      303,
      `${origin}/device/done?lang=en&result=approved`,
    ])
  })
})

describe('the token request of a device', () => {
  test('a device waits, and gets its tokens once the user has approved (V09)', async () => {
    const started = await startDevice(world, client)
    expectJsonError(await poll(world, client, started), 400, 'authorization_pending')
    await answerDevice(world, started)
    const { status, body } = await poll(world, client, started)
    expect([status, body.token_type, body.scope]).toEqual([200, 'Bearer', deviceScope])
    expect(await isActive(world, body.access_token)).toBe(true)
    expectJsonError(await poll(world, client, started), 400, 'invalid_grant')
    expect(await isActive(world, body.access_token)).toBe(true)
  })

  test('a device that asks too often is told to slow down, five seconds more from then on (V09)', async () => {
    const started = await startDevice(world, client)
    const after = async (seconds: number) => {
      world.clock.advance(seconds)
      return (await poll(world, client, started)).body.error
    }
    expect(await after(0)).toBe('authorization_pending')
    expect(await after(4)).toBe('authorization_pending') // a second early is the network
    expect(await after(3)).toBe('slow_down')
    expect(await after(8)).toBe('slow_down')
    expect(await after(14)).toBe('authorization_pending')
    expect(await after(13)).toBe('slow_down')
  })

  test('a device is told that its user has refused, each time that it asks (V09)', async () => {
    const started = await startDevice(world, client)
    await answerDevice(world, started, false)
    expectJsonError(await poll(world, client, started), 400, 'access_denied')
    world.clock.advance(700)
    expectJsonError(await poll(world, client, started), 400, 'access_denied')
  })

  test('a device is told that its code has expired, approved or not, and its user cannot enter it any more (V09)', async () => {
    const started = await startDevice(world, client)
    const approved = await startDevice(world, client)
    await answerDevice(world, approved)
    world.clock.advance(600)
    for (const one of [started, approved]) {
      expectJsonError(await poll(world, client, one), 400, 'expired_token')
      expectJsonError(await poll(world, client, one), 400, 'expired_token')
    }
    const browser = world.browser()
    browser.signIn(alice)
    await expectErrorPage(await enterCode(browser, started.user_code), 400, 'invalid_request')
    const expired = world.events.filter(({ type }) => type === 'device.expired')
    expect(expired).toEqual(Array(2).fill({ type: 'device.expired', clientId: client.client_id }))
  })

  test.each([
    ['no device code', undefined, 'invalid_request'],
    ['text that is none', 'x', 'invalid_grant'],
    ['a code that was never issued', `${'a'.repeat(43)}.${'b'.repeat(43)}`, 'invalid_grant'],
  ])('a token request with %s is refused (V09)', async (_, device_code, error) => {
    const form = { grant_type: deviceGrantType, device_code }
    expectJsonError(await postAs(world, client, '/oauth2/token', form), 400, error)
  })

  test('a refresh token needs offline_access and its grant type, and an ID token needs openid (V12)', async () => {
    const collect = async (of: RegisteredClient, scope: string) => {
      const started = await startDevice(world, of, { scope })
      await answerDevice(world, started)
      const { body } = await poll(world, of, started)
      return { idToken: body.id_token !== undefined, refreshToken: body.refresh_token !== undefined }
    }
    expect(await collect(client, deviceScope)).toEqual({ idToken: true, refreshToken: true })
    expect(await collect(client, 'openid')).toEqual({ idToken: true, refreshToken: false })
    expect(await collect(client, 'email')).toEqual({ idToken: false, refreshToken: false })
    const online = await registerDevice(world, { grant_types: [deviceGrantType] })
    expect(await collect(online, deviceScope)).toEqual({ idToken: true, refreshToken: false })
  })

  test('the ID token of a device tells how its user signed in, and names no session and no nonce (V12)', async () => {
    const started = await startDevice(world, client)
    const { browser, page } = await toDeviceConsent(world, started)
    const authTime = world.clock.now()
    world.clock.advance(100)
    await browser.consent(page, true)
    const claims = claimsOf((await poll(world, client, started)).body.id_token)
    expect(claims).toMatchObject({ sub: alice.id, aud: client.client_id, amr: ['pwd'], auth_time: authTime })
    expect(claims).not.toHaveProperty('nonce')
    expect(claims).not.toHaveProperty('sid')
  })

  test('tokens without a refresh token last as long as others, also when the device collects them late (V12)', async () => {
    const started = await startDevice(world, client, { scope: 'openid' })
    await answerDevice(world, started)
    world.clock.advance(590)
    const { body } = await poll(world, client, started)
    world.clock.advance(body.expires_in - 1)
    expect(await isActive(world, body.access_token)).toBe(true)
  })

  test('the grant of a device outlives the session of the browser, is listed and can be revoked (V13)', async () => {
    const started = await startDevice(world, client, { scope: 'openid email' })
    const { browser, page } = await toDeviceConsent(world, started)
    const sessionId = [...world.sessions.keys()].at(-1) as string
    await browser.consent(page, true)
    await world.provider.sessionEnded(sessionId)
    const { body } = await poll(world, client, started)
    await world.provider.sessionEnded(sessionId)
    expect(await isActive(world, body.access_token)).toBe(true)
    const [listed] = await world.provider.listGrants(alice.id)
    expect(listed).toMatchObject({ clientId: client.client_id, scopes: ['openid', 'email'], via: 'device' })
    const [grant] = await world.storage.grants.list({ userId: alice.id, now: world.clock.now() })
    expect(grant).toMatchObject({ offline: true, extra: { granted_via: 'device' } })
    expect(await world.provider.revokeUserGrants(alice.id)).toBe(1)
    expect(await isActive(world, body.access_token)).toBe(false)
  })

  test('a device that proves a key gets tokens that are bound to it (V14)', async () => {
    world = deviceWorld({}, { features: [dpop()] })
    client = await registerDevice(world)
    const started = await startDevice(world, client)
    await answerDevice(world, started)
    const form = { grant_type: deviceGrantType, device_code: started.device_code }
    const { status, body } = await postWithProof(world, client, form, await makeProof(world))
    expect([status, body.token_type]).toEqual([200, 'DPoP'])
    expectJsonError(await refresh(world, client, body.refresh_token), 400, 'invalid_grant')
    expect((await refreshWithProof(world, client, body.refresh_token, {})).status).toBe(200)
  })

  test('a device that proves a key when it asks for codes must prove the same key each time that it polls (V14)', async () => {
    world = deviceWorld({}, { features: [dpop()] })
    client = await registerDevice(world)
    const proof = await makeProof(world, { claims: { htu: world.issuer + devicePath } })
    const { body: started } = await postWithProof(world, client, { scope: deviceScope }, proof, devicePath)
    const form = { grant_type: deviceGrantType, device_code: started.device_code }
    const pollWith = async (key: string) =>
      postWithProof(world, client, form, await makeProof(world, { key: await proofKey(key) }))
    expectJsonError(await poll(world, client, started), 400, 'invalid_grant')
    expectJsonError(await pollWith('dpop-2'), 400, 'invalid_grant')
    expectJsonError(await pollWith('dpop-1'), 400, 'authorization_pending')
    await answerDevice(world, started)
    expectJsonError(await pollWith('dpop-2'), 400, 'invalid_grant')
    expect((await pollWith('dpop-1')).status).toBe(200)
  })
})

describe('the storage and the events of device authorization', () => {
  test('the events of a device have neither of its codes (V17)', async () => {
    const started = await startDevice(world, client)
    await answerDevice(world, started)
    const refused = await startDevice(world, client)
    await answerDevice(world, refused, false)
    const types = world.events.map(({ type }) => type)
    for (const type of ['device.requested', 'device.approved', 'device.denied']) expect(types).toContain(type)
    const text = JSON.stringify(world.events)
    for (const { device_code, user_code } of [started, refused]) {
      for (const code of [device_code, device_code.split('.')[1] ?? '', user_code, user_code.replace('-', '')]) {
        expect(text).not.toContain(code)
      }
    }
    expect(world.events).toContainEqual({ type: 'device.denied', clientId: client.client_id, userId: alice.id })
  })

  test('the purge deletes the requests of devices that nobody answered, and the counts of wrong codes (V17)', async () => {
    const started = await startDevice(world, client)
    const browser = world.browser()
    browser.signIn(bob)
    await enterCode(browser, 'BBBB-BBBB')
    world.clock.advance(600)
    await world.provider.purgeExpired()
    expectJsonError(await poll(world, client, started), 400, 'expired_token')
    world.clock.advance(601)
    await world.provider.purgeExpired()
    expectJsonError(await poll(world, client, started), 400, 'invalid_grant')
  })

  test('a deleted client leaves no request of a device behind (V17)', async () => {
    const started = await startDevice(world, client)
    await world.provider.deleteClient(client.client_id)
    const browser = world.browser()
    browser.signIn(alice)
    await expectErrorPage(await enterCode(browser, started.user_code), 400, 'invalid_request')
  })
})
