import { describe, expect, test } from 'vitest'
import { authorizeUrl, createPkce, registerConfidential } from '../support/client.ts'
import { expectJsonError } from '../support/expectations.ts'
import { byId, expectUnchanged, input, signedInOnly, startManaged } from '../support/managed.ts'
import { type Rpc, rpcOf } from '../support/rpc.ts'
import { alice, bob, type WorldOptions } from '../support/world.ts'

describe('nothing is looked up for whoever is not signed in (S20)', () => {
  test.each(Object.entries(signedInOnly))(
    '%s answers 401 to a signed-out user, and the storage is not asked (S20)',
    async (_name, call) => {
      const started = await startManaged()
      for (const ids of [started, { client_id: 'nobody', id: 'nothing' }]) {
        expectJsonError((await call(rpcOf(started.world), ids)) as never, 401, 'invalid_token')
      }
      expect(started.calls).toEqual([])
      await expectUnchanged(started)
    },
  )

  test.each(Object.entries(byId))(
    '%s answers for another user’s client as for an unknown one (S20)',
    async (_name, call) => {
      const started = await startManaged()
      const stranger = rpcOf(started.world, bob)
      const foreign = (await call(stranger, started)) as Awaited<ReturnType<Rpc['get']>>
      const unknown = (await call(stranger, { client_id: 'nobody', id: 'nothing' })) as typeof foreign
      expectJsonError(foreign, 404, 'not_found')
      expect(foreign.body).toEqual(unknown.body)
      expect([...foreign.headers]).toEqual([...unknown.headers])
      await expectUnchanged(started)
    },
  )

  test('prelogin believes a page query only as it was signed, and only while it lasts (S20)', async () => {
    const { world, client_id, client } = await startManaged()
    const other = await registerConfidential(world)
    const { url } = await world.browser().visit(authorizeUrl(world, client, createPkce(), { scope: 'openid' }))
    const query = new URL(url).searchParams
    const ask = (oauth_query: string, more = {}) =>
      rpcOf(world).post('/oauth2/public-client-prelogin', { oauth_query, ...more })
    expect((await ask(query.toString())).body.client_id).toBe(client_id)
    const changed = new URLSearchParams(query)
    changed.set('client_id', other.client_id)
    const unsigned = new URLSearchParams(query)
    unsigned.delete('sig')
    const twice = `client_id=${other.client_id}&${query}`
    for (const forged of [changed.toString(), unsigned.toString(), twice, `client_id=${client_id}`, 'x']) {
      expectJsonError(await ask(forged), 400, 'invalid_request')
    }
    expectJsonError(await ask(query.toString(), { client_id: other.client_id }), 400, 'invalid_request')
    world.clock.advance(601)
    expectJsonError(await ask(query.toString()), 400, 'invalid_request')
  })

  test('get-clients answers 403 to a foreign reference, whether it has clients or not', async () => {
    const { world } = await startManaged({
      clientReferenceResolver: ({ user }) => (user.id === alice.id ? 'org' : undefined),
    })
    await registerConfidential(world, { reference_id: 'org' })
    for (const reference_id of ['org', 'empty']) {
      expectJsonError(await rpcOf(world, bob).get('/oauth2/get-clients', { reference_id }), 403, 'access_denied')
    }
    expect((await rpcOf(world, alice).get('/oauth2/get-clients', { reference_id: 'org' })).body).toHaveLength(1)
    expect((await rpcOf(world, bob).get('/oauth2/get-clients')).body).toEqual([])
  })
})

describe('whose clients', () => {
  test('a client of nobody is not everybody’s who has no reference', async () => {
    const { world } = await startManaged()
    const { client_id } = await registerConfidential(world)
    expectJsonError(await rpcOf(world, bob).get('/oauth2/get-client', { client_id }), 404, 'not_found')
    expect((await rpcOf(world, bob).get('/oauth2/get-clients')).body).toEqual([])
  })

  test('a client made for an organisation is lost to who leaves it, and its members have it', async () => {
    const members = new Map([
      [alice.id, 'org'],
      [bob.id, 'org'],
    ])
    const { world } = await startManaged({ clientReferenceResolver: ({ user }) => members.get(user.id) })
    const made = await rpcOf(world, alice).post('/oauth2/create-client', input)
    const { client_id, reference_id } = made.body
    expect(reference_id).toBe('org')
    expect(made.body).not.toHaveProperty('user_id')
    members.delete(alice.id)
    expectJsonError(await rpcOf(world, alice).get('/oauth2/get-client', { client_id }), 404, 'not_found')
    expect((await rpcOf(world, bob).get('/oauth2/get-clients')).body).toHaveLength(1)
    const renamed = await rpcOf(world, bob).post('/oauth2/update-client', { client_id, client_name: 'Ours' })
    expect(renamed.body.client_name).toBe('Ours')
  })
})

describe('the admin routes (S2)', () => {
  const routes: Readonly<Record<string, (rpc: Rpc, client_id: string) => ReturnType<Rpc['post']>>> = {
    'create-client': (rpc) => rpc.post('/admin/oauth2/create-client', { ...input, skip_consent: true }),
    'update-client (POST)': (rpc, client_id) =>
      rpc.post('/admin/oauth2/update-client', { client_id, update: { skip_consent: true } }),
    'update-client (PATCH)': (rpc, client_id) =>
      rpc.post('/admin/oauth2/update-client', { client_id, update: { skip_consent: true } }, { method: 'PATCH' }),
  }
  const answers: readonly (readonly [string, WorldOptions])[] = [
    ['without authorizeAdmin', {}],
    ['when it says false', { authorizeAdmin: () => false }],
    ['when only clientPrivileges says true', { clientPrivileges: () => true }],
    ['when only clientPrivileges says admin', { clientPrivileges: () => 'admin' }],
  ]

  test.each(
    Object.entries(routes).flatMap(([route, call]) =>
      answers.map(([when, options]) => [route, when, call, options] as const),
    ),
  )('%s %s answers 403 to the owner too, and the storage is not asked (S2)', async (_route, _when, call, options) => {
    const started = await startManaged(options)
    for (const user of [alice, undefined]) {
      for (const client_id of [started.client_id, 'nobody']) {
        expectJsonError(await call(rpcOf(started.world, user), client_id), 403, 'access_denied')
      }
    }
    expect(started.calls).toEqual([])
    await expectUnchanged(started)
  })

  test.each(
    Object.entries(routes).flatMap(([route, call]) => [
      [route, 'a truthy text', 'yes', call] as const,
      [route, 'an object', {}, call] as const,
    ]),
  )(
    '%s when authorizeAdmin says %s, which is an error of the host’s, changes nothing (S2)',
    async (...[, , says, call]) => {
      const started = await startManaged({ authorizeAdmin: async () => says as unknown as boolean })
      expectJsonError(await call(rpcOf(started.world, alice), started.client_id), 500, 'server_error')
      expect(started.calls).toEqual([])
      await expectUnchanged(started)
    },
  )

  test('an administrator’s browser on another site’s page is refused (S2)', async () => {
    const started = await startManaged({ authorizeAdmin: () => true })
    const headers = { origin: 'https://evil.test' }
    const rpc = rpcOf(started.world, alice)
    const { client_id } = started
    for (const method of ['PATCH', 'POST']) {
      const answer = await rpc.post(
        '/admin/oauth2/update-client',
        { client_id, skip_consent: true },
        { method, headers },
      )
      expectJsonError(answer, 403, 'access_denied')
    }
    expectJsonError(await rpc.post('/admin/oauth2/create-client', input, { headers }), 403, 'access_denied')
    await expectUnchanged(started)
  })
})
