import { describe, expect, test } from 'vitest'
import { createSealer } from '../../src/crypto/seal.ts'
import { getTokens, postAs, registerConfidential } from '../support/client.ts'
import { expectJsonError, send } from '../support/expectations.ts'
import {
  configure,
  fromOwnPage,
  openWorld,
  redirectUris,
  register,
  registered,
  registrationWorld,
  withMachines,
} from '../support/registration.ts'
import { watchStorage } from '../support/watched-storage.ts'
import { alice, bob, createWorld, issuer, secret } from '../support/world.ts'

const minimal = { redirect_uris: redirectUris }

describe('what nobody can give itself (G01)', () => {
  test('the server chooses the id, the secret, the owner and the state of a client (G01, D06)', async () => {
    const wanted = {
      id: 'mine',
      client_id: alice.id,
      client_secret: 'chosen-by-the-client-itself-0123456789',
      client_secret_expires_at: 0,
      client_id_issued_at: 1,
      secrets: [{ hash: 'x', expiresAt: 0 }],
      user_id: alice.id,
      userId: alice.id,
      reference_id: 'org',
      referenceId: 'org',
      disabled: false,
      enable_end_session: true,
      metadata: { trusted: true },
      registrationTokenHash: 'x',
      registration_access_token: 'x',
      usedAt: 1,
      version: 9,
      public: false,
    }
    const world = openWorld({ clientRegistrationClientSecretExpiresAt: { afterSeconds: 60 } })
    for (const headers of [{}, fromOwnPage(world, bob)]) {
      const { status, body } = await register(world, { ...minimal, ...wanted }, headers)
      expect(status).toBe(201)
      const row = await world.provider.getClient(body.client_id)
      expect(row?.id).toMatch(/^[0-9a-v]{24}$/)
      expect(row?.id).not.toBe(alice.id)
      expect(row?.metadata).toEqual({
        redirect_uris: redirectUris,
        token_endpoint_auth_method: 'cookie' in headers ? 'client_secret_basic' : 'none',
        grant_types: ['authorization_code'],
        response_types: ['code'],
        scope: 'openid profile email address phone offline_access',
        application_type: 'web',
        require_pkce: true,
      })
      expect(row).toMatchObject({ disabled: false, createdAt: world.clock.now(), version: 1 })
      expect(row?.userId).toBe('cookie' in headers ? bob.id : undefined)
      expect(row).not.toHaveProperty('referenceId')
      expect(row).not.toHaveProperty('usedAt')
      if ('cookie' in headers) {
        expect(body.client_secret).not.toBe(wanted.client_secret)
        expect(body.client_secret_expires_at).toBe(world.clock.now() + 60)
      }
    }
  })

  test('trust, PKCE and grant types outside the server’s are refused, and nothing is written (G01)', async () => {
    const { storage, writes } = watchStorage()
    const world = openWorld({ storage, grantTypes: ['authorization_code'] })
    for (const headers of [{}, fromOwnPage(world)]) {
      for (const body of [
        { skip_consent: true },
        { require_pkce: false },
        { grant_types: ['password'] },
        { grant_types: ['authorization_code', 'refresh_token'] },
        { grant_types: ['urn:ietf:params:oauth:grant-type:token-exchange'] },
        { response_types: ['code token'] },
      ]) {
        expectJsonError(await register(world, { ...minimal, ...body }, headers), 400, 'invalid_client_metadata')
      }
    }
    expect(writes).toEqual([])
  })

  test('__proto__ and constructor are ignored and change no prototype (G01, G05)', async () => {
    const world = openWorld()
    const text = `{"__proto__":{"skip_consent":true,"polluted":1},"constructor":{"prototype":{"polluted":1}},"redirect_uris":["${redirectUris[0]}"]}`
    const { status, body } = await register(world, text)
    expect(status).toBe(201)
    expect({}).not.toHaveProperty('polluted')
    expect((await world.provider.getClient(body.client_id))?.metadata.skip_consent).toBeUndefined()
  })
})

describe('how much (G01)', () => {
  test('a body above the cap is 413, long lists and texts are refused (G01)', async () => {
    const { storage, writes } = watchStorage()
    const world = openWorld({ storage })
    const big = await register(world, { ...minimal, client_name: 'x'.repeat(70_000) })
    expectJsonError(big, 413, 'invalid_request')
    const many = Array.from({ length: 51 }, (_, n) => `https://client.example.com/${n}`)
    expectJsonError(await register(world, { redirect_uris: many }), 400, 'invalid_redirect_uri')
    for (const body of [
      { client_name: 'x'.repeat(2049) },
      { contacts: many },
      { scope: 'x '.repeat(2000) },
      { client_name: 'a\u0000b' },
      { client_name: 'a\r\nb' },
      { client_name: '\ud800' },
    ]) {
      expectJsonError(await register(world, { ...minimal, ...body }), 400, 'invalid_client_metadata')
    }
    const deep = await register(world, `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`)
    expectJsonError(deep, 400, 'invalid_request')
    expect(writes).toEqual([])
  })

  test('clients that registered themselves and were never used are swept (G01)', async () => {
    const world = registrationWorld({ ...withMachines, unusedClientTtlSeconds: 3600 })
    const machine = { grant_types: ['client_credentials'], scope: 'notes:read' }
    const [unused, used] = [await registered(world), await registered(world, machine)]
    const own = await registerConfidential(world)
    expect((await postAs(world, used, '/oauth2/token', { grant_type: 'client_credentials' })).status).toBe(200)
    world.clock.advance(3600)
    await world.provider.purgeExpired()
    expect(await world.provider.getClient(unused.client_id)).toBeDefined()
    world.clock.advance(1)
    await world.provider.purgeExpired()
    expect(await world.provider.getClient(unused.client_id)).toBeUndefined()
    for (const { client_id } of [used, own]) expect(await world.provider.getClient(client_id)).toBeDefined()
    expectJsonError(await configure(world, unused, 'GET'), 401, 'invalid_token')
  })
})

describe('on whose behalf (G01)', () => {
  test('another site’s script cannot register with the session of a user (G01)', async () => {
    const { storage, writes } = watchStorage()
    const world = registrationWorld({ storage })
    const { cookie = '' } = fromOwnPage(world)
    for (const headers of [
      { cookie, origin: 'https://evil.example' },
      { cookie, origin: 'null' },
      { cookie, origin: `${new URL(issuer).origin}.evil.example` },
      { cookie, 'sec-fetch-site': 'cross-site' },
      { cookie, 'sec-fetch-site': 'same-site' },
    ]) {
      expectJsonError(await register(world, minimal, headers), 403, 'access_denied')
    }
    // A form of another site cannot send JSON.
    const form = { cookie, 'content-type': 'text/plain' }
    expectJsonError(await register(world, minimal, form), 400, 'invalid_request')
    expect(writes).toEqual([])
  })

  test('where anybody may register, another site’s script does so as nobody (G01)', async () => {
    const world = openWorld()
    const { cookie = '' } = fromOwnPage(world)
    const { status, body } = await register(world, minimal, { cookie, origin: 'https://inspector.example' })
    expect([status, body.token_endpoint_auth_method]).toEqual([201, 'none'])
    expect(await world.provider.getClient(body.client_id)).not.toHaveProperty('userId')
  })

  test('a wrong bearer token is not made good by a session where not everybody may register (G01)', async () => {
    const world = registrationWorld()
    const good = await world.provider.createInitialAccessToken({ expiresIn: 60 })
    const client = await registered(world, { redirect_uris: ['https://app.example.com/callback'] })
    const { access_token } = await getTokens(world, client, { scope: 'openid' })
    const elsewhere = await registrationWorld({ basePath: '/other' }).provider.createInitialAccessToken({
      expiresIn: 60,
    })
    const stranger = registrationWorld({ secret: 'the-secret-of-somebody-else-0123456789' })
    const foreign = await stranger.provider.createInitialAccessToken({ expiresIn: 60 })
    const flipped = `${good.slice(0, 20)}${good[20] === 'A' ? 'B' : 'A'}${good.slice(21)}`
    for (const token of ['', 'x', flipped, good.slice(0, -4), `${good}AAAA`, elsewhere, foreign, access_token]) {
      const answer = await register(world, minimal, { ...fromOwnPage(world), authorization: `Bearer ${token}` })
      expectJsonError(answer, 401, 'invalid_token')
      expect(answer.headers.get('www-authenticate')).toContain('error="invalid_token"')
    }
  })

  test('where anybody may register, a stray bearer token changes nothing, and only a valid one or a session counts (G01)', async () => {
    const world = openWorld()
    const client = await registered(world, { redirect_uris: ['https://app.example.com/callback'] })
    const { access_token } = await getTokens(world, client, { scope: 'openid' })
    const elsewhere = await openWorld({ basePath: '/other' }).provider.createInitialAccessToken({ expiresIn: 60 })
    for (const token of ['', 'x', elsewhere, access_token, client.registration_access_token]) {
      const authorization = `Bearer ${token}`
      const nobody = await register(world, minimal, { authorization, origin: 'https://agent.example' })
      expect([nobody.status, nobody.body.token_endpoint_auth_method]).toEqual([201, 'none'])
      const row = await world.provider.getClient(nobody.body.client_id)
      expect([row?.registeredBy, row?.userId]).toEqual(['anonymous', undefined])
      const user = await register(world, minimal, { ...fromOwnPage(world, bob), authorization })
      expect((await world.provider.getClient(user.body.client_id))?.userId).toBe(bob.id)
    }
    const good = await world.provider.createInitialAccessToken({ expiresIn: 60 })
    const software = await register(world, minimal, { authorization: `Bearer ${good}` })
    expect(software.body).toHaveProperty('client_secret')
    // Whoever holds such a token expects a client with a secret, so an expired one is no stray token.
    world.clock.advance(60)
    const expired = await register(world, minimal, { ...fromOwnPage(world), authorization: `Bearer ${good}` })
    expectJsonError(expired, 401, 'invalid_token')
  })

  test('what is sealed for another purpose is no initial access token (G01)', async () => {
    const world = registrationWorld({ disableJwtPlugin: true })
    const { client_id } = await registered(world)
    const sealed = (await world.provider.getClient(client_id))?.secrets[0]?.sealed
    expect(sealed).toEqual(expect.any(String))
    const inAnHour = String(world.clock.now() + 3600)
    const others = ['oauth/client-secret', 'oauth/signing-key', ''].map((purpose) =>
      createSealer(secret, purpose).seal(inAnHour, issuer),
    )
    for (const token of [sealed, ...(await Promise.all(others))]) {
      const answer = await register(world, minimal, { authorization: `Bearer ${token}` })
      expectJsonError(answer, 401, 'invalid_token')
    }
  })

  test('who may not register learns nothing of what is wrong with the body, and nothing is looked up (G01)', async () => {
    const { storage } = watchStorage()
    const reads: string[] = []
    const find = (id: string) => {
      reads.push(id)
      return storage.clients.find(id)
    }
    const clients = { ...storage.clients, find }
    const world = registrationWorld({ storage: { ...storage, clients } })
    const bodies = [{}, { skip_consent: true }, { client_id: 'known' }, '{', { redirect_uris: ['javascript:1'] }]
    const answers = await Promise.all(bodies.map((body) => register(world, body)))
    for (const answer of answers) expect(answer.body).toEqual(answers[0]?.body)
    expect(reads).toEqual([])
  })
})

test('forged hosts change nothing in the URI that a client is given (G08)', async () => {
  const world = registrationWorld()
  const forged = { host: 'evil.example', 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'http' }
  const { body } = await register(world, minimal, { ...fromOwnPage(world), ...forged })
  expect(body.registration_client_uri.startsWith(`${issuer}/oauth2/register/client?client_id=`)).toBe(true)
})

test('off, the paths are as unknown as any other (G01)', async () => {
  const world = createWorld()
  const unknown = await send(world, `${world.issuer}/oauth2/nothing`, { method: 'POST' })
  expect((await register(world, minimal)).body).toEqual(unknown.body)
})
