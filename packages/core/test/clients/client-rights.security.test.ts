import type { ClientRecord } from '@oauth/core'
import { privateKeyJwt } from '@oauth/core/features/private-key-jwt'
import { describe, expect, test } from 'vitest'
import { postAs, redirectUri, registerConfidential } from '../support/client.ts'
import { assertion, clientKey, postWith } from '../support/client-keys.ts'
import { editClient, expectJsonError } from '../support/expectations.ts'
import { configure, openWorld, register, repeated } from '../support/registration.ts'
import { rpcOf } from '../support/rpc.ts'
import { api } from '../support/tokens.ts'
import { alice, type World, type WorldOptions } from '../support/world.ts'

const machine = { grant_type: 'client_credentials' }
const minimal = { redirect_uris: [redirectUri] }
const features = [privateKeyJwt()]

const open = (options: WorldOptions = {}): World =>
  openWorld({ features, idTokenSigningAlgorithm: 'ES256', ...options })

const stored = async (world: World, { client_id }: { client_id: string }): Promise<ClientRecord> => {
  const client = await world.provider.getClient(client_id)
  if (client === undefined) throw new Error('no client')
  return client
}

async function withInitialAccessToken(world: World, body: object) {
  const token = await world.provider.createInitialAccessToken({ expiresIn: 60 })
  return register(world, body, { authorization: `Bearer ${token}` })
}

/** Each way in which someone other than the host registers a client, and each way in which they change it. */
const ways: Readonly<
  Record<
    string,
    {
      // biome-ignore lint/suspicious/noExplicitAny: whatever the server answered
      create(world: World, body: object): Promise<{ status: number; body: any; headers: Headers }>
      // biome-ignore lint/suspicious/noExplicitAny: whatever the server answered
      change(world: World, client: any, changes: object): ReturnType<typeof register>
      readonly registeredBy: ClientRecord['registeredBy']
    }
  >
> = {
  'an anonymous registration, changed by RFC 7592': {
    registeredBy: 'anonymous',
    create: (world, body) => register(world, { ...minimal, ...body }),
    change: (world, client, changes) => configure(world, client, 'PUT', repeated(client, changes)),
  },
  'a registration with an initial access token, changed by RFC 7592': {
    registeredBy: 'initial_access_token',
    create: (world, body) => withInitialAccessToken(world, { ...minimal, ...body }),
    change: (world, client, changes) => configure(world, client, 'PUT', repeated(client, changes)),
  },
  'a registration of a user, changed by RFC 7592': {
    registeredBy: 'user',
    create: async (world, body) => {
      const headers = { cookie: `session=${world.signIn(alice)}`, origin: new URL(world.issuer).origin }
      return register(world, { ...minimal, ...body }, headers)
    },
    change: (world, client, changes) => configure(world, client, 'PUT', repeated(client, changes)),
  },
  'create-client, changed by update-client': {
    registeredBy: 'user',
    create: (world, body) => rpcOf(world, alice).post('/oauth2/create-client', { ...minimal, ...body }),
    change: (world, { client_id }, changes) =>
      rpcOf(world, alice).post('/oauth2/update-client', { client_id, update: changes }),
  },
}

describe('what a client may have is decided by how it came to be, at each change as when it was made (G14)', () => {
  test('an anonymous public client cannot become a machine by replacing its registration (G14)', async () => {
    const world = open()
    const key = await clientKey()
    const { body: client } = await register(world, minimal)
    const before = await stored(world, client)
    const changes = {
      token_endpoint_auth_method: 'private_key_jwt',
      jwks: { keys: [key.publicJwk] },
      grant_types: ['client_credentials'],
      scope: 'notes:read',
    }
    const answer = await configure(world, client, 'PUT', repeated(client, changes))
    expectJsonError(answer, 400, 'invalid_client_metadata')
    expect(answer.body.error_description).toContain('client_credentials')
    expect(await stored(world, client)).toEqual(before)
    expect((await configure(world, client, 'GET')).status).toBe(200)
    expectJsonError(await postWith(world, await assertion(world, client, key)), 401, 'invalid_client')
  })

  test.each(Object.entries(ways))('%s: the origin is stored and a change leaves it (G14)', async (_name, way) => {
    const world = open()
    const { status, body: client } = await way.create(world, {})
    expect(status).toBe(201)
    expect((await stored(world, client)).registeredBy).toBe(way.registeredBy)
    const changed = await way.change(world, client, {
      client_name: 'Renamed',
      registered_by: 'server',
      registeredBy: 'server',
    })
    expect([changed.status, changed.body.client_name]).toEqual([200, 'Renamed'])
    expect((await stored(world, client)).registeredBy).toBe(way.registeredBy)
  })

  test('the server side and an administrator are origins of their own (G14)', async () => {
    const world = open({ authorizeAdmin: () => true })
    const own = await registerConfidential(world, { user_id: alice.id })
    expect((await stored(world, own)).registeredBy).toBe('server')
    const { body } = await rpcOf(world, alice).post('/admin/oauth2/create-client', minimal)
    expect(await stored(world, body)).toMatchObject({ registeredBy: 'admin', userId: alice.id })
  })

  const wanted: readonly (readonly [string, object])[] = [
    [
      'the client credentials grant',
      { grant_types: ['authorization_code', 'client_credentials'], scope: 'notes:read' },
    ],
    ['nothing but the client credentials grant', { grant_types: ['client_credentials'], response_types: [] }],
    ['a scope that is not open to registration', { scope: 'openid notes:write' }],
  ]
  test.each(
    Object.entries(ways).flatMap(([name, way]) => wanted.map(([what, members]) => [name, what, way, members] as const)),
  )('%s: %s is refused when it is made and when it is changed (G14)', async (_way, _what, way, members) => {
    const world = open({ clientRegistrationAllowedScopes: ['openid', 'notes:read'] })
    expectJsonError(await way.create(world, members), 400, 'invalid_client_metadata')
    const { body: client } = await way.create(world, {})
    const before = await stored(world, client)
    expectJsonError(await way.change(world, client, members), 400, 'invalid_client_metadata')
    expect(await stored(world, client)).toEqual(before)
  })

  test.each(Object.entries(ways))(
    '%s: no change gives trust, the end of sessions, or a life without PKCE (G14)',
    async (_name, way) => {
      const world = open()
      const { body: client } = await way.create(world, {})
      for (const members of [
        { skip_consent: true },
        { require_pkce: false },
        { enable_end_session: true },
        { metadata: { tier: 'gold' } },
      ]) {
        await way.change(world, client, members)
        const { metadata } = await stored(world, client)
        expect(metadata.require_pkce).toBe(true)
        for (const name of ['skip_consent', 'enable_end_session', 'metadata']) expect(metadata).not.toHaveProperty(name)
      }
    },
  )
})

describe('what the server side gave is kept, not got (G14)', () => {
  const given = { grant_types: ['authorization_code', 'client_credentials'], scope: 'openid notes:read' } as const

  test.each(Object.entries(ways).slice(1))(
    '%s: a grant that the server side gave works, and is gone for good once given up (G14)',
    async (_name, way) => {
      const world = open()
      const { body: client } = await way.create(world, {})
      await world.provider.updateClient(client.client_id, given)
      const token = await postAs(world, client, '/oauth2/token', { ...machine, resource: api })
      expect([token.status, token.body.scope]).toEqual([200, 'notes:read'])
      const renamed = await way.change(world, client, { ...given, client_name: 'Renamed' })
      expect(renamed.status).toBe(200)
      expect((await postAs(world, client, '/oauth2/token', machine)).status).toBe(200)
      const current = { ...client, ...renamed.body }
      const less = await way.change(world, current, { ...given, grant_types: ['authorization_code'] })
      expect(less.status).toBe(200)
      const again = await way.change(world, { ...current, ...less.body }, given)
      expectJsonError(again, 400, 'invalid_client_metadata')
      expectJsonError(await postAs(world, client, '/oauth2/token', machine), 400, 'unauthorized_client')
    },
  )

  test.each(Object.entries(ways).slice(1))(
    '%s: a scope that its registrant adds to such a client is for users alone (G14)',
    async (_name, way) => {
      const world = open()
      const { body: client } = await way.create(world, {})
      await world.provider.updateClient(client.client_id, given)
      const changed = await way.change(world, client, { ...given, scope: 'openid notes:read notes:write' })
      expect([changed.status, changed.body.scope]).toEqual([200, 'openid notes:read notes:write'])
      const all = await postAs(world, client, '/oauth2/token', machine)
      expect(all.body.scope).toBe('notes:read')
      const more = await postAs(world, client, '/oauth2/token', { ...machine, scope: 'notes:write' })
      expectJsonError(more, 400, 'invalid_scope')
      // A server-side call may give the client this scope.
      await world.provider.updateClient(client.client_id, { scope: 'openid notes:read notes:write' })
      const given2 = await postAs(world, client, '/oauth2/token', { ...machine, scope: 'notes:write' })
      expect(given2.status).toBe(200)
    },
  )

  test('the owner of a client of the server side widens its scope for users, not for the machine (G14)', async () => {
    const world = open({ clientRegistrationMachineAccess: { scopes: ['notes:write'], resources: [api] } })
    const client = await registerConfidential(world, { user_id: alice.id, scope: 'openid notes:read' })
    const rpc = rpcOf(world, alice)
    const update = { scope: 'openid notes:read notes:write' }
    const answer = await rpc.post('/oauth2/update-client', { client_id: client.client_id, update })
    expect([answer.status, answer.body.scope]).toEqual([200, update.scope])
    expect((await postAs(world, client, '/oauth2/token', machine)).body.scope).toBe('notes:read')
    const more = await postAs(world, client, '/oauth2/token', { ...machine, scope: 'notes:write' })
    expectJsonError(more, 400, 'invalid_scope')
    await world.provider.updateClient(client.client_id, update)
    const widened = await postAs(world, client, '/oauth2/token', machine)
    expect(widened.body.scope).toBe('notes:read notes:write')
  })

  test('the owner of a client of the server side gives it no machine grant, whatever users may register (G14)', async () => {
    const world = open({ clientRegistrationMachineAccess: { scopes: ['notes:read'], resources: [api] } })
    const client = await registerConfidential(world, { user_id: alice.id, grant_types: ['authorization_code'] })
    const update = { grant_types: ['authorization_code', 'client_credentials'] }
    const answer = await rpcOf(world, alice).post('/oauth2/update-client', { client_id: client.client_id, update })
    expectJsonError(answer, 400, 'invalid_client_metadata')
  })
})

test('an origin that nobody knows has the rights of a stranger (G14)', async () => {
  const world = open({ clientRegistrationMachineAccess: { scopes: ['notes:read'], resources: [api] } })
  const client = await registerConfidential(world)
  await editClient(world, client.client_id, () => ({ registeredBy: 'somebody' as ClientRecord['registeredBy'] }))
  expectJsonError(await postAs(world, client, '/oauth2/token', machine), 400, 'unauthorized_client')
})
