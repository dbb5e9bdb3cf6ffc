import { describe, expect, test } from 'vitest'
import { allGrants, credentials, exchangeCode, post, authorize as run } from '../support/client.ts'
import { expectJsonError, send } from '../support/expectations.ts'
import {
  fromOwnPage,
  openWorld,
  redirectUris,
  register,
  registered,
  registrationWorld,
  withMachines,
} from '../support/registration.ts'
import { alice, createWorld } from '../support/world.ts'

const standardScope = 'openid profile email address phone offline_access'
const minimal = { redirect_uris: redirectUris }

describe('whether there is an endpoint', () => {
  test('registration is off by default: no endpoint (404; the seed said 403), no handler, and nothing is advertised (seed B136)', async () => {
    const world = createWorld()
    const answer = await register(world, minimal, fromOwnPage(world))
    expectJsonError(answer, 404, 'not_found')
    expect(world.provider.handlers.register).toBeUndefined()
    expect(world.provider.handlers.clientConfiguration).toBeUndefined()
    expect(world.provider.metadata).not.toHaveProperty('registration_endpoint')
    expect((await send(world, `${world.issuer}/oauth2/register/client?client_id=x`)).status).toBe(404)
  })

  test('both discovery documents advertise the registration endpoint when registration is on', async () => {
    const world = registrationWorld()
    for (const document of ['openid-configuration', 'oauth-authorization-server']) {
      const { body } = await send(world, `${world.issuer}/.well-known/${document}`)
      expect(body.registration_endpoint).toBe(`${world.issuer}/oauth2/register`)
    }
    expect(Object.values(world.provider.metadata)).not.toContain(`${world.issuer}/oauth2/register/client`)
  })

  test('registration takes POST only, and allows scripts of any origin', async () => {
    const world = registrationWorld()
    const url = `${world.issuer}/oauth2/register`
    const wrong = await send(world, url)
    expectJsonError(wrong, 405, 'method_not_allowed')
    expect(wrong.headers.get('allow')).toBe('POST')
    const preflight = await send(world, url, { method: 'OPTIONS', headers: { origin: 'https://spa.example' } })
    expect(preflight.headers.get('access-control-allow-origin')).toBe('*')
    expect(preflight.headers.get('access-control-allow-credentials')).toBeNull()
  })
})

describe('who may register', () => {
  test('a signed-out request without anonymous registration gets 401 invalid_token with a Bearer challenge, whatever it asks for (seed B137)', async () => {
    const world = registrationWorld()
    for (const body of [minimal, { ...minimal, token_endpoint_auth_method: 'client_secret_post' }, {}]) {
      const answer = await register(world, body)
      expectJsonError(answer, 401, 'invalid_token')
      expect(answer.body.error_description).toBe('authentication required for client registration')
      expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer /)
    }
    expect(await world.storage.clients.list({ limit: 10 })).toEqual([])
  })

  test('a signed-in user gets 201 with a secret and the default scope, and the answer is not cached (seed B138)', async () => {
    const world = registrationWorld()
    const answer = await register(world, minimal, fromOwnPage(world))
    expect(answer.status).toBe(201)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(answer.headers.get('pragma')).toBe('no-cache')
    expect(answer.headers.get('access-control-allow-origin')).toBe('*')
    expect(answer.body).toEqual({
      client_id: expect.stringMatching(/^[0-9a-v]{24}$/),
      client_id_issued_at: world.clock.now(),
      client_secret: expect.stringMatching(/^[\w-]{43}$/),
      client_secret_expires_at: 0,
      redirect_uris: redirectUris,
      token_endpoint_auth_method: 'client_secret_basic',
      grant_types: ['authorization_code'],
      response_types: ['code'],
      scope: standardScope,
      application_type: 'web',
      require_pkce: true,
      registration_access_token: expect.stringMatching(/^[\w-]{43}$/),
      registration_client_uri: `${world.issuer}/oauth2/register/client?client_id=${answer.body.client_id}`,
    })
    expect(world.events).toContainEqual({ type: 'client.registered', clientId: answer.body.client_id })
  })

  test('the signed-in user, or the reference that the host names, owns the client, and it outlasts the session (seed B138)', async () => {
    const world = registrationWorld({ clientReferenceResolver: ({ user }) => `org-of-${user.id}` })
    const { client_id } = await registered(world)
    const owned = await world.provider.getClient(client_id)
    expect(owned?.referenceId).toBe(`org-of-${alice.id}`)
    expect(owned).not.toHaveProperty('userId')
    const plain = registrationWorld({ clientReferenceResolver: () => null })
    const own = await registered(plain)
    const row = await plain.provider.getClient(own.client_id)
    expect(row?.userId).toBe(alice.id)
    expect(row).not.toHaveProperty('referenceId')
  })

  test('anonymous registration answers 201 without a secret, and a missing or confidential method becomes none (seed B139)', async () => {
    const world = openWorld()
    for (const token_endpoint_auth_method of [undefined, 'client_secret_basic', 'client_secret_post', 'none', null]) {
      const { status, body } = await register(world, { ...minimal, token_endpoint_auth_method })
      expect(status).toBe(201)
      expect(body.token_endpoint_auth_method).toBe('none')
      expect(body).not.toHaveProperty('client_secret')
      expect(body).not.toHaveProperty('client_secret_expires_at')
      expect(await world.provider.getClient(body.client_id)).toMatchObject({ secrets: [] })
      expect(await world.provider.getClient(body.client_id)).not.toHaveProperty('userId')
    }
  })

  test('an anonymous client has the code grant, PKCE and no secret, and `type` is unknown (decision 12; seed B140)', async () => {
    const { body } = await register(openWorld(), { ...minimal, type: 'web' })
    expect(body).toMatchObject({ grant_types: ['authorization_code'], require_pkce: true, application_type: 'web' })
    expect(body).not.toHaveProperty('type')
    expect(body).not.toHaveProperty('client_secret')
  })

  test('anonymous clients get no machine tokens', async () => {
    const answer = await register(openWorld(), { grant_types: ['client_credentials'] })
    expectJsonError(answer, 400, 'invalid_client_metadata')
    expect(answer.body.error_description).toBe(
      'client_credentials grant requires authenticated registration: sign in, or send an initial access token',
    )
  })

  test('a signed-in user who sends nothing but redirect URIs gets client_secret_basic, the code grant and a secret (seed B141)', async () => {
    expect(await registered(openWorld())).toMatchObject({
      token_endpoint_auth_method: 'client_secret_basic',
      grant_types: ['authorization_code'],
      client_secret: expect.any(String),
    })
  })

  test('an initial access token registers what a session registers, for nobody, until it expires', async () => {
    for (const options of [{}, { disableJwtPlugin: true }]) {
      const world = registrationWorld({ ...withMachines, ...options })
      const token = await world.provider.createInitialAccessToken({ expiresIn: 60 })
      const headers = { authorization: `Bearer ${token}`, origin: 'https://elsewhere.example' }
      const { status, body } = await register(world, { ...minimal, grant_types: [...allGrants] }, headers)
      expect(status).toBe(201)
      expect(body.client_secret).toEqual(expect.any(String))
      expect(await world.provider.getClient(body.client_id)).not.toHaveProperty('userId')
      world.clock.advance(59)
      expect((await register(world, minimal, headers)).status).toBe(201)
      world.clock.advance(1)
      const expired = await register(world, minimal, headers)
      expectJsonError(expired, 401, 'invalid_token')
      expect(expired.headers.get('www-authenticate')).toBe('Bearer realm="oauth", error="invalid_token"')
    }
  })

  test('an initial access token outlives a change of the secret as long as the old one is listed', async () => {
    const old = 'the-secret-before-this-one-with-32-characters'
    const fresh = 'the-secret-after-that-one-with-32-characters'
    const token = await registrationWorld({ secret: old }).provider.createInitialAccessToken({ expiresIn: 60 })
    const headers = { authorization: `Bearer ${token}` }
    expect((await register(registrationWorld({ secret: [fresh, old] }), minimal, headers)).status).toBe(201)
    expectJsonError(await register(registrationWorld({ secret: fresh }), minimal, headers), 401, 'invalid_token')
  })

  test('createInitialAccessToken refuses a lifetime that is no positive integer, and a server without registration', async () => {
    const { provider } = registrationWorld()
    for (const expiresIn of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      await expect(provider.createInitialAccessToken({ expiresIn })).rejects.toThrow(TypeError)
    }
    await expect(createWorld().provider.createInitialAccessToken({ expiresIn: 60 })).rejects.toThrow(TypeError)
  })
})

test('generateClientId may repeat itself: a taken id is passed over', async () => {
  const ids = ['client-one', 'client-one', 'client-two']
  const world = registrationWorld({ generateClientId: () => ids.shift() ?? 'client-three' })
  expect([(await registered(world)).client_id, (await registered(world)).client_id]).toEqual([
    'client-one',
    'client-two',
  ])
})

test('a client that registered itself gets tokens, secret and all', async () => {
  const world = registrationWorld()
  const client = await registered(world, { redirect_uris: ['https://app.example.com/callback'] })
  const authorized = await run(world, client, { scope: 'openid profile' })
  const { status, body } = await exchangeCode(world, client, authorized)
  expect([status, body.scope]).toEqual([200, 'openid profile'])
  const { headers } = credentials({ ...client, client_secret: 'not-the-secret-of-this-client-0123456789' })
  expect(
    (await post(world, '/oauth2/token', { grant_type: 'refresh_token', refresh_token: 'x' }, headers)).status,
  ).toBe(401)
})
