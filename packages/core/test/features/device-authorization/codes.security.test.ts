import type { RegisteredClient } from '@oauth/core'
import { memoryStorage } from '@oauth/core/memory'
import { beforeEach, describe, expect, test } from 'vitest'
import { postAs } from '../../support/client.ts'
import {
  answerDevice,
  devicePath,
  deviceScope,
  deviceWorld,
  enterCode,
  poll,
  registerDevice,
  startDevice,
  toDeviceConsent,
} from '../../support/device-authorization.ts'
import { expectErrorPage, expectJsonError } from '../../support/expectations.ts'
import { createGate } from '../../support/gate.ts'
import { recordingStorage, wrapStorage, yieldingStorage } from '../../support/storage.ts'
import { createQuickWorld } from '../../support/tokens.ts'
import { alice, bob, secret, type TestUser, type World } from '../../support/world.ts'

let world: World
let client: RegisteredClient
beforeEach(async () => {
  world = deviceWorld()
  client = await registerDevice(world)
})

const browserOf = (user: TestUser | undefined, of = world) => {
  const browser = of.browser()
  if (user !== undefined) browser.signIn(user)
  return browser
}
const wrongCode = 'BBBB-BBBB'
const statuses = (responses: readonly Response[]) => responses.map(({ status }) => status)

describe('the codes of a device', () => {
  test('neither the device code nor the user code is in the storage, also while the user looks at the page (V04)', async () => {
    const recording = recordingStorage(memoryStorage())
    world = deviceWorld({}, { storage: recording.storage })
    client = await registerDevice(world)
    const started = await startDevice(world, client)
    const { browser, page } = await toDeviceConsent(world, started)
    await world.provider.resolveLoginContext(browser.pageRequest(page))
    await browser.consent(page, true)
    const { body } = await poll(world, client, started)
    expect(body.access_token).toBeTypeOf('string')
    const random = started.device_code.split('.')[1] ?? ''
    // 256 random bits
    expect(Buffer.from(random, 'base64url')).toHaveLength(32)
    for (const text of [random, started.user_code, started.user_code.replace('-', '')]) {
      expect(recording.dump()).not.toContain(text)
    }
  })

  test('the code of a device is worth nothing to another client, which does not use it up (V04)', async () => {
    const started = await startDevice(world, client)
    await answerDevice(world, started)
    const other = await registerDevice(world)
    expectJsonError(await poll(world, other, started), 400, 'invalid_grant')
    expect((await poll(world, client, started)).status).toBe(200)
  })

  test('a changed device code is unknown, and does not tell whether its request exists (V04)', async () => {
    const started = await startDevice(world, client)
    const [id] = started.device_code.split('.')
    const changed = await poll(world, client, { device_code: `${id}.${'x'.repeat(43)}` })
    const unknown = await poll(world, client, { device_code: `${'y'.repeat(43)}.${'x'.repeat(43)}` })
    expect([changed.status, changed.body]).toEqual([unknown.status, unknown.body])
  })

  test('a user code that is taken is made anew, and without a free one the device has to ask again (V04)', async () => {
    let taken = 2
    const storage = wrapStorage(memoryStorage(), (name, [record], run) => {
      const isDevice = (record as { kind?: string } | undefined)?.kind === 'device_authorization'
      return name === 'records.insert' && isDevice && taken-- > 0 ? 'exists' : run()
    })
    world = deviceWorld({}, { storage })
    client = await registerDevice(world)
    expect((await startDevice(world, client)).user_code).toBeTypeOf('string')
    taken = 100
    const refused = await postAs(world, client, devicePath, { scope: deviceScope })
    expectJsonError(refused, 503, 'temporarily_unavailable')
  })

  test('another issuer on the same storage knows neither of the codes (V04)', async () => {
    const started = await startDevice(world, client)
    const other = deviceWorld({}, { storage: world.storage, baseUrl: 'https://other.example.com' })
    expectJsonError(await poll(other, client, started), 400, 'invalid_grant')
    const browser = browserOf(alice, other)
    await expectErrorPage(await enterCode(browser, started.user_code), 400, 'invalid_request')
  })

  test('a code stays good when the secret of the server is replaced, with the old one beside it (V04)', async () => {
    const started = await startDevice(world, client)
    const next = deviceWorld(
      {},
      { storage: world.storage, secret: ['another-secret-for-tests-with-enough-characters', secret], beside: world },
    )
    await answerDevice(next, started)
    expect((await poll(next, client, started)).status).toBe(200)
  })
})

describe('guesses of user codes', () => {
  test('a user has ten wrong codes in ten minutes, and then no right one either; other users are free (V05)', async () => {
    const { user_code } = await startDevice(world, client)
    const attacker = browserOf(bob)
    for (let times = 0; times < 10; times++) {
      await expectErrorPage(await enterCode(attacker, wrongCode), 400, 'invalid_request')
    }
    const refused = await enterCode(attacker, user_code)
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(590)
    await expectErrorPage(refused, 429, 'rate_limited')
    // Another session of the same user is the same user.
    expect((await enterCode(browserOf(bob), user_code)).status).toBe(429)
    expect((await enterCode(browserOf(alice), user_code)).status).toBe(303)
    world.clock.advance(600)
    const fresh = await startDevice(world, client)
    expect((await enterCode(attacker, fresh.user_code)).status).toBe(303)
  })

  test('new cookies bring no new guesses: everybody without a session shares one allowance (V05)', async () => {
    world = deviceWorld({ codeEntries: { max: 1 } })
    client = await registerDevice(world)
    const { user_code } = await startDevice(world, client)
    for (let times = 0; times < 10; times++) expect((await enterCode(world.browser(), wrongCode)).status).toBe(400)
    expect((await enterCode(world.browser(), user_code)).status).toBe(429)
    // Whoever is signed in is not locked out by that.
    expect((await enterCode(browserOf(alice), user_code)).status).toBe(303)
  })

  test('an address has an allowance of its own, and many accounts behind it bring no more (V05)', async () => {
    const clientAddress = (request: Request) => request.headers.get('x-address') ?? undefined
    world = deviceWorld({ codeEntries: { max: 1 } }, { rateLimit: { clientAddress, authorize: false } })
    client = await registerDevice(world)
    const { user_code } = await startDevice(world, client)
    const from = (address: string, code = wrongCode) => enterCode(browserOf(undefined), code, { 'x-address': address })
    for (let times = 0; times < 10; times++) expect((await from(`2001:db8::${times}`)).status).toBe(400)
    expect((await from('2001:db8::ffff', user_code)).status).toBe(429)
    expect((await enterCode(browserOf(alice), user_code, { 'x-address': '2001:db8::1' })).status).toBe(429)
    expect((await from('192.0.2.1', user_code)).status).toBe(303)
  })

  test('right codes are not counted (V05)', async () => {
    world = deviceWorld({ codeEntries: { max: 1 } })
    client = await registerDevice(world)
    for (let times = 0; times < 3; times++) {
      const { user_code } = await startDevice(world, client)
      expect((await enterCode(browserOf(alice), user_code)).status).toBe(303)
    }
  })

  test('of fifty wrong codes at the same time only as many as the limit allows are compared (V05)', async () => {
    world = deviceWorld({}, { storage: yieldingStorage(memoryStorage(), 3) })
    const browser = browserOf(bob)
    const answers = statuses(await Promise.all(Array.from({ length: 50 }, () => enterCode(browser, wrongCode))))
    expect(answers.filter((status) => status === 400).length).toBeLessThanOrEqual(10)
    expect(answers.filter((status) => status === 429).length).toBeGreaterThanOrEqual(40)
  })

  test('codes that are wrong, expired, answered or no codes at all look the same (V05)', async () => {
    const expired = await startDevice(world, client)
    world.clock.advance(600)
    const answered = await startDevice(world, client)
    await answerDevice(world, answered)
    const pages = await Promise.all(
      [wrongCode, expired.user_code, answered.user_code, '', 'x'.repeat(1000)].map(async (code) => {
        const response = await enterCode(browserOf(alice), code)
        // The id of the request is another one each time, and the same for every code.
        return [response.status, (await response.text()).replace(/Request: [\da-f]+-\w+/, '')]
      }),
    )
    expect(new Set(pages.map(String)).size).toBe(1)
    expect(pages[0]?.[0]).toBe(400)
  })
})

describe('answers for a device', () => {
  test('another site can neither enter a code nor answer the page (V07)', async () => {
    const started = await startDevice(world, client)
    const elsewhere = { origin: 'https://evil.example' }
    const browser = browserOf(alice)
    await expectErrorPage(await enterCode(browser, started.user_code, elsewhere), 403, 'access_denied')
    const consent = await toDeviceConsent(world, started)
    const state = new URL(consent.page).searchParams.get('state') ?? ''
    const forged = await consent.browser.request(`${world.issuer}/oauth2/consent`, {
      method: 'POST',
      headers: elsewhere,
      body: new URLSearchParams({ state, accept: 'true' }),
    })
    await expectErrorPage(forged, 403, 'access_denied')
    expectJsonError(await poll(world, client, started), 400, 'authorization_pending')
  })

  test('only the browser and the session that saw the page can answer it (V07)', async () => {
    const started = await startDevice(world, client)
    const { browser, page } = await toDeviceConsent(world, started)
    await expectErrorPage(await browserOf(alice).consent(page, true), 403, 'invalid_request')
    browser.signIn(bob)
    await expectErrorPage(await browser.consent(page, true), 403, 'access_denied')
    browser.signIn(alice)
    expect((await browser.consent(page, true)).status).toBeGreaterThanOrEqual(400)
    expectJsonError(await poll(world, client, started), 400, 'authorization_pending')
  })

  test.each([
    ['at once', () => memoryStorage()],
    ['behind a network', () => yieldingStorage(memoryStorage(), 11)],
  ])('of an approval and a refusal at the same time one wins (a storage that answers %s) (V07)', async (_, storage) => {
    world = deviceWorld({}, { storage: storage() })
    client = await registerDevice(world)
    const started = await startDevice(world, client)
    const [yes, no] = await Promise.all([toDeviceConsent(world, started), toDeviceConsent(world, started)])
    const answers = statuses(
      await Promise.all([yes.browser.consent(yes.page, true), no.browser.consent(no.page, false)]),
    )
    expect(answers.filter((status) => status === 200)).toHaveLength(1)
    const { status, body } = await poll(world, client, started)
    if (answers[0] === 200) expect(status).toBe(200)
    else expect(body.error).toBe('access_denied')
    const answered = world.events.filter(({ type }) => type === 'device.approved' || type === 'device.denied')
    expect(answered).toHaveLength(1)
  })

  test('a code that one user has entered does not exist for another user (V08)', async () => {
    const started = await startDevice(world, client)
    const { browser, page } = await toDeviceConsent(world, started)
    await expectErrorPage(await enterCode(browserOf(bob), started.user_code), 400, 'invalid_request')
    expect((await browser.consent(page, true)).status).toBe(200)
    expect(await world.storage.grants.list({ userId: bob.id, now: world.clock.now() })).toEqual([])
    expect((await poll(world, client, started)).status).toBe(200)
  })

  test.each([true, false])(
    'a user who signed in after entering the code cannot answer for the one who was first (%s) (V08)',
    async (accept) => {
      const started = await startDevice(world, client)
      const late = world.browser()
      const entered = await enterCode(late, started.user_code)
      const login = await world.provider.resolveLoginContext(
        late.pageRequest(entered.headers.get('location') as string),
      )
      const first = await toDeviceConsent(world, started)
      late.signIn(bob)
      const { url } = await late.visit(login.returnTo)
      await expect(world.provider.resolveLoginContext(late.pageRequest(url))).rejects.toThrow('invalid_request')
      await expectErrorPage(await late.consent(url, accept), 400, 'invalid_request')
      expectJsonError(await poll(world, client, started), 400, 'authorization_pending')
      expect((await first.browser.consent(first.page, true)).status).toBe(200)
    },
  )

  test('the code belongs to the user who sees the page first, also when both signed in afterwards (V08)', async () => {
    const started = await startDevice(world, client)
    const [one, two] = await Promise.all(
      [alice, bob].map(async (user) => {
        const browser = world.browser()
        const entered = await enterCode(browser, started.user_code)
        const page = browser.pageRequest(entered.headers.get('location') as string)
        const { returnTo } = await world.provider.resolveLoginContext(page)
        browser.signIn(user)
        return { browser, page: (await browser.visit(returnTo)).url }
      }),
    )
    if (one === undefined || two === undefined) throw new Error('no pages')
    await world.provider.resolveLoginContext(one.browser.pageRequest(one.page))
    await expectErrorPage(await two.browser.consent(two.page, true), 400, 'invalid_request')
    expect((await one.browser.consent(one.page, true)).status).toBe(200)
  })
})

describe('a device that polls', () => {
  test('costs one read and one conditional write of its request (V10)', async () => {
    const calls: string[] = []
    const storage = wrapStorage(memoryStorage(), (name, _args, run) => {
      calls.push(name)
      return run()
    })
    world = deviceWorld({}, { storage })
    client = await registerDevice(world)
    const started = await startDevice(world, client)
    await poll(world, client, started)
    world.clock.advance(5)
    calls.length = 0
    expectJsonError(await poll(world, client, started), 400, 'authorization_pending')
    expect(calls.filter((name) => name.startsWith('records.'))).toEqual(['records.find', 'records.replace'])
    expect(calls.filter((name) => !name.startsWith('records.') && !/\.(find|get|load|list)/.test(name))).toEqual([])
  })

  test('of two polls at the same time in two processes one is too fast (V10)', async () => {
    const storage = yieldingStorage(memoryStorage(), 5)
    world = deviceWorld({}, { storage })
    const beside = deviceWorld({}, { storage, beside: world })
    client = await registerDevice(world)
    const started = await startDevice(world, client)
    const answers = await Promise.all([poll(world, client, started), poll(beside, client, started)])
    expect(answers.map(({ body }) => body.error).sort()).toEqual(['authorization_pending', 'slow_down'])
  })

  test('that polls while its user answers gets its tokens with the next poll (V10)', async () => {
    world = deviceWorld({}, { storage: yieldingStorage(memoryStorage(), 9) })
    client = await registerDevice(world)
    for (let times = 0; times < 10; times++) {
      const started = await startDevice(world, client)
      const { browser, page } = await toDeviceConsent(world, started)
      const [approved, polled] = await Promise.all([browser.consent(page, true), poll(world, client, started)])
      expect(approved.status).toBe(200)
      expect([200, 400]).toContain(polled.status)
      if (polled.status === 400) expect((await poll(world, client, started)).status).toBe(200)
    }
  })

  test.each([
    ['at once', () => memoryStorage()],
    ['behind a network', () => yieldingStorage(memoryStorage(), 7)],
  ])('that polls fifty times at once gets tokens once (a storage that answers %s) (V11)', async (_, storageOf) => {
    world = deviceWorld({}, { storage: storageOf() })
    client = await registerDevice(world)
    const started = await startDevice(world, client)
    await answerDevice(world, started)
    const answers = await Promise.all(Array.from({ length: 50 }, () => poll(world, client, started)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    for (const { status, body } of answers) if (status !== 200) expect(body.error).toBe('invalid_grant')
    expect(await world.storage.grants.list({ userId: alice.id, now: world.clock.now() })).toHaveLength(1)
  })

  test('that fails before its tokens are stored loses nothing (V11)', async () => {
    let fails = true
    world = deviceWorld(
      {},
      {
        customAccessTokenClaims: () => {
          if (fails) throw new Error('the host failed')
          return {}
        },
      },
    )
    client = await registerDevice(world, { scope: 'openid notes:read' })
    const started = await startDevice(world, client, { scope: 'notes:read' })
    await answerDevice(world, started)
    const form = { resource: 'https://api.example.com' }
    expectJsonError(await poll(world, client, started, form), 500, 'server_error')
    fails = false
    expect((await poll(world, client, started, form)).status).toBe(200)
  })

  test('gets no tokens when the grants of its user are revoked between the approval and the poll (V13)', async () => {
    const started = await startDevice(world, client)
    await answerDevice(world, started)
    await world.provider.revokeUserGrants(alice.id)
    // The withdrawal has deleted the approval.
    expectJsonError(await poll(world, client, started), 400, 'invalid_grant')
    expect(await world.storage.grants.list({ userId: alice.id, now: world.clock.now() })).toEqual([])
  })

  test('gets no tokens when the grants of its user are revoked after its request has read the approval (V13)', async () => {
    const gate = createGate()
    world = deviceWorld({}, { customIdTokenClaims: () => gate.pass().then(() => ({})) })
    client = await registerDevice(world)
    const started = await startDevice(world, client)
    await answerDevice(world, started)
    gate.arm()
    const polled = poll(world, client, started)
    await gate.reached
    await world.provider.revokeUserGrants(alice.id)
    gate.open()
    expectJsonError(await polled, 400, 'invalid_grant')
    expect(await world.storage.grants.list({ userId: alice.id, now: world.clock.now() })).toEqual([])
  })

  test('reads access_denied when the grants of its user are revoked while its tokens are stored (V13)', async () => {
    const gate = createGate()
    const storage = wrapStorage(memoryStorage(), async (name, _args, run) => {
      const outcome = await run()
      if (name === 'grants.commit') await gate.pass()
      return outcome
    })
    world = deviceWorld({}, { storage })
    client = await registerDevice(world)
    const started = await startDevice(world, client)
    await answerDevice(world, started)
    gate.arm()
    const polled = poll(world, client, started)
    await gate.reached
    await world.provider.revokeUserGrants(alice.id)
    gate.open()
    expectJsonError(await polled, 400, 'access_denied')
    expect(await world.storage.grants.list({ userId: alice.id, now: world.clock.now() })).toEqual([])
    expectJsonError(await poll(world, client, started), 400, 'invalid_grant')
  })

  test('gets no tokens once its client was disabled (V09)', async () => {
    const started = await startDevice(world, client)
    await answerDevice(world, started)
    await world.provider.updateClient(client.client_id, { disabled: true })
    expectJsonError(await poll(world, client, started), 401, 'invalid_client')
  })
})

describe('a process without device authorization', () => {
  test('a process without device authorization neither ends the sign-in of a device nor gives it tokens (V01)', async () => {
    const started = await startDevice(world, client)
    const { browser, page } = await toDeviceConsent(world, started)
    const without = createQuickWorld({ storage: world.storage, beside: world })
    const state = new URL(page).searchParams.get('state') ?? ''
    const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await without.provider.fetch(
      new Request(`${without.issuer}/oauth2/consent`, {
        method: 'POST',
        headers: { origin: new URL(without.issuer).origin, cookie },
        body: new URLSearchParams({ state, accept: 'true' }),
      }),
    )
    await expectErrorPage(response, 400, 'invalid_request')
    expectJsonError(await poll(without, client, started), 400, 'unsupported_grant_type')
    expect((await browser.consent(page, true)).status).toBe(200)
    expect((await poll(world, client, started)).status).toBe(200)
  })
})

describe('what the host says about a device', () => {
  test.each([
    ['text', 'New Zealand'],
    ['a number', { country: 64 }],
    ['a long text', { country: 'x'.repeat(256) }],
    ['too many members', Object.fromEntries(Array.from({ length: 21 }, (_, index) => [`m${index}`, 'x']))],
  ])('describeOrigin that answers with %s is a mistake of the host, and stores nothing (V06)', async (_, answer) => {
    world = deviceWorld({ describeOrigin: () => answer as never })
    client = await registerDevice(world)
    expectJsonError(await postAs(world, client, devicePath, { scope: deviceScope }), 500, 'server_error')
    expect(world.events.map(({ type }) => type)).not.toContain('device.requested')
  })
})
