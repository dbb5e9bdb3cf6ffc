import type { RegisteredClient } from '@oauth/core'
import { jwtSecuredRequests } from '@oauth/core/features/jwt-secured-requests'
import { pushedAuthorizationRequests } from '@oauth/core/features/pushed-authorization-requests'
import { describe, expect, test } from 'vitest'
import { createPkce, exchangeCode, redirectUri, registerConfidential } from '../../support/client.ts'
import { emptyStorage } from '../../support/empty-storage.ts'
import { editClient, expectErrorPage, expectErrorRedirect } from '../../support/expectations.ts'
import { answerTo, authorizeWith, isStored, pushed, pushWorld, requestOf } from '../../support/pushed-requests.ts'
import { requestObjectWorld } from '../../support/request-objects.ts'
import { yieldingStorage } from '../../support/storage.ts'
import { createQuickWorld } from '../../support/tokens.ts'
import { alice, createWorld } from '../../support/world.ts'

describe('attacks with a request_uri', () => {
  test('the request_uri of another client is refused on a page, and its owner can still use it (P19, H03)', async () => {
    const world = pushWorld()
    const client = await registerConfidential(world)
    const attacker = await registerConfidential(world, { redirect_uris: ['https://evil.example.com/callback'] })
    const { requestUri, url } = await pushed(world, client)
    const browser = world.browser()
    const stolen = await browser.request(authorizeWith(world, attacker, requestUri))
    await expectErrorPage(stolen, 400, 'invalid_request_uri')
    const nobody = `${world.issuer}/oauth2/authorize?${new URLSearchParams({ request_uri: requestUri })}`
    await expectErrorPage(await browser.request(nobody), 400, 'invalid_request')
    const twice = `${url}&client_id=${attacker.client_id}`
    await expectErrorPage(await browser.request(twice), 400, 'invalid_request')
    expect((await answerTo(browser, url)).has('code')).toBe(true)
  })

  test('an expired, a made-up and a used request_uri get the same page, and no redirect (P20)', async () => {
    const world = pushWorld()
    const client = await registerConfidential(world)
    const { url, requestUri } = await pushed(world, client)
    const others = { redirect_uri: redirectUri, state: 'front-channel' }
    const madeUp = `urn:ietf:params:oauth:request_uri:${'a'.repeat(43)}`
    const unknown = await world.browser().request(authorizeWith(world, client, madeUp, others))
    // The id of the request is another one each time.
    const pageOf = async (response: Response): Promise<string> =>
      (await expectErrorPage(response, 400, 'invalid_request_uri')).replace(/Request: [\da-f]+-\w+/, '')
    const page = await pageOf(unknown)
    world.clock.advance(60)
    const expired = await world.browser().request(authorizeWith(world, client, requestUri, others))
    expect(await pageOf(expired)).toBe(page)
    const { url: again } = await pushed(world, client)
    const browser = world.browser()
    await answerTo(browser, again)
    expect(await pageOf(await browser.request(again))).toBe(page)
    expect((await browser.request(url)).status).toBe(400)
    const reasons = world.events.flatMap((event) => (event.type === 'request.refused' ? [String(event.cause)] : []))
    expect(reasons[0]).toContain('was used, or never issued')
    expect(reasons[1]).toContain('has expired')
  })

  test('request and the request_uri of a push cannot be combined (P18)', async () => {
    for (const features of [
      [pushedAuthorizationRequests(), jwtSecuredRequests()],
      [jwtSecuredRequests(), pushedAuthorizationRequests()],
    ]) {
      const { world, client, sign } = await requestObjectWorld({}, {}, { features })
      const { requestUri } = await pushed(world, client)
      const both = authorizeWith(world, client, requestUri, { request: await sign() })
      const response = await world.browser().request(both)
      expect(response.headers.get('location') ?? '').not.toMatch(/\/login\?/)
      expect(await isStored(world, requestUri)).toBe(true)
    }
  })

  test('of two browsers that approve one pushed request at the same time one gets a code, and nobody a second answer (P22)', async () => {
    const world = pushWorld({}, { storage: yieldingStorage(emptyStorage(), 3) })
    const client = await registerConfidential(world)
    const { url } = await pushed(world, client)
    const browsers = Array.from({ length: 10 }, () => world.browser())
    const pages = await Promise.all(
      browsers.map(async (browser) => {
        browser.signIn(alice)
        return (await browser.visit(url)).url
      }),
    )
    const ends = await Promise.all(browsers.map((browser, index) => browser.consent(pages[index] ?? '', true)))
    const locations = ends.map((end) => end.headers.get('location') ?? '')
    expect(locations.filter((location) => location.includes('code='))).toHaveLength(1)
    expect(locations.filter((location) => location !== '')).toHaveLength(1)
    expect(ends.filter(({ status }) => status === 400)).toHaveLength(9)
  })

  test('fifty requests of a signed-in browser for one pushed request get one code (P22)', async () => {
    const world = pushWorld({}, { storage: yieldingStorage(emptyStorage(), 5) })
    const client = await registerConfidential(world, { skip_consent: true })
    const browser = world.browser()
    browser.signIn(alice)
    const { url, pkce } = await pushed(world, client)
    const answers = await Promise.all(Array.from({ length: 50 }, () => browser.request(url)))
    const codes = answers.flatMap(({ headers }) => new URL(headers.get('location') ?? 'x:').searchParams.getAll('code'))
    expect(codes).toHaveLength(1)
    const parameters = new URLSearchParams()
    const tokens = await exchangeCode(world, client, { code: codes[0] ?? '', pkce, parameters, browser })
    expect(tokens.status).toBe(200)
  })

  test('a refusal after an approval in another tab gets no second answer (P21)', async () => {
    const world = pushWorld()
    const client = await registerConfidential(world)
    const { url } = await pushed(world, client)
    const [first, second] = [world.browser(), world.browser()]
    for (const browser of [first, second]) browser.signIn(alice)
    const { url: page } = await second.visit(url)
    expect((await answerTo(first, url)).has('code')).toBe(true)
    await expectErrorPage(await second.consent(page, false), 400, 'invalid_request')
  })

  test('a request whose redirect URI, client or scope was withdrawn after the push is refused (P23)', async () => {
    const world = pushWorld({ lifetimeSeconds: 600 })
    const moved = await registerConfidential(world)
    const first = await pushed(world, moved)
    await editClient(world, moved.client_id, ({ metadata }) => ({
      metadata: { ...metadata, redirect_uris: ['https://app.example.com/other'] },
    }))
    await expectErrorPage(await world.browser().request(first.url), 400, 'invalid_request')

    const disabled = await registerConfidential(world)
    const second = await pushed(world, disabled)
    await editClient(world, disabled.client_id, () => ({ disabled: true }))
    await expectErrorPage(await world.browser().request(second.url), 400, 'invalid_client')

    const narrowed = await registerConfidential(world)
    const third = await pushed(world, narrowed, { scope: 'notes:write' })
    await editClient(world, narrowed.client_id, ({ metadata }) => ({ metadata: { ...metadata, scope: 'openid' } }))
    expectErrorRedirect(world, await world.browser().request(third.url), redirectUri, 'invalid_scope')
    // The error was the answer.
    await expectErrorPage(await world.browser().request(third.url), 400, 'invalid_request_uri')

    const deleted = await registerConfidential(world)
    const fourth = await pushed(world, deleted)
    await world.provider.deleteClient(deleted.client_id)
    expect(await isStored(world, fourth.requestUri)).toBe(false)
  })

  test('a client that must push gets nowhere by a request object, by value or by reference, in any order of features (P24, H05)', async () => {
    const fetched: string[] = []
    const outboundFetch = async (url: string) => {
      fetched.push(url)
      return new Response('', { status: 404 })
    }
    for (const features of [
      [jwtSecuredRequests(), pushedAuthorizationRequests()],
      [pushedAuthorizationRequests(), jwtSecuredRequests()],
    ]) {
      const requestUri = 'https://app.example.com/request.jwt'
      const input = { require_pushed_authorization_requests: true, request_uris: [requestUri] }
      const { world, ask, sign } = await requestObjectWorld({}, input, { features, outboundFetch })
      for (const parameters of [
        { request: await sign() },
        { request_uri: requestUri },
        { request_uri: 'urn:other:x' },
      ]) {
        expectErrorRedirect(world, await ask(parameters), redirectUri, 'invalid_request')
      }
    }
    expect(fetched).toEqual([])
  })

  test('a client that must push gets nowhere by the host’s own request_uri (P24)', async () => {
    const requestUriResolver = () => ({ client_id: 'unused' })
    const world = pushWorld({ required: true }, { requestUriResolver })
    const client = await registerConfidential(world)
    const response = await world.browser().request(authorizeWith(world, client, 'urn:example:of-the-host'))
    expectErrorRedirect(world, response, redirectUri, 'invalid_request')
  })

  test('what the host resolves for a request_uri is no push, whatever the URL says of client and request_uri (P24, H05)', async () => {
    const answers = new Map<string, Record<string, string>>()
    const world = pushWorld({}, { requestUriResolver: (uri) => answers.get(uri) })
    const client = await registerConfidential(world, { require_pushed_authorization_requests: true })
    const free = await registerConfidential(world)
    const own = 'urn:ietf:params:oauth:request_uri:of-the-host'
    const visit = async (uri: string, of: RegisteredClient, named: boolean) => {
      answers.set(uri, requestOf(of, createPkce()) as Record<string, string>)
      const query = new URLSearchParams({ ...(named && { client_id: of.client_id }), request_uri: uri })
      return world.browser().request(`${world.issuer}/oauth2/authorize?${query}`)
    }
    for (const [uri, named] of [
      ['urn:host:1', true],
      ['urn:host:2', false],
      [own, true],
      [own, false],
    ] as const) {
      const response = await visit(uri, client, named)
      expectErrorRedirect(world, response, redirectUri, 'invalid_request')
      expect((await visit(uri, free, named)).headers.get('location')).toMatch(/\/login\?/)
    }
  })

  test('a process without the feature refuses a client that must push (P24, H05)', async () => {
    const world = pushWorld()
    const client = await registerConfidential(world, { require_pushed_authorization_requests: true })
    const { storage } = world
    const beside = createQuickWorld({ storage, beside: world })
    const query = new URLSearchParams(requestOf(client, createPkce()) as Record<string, string>)
    const response = await beside.browser().request(`${beside.issuer}/oauth2/authorize?${query}`)
    expectErrorRedirect(beside, response, redirectUri, 'unauthorized_client')
    const { requestUri } = await pushed(world, client)
    const unknown = await beside.browser().request(authorizeWith(beside, client, requestUri))
    expect(unknown.headers.get('location') ?? '').not.toMatch(/\/login\?/)
  })

  test('the URN of a pushed request never causes a request of the server (P26)', async () => {
    const fetched: string[] = []
    const outboundFetch = async (url: string) => {
      fetched.push(url)
      return new Response('', { status: 404 })
    }
    const features = [jwtSecuredRequests(), pushedAuthorizationRequests()]
    const { world, client, ask } = await requestObjectWorld({}, {}, { features, outboundFetch })
    const { url } = await pushed(world, client)
    expect((await world.browser().request(url)).headers.get('location')).toMatch(/\/login\?/)
    for (const uri of [
      'urn:ietf:params:oauth:request_uri:https://evil.example.com',
      'urn:ietf:params:oauth:request_uri:',
    ]) {
      await expectErrorPage(await ask({ request_uri: uri }), 400, 'invalid_request_uri')
    }
    expect(fetched).toEqual([])
  })

  test('two issuers on one storage do not take each other’s pushed requests (P19)', async () => {
    const storage = emptyStorage()
    const here = pushWorld({}, { storage })
    const there = createWorld({
      storage,
      baseUrl: 'https://other.example.com',
      features: [pushedAuthorizationRequests()],
    })
    const client = await registerConfidential(here)
    const { requestUri } = await pushed(here, client)
    const response = await there.browser().request(authorizeWith(there, client, requestUri))
    await expectErrorPage(response, 400, 'invalid_request_uri')
  })

  test('access that was withdrawn during a pushed request ends it with access_denied (P21)', async () => {
    const world = pushWorld()
    const client = await registerConfidential(world)
    const { url } = await pushed(world, client)
    const browser = world.browser()
    browser.signIn(alice)
    const { url: page } = await browser.visit(url)
    world.clock.advance(1)
    await world.provider.revokeUserGrants(alice.id)
    const end = await browser.consent(page, true)
    expectErrorRedirect(world, end, redirectUri, 'access_denied')
    await expectErrorPage(await browser.request(url), 400, 'invalid_request_uri')
  })
})
