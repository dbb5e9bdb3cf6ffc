import { jwtSecuredRequests } from '@oauth/core/features/jwt-secured-requests'
import { privateKeyJwt } from '@oauth/core/features/private-key-jwt'
import { pushedAuthorizationRequests } from '@oauth/core/features/pushed-authorization-requests'
import { describe, expect, test } from 'vitest'
import {
  createPkce,
  credentials,
  exchangeCode,
  post,
  redirectUri,
  registerConfidential,
  registerPublic,
} from '../../support/client.ts'
import { assertion, assertionType, clientKey, registerWithKey } from '../../support/client-keys.ts'
import { emptyStorage } from '../../support/empty-storage.ts'
import { editClient, expectErrorPage, expectErrorRedirect, expectJsonError } from '../../support/expectations.ts'
import {
  answerTo,
  authorizeWith,
  isStored,
  push,
  pushed,
  pushPath,
  pushWorld,
  requestOf,
} from '../../support/pushed-requests.ts'
import { requestObjectWorld } from '../../support/request-objects.ts'
import { recordingStorage, yieldingStorage } from '../../support/storage.ts'
import { createQuickWorld } from '../../support/tokens.ts'
import { alice, createWorld } from '../../support/world.ts'

describe('attacks on the push', () => {
  test('an assertion for the endpoint, for the token endpoint or for a list is refused where the issuer must stand alone (P05)', async () => {
    const world = pushWorld({}, { features: [privateKeyJwt({ audiences: 'issuer-string' })] })
    const key = await clientKey()
    const client = await registerWithKey(world, key)
    const pushWith = async (aud: unknown) =>
      post(world, pushPath, {
        ...requestOf(client, createPkce(), { scope: 'openid' }),
        client_assertion_type: assertionType,
        client_assertion: await assertion(world, client, key, { aud }),
      })
    const wrong = [
      world.issuer + pushPath,
      `${world.issuer}/oauth2/token`,
      [world.issuer],
      [world.issuer, 'https://x.example'],
    ]
    for (const aud of wrong) expectJsonError(await pushWith(aud), 401, 'invalid_client')
    expect((await pushWith(world.issuer)).status).toBe(201)
  })

  test('the URL of the endpoint is an audience only with the option for clients from before RFC 7523bis (P05)', async () => {
    const world = pushWorld({}, { features: [privateKeyJwt({ audiences: 'endpoints' })] })
    const key = await clientKey()
    const client = await registerWithKey(world, key)
    const form = {
      ...requestOf(client, createPkce(), { scope: 'openid' }),
      client_assertion_type: assertionType,
      client_assertion: await assertion(world, client, key, { aud: world.issuer + pushPath }),
    }
    expect((await post(world, pushPath, form)).status).toBe(201)
  })

  test('request_uri in a push is refused, alone and beside a request, also the URI of an earlier push (P06)', async () => {
    const world = pushWorld({}, { features: [jwtSecuredRequests()] })
    const client = await registerConfidential(world)
    const { requestUri } = await pushed(world, client)
    const { headers } = credentials(client)
    for (const uri of [requestUri, 'https://app.example.com/request.jwt', '']) {
      const alone = { client_id: client.client_id, request_uri: uri }
      expectJsonError(await post(world, pushPath, alone, headers), 400, 'invalid_request')
      expectJsonError(await push(world, client, { request_uri: uri }), 400, 'invalid_request')
    }
    expect(await isStored(world, requestUri)).toBe(true)
  })

  test('the storage and the events have neither the credentials nor the request_uri (P10, P15)', async () => {
    const { storage, dump } = recordingStorage(emptyStorage())
    const world = pushWorld({}, { storage, features: [privateKeyJwt()] })
    const secretClient = await registerConfidential(world, { token_endpoint_auth_method: 'client_secret_post' })
    const { requestUri } = await pushed(world, secretClient)
    const key = await clientKey()
    const keyed = await registerWithKey(world, key)
    const clientAssertion = await assertion(world, keyed, key)
    const { status } = await post(world, pushPath, {
      ...requestOf(keyed, createPkce(), { scope: 'openid' }),
      client_assertion_type: assertionType,
      client_assertion: clientAssertion,
    })
    expect(status).toBe(201)
    for (const seen of [dump(), JSON.stringify(world.events)]) {
      expect(seen).not.toContain(secretClient.client_secret)
      expect(seen).not.toContain(clientAssertion)
      expect(seen).not.toContain(requestUri.slice(-43))
    }
    expect(dump()).toContain('pushed-state')
    expect(dump()).not.toContain('client_assertion_type')
  })

  test('a request object of another client, without a valid signature, or with a request inside is refused (P11, H03)', async () => {
    const features = [jwtSecuredRequests(), pushedAuthorizationRequests()]
    const { world, client, sign, unsigned } = await requestObjectWorld({}, {}, { features })
    const other = await registerConfidential(world, { jwks: { keys: [{ ...(await clientKey()).publicJwk }] } })
    const { headers } = credentials(client)
    const objects = [
      await sign({ client_id: other.client_id }),
      await sign({ iss: other.client_id }),
      await sign({ request_uri: 'urn:ietf:params:oauth:request_uri:x' }),
      await sign({ request: 'a.b.c' }),
      await sign({ aud: world.issuer + pushPath }),
      unsigned(),
    ]
    for (const request of objects) {
      expectJsonError(await post(world, pushPath, { request }, headers), 400, 'invalid_request_object')
    }
    // The same key is registered for another client, which pushes an object of the first.
    const stolen = await post(world, pushPath, { request: await sign() }, credentials(other).headers)
    expectJsonError(stolen, 400, 'invalid_request_object')
  })

  test('a redirect URI that is not registered cannot be pushed, by a confidential or a public client (P13)', async () => {
    const world = pushWorld()
    for (const client of [await registerConfidential(world), await registerPublic(world)]) {
      const changes = { scope: 'openid', redirect_uri: 'https://evil.example.com/callback' }
      const answer = await push(world, client, changes)
      expectJsonError(answer, 400, 'invalid_request')
      expect(answer.body.error_description).toContain('not registered')
    }
  })

  test('an error of a push is JSON and never a redirect, whatever response mode the push names (P08)', async () => {
    const world = pushWorld()
    const client = await registerConfidential(world)
    for (const mode of ['query', 'fragment', 'form_post']) {
      const answer = await push(world, client, { response_mode: mode, prompt: 'unknown' })
      expectJsonError(answer, 400, 'invalid_request')
      expect(answer.headers.get('location')).toBeNull()
    }
  })

  test('one address and one client may push so often in a minute, in a bucket of its own (P27, P03)', async () => {
    const clientAddress = (request: Request) => request.headers.get('x-real-ip') ?? undefined
    const rule = { max: 3, windowSeconds: 60 }
    const features = { pushedAuthorizationRequest: { address: rule } }
    const world = pushWorld({}, { rateLimit: { clientAddress, features } })
    const client = await registerPublic(world)
    const form = () => requestOf(client, createPkce(), { scope: 'openid' })
    const from = async (address: string) => (await post(world, pushPath, form(), { 'x-real-ip': address })).status
    const statuses = []
    for (let count = 0; count < 5; count++) statuses.push(await from('198.51.100.7'))
    expect(statuses).toEqual([201, 201, 201, 429, 429])
    expect(await from('198.51.100.8')).toBe(201)
    const limited = pushWorld(
      {},
      { rateLimit: { clientAddress: false, features: { pushedAuthorizationRequest: { client: rule } } } },
    )
    const confidential = await registerConfidential(limited)
    const byClient = []
    for (let count = 0; count < 4; count++) byClient.push((await push(limited, confidential)).status)
    expect(byClient).toEqual([201, 201, 201, 429])
  })
})

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
    const page = await expectErrorPage(unknown, 400, 'invalid_request_uri')
    world.clock.advance(60)
    const expired = await world.browser().request(authorizeWith(world, client, requestUri, others))
    expect(await expectErrorPage(expired, 400, 'invalid_request_uri')).toBe(page)
    const { url: again } = await pushed(world, client)
    const browser = world.browser()
    await answerTo(browser, again)
    expect(await expectErrorPage(await browser.request(again), 400, 'invalid_request_uri')).toBe(page)
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
