import { consoleLogger, type Feature, type RequestEnd } from '@oauth/core'
import { memoryStorage } from '@oauth/core/memory'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type Aviary, describeDeep, keepCanaries } from '../support/canary.ts'
import {
  authorize,
  authorizeUrl,
  createPkce,
  credentials,
  exchangeCode,
  post,
  postAs,
  redirectUri,
  refresh,
  registerConfidential,
  registerPublic,
  userinfo,
} from '../support/client.ts'
import { send } from '../support/expectations.ts'
import { afterLogout, confirmLogout, createLogoutWorld, logoutUrl, registerEnding } from '../support/logout.ts'
import { wrapStorage } from '../support/storage.ts'
import { alice, bob, issuer, secret, type WorldOptions } from '../support/world.ts'

const logged: unknown[] = []
const levels = ['log', 'info', 'warn', 'error', 'debug', 'trace'] as const

beforeEach(() => {
  logged.length = 0
  for (const level of levels) vi.spyOn(console, level).mockImplementation((...values) => void logged.push(values))
})
afterEach(() => {
  vi.restoreAllMocks()
})

function createAviary(options: WorldOptions = {}): Aviary {
  const aviary = keepCanaries(
    createLogoutWorld({
      selectAccountUrl: '/accounts',
      allowDynamicClientRegistration: true,
      allowUnauthenticatedClientRegistration: true,
      pairwiseSecret: 'pairwise-secret-canary-0123456789ab',
      oauthQuerySigningSecret: 'page-secret-canary-0123456789abcdef',
      rateLimit: { clientAddress: (request) => request.headers.get('x-real-ip') ?? undefined },
      ...options,
    }),
  )
  for (const one of [secret, 'pairwise-secret-canary-0123456789ab', 'page-secret-canary-0123456789abcdef']) {
    aviary.add('secret', one)
  }
  return aviary
}

/** A feature that keeps all that observers are told of requests, the storage and events. */
function observing(told: unknown[]): Feature {
  return {
    name: 'observing',
    observer: {
      request({ request: _, ...facts }) {
        told.push(facts)
        return { end: (end) => void told.push(end) }
      },
      storage(call) {
        told.push(call)
        return undefined
      },
      event: (event) => void told.push(event),
    },
    start: () => ({}),
  }
}

async function runCodeFlows({ world, add }: Aviary): Promise<void> {
  for (const register of [registerEnding, registerConfidential, registerPublic]) {
    const client = await register(world)
    add('secret', client.client_secret)
    const authorized = await authorize(world, client)
    add('verifier', authorized.pkce.verifier)
    const wrong = { ...authorized, pkce: createPkce() }
    add('verifier', wrong.pkce.verifier)
    await exchangeCode(world, client, wrong)
    const tokens = (await exchangeCode(world, client, authorized, { resource: 'https://api.example.com' })).body
    await userinfo(world, tokens.access_token)
    for (const token of [tokens.access_token, tokens.refresh_token, tokens.id_token, 'not-a-token-at-all']) {
      await postAs(world, client, '/oauth2/introspect', { token })
      await userinfo(world, token)
      await refresh(world, client, token)
      await exchangeCode(world, client, { ...authorized, code: token })
    }
    const rotated = (await refresh(world, client, tokens.refresh_token)).body
    await refresh(world, client, rotated.refresh_token)
    await refresh(world, client, tokens.refresh_token)
    await exchangeCode(world, client, await authorize(world, client))
    const again = await authorize(world, client, {}, { user: bob })
    const last = (await exchangeCode(world, client, again)).body
    await postAs(world, client, '/oauth2/revoke', { token: last.access_token })
    await postAs(world, client, '/oauth2/revoke', { token: last.refresh_token })
    await exchangeCode(world, client, again)
    world.clock.advance(61)
  }
}

async function runClientFailures({ world }: Aviary): Promise<void> {
  const client = await registerConfidential(world)
  const { headers } = credentials(client)
  const { client_id, client_secret = '' } = client
  const form = { grant_type: 'client_credentials' }
  await postAs(world, client, '/oauth2/token', form)
  for (const path of ['/oauth2/token', '/oauth2/introspect', '/oauth2/revoke']) {
    await post(world, path, { ...form, client_id, client_secret })
    await post(world, path, { ...form, client_id, client_secret }, headers)
    await post(world, path, { ...form, client_id, client_secret: 'a-wrong-secret-canary' })
    await post(world, path, form, { authorization: `Basic ${btoa(`${client_id}:another-wrong-secret`)}` })
    await post(world, path, `client_secret=${client_secret}&client_secret=${client_secret}`)
    await post(world, `${path}?client_id=${client_id}&client_secret=${client_secret}`, form)
    await post(world, path, JSON.stringify({ client_id, client_secret }), { 'content-type': 'application/json' })
    await post(world, path, `${new URLSearchParams({ client_id, client_secret })}&x=${'x'.repeat(70_000)}`)
    await post(world, path, { ...form, scope: `"${client_secret}`, client_id: client_secret }, headers)
  }
  await send(world, `${issuer}/oauth2/userinfo?access_token=${client_secret}`)
  await postAs(world, client, '/oauth2/token', { ...form, scope: 'admin', resource: 'https://evil.test' })
}

async function runFrontChannel({ world, add }: Aviary): Promise<void> {
  const client = await registerEnding(world)
  add('secret', client.client_secret)
  const browser = world.browser()
  const pkce = createPkce()
  for (const parameters of [
    { prompt: 'none' },
    { redirect_uri: 'https://evil.test' },
    { client_id: 'unknown' },
    { scope: 'admin' },
    { response_type: 'token' },
    { code_challenge_method: 'plain' },
    { prompt: 'select_account' },
    { request_uri: 'urn:x' },
    { id_token_hint: 'not-an-id-token-at-all' },
  ]) {
    await browser.request(authorizeUrl(world, client, pkce, parameters))
  }
  const denied = await browser.visit(authorizeUrl(world, client, pkce), { user: alice, accept: false })
  expect(new URL(denied.url).searchParams.get('error')).toBe('access_denied')
  const { url } = await browser.visit(authorizeUrl(world, client, pkce))
  const state = new URL(url).searchParams.get('state')
  for (const path of ['login', 'continue', 'consent']) {
    await browser.request(`${issuer}/oauth2/${path}?state=${state}`)
    await world.browser().request(`${issuer}/oauth2/${path}?state=${state}`)
  }
  const foreign = { origin: 'https://evil.test' }
  const body = new URLSearchParams({ state: state ?? '', accept: 'true' })
  await browser.request(`${issuer}/oauth2/consent`, { method: 'POST', headers: foreign, body })
  await browser.consent(url, true)
  await browser.consent(url, true)

  const authorized = await authorize(world, client, {}, { browser })
  const { id_token: hint, access_token: token } = (await exchangeCode(world, client, authorized)).body
  const target = { post_logout_redirect_uri: afterLogout, state: 's' }
  for (const id_token_hint of [token, `${hint}x`]) {
    await browser.request(logoutUrl(world, { id_token_hint, ...target }))
  }
  const page = await browser.request(logoutUrl(world, {}))
  await browser.request(`${issuer}/oauth2/end-session`, {
    method: 'POST',
    headers: foreign,
    body: new URLSearchParams({ confirmation: 'x' }),
  })
  await browser.request(logoutUrl(world, { id_token_hint: hint, client_id: 'another' }))
  await confirmLogout(browser, page)
  await browser.request(logoutUrl(world, { id_token_hint: hint, ...target }))
}

async function runRegistration({ world }: Aviary): Promise<void> {
  const browser = world.browser()
  browser.signIn(alice)
  const json = async (path: string, body: object, headers: Record<string, string> = {}, method = 'POST') => {
    const origin = new URL(issuer).origin
    const response = await browser.request(issuer + path, {
      method,
      headers: { 'content-type': 'application/json', origin, 'sec-fetch-site': 'same-origin', ...headers },
      ...(method !== 'GET' && { body: JSON.stringify(body) }),
    })
    return JSON.parse((await response.text()) || '{}')
  }
  const metadata = { redirect_uris: [redirectUri] }
  const registered = await json('/oauth2/register', metadata)
  expect(registered.client_secret).toBeTruthy()
  const own = { authorization: `Bearer ${registered.registration_access_token}` }
  const path = new URL(registered.registration_client_uri ?? `${issuer}/none`).pathname.slice('/auth'.length)
  await json(path, {}, own, 'GET')
  await json(path, {}, { authorization: 'Bearer a-wrong-registration-token' }, 'GET')
  await json('/oauth2/register', { ...metadata, skip_consent: true })
  await json('/oauth2/register', { redirect_uris: ['javascript:alert(1)'], client_secret: 'chosen-by-the-client' })
  await json('/oauth2/register', metadata, { authorization: 'Bearer a-wrong-initial-access-token' })
  const created = await json('/oauth2/create-client', metadata)
  await json('/oauth2/client/rotate-secret', { client_id: created.client_id })
  await json(`/oauth2/get-client?client_id=${created.client_id}`, {}, {}, 'GET')
  await json('/oauth2/get-clients', {}, {}, 'GET')
  await json('/oauth2/update-client', { client_id: created.client_id, update: { client_name: 'x' } })
  await json('/oauth2/delete-client', { client_id: created.client_id })
  await json('/oauth2/get-consents', {}, {}, 'GET')
}

/** Expects no credential in events, their causes or the console, and in responses only the one that they deliver. */
function expectNoStrays(aviary: Aviary): void {
  const kinds = new Set(aviary.canaries.values())
  expect([...kinds].sort()).toEqual(['code', 'cookie', 'secret', 'token', 'verifier'])
  expect(aviary.canaries.size).toBeGreaterThan(30)
  expect(aviary.world.events.length).toBeGreaterThan(30)
  expect(aviary.world.events.flatMap((event) => aviary.findIn(describeDeep(event)))).toEqual([])
  expect(aviary.findIn(describeDeep(logged))).toEqual([])
  expect(aviary.strays()).toEqual([])
}

const flows = [runCodeFlows, runClientFailures, runFrontChannel, runRegistration]

test.each([
  ['as it is by default', {}],
  ['with disableJwtPlugin', { disableJwtPlugin: true }],
])(
  'a full run %s leaves no code, token, secret, verifier or cookie in events, logs or errors (G11)',
  async (_name, options) => {
    const ends: RequestEnd[] = []
    const observed: unknown[] = []
    const aviary = createAviary({
      ...options,
      logger: consoleLogger({ format: 'json', requests: true }),
      onRequestEnd: (end) => ends.push(end),
      requestId: { fromHeader: 'x-request-id', toHeader: 'x-request-id' },
      features: [observing(observed)],
    })
    for (const run of flows) await run(aviary)
    await new Promise((resolve) => setTimeout(resolve, 30))
    expect(ends.length).toBeGreaterThan(100)
    expect(observed.length).toBeGreaterThan(200)
    // Lines that come together are one write.
    expect(logged.flat().join('\n').split('\n').length).toBeGreaterThan(ends.length)
    expect(aviary.findIn(describeDeep([...ends, ...observed]))).toEqual([])
    expectNoStrays(aviary)
    const types = new Set(aviary.world.events.map(({ type }) => type))
    for (const type of [
      ...(['tokens.issued', 'code.issued', 'code.replayed', 'refresh_token.reused', 'token.revoked'] as const),
      ...(['client.authentication_failed', 'request.refused', 'interaction.denied', 'session.ended'] as const),
    ])
      expect([...types]).toContain(type)
  },
)

test.each([
  ['onEvent', {}],
  ['the default log on the console', { onEvent: undefined, logger: undefined }],
])(
  'a database that fails and says in its errors what it was given, as %s hears of it (G11)',
  async (_name, options) => {
    const listens = !('onEvent' in options)
    let failing: string | undefined
    const storage = wrapStorage(memoryStorage(), (name, args, run) => {
      if (name === failing) throw Object.assign(new Error(`${name} ${JSON.stringify(args)}`), { parameters: args })
      return run()
    })
    const aviary = createAviary({ storage, clientCacheSeconds: 0, rateLimit: undefined, ...options })
    const { world, add } = aviary
    const client = await registerEnding(world)
    add('secret', client.client_secret)
    for (const verb of [
      ...['clients.find', 'records.insert', 'records.find', 'consents.find', 'grants.commit'],
      ...['authorizationCodes.find', 'authorizationCodes.redeem', 'accessTokens.find', 'accessTokens.findJwt'],
      ...['refreshTokens.find', 'refreshTokens.rotate', 'grants.revoke', 'grants.list', 'accessTokens.delete'],
    ]) {
      failing = undefined
      const authorized = await authorize(world, client)
      add('verifier', authorized.pkce.verifier)
      const tokens = (await exchangeCode(world, client, await authorize(world, client))).body
      const jwt = (await refresh(world, client, tokens.refresh_token, { resource: 'https://api.example.com' })).body
      failing = verb
      await world.browser().request(authorizeUrl(world, client, createPkce()))
      await authorized.browser.request(authorizeUrl(world, client, createPkce(), { scope: 'openid' }))
      await exchangeCode(world, client, authorized)
      await refresh(world, client, jwt.refresh_token)
      for (const token of [tokens.access_token, jwt.access_token, jwt.refresh_token]) {
        await userinfo(world, token)
        await postAs(world, client, '/oauth2/introspect', { token })
        await postAs(world, client, '/oauth2/revoke', { token })
      }
      await authorized.browser.request(logoutUrl(world, { id_token_hint: tokens.id_token }))
      const said = listens ? world.events.filter(({ type }) => type === 'request.failed') : logged
      expect(said.length, verb).toBeGreaterThan(0)
    }
    if (listens) return expectNoStrays(aviary)
    expect(aviary.world.events).toEqual([])
    expect(logged.length).toBeGreaterThan(10)
    expect(describeDeep(logged)).toContain('request.failed')
    expect(aviary.findIn(describeDeep(logged))).toEqual([])
    expect(aviary.strays()).toEqual([])
  },
)

test('the search finds what it looks for (G11)', () => {
  const { add, findIn } = createAviary()
  add('token', 'header.payload.signature-of-a-jwt')
  add('code', `c${'0'.repeat(24)}${'s'.repeat(43)}`)
  const cause = new Error('outer', { cause: Object.assign(new Error('inner'), { parameters: ['signature-of-a-jwt'] }) })
  expect(findIn(describeDeep({ type: 'request.failed', cause }))).toHaveLength(1)
  expect(findIn('s'.repeat(43))).toHaveLength(1)
})
