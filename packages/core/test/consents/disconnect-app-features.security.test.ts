import type { ConnectedApp, Storage } from '@oauth/core'
import { deviceAuthorization } from '@oauth/core/features/device-authorization'
import { experimentalFirstPartyAppsDraft03 } from '@oauth/core/features/first-party-apps-draft-03'
import { jwtBearer } from '@oauth/core/features/jwt-bearer'
import { pushedAuthorizationRequests } from '@oauth/core/features/pushed-authorization-requests'
import { type SubjectTokenIssuer, tokenExchange } from '@oauth/core/features/token-exchange'
import { memoryStorage } from '@oauth/core/memory'
import { describe, expect, test } from 'vitest'
import { begin, next, redeem, registerApp } from '../features/first-party-apps-draft-03/first-party-apps.ts'
import { exchangeForm, files, registerApi, toFiles } from '../support/access-token-exchange.ts'
import { askWith, idp, makeAssertion, trustedIdp } from '../support/assertions.ts'
import { createPkce, getTokens, isActive, postAs, registerConfidential, userinfo } from '../support/client.ts'
import { documentClient, documentUrl, startWithDocument } from '../support/client-documents.ts'
import { clientKey } from '../support/client-keys.ts'
import { answerDevice, poll, registerDevice, startDevice, toDeviceConsent } from '../support/device-authorization.ts'
import { expectJsonError } from '../support/expectations.ts'
import { pushed } from '../support/pushed-requests.ts'
import { wrapStorage, yieldingStorage } from '../support/storage.ts'
import { type as tokenType } from '../support/token-exchange.ts'
import { api, createQuickWorld, introspect, registerResourceServer } from '../support/tokens.ts'
import { alice, type World } from '../support/world.ts'

const scope = 'openid email offline_access notes:read'
const seeds = Array.from({ length: 12 }, (_, index) => index + 1)

const disconnect = (world: World, { client_id }: { readonly client_id: string }) =>
  world.provider.disconnectApp(alice.id, client_id)

/** Nothing of Alice is left at the client: neither grant nor consent. */
async function expectNothingLeft(world: World, { client_id }: { readonly client_id: string }): Promise<void> {
  const grants = await world.storage.grants.list({ userId: alice.id, now: world.clock.now() })
  expect(grants.filter(({ clientId }) => clientId === client_id)).toEqual([])
  expect((await world.provider.listConsents(alice.id)).filter(({ clientId }) => clientId === client_id)).toEqual([])
}

/** A world that is slow in another way for each seed, with the features whose grants come about without a browser. */
async function slowWorld(seed: number): Promise<World> {
  const challenge = () => ({
    type: 'authorized' as const,
    userId: alice.id,
    session: { id: 'app-session', authTime: world.clock.now() },
  })
  const world: World = createQuickWorld({
    storage: yieldingStorage(memoryStorage(), seed),
    features: [
      deviceAuthorization({ verificationUri: '/device' }),
      experimentalFirstPartyAppsDraft03({ challenge }),
      jwtBearer({ issuers: [await trustedIdp({ singleUse: false })] }),
      tokenExchange({ accessTokens: { authorize: () => toFiles } }),
    ],
  })
  return world
}

describe('a feature that gives access while the application is disconnected (C15)', () => {
  test('a device whose user approves at that moment gets no tokens that live on (C15)', async () => {
    for (const seed of seeds) {
      const world = await slowWorld(seed)
      const client = await registerDevice(world)
      const started = await startDevice(world, client)
      const { browser, page } = await toDeviceConsent(world, started)
      await Promise.all([browser.consent(page, true), disconnect(world, client)])
      const { status, body } = await poll(world, client, started)
      expect([status, body.access_token]).toEqual([400, undefined])
      await expectNothingLeft(world, client)
    }
  })

  test('a device that collects its tokens at that moment has none that live on (C15)', async () => {
    for (const seed of seeds) {
      const world = await slowWorld(seed)
      const client = await registerDevice(world)
      const started = await startDevice(world, client)
      await answerDevice(world, started)
      const [{ status, body }] = await Promise.all([poll(world, client, started), disconnect(world, client)])
      if (status === 200) expect(await isActive(world, body.access_token)).toBe(false)
      else expect(['access_denied', 'invalid_grant']).toContain(body.error)
      await expectNothingLeft(world, client)
    }
  })

  test('an assertion that comes at that moment gives no token that lives on (C15)', async () => {
    for (const seed of seeds) {
      const world = await slowWorld(seed)
      const client = await registerConfidential(world, {
        grant_types: ['urn:ietf:params:oauth:grant-type:jwt-bearer'],
        redirect_uris: [],
      })
      const assertion = await makeAssertion(world, client)
      const [{ status, body }] = await Promise.all([askWith(world, client, assertion), disconnect(world, client)])
      if (status === 200) expect(await isActive(world, body.access_token)).toBe(false)
      else expect(body.error).toBe('invalid_grant')
      await expectNothingLeft(world, client)
    }
  })

  test('a token that is exchanged at that moment, or was before, does not live on (C15, X14)', async () => {
    for (const seed of seeds) {
      const world = await slowWorld(seed)
      const web = await registerConfidential(world)
      const orders = await registerApi(world, 'orders-api', api)
      await registerApi(world, 'files-api', files)
      const { access_token } = await getTokens(world, web, { scope, resource: api }, { resource: api })
      const exchange = () => postAs(world, orders, '/oauth2/token', exchangeForm(access_token))
      const before = await exchange()
      expect(before.status).toBe(200)
      const [beside] = await Promise.all([exchange(), disconnect(world, web)])
      expect(await isActive(world, before.body.access_token)).toBe(false)
      if (beside.status === 200) expect(await isActive(world, beside.body.access_token)).toBe(false)
      await expectNothingLeft(world, web)
      expectJsonError(await exchange(), 400, 'invalid_request')
    }
  })

  test('a user who signs in inside a first-party application at that moment leaves no code that gives tokens (C15)', async () => {
    for (const seed of seeds) {
      const world = await slowWorld(seed)
      const app = await registerApp(world)
      const pkce = createPkce()
      const [{ status, body }] = await Promise.all([begin(world, app, pkce), disconnect(world, app)])
      if (status === 200) {
        const redeemed = await redeem(world, app, { code: body.authorization_code, pkce })
        expectJsonError(redeemed, 400, 'invalid_grant')
      }
      await expectNothingLeft(world, app)
    }
  })

  test('a session of a first-party application from before gives no code, and one that begins afterwards does (C15)', async () => {
    let done = false
    const world = createQuickWorld({
      features: [
        experimentalFirstPartyAppsDraft03({
          challenge: () =>
            done
              ? { type: 'authorized', userId: alice.id, session: { id: 'app', authTime: world.clock.now() } }
              : { type: 'insufficient_authorization' },
        }),
      ],
    })
    const app = await registerApp(world)
    const { body } = await begin(world, app, createPkce())
    await disconnect(world, app)
    world.clock.advance(1)
    done = true
    expectJsonError(await next(world, app, { auth_session: body.auth_session, otp: '1' }), 400, 'access_denied')
    await expectNothingLeft(world, app)
    expect((await begin(world, app, createPkce())).status).toBe(200)
  })
})

describe('approvals of other issuers that are older than the disconnection (C15)', () => {
  const year = 365 * 24 * 3600

  test('an assertion gives nothing as long as it is good, also after a purge (B10, C15)', async () => {
    const lifetime = 3600
    const entry = await trustedIdp({ profile: 'id-jag', maxLifetimeSeconds: lifetime })
    const world = createQuickWorld({ features: [jwtBearer({ issuers: [entry] })] })
    const client = await registerConfidential(world, {
      grant_types: ['urn:ietf:params:oauth:grant-type:jwt-bearer'],
      redirect_uris: [],
    })
    const now = world.clock.now()
    const assertion = await makeAssertion(world, client, { exp: now + lifetime }, { typ: 'oauth-id-jag+jwt' })
    const { body } = await askWith(world, client, assertion)
    expect(await disconnect(world, client)).toBe(true)
    expect(await isActive(world, body.access_token)).toBe(false)
    for (let passed = 0; passed < lifetime; passed += 600) {
      expectJsonError(await askWith(world, client, assertion), 400, 'invalid_grant')
      world.clock.advance(600)
      await world.provider.purgeExpired()
    }
    await expectNothingLeft(world, client)
  })

  test('a subject token of another issuer gives nothing as long as it is good, also after a purge (X13, C15)', async () => {
    const { publicJwk } = await clientKey('ES256', 'idp-1')
    const issuers: SubjectTokenIssuer[] = [
      { issuer: idp, jwks: { keys: [publicJwk] }, mapSubject: () => ({ userId: alice.id, scope: ['notes:read'] }) },
    ]
    const world = createQuickWorld({
      features: [tokenExchange({ accessTokens: { authorize: () => toFiles, issuers } })],
    })
    const orders = await registerApi(world, 'orders-api', api)
    await registerApi(world, 'files-api', files)
    const subject = await makeAssertion(world, orders, { exp: world.clock.now() + 3600 })
    const exchange = () =>
      postAs(world, orders, '/oauth2/token', exchangeForm(subject, { subject_token_type: tokenType('jwt') }))
    const { body } = await exchange()
    expect(await world.provider.listConnectedApps(alice.id)).toMatchObject([
      { clientId: 'orders-api', via: ['tokenExchange'], remembered: false },
    ])
    await disconnect(world, orders)
    expect(await isActive(world, body.access_token)).toBe(false)
    for (let passed = 0; passed < 3600; passed += 600) {
      expectJsonError(await exchange(), 400, 'invalid_request')
      world.clock.advance(600)
      await world.provider.purgeExpired()
    }
    await expectNothingLeft(world, orders)
  })

  test('workloads need no longer memory of withdrawals, and a wrong lifetime is named at start', async () => {
    const entry = await trustedIdp({ subject: 'client', maxLifetimeSeconds: year })
    const world = createQuickWorld({ features: [jwtBearer({ issuers: [entry] })] })
    const client = await registerConfidential(world)
    await disconnect(world, client)
    world.clock.advance(3600)
    await world.provider.purgeExpired()
    for (const lifetime of [0, 1.5, Number.NaN]) {
      const features = [{ name: 'wrong', start: () => ({ outsideApprovals: [{ lifetime }] }) }]
      expect(() => createQuickWorld({ features })).toThrow('whole seconds')
    }
  })
})

describe('what the application has and knows afterwards', () => {
  test('its JWTs are dead at userinfo, introspection and verifyAccessToken, though their signature is good', async () => {
    const world = createQuickWorld()
    const client = await registerConfidential(world)
    const resourceServer = await registerResourceServer(world)
    const forApi = await getTokens(world, client, { scope, resource: api }, { resource: api })
    const opaque = await getTokens(world, client, { scope })
    expect((await introspect(world, resourceServer, forApi.access_token)).body.active).toBe(true)
    await disconnect(world, client)
    expect((await introspect(world, resourceServer, forApi.access_token)).body).toEqual({ active: false })
    expect((await introspect(world, client, opaque.refresh_token)).body).toEqual({ active: false })
    expect((await userinfo(world, opaque.access_token)).status).toBe(401)
    expect(await isActive(world, forApi.access_token)).toBe(false)
  })

  test('a request that it pushed before leads to the consent page', async () => {
    const world = createQuickWorld({ features: [pushedAuthorizationRequests()] })
    const client = await registerConfidential(world)
    await getTokens(world, client, { scope })
    const { url } = await pushed(world, client)
    await disconnect(world, client)
    const browser = world.browser()
    browser.signIn(alice)
    expect(new URL((await browser.visit(url)).url).pathname).toBe('/consent')
  })
})

describe('clients that are not there', () => {
  test('a client whose document is gone is listed by its URL, and its access ends', async () => {
    const { world, fail } = await startWithDocument()
    const client = documentClient()
    const { access_token } = await getTokens(world, client, { scope: 'openid offline_access' })
    fail(documentUrl, 404)
    world.clock.advance(24 * 3600)
    const listed = await world.provider.listConnectedApps(alice.id)
    expect(listed).toMatchObject([{ clientId: documentUrl, selfRegistered: true, remembered: true }])
    expect(await disconnect(world, client)).toBe(true)
    expect(await world.provider.listConnectedApps(alice.id)).toEqual([])
    expect(await isActive(world, access_token)).toBe(false)
    await expectNothingLeft(world, client)
  })

  test('a disabled client can be disconnected and has nothing when it is enabled again', async () => {
    const world = createQuickWorld()
    const client = await registerConfidential(world)
    const { access_token } = await getTokens(world, client, { scope })
    await world.provider.updateClient(client.client_id, { disabled: true })
    expect(await disconnect(world, client)).toBe(true)
    await world.provider.updateClient(client.client_id, { disabled: false })
    expect(await isActive(world, access_token)).toBe(false)
    await expectNothingLeft(world, client)
  })

  test('what a client left that was deleted in the storage alone ends too', async () => {
    const world = createQuickWorld()
    const client = await registerConfidential(world)
    await getTokens(world, client, { scope })
    await world.storage.clients.delete(client.client_id)
    expect(await world.provider.listConnectedApps(alice.id)).toEqual([])
    expect(await disconnect(world, client)).toBe(true)
    await expectNothingLeft(world, client)
  })

  test.each([
    ['an empty id', ''],
    ['an id with a zero character', 'client\0'],
    ['an id with half a character', '\ud800'],
    ['an id with a pattern', '%'],
    ['an id of a megabyte', 'a'.repeat(1_000_000)],
  ])('%s, as a form may bring it, ends nothing and is no failure', async (_, clientId) => {
    const world = createQuickWorld()
    const client = await registerConfidential(world)
    const { access_token } = await getTokens(world, client, { scope })
    expect(await world.provider.disconnectApp(alice.id, clientId)).toBe(false)
    expect(await world.provider.disconnectApp(clientId, client.client_id)).toBe(false)
    expect(await world.provider.listConnectedApps(clientId)).toEqual([])
    expect(await isActive(world, access_token)).toBe(true)
  })
})

describe('a user with many applications', () => {
  /** Gives Alice this many applications with a consent, eight sign-ins each, and many in the same second. */
  async function manyApps(count: number, storage = memoryStorage()) {
    const world = createQuickWorld({ storage })
    const client = await registerConfidential(world)
    await getTokens(world, client, { scope })
    const now = world.clock.now()
    const stored = await storage.clients.find(client.client_id)
    const [grant] = await storage.grants.list({ userId: alice.id, now })
    const [consent] = await storage.consents.list({ userId: alice.id })
    if (stored === undefined || grant === undefined || consent === undefined) throw new Error('nothing is stored')
    const ids = Array.from({ length: count }, (_, index) => `app-${index}`)
    for (const [index, id] of ids.entries()) {
      await storage.clients.insert({ ...stored, id })
      await storage.consents.remember({ ...consent, id: `consent-${id}`, clientId: id })
      for (let at = 0; at < 8; at++) {
        const createdAt = now - (index % 3)
        await storage.grants.commit({ grant: { ...grant, id: `${id}-${at}`, clientId: id, createdAt } })
      }
    }
    return { world, ids: [...ids, client.client_id] }
  }

  test('the pages show each of a thousand applications once, and one call ends the sign-ins of one alone', async () => {
    const { world, ids } = await manyApps(1000)
    const seen: string[] = []
    for (let after: ConnectedApp | undefined; ; ) {
      const page = await world.provider.listConnectedApps(alice.id, { limit: 300, after })
      if (page.length === 0) break
      seen.push(...page.map(({ clientId }) => clientId))
      after = page.at(-1)
    }
    expect(seen).toHaveLength(ids.length)
    expect([...seen].sort()).toEqual([...ids].sort())
    expect(await world.provider.disconnectApp(alice.id, 'app-7')).toBe(true)
    await expectNothingLeft(world, { client_id: 'app-7' })
    expect(await world.storage.grants.list({ userId: alice.id, now: world.clock.now() })).toHaveLength(999 * 8 + 1)
  })

  test.each([3, 200])(
    'a page takes two round trips to the storage, and a disconnection four, with %i applications',
    async (count) => {
      const { storage, trips } = roundTrips(memoryStorage())
      const { world } = await manyApps(count, storage)
      const before = trips()
      expect(await world.provider.listConnectedApps(alice.id, { limit: 1000 })).toHaveLength(count + 1)
      expect(trips() - before).toBe(2)
      const listed = trips()
      await world.provider.disconnectApp(alice.id, 'app-2')
      expect(trips() - listed).toBe(4)
    },
  )
})

/** Counts round trips: calls that are made at once, like those to a pool of connections, are one. */
function roundTrips(storage: Storage): { readonly storage: Storage; trips(): number } {
  let count = 0
  let current: Promise<void> | undefined
  const wrapped = wrapStorage(storage, async (_name, _args, run) => {
    if (current === undefined) {
      count++
      current = new Promise((resolve) => setImmediate(resolve)).then(() => {
        current = undefined
      })
    }
    await current
    return run()
  })
  return { storage: wrapped, trips: () => count }
}
