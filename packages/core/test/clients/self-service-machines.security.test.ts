import { privateKeyJwt } from '@oauth/core/features/private-key-jwt'
import { describe, expect, test } from 'vitest'
import { claimsOf, getTokens, postAs, redirectUri } from '../support/client.ts'
import { editClient, expectJsonError } from '../support/expectations.ts'
import { configure, openWorld, register, registered, registrationWorld, repeated } from '../support/registration.ts'
import { rpcOf } from '../support/rpc.ts'
import { api, createQuickWorld } from '../support/tokens.ts'
import { alice, type World, type WorldOptions } from '../support/world.ts'

const files = 'https://files.example.com/v1'
const machine = { grant_type: 'client_credentials' }
const both = { grant_types: ['authorization_code', 'client_credentials'] } as const
const minimal = { redirect_uris: [redirectUri] }
const access = { clientRegistrationMachineAccess: { scopes: ['notes:read'], resources: [api] } }

const create = (world: World, body: object) =>
  rpcOf(world, alice).post('/oauth2/create-client', { ...minimal, ...body })

describe('whoever can sign up gets no machine client (G15)', () => {
  test('by default neither create-client nor register makes one, and nothing is stored (G15)', async () => {
    const world = registrationWorld()
    const bodies = [
      { grant_types: ['client_credentials'], scope: 'notes:read' },
      { ...both, scope: 'openid notes:read' },
      { grant_types: ['client_credentials'], redirect_uris: [], response_types: [] },
    ]
    for (const body of bodies) {
      const answer = await create(world, body)
      expectJsonError(answer, 400, 'invalid_client_metadata')
      expect(answer.body.error_description).toContain('client_credentials')
      await expect(registered(world, body)).rejects.toThrow('client_credentials')
    }
    expect(await world.storage.clients.list({ limit: 10 })).toEqual([])
  })

  test('by default neither update-client nor a replaced registration makes one of a client (G15)', async () => {
    const world = registrationWorld()
    const rpc = rpcOf(world, alice)
    const { body } = await create(world, {})
    const own = await rpc.post('/oauth2/update-client', { client_id: body.client_id, update: both })
    expectJsonError(own, 400, 'invalid_client_metadata')
    const client = await registered(world, minimal)
    const replaced = await configure(world, client, 'PUT', repeated(client, both))
    expectJsonError(replaced, 400, 'invalid_client_metadata')
  })

  test('scopes that users delegate stay possible, those of the host too (G15)', async () => {
    const world = createQuickWorld()
    const { body: client } = await create(world, { scope: 'openid notes:read notes:write' })
    expect((await getTokens(world, client, { scope: 'openid notes:write' })).scope).toBe('openid notes:write')
  })

  test('a machine client that a user made before there was the rule gets no token either (G15)', async () => {
    const world = createQuickWorld()
    const { body: client } = await create(world, { scope: 'openid notes:read' })
    await editClient(world, client.client_id, ({ metadata }) => ({ metadata: { ...metadata, ...both } }))
    expectJsonError(await postAs(world, client, '/oauth2/token', machine), 400, 'unauthorized_client')
  })
})

describe('with clientRegistrationMachineAccess (G15)', () => {
  const ways: Readonly<
    Record<string, (world: World, body: object) => Promise<Awaited<ReturnType<typeof create>>['body']>>
  > = {
    'create-client': async (world, body) => (await create(world, body)).body,
    'register with a session': (world, body) => registered(world, { ...minimal, ...body }),
    'register with an initial access token': async (world, body) => {
      const token = await world.provider.createInitialAccessToken({ expiresIn: 60 })
      return (await register(world, { ...minimal, ...body }, { authorization: `Bearer ${token}` })).body
    },
    'update-client': async (world, body) => {
      const { body: made } = await create(world, {})
      const { client_id } = made
      return { ...made, ...(await rpcOf(world, alice).post('/oauth2/update-client', { client_id, update: body })).body }
    },
    'a replaced registration': async (world, body) => {
      const made = await registered(world, minimal)
      return { ...made, ...(await configure(world, made, 'PUT', repeated(made, body))).body }
    },
  }
  const start = (options: WorldOptions = {}) =>
    registrationWorld({ ...access, idTokenSigningAlgorithm: 'ES256', ...options })

  test.each(Object.entries(ways))(
    '%s: the machine gets its scopes and resources, and no others (G15)',
    async (_name, way) => {
      const world = start()
      const client = await way(world, { ...both, scope: 'openid notes:read notes:write' })
      expect(client).toMatchObject({ ...both, scope: 'openid notes:read notes:write' })
      const ask = (form: object) => postAs(world, client, '/oauth2/token', { ...machine, ...form })
      const { status, body } = await ask({ resource: api })
      expect([status, body.scope, claimsOf(body.access_token).aud]).toEqual([200, 'notes:read', api])
      expect((await ask({ scope: 'notes:read' })).status).toBe(200)
      expectJsonError(await ask({ scope: 'notes:write' }), 400, 'invalid_scope')
      expectJsonError(await ask({ scope: 'notes:read', resource: files }), 400, 'invalid_target')
      // The limits of machine clients do not apply to tokens that a user delegates.
      const tokens = await getTokens(world, client, { scope: 'openid notes:write' }, { resource: files })
      expect(claimsOf(tokens.access_token).scope).toBe('openid notes:write')
    },
  )

  test('a client that is nothing but a machine registers no scope beyond them (G15)', async () => {
    const world = start()
    const only = { grant_types: ['client_credentials'], redirect_uris: [], response_types: [] }
    const answer = await create(world, { ...only, scope: 'notes:write' })
    expectJsonError(answer, 400, 'invalid_client_metadata')
    expect(answer.body.error_description).toBe(
      'cannot request scope notes:write without a user: the server allows it with its option clientRegistrationMachineAccess',
    )
    const made = await create(world, { ...only, scope: 'notes:read' })
    expect(made.status).toBe(201)
    const update = { client_id: made.body.client_id, update: { scope: 'notes:read notes:write' } }
    expectJsonError(await rpcOf(world, alice).post('/oauth2/update-client', update), 400, 'invalid_client_metadata')
  })

  test('nobody who is anonymous gets one, nor makes one of a client (G15)', async () => {
    const world = openWorld({ ...access, features: [privateKeyJwt()] })
    const answer = await register(world, { ...minimal, ...both })
    expectJsonError(answer, 400, 'invalid_client_metadata')
    const { body: client } = await register(world, minimal)
    expectJsonError(await configure(world, client, 'PUT', repeated(client, both)), 400, 'invalid_client_metadata')
  })

  test('clients of the server side are not limited by it (G15)', async () => {
    const world = start()
    const client = await world.provider.registerClient({
      user_id: alice.id,
      grant_types: ['client_credentials'],
      scope: 'notes:write',
    })
    const { status, body } = await postAs(world, client, '/oauth2/token', { ...machine, resource: files })
    expect([status, body.scope]).toEqual([200, 'notes:write'])
  })

  test.each([
    [
      'a scope that the server does not have',
      { scopes: ['admin'], resources: [] },
      'clientRegistrationMachineAccess.scopes admin not found',
    ],
    [
      'a scope about users',
      { scopes: ['openid'], resources: [] },
      'clientRegistrationMachineAccess.scopes openid is about a user',
    ],
    [
      'a resource that is no valid audience',
      { scopes: [], resources: ['https://x.example'] },
      'clientRegistrationMachineAccess.resources https://x.example is not in validAudiences',
    ],
    ['no resources', { scopes: [] }, 'clientRegistrationMachineAccess'],
    ['a member that is not known', { scopes: [], resources: [], audience: [] }, 'clientRegistrationMachineAccess'],
  ])('the option refuses %s (G15)', (_name, clientRegistrationMachineAccess, message) => {
    expect(() => registrationWorld({ clientRegistrationMachineAccess } as WorldOptions)).toThrow(message)
  })
})
