import { randomUUID } from 'node:crypto'
import type { Storage } from '@oauth/core'
import { decodeJwt } from 'jose'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  authorize,
  authorizeUrl,
  createPkce,
  exchangeCode,
  getTokens,
  post,
  postAs,
  redirectUri,
  refresh,
  registerConfidential,
  userinfo,
} from '../support/client.ts'
import { clientKey, signJwt } from '../support/client-keys.ts'
import {
  answerDevice,
  deviceGrantType,
  enterCode,
  poll,
  registerDevice,
  startDevice,
} from '../support/device-authorization.ts'
import { makeProof, postWithProof } from '../support/dpop.ts'
import { expectJsonError, send } from '../support/expectations.ts'
import { answerTo, authorizeWith, pushed } from '../support/pushed-requests.ts'
import { configure, register } from '../support/registration.ts'
import { alice } from '../support/world.ts'
import { copyClient, pairOf, type TenantWorlds, tenantWorlds } from './two-tenants.ts'

const resource = 'https://api.example.com'

/** Tries at one tenant what belongs to another one that has a client and a user with the same ids, on this storage. */
export function tenantAttacks(name: string, open: () => Promise<Storage>): void {
  describe(`two tenants in ${name}`, () => {
    let worlds: TenantWorlds
    beforeAll(async () => {
      worlds = tenantWorlds(await open())
    }, 60_000)

    test('an opaque and a JWT access token of one tenant are worth nothing at another (MT01)', async () => {
      const { a, b, clientA, clientB } = await pairOf(worlds)
      const opaque = await getTokens(a, clientA)
      const jwt = await getTokens(a, clientA, { resource, scope: 'openid notes:read' }, { resource })
      expect(decodeJwt(jwt.access_token).iss).toBe(a.issuer)
      for (const token of [opaque.access_token, jwt.access_token]) {
        expect((await userinfo(b, token)).status).toBe(401)
        expect(await b.provider.verifyAccessToken(token)).toBeUndefined()
        expect((await postAs(b, clientB, '/oauth2/introspect', { token })).body).toEqual({ active: false })
        expect((await postAs(b, clientB, '/oauth2/revoke', { token })).status).toBe(200)
        expect(await a.provider.verifyAccessToken(token)).toBeDefined()
      }
      expect((await userinfo(a, opaque.access_token)).body.email).toBe(`alice@${a.tenant}.example`)
    })

    test('a code of one tenant is invalid_grant at another, and stays good at its own (MT01)', async () => {
      const { a, b, clientA, clientB } = await pairOf(worlds)
      const authorized = await authorize(a, clientA)
      expectJsonError(await exchangeCode(b, clientB, authorized), 400, 'invalid_grant')
      expect((await exchangeCode(a, clientA, authorized)).status).toBe(200)
    })

    test('a refresh token of one tenant is invalid_grant at another, and stays good at its own (MT01)', async () => {
      const { a, b, clientA, clientB } = await pairOf(worlds)
      const { refresh_token } = await getTokens(a, clientA)
      expectJsonError(await refresh(b, clientB, refresh_token), 400, 'invalid_grant')
      expect((await postAs(b, clientB, '/oauth2/introspect', { token: refresh_token })).body).toEqual({ active: false })
      await postAs(b, clientB, '/oauth2/revoke', { token: refresh_token })
      expect((await refresh(a, clientA, refresh_token)).status).toBe(200)
    })

    test('the secret of a client is refused for the client with the same id of another tenant (MT02)', async () => {
      const { a, b, clientA, clientB } = await pairOf(worlds)
      const form = { grant_type: 'client_credentials', scope: 'notes:read' }
      expectJsonError(await postAs(b, clientA, '/oauth2/token', form), 401, 'invalid_client')
      expectJsonError(await postAs(a, clientB, '/oauth2/token', form), 401, 'invalid_client')
      expect((await postAs(a, clientA, '/oauth2/token', form)).status).toBe(200)
    })

    test('a client that only one tenant has is unknown at another, under any name (MT02)', async () => {
      const { a, b } = await pairOf(worlds)
      const client = await registerConfidential(a)
      const form = { grant_type: 'client_credentials' }
      for (const client_id of [client.client_id, `${a.tenant}:${client.client_id}`, `:${client.client_id}`]) {
        expectJsonError(await postAs(b, { ...client, client_id }, '/oauth2/token', form), 401, 'invalid_client')
        expect(await b.provider.getClient(client_id)).toBeUndefined()
      }
    })

    test('a client assertion for one tenant is refused at another, and its jti is used in one tenant alone (MT02)', async () => {
      const { a, b } = await pairOf(worlds)
      const key = await clientKey()
      const client = await registerConfidential(a, {
        token_endpoint_auth_method: 'private_key_jwt',
        jwks: { keys: [{ ...key.publicJwk }] },
      })
      await copyClient(a, b, client)
      const jti = randomUUID()
      const assertion = (audience: string) =>
        signJwt(
          key.privateKey,
          { alg: 'ES256', kid: key.kid },
          {
            iss: client.client_id,
            sub: client.client_id,
            aud: audience,
            jti,
            iat: a.clock.now(),
            exp: a.clock.now() + 60,
          },
        )
      const ask = async (world: typeof a, audience: string) =>
        post(world, '/oauth2/token', {
          grant_type: 'client_credentials',
          scope: 'notes:read',
          client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
          client_assertion: await assertion(audience),
        })
      for (const audience of [a.issuer, `${a.issuer}/oauth2/token`]) {
        expectJsonError(await ask(b, audience), 401, 'invalid_client')
      }
      expect((await ask(a, a.issuer)).status).toBe(200)
      expectJsonError(await ask(a, a.issuer), 401, 'invalid_client')
      expect((await ask(b, b.issuer)).status).toBe(200)
    })

    test('a DPoP proof for one tenant is refused at another (MT01)', async () => {
      const { a, b, clientB } = await pairOf(worlds)
      const form = { grant_type: 'client_credentials', scope: 'notes:read' }
      expectJsonError(await postWithProof(b, clientB, form, await makeProof(a)), 400, 'invalid_dpop_proof')
      expect((await postWithProof(b, clientB, form, await makeProof(b))).body.token_type).toBe('DPoP')
    })

    test('a pushed request of one tenant is unknown at another, and stays good at its own (MT01)', async () => {
      const { a, b, clientA } = await pairOf(worlds)
      const { requestUri, url } = await pushed(a, clientA)
      const browser = b.browser()
      browser.signIn(alice)
      const { url: end, response } = await browser.visit(authorizeWith(b, clientA, requestUri), { user: alice })
      expect(end.startsWith(b.issuer)).toBe(true)
      expect(response.status).toBe(400)
      expect((await answerTo(a.browser(), url)).get('code')).not.toBeNull()
    })

    test('a device code and a user code of one tenant are unknown at another (MT01)', async () => {
      const { a, b } = await pairOf(worlds)
      const device = await registerDevice(a)
      await copyClient(a, b, device)
      const started = await startDevice(a, device)
      expectJsonError(await poll(b, device, started), 400, 'invalid_grant')
      const browser = b.browser()
      browser.signIn(alice)
      const entered = await enterCode(browser, started.user_code)
      expect(entered.headers.get('location') ?? '').not.toContain('/oauth2/')
      expectJsonError(await poll(a, device, started), 400, 'authorization_pending')
      await answerDevice(a, started)
      worlds.clock.advance(6)
      const form = { grant_type: deviceGrantType, device_code: started.device_code }
      expect((await postAs(a, device, '/oauth2/token', form)).status).toBe(200)
    })

    test('a sign-in that began at one tenant cannot go on at another, in the same browser with the same cookies (MT05)', async () => {
      const { a, b, clientA } = await pairOf(worlds)
      const browserA = a.browser()
      const { url: page } = await browserA.visit(authorizeUrl(a, clientA, createPkce()), { user: alice })
      const state = new URL(page).searchParams.get('state') ?? ''
      expect(new URL(page).pathname).toBe('/consent')
      const browserB = b.browser()
      for (const [cookie, value] of browserA.cookies) browserB.cookies.set(cookie, value)
      browserB.signIn(alice)
      const moved = `${new URL(b.issuer).origin}/consent?${new URL(page).searchParams}`
      expect(await b.provider.tryResolveLoginContext(browserB.pageRequest(moved))).toBeUndefined()
      expect(await b.provider.verifyPageQuery(moved)).toBeUndefined()
      expect(await a.provider.verifyPageQuery(page)).toBeDefined()
      expect((await browserB.consent(moved, true)).status).toBe(400)
      expect((await browserB.request(`${b.issuer}/oauth2/continue?state=${state}&login=true`)).status).toBe(400)
      const answered = await browserA.consent(page, true)
      expect(answered.headers.get('location')).toContain('code=')
    })

    test("a session of one tenant is none at another, when the host's getSession asks its own tenant alone (MT05)", async () => {
      const { a, b, clientB } = await pairOf(worlds)
      const browser = b.browser()
      browser.cookies.set('session', a.signIn(alice))
      const { url } = await browser.visit(authorizeUrl(b, clientB, createPkce()))
      expect(new URL(url).pathname).toBe('/login')
    })

    test('the answer of the authorization endpoint names the issuer of its own tenant (MT06)', async () => {
      const { a, b, clientA, clientB } = await pairOf(worlds)
      expect((await authorize(a, clientA)).parameters.get('iss')).toBe(a.issuer)
      expect((await authorize(b, clientB)).parameters.get('iss')).toBe(b.issuer)
      expect(a.issuer).not.toBe(b.issuer)
    })

    test('a registration access token of one tenant is refused for the client with the same id of another (MT02)', async () => {
      const { a, b } = await pairOf(worlds)
      const token = await a.provider.createInitialAccessToken({ expiresIn: 60 })
      const { body: client } = await register(a, { redirect_uris: [redirectUri] }, { authorization: `Bearer ${token}` })
      const record = await a.storage.clients.find(client.client_id)
      if (record !== undefined) await b.storage.clients.insert(record)
      const atB = { ...client, registration_client_uri: client.registration_client_uri.replace(a.issuer, b.issuer) }
      expect((await configure(b, atB, 'GET')).status).toBe(401)
      expect((await configure(b, atB, 'DELETE')).status).toBe(401)
      expect((await configure(a, client, 'GET')).status).toBe(200)
      expect(await b.provider.getClient(client.client_id)).toBeDefined()
    })

    test('an initial access token of one tenant is refused at another (MT02)', async () => {
      const { a, b } = await pairOf(worlds)
      const token = await a.provider.createInitialAccessToken({ expiresIn: 60 })
      const headers = { authorization: `Bearer ${token}` }
      expect((await register(b, { redirect_uris: [redirectUri] }, headers)).status).toBe(401)
      expect((await register(a, { redirect_uris: [redirectUri] }, headers)).status).toBe(201)
    })

    test('a consent at one tenant is not remembered, listed or changed at another (MT07)', async () => {
      const { a, b, clientA, clientB } = await pairOf(worlds)
      await getTokens(a, clientA)
      const { url } = await b.browser().visit(authorizeUrl(b, clientB, createPkce()), { user: alice })
      expect(new URL(url).pathname).toBe('/consent')
      expect(await b.provider.listConsents(alice.id)).toEqual([])
      expect(await b.provider.listConnectedApps(alice.id)).toEqual([])
      expect(await b.provider.listGrants(alice.id)).toEqual([])
      const [consent] = await a.provider.listConsents(alice.id)
      const consentId = consent?.id ?? ''
      await expect(b.provider.updateConsent(consentId, { scopes: ['openid'] })).rejects.toMatchObject({
        code: 'not_found',
      })
      expect(await b.provider.deleteConsent(consentId)).toBe(false)
      expect(await a.provider.listConsents(alice.id)).toEqual([consent])
    })

    test('what ends access at one tenant ends none at another (MT07)', async () => {
      const { a, b, clientA, clientB } = await pairOf(worlds)
      const [ofA, ofB] = [await getTokens(a, clientA), await getTokens(b, clientB)]
      const [grant] = await a.provider.listGrants(alice.id)
      expect(await b.provider.revokeGrant(grant?.id ?? '')).toBe(false)
      expect(await b.provider.disconnectApp(alice.id, clientB.client_id)).toBe(true)
      await b.provider.revokeUserGrants(alice.id)
      for (const session of a.sessions.keys()) await b.provider.sessionEnded(session)
      expect(await b.provider.deleteClient(clientB.client_id)).toBe(true)
      expect(await b.provider.verifyAccessToken(ofB.access_token)).toBeUndefined()
      expect((await userinfo(a, ofA.access_token)).status).toBe(200)
      expect((await refresh(a, clientA, ofA.refresh_token)).status).toBe(200)
      expect(await a.provider.listConnectedApps(alice.id)).toHaveLength(1)
    })

    test('administration at one tenant reaches no client of another (MT07)', async () => {
      const { a, b } = await pairOf(worlds)
      const { client_id } = await registerConfidential(a)
      await expect(b.provider.updateClient(client_id, { client_name: 'Stolen' })).rejects.toMatchObject({
        code: 'not_found',
      })
      await expect(b.provider.rotateClientSecret(client_id)).rejects.toMatchObject({ code: 'not_found' })
      expect(await b.provider.deleteClient(client_id)).toBe(false)
      expect((await a.provider.getClient(client_id))?.metadata.client_name).toBe('Notes')
    })

    test('a list of clients has the clients of its tenant alone, on every page and after any cursor (MT07)', async () => {
      const { a, b } = await pairOf(worlds)
      for (let client = 0; client < 7; client++) await registerConfidential(a)
      for (let client = 0; client < 3; client++) await registerConfidential(b)
      const own = (await b.provider.listClients({ limit: 100 })).map(({ id }) => id)
      expect(own).toHaveLength(4)
      const pages: string[] = []
      for (let after: string | undefined; ; after = pages.at(-1)) {
        const page = await b.provider.listClients({ limit: 3, ...(after !== undefined && { after }) })
        if (page.length === 0) break
        pages.push(...page.map(({ id }) => id))
      }
      expect(pages).toEqual(own)
      const cursors = (await a.provider.listClients({ limit: 100 })).map(({ id }) => id)
      for (const after of [...cursors, '', `${a.tenant}:`, `${a.tenant};`, '\u{10ffff}']) {
        const found = (await b.provider.listClients({ limit: 100, after })).map(({ id }) => id)
        expect(found.filter((id) => !own.includes(id))).toEqual([])
      }
    })

    test('an ID token of one tenant signs nobody out at another, and answers no hint there (MT08)', async () => {
      const { a, b } = await pairOf(worlds)
      const client = await registerConfidential(a, {
        enable_end_session: true,
        post_logout_redirect_uris: [redirectUri],
      })
      const clientB = await copyClient(a, b, client)
      const { id_token } = await getTokens(a, client)
      const browser = b.browser()
      browser.signIn(alice)
      const before = b.sessions.size
      const logout = new URLSearchParams({ id_token_hint: id_token, post_logout_redirect_uri: redirectUri })
      const { response, url } = await browser.visit(`${b.issuer}/oauth2/end-session?${logout}`)
      expect(url.startsWith(redirectUri)).toBe(false)
      expect(response.headers.get('location')).toBeNull()
      expect(b.sessions.size).toBe(before)
      const silent = await browser.request(
        authorizeUrl(b, clientB, createPkce(), { prompt: 'none', id_token_hint: id_token }),
      )
      expect(silent.headers.get('location') ?? '').not.toContain('code=')
      expect(a.sessions.size).toBeGreaterThan(0)
    })

    test('a session that ends notifies the clients of its tenant alone (MT08)', async () => {
      const { a, b } = await pairOf(worlds)
      const urlOf = (tenant: string) => `https://${tenant}.clients.example/logout`
      for (const world of [a, b]) {
        const client = await registerConfidential(world, { backchannel_logout_uri: urlOf(world.tenant) })
        const browser = world.browser()
        // Both hosts use the same id for a session.
        world.sessions.set('shared', { user: alice, session: { id: 'shared', authTime: worlds.clock.now(), amr: [] } })
        browser.cookies.set('session', 'shared')
        await getTokens(world, client, {}, {}).catch(() => undefined)
        await authorize(world, client, {}, { browser })
      }
      worlds.sent.length = 0
      await a.provider.sessionEnded('shared')
      await expect.poll(() => worlds.sent).toEqual([urlOf(a.tenant)])
    })

    test('each tenant has keys of its own, and a key that leaks is dropped in its tenant alone (MT09)', async () => {
      const { a, b } = await pairOf(worlds)
      const kids = async (world: typeof a) =>
        ((await send(world, `${world.issuer}/jwks`)).body.keys as { kid: string }[]).map(({ kid }) => kid)
      const [ofA, ofB] = [await kids(a), await kids(b)]
      expect(ofA.length).toBeGreaterThan(0)
      expect(ofA.filter((kid) => ofB.includes(kid))).toEqual([])
      await a.provider.rotateSigningKeys({ dropPrevious: true })
      expect(await kids(b)).toEqual(ofB)
      expect((await b.storage.signingKeys.list()).map(({ id }) => id)).toEqual(ofB)
    })

    test('a sealed key of one tenant that is copied to another cannot be opened there (MT09)', async () => {
      const { a } = await pairOf(worlds)
      await send(a, `${a.issuer}/jwks`)
      const thief = `${a.tenant}-thief`
      const { id, algorithm, ...key } = (await a.storage.signingKeys.list())[0] ?? expect.fail('no key')
      const range = { from: `${thief}:`, below: `${thief};` }
      await worlds.shared.signingKeys.insert({
        ...key,
        id: `${range.from}${id}`,
        algorithm: `${range.from}${algorithm}`,
      })
      const world = await worlds.world(thief)
      const client = await registerConfidential(world)
      const { id_token } = await getTokens(world, client)
      expect(worlds.told.some(({ tenant, event }) => tenant === thief && event.type === 'signing_key.unsealable')).toBe(
        true,
      )
      expect(JSON.parse(Buffer.from(id_token.split('.')[0], 'base64url').toString()).kid).not.toBe(id)
    })

    test('deleteTenant removes everything of a tenant in bounded steps, and nothing of another (MT10)', async () => {
      const { a, b, clientA, clientB } = await pairOf(worlds)
      const [ofA, ofB] = [await getTokens(a, clientA), await getTokens(b, clientB)]
      let [removed, calls] = [0, 0]
      for (let count = 3; count === 3; calls++) {
        count = await worlds.tenants.deleteTenant(a.tenant, { limit: 3 })
        expect(count).toBeLessThanOrEqual(3)
        removed += count
      }
      expect(removed).toBeGreaterThan(5)
      expect(calls).toBeGreaterThan(2)
      expect(await a.provider.getClient(clientA.client_id)).toBeUndefined()
      expect(await a.storage.refreshTokens.find(ofA.refresh_token)).toBeUndefined()
      expect(await a.storage.signingKeys.list()).toEqual([])
      expect(await worlds.tenants.deleteTenant(a.tenant)).toBe(0)
      expect((await userinfo(b, ofB.access_token)).status).toBe(200)
      expect((await refresh(b, clientB, ofB.refresh_token)).status).toBe(200)
    })

    test('an unknown tenant answers as an unknown path does (MT03)', async () => {
      const { a } = await pairOf(worlds)
      const answer = async (url: string) => {
        const response = await worlds.tenants.fetch(new Request(url))
        return [response.status, [...response.headers], await response.text()]
      }
      const unknownPath = await answer(`${a.issuer}/no-such-path`)
      expect(unknownPath[0]).toBe(404)
      expect(await answer('https://auth.example.com/auth/jwks')).toEqual(unknownPath)
      expect(await answer('https://evil.example/auth/jwks')).toEqual(unknownPath)
    })

    test('every event names the tenant that it belongs to', async () => {
      const { a, b, clientA, clientB } = await pairOf(worlds)
      worlds.told.length = 0
      await getTokens(a, clientA)
      await exchangeCode(b, clientB, await authorize(a, clientA))
      const typesOf = (tenant: string) =>
        worlds.told.filter((one) => one.tenant === tenant).map(({ event }) => event.type)
      expect(typesOf(a.tenant)).toContain('tokens.issued')
      expect(typesOf(b.tenant)).toContain('request.refused')
      expect(typesOf(b.tenant)).not.toContain('tokens.issued')
    })
  })
}
