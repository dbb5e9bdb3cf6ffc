import { memoryStorage } from '@oauth/core/memory'
import { describe, expect, test } from 'vitest'
import { authorize, claimsOf, exchangeCode, isActive, registerConfidential } from '../support/client.ts'
import {
  afterLogout,
  confirmLogout,
  createLogoutWorld,
  isSignedIn,
  logoutUrl,
  readPage,
  registerEnding,
  signInAt,
} from '../support/logout.ts'
import { watchEnds } from '../support/observer.ts'
import { alice, type WorldOptions } from '../support/world.ts'

const told = { client_uri: 'https://app.example.com/ended?from=id' }

async function start(options: WorldOptions = {}) {
  const ends = watchEnds()
  const world = createLogoutWorld({ features: [ends.feature], ...options })
  const client = await registerEnding(world, told)
  const signedIn = await signInAt(world, client)
  return { world, client, ends, sessionId: signedIn.browser.cookies.get('session') as string, ...signedIn }
}

describe('provider.sessionEnded', () => {
  test('sessionEnded ends the online grants of the session, and notifies each client once', async () => {
    const { world, client, ends, browser, sessionId, accessToken } = await start()
    const silent = await registerConfidential(world)
    await signInAt(world, silent, { browser })
    const offline = await signInAt(world, client, { browser, scope: 'openid offline_access' })
    expect(await world.provider.sessionEnded(sessionId)).toEqual({ grantsEnded: 2, frames: [told.client_uri] })
    expect(await isActive(world, accessToken)).toBe(false)
    expect(await isActive(world, offline.accessToken)).toBe(true)
    expect(ends.clients).toEqual([
      { client: expect.objectContaining({ id: client.client_id }), sessionId, userId: alice.id },
    ])
    expect(await world.provider.sessionEnded(sessionId)).toEqual({ grantsEnded: 0, frames: [] })
    expect(ends.told).toEqual([[client.client_id], []])
    // `sessionEnded` does not end the host's session. The host does.
    expect(isSignedIn(world, browser)).toBe(true)
  })

  test('when two calls end one session at once, each client is notified by one of them', async () => {
    const { world, client, ends, browser, sessionId } = await start()
    const second = await registerConfidential(world, told)
    await signInAt(world, second, { browser })
    await Promise.all(Array.from({ length: 10 }, () => world.provider.sessionEnded(sessionId)))
    expect(ends.told.flat().toSorted()).toEqual([client.client_id, second.client_id].toSorted())
  })

  test('an unknown session ends nothing', async () => {
    const { world, ends, browser } = await start()
    expect(await world.provider.sessionEnded('another')).toEqual({ grantsEnded: 0, frames: [] })
    await expect(world.provider.sessionEnded(undefined as never)).rejects.toThrow(
      new TypeError('sessionEnded: sessionId must be a string'),
    )
    expect(ends.told.flat()).toEqual([])
    expect(isSignedIn(world, browser)).toBe(true)
  })

  test('a client is told as long as it may have a session, counted from its last sign-in', async () => {
    const ends = watchEnds({ ttl: 100 })
    const world = createLogoutWorld({ features: [ends.feature] })
    const client = await registerEnding(world, told)
    const { browser } = await signInAt(world, client)
    world.clock.advance(60)
    await signInAt(world, client, { browser })
    world.clock.advance(99)
    await world.provider.sessionEnded(browser.cookies.get('session') as string)
    expect(ends.told).toEqual([[client.client_id]])
    const late = await signInAt(world, client)
    world.clock.advance(100)
    await world.provider.sessionEnded(late.browser.cookies.get('session') as string)
    expect(ends.told).toEqual([[client.client_id], []])
  })

  test('a client is known before its code leaves: who is never redeemed is told as well', async () => {
    const ends = watchEnds()
    const world = createLogoutWorld({ features: [ends.feature] })
    const client = await registerEnding(world, told)
    const authorized = await authorize(world, client, { scope: 'openid' })
    await world.provider.sessionEnded(authorized.browser.cookies.get('session') as string)
    expect(ends.told).toEqual([[client.client_id]])
    expect((await exchangeCode(world, client, authorized)).body.error).toBe('invalid_grant')
  })

  test('a disabled client is not notified', async () => {
    const { world, client, ends, sessionId } = await start()
    await world.provider.updateClient(client.client_id, { disabled: true })
    await world.provider.sessionEnded(sessionId)
    expect(ends.told).toEqual([[]])
  })

  test('two issuers on one storage tell their own clients', async () => {
    const storage = memoryStorage()
    const [first, second] = [watchEnds(), watchEnds()]
    const one = createLogoutWorld({ storage, features: [first.feature] })
    const other = createLogoutWorld({ storage, features: [second.feature], basePath: '/other' })
    const client = await registerEnding(one, told)
    const { browser } = await signInAt(one, client)
    const sessionId = browser.cookies.get('session') as string
    await other.provider.sessionEnded(sessionId)
    expect(second.told).toEqual([[]])
    await one.provider.sessionEnded(sessionId)
    expect(first.told).toEqual([[client.client_id]])
  })

  test('the event of a session that ended names neither the session nor a token', async () => {
    const { world, sessionId } = await start()
    await world.provider.sessionEnded(sessionId)
    const event = world.events.find(({ type }) => type === 'session.ended')
    expect(event).toEqual({ type: 'session.ended', grantsEnded: 1 })
  })
})

describe('grantsEndingWithSession', () => {
  test.each([
    ['online', [false, true]],
    ['all', [false, false]],
    ['none', [true, true]],
  ] as const)(
    'grantsEndingWithSession: %s decides which grants end with the session',
    async (grantsEndingWithSession, alive) => {
      const { world, client, browser, idToken, accessToken } = await start({ grantsEndingWithSession })
      const offline = await signInAt(world, client, { browser, scope: 'openid offline_access' })
      await browser.request(logoutUrl(world, { id_token_hint: idToken }))
      expect(isSignedIn(world, browser)).toBe(false)
      expect([await isActive(world, accessToken), await isActive(world, offline.accessToken)]).toEqual(alive)
    },
  )
})

describe('sid', () => {
  test('sid is in the ID tokens of clients that are notified, whether they may end sessions or not', async () => {
    const { world, browser } = await start()
    const client = await registerConfidential(world, told)
    expect(claimsOf((await signInAt(world, client, { browser })).idToken).sid).toMatch(/^[\w-]{40,}$/)
    const other = await registerConfidential(world)
    expect(claimsOf((await signInAt(world, other, { browser })).idToken)).not.toHaveProperty('sid')
  })

  test('a client that is notified gets no right to end sessions', async () => {
    const { world, browser } = await start()
    const untold = { post_logout_redirect_uris: [afterLogout], enable_end_session: false }
    const client = await registerConfidential(world, { ...told, ...untold })
    const { idToken } = await signInAt(world, client, { browser })
    const response = await browser.request(logoutUrl(world, { id_token_hint: idToken }))
    expect(await readPage(response)).toContain('may not sign you out by itself')
    expect(isSignedIn(world, browser)).toBe(true)
  })
})

describe('frames at /oauth2/end-session', () => {
  test('the page loads the frames and then goes on, without a script', async () => {
    const { world, browser, ends, client, idToken } = await start()
    const second = await registerConfidential(world, { client_uri: 'https://"x".example.com/<a>?b=&c' }).catch(
      () => null,
    )
    expect(second).toBeNull()
    const other = await registerConfidential(world, { client_uri: "https://other.example.com:8443/out?a=1&b='2'" })
    await signInAt(world, other, { browser })
    const parameters = { id_token_hint: idToken, post_logout_redirect_uri: afterLogout, state: 'a"b\r\n' }
    const response = await browser.request(logoutUrl(world, parameters))
    const next = `${afterLogout}&state=a%22b%0D%0A`
    expect(response.headers.get('refresh')).toBe(`1; url=${next}`)
    const [policy, sources] = response.headers.get('content-security-policy')?.split('; frame-src ') ?? []
    expect(policy).toBe("default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'")
    const origins = ['https://app.example.com', 'https://other.example.com:8443']
    expect(sources?.split(' ').toSorted()).toEqual(origins)
    expect(response.headers.get('referrer-policy')).toBe('no-referrer')
    const html = await readPage(response)
    expect(html).toContain('src="https://app.example.com/ended?from=id"')
    expect(html).toContain('src="https://other.example.com:8443/out?a=1&amp;b=&#39;2&#39;"')
    expect(html).toContain(`<a id="continue" href="${next.replaceAll('&', '&amp;')}"`)
    expect(html).not.toContain('<script')
    expect(isSignedIn(world, browser)).toBe(false)
    expect(ends.told.flat().toSorted()).toEqual([client.client_id, other.client_id].toSorted())
  })

  test('the page loads the frames after a click as well, and stays without a target', async () => {
    const { world, browser } = await start()
    const page = await confirmLogout(browser, await browser.request(logoutUrl(world, {})))
    expect(page.headers.has('refresh')).toBe(false)
    const html = await readPage(page)
    expect(html).toContain('<iframe')
    expect(html).not.toContain('id="continue"')
  })

  test('a script gets the URLs of the frames', async () => {
    const { world, browser, idToken } = await start()
    const headers = { accept: 'application/json' }
    const parameters = { id_token_hint: idToken, post_logout_redirect_uri: afterLogout }
    const response = await browser.request(logoutUrl(world, parameters), { headers })
    expect(await response.json()).toEqual({ redirect: true, url: afterLogout, frames: [told.client_uri] })
    const again = await start()
    const plain = await again.browser.request(logoutUrl(again.world, { id_token_hint: again.idToken }), { headers })
    expect(await plain.json()).toEqual({ frames: [told.client_uri] })
  })
})
