import { describe, expect, test } from 'vitest'
import { registerConfidential } from '../support/client.ts'
import { expectJsonError } from '../support/expectations.ts'
import { byId, expectUnchanged, input, startManaged } from '../support/managed.ts'
import { redirectUris, register, registrationWorld } from '../support/registration.ts'
import { type Rpc, rpcOf } from '../support/rpc.ts'
import { alice, baseUrl, bob, type WorldOptions } from '../support/world.ts'

const organisation: WorldOptions = { clientReferenceResolver: ({ user }) => (user.id === alice.id ? 'org' : undefined) }

describe('clientPrivileges opens no client of somebody else (G16)', () => {
  test.each(Object.entries(byId))(
    '%s: a hook that says true to everybody opens nothing of others (G16)',
    async (_name, call) => {
      const started = await startManaged({ clientPrivileges: () => true })
      const rpc = rpcOf(started.world, bob)
      const answer = (await call(rpc, started)) as Awaited<ReturnType<Rpc['get']>>
      expectJsonError(answer, 404, 'not_found')
      await expectUnchanged(started)
      const nobodys = await registerConfidential(started.world)
      const ownerless = (await call(rpc, { client_id: nobodys.client_id, id: 'nothing' })) as typeof answer
      expectJsonError(ownerless, 404, 'not_found')
    },
  )

  test('nor the clients and consents of a reference that the caller does not act for (G16)', async () => {
    const { world } = await startManaged({ ...organisation, clientPrivileges: () => true })
    const { client_id } = await registerConfidential(world, { reference_id: 'org' })
    await world.storage.consents.remember({
      ...{ id: 'members', clientId: client_id, userId: alice.id, referenceId: 'org', scope: ['notes:read'] },
      ...{ resources: [], claims: [], redirectHosts: [], createdAt: 1, updatedAt: 1 },
    })
    const rpc = rpcOf(world, bob)
    expectJsonError(await rpc.post('/oauth2/client/rotate-secret', { client_id }), 404, 'not_found')
    expectJsonError(await rpc.get('/oauth2/get-clients', { reference_id: 'org' }), 403, 'access_denied')
    expectJsonError(await rpc.post('/oauth2/delete-consent', { id: 'members' }), 404, 'not_found')
    expect(await world.storage.consents.findById('members')).toBeDefined()
  })

  test.each([1, 'true', 'yes', 'Admin', {}, [], () => true])(
    'the answer %o of the hook is an error of the host’s, and opens nothing (G16)',
    async (says) => {
      const started = await startManaged({ clientPrivileges: () => says as boolean })
      expectJsonError(await rpcOf(started.world, bob).post('/oauth2/delete-client', started), 500, 'server_error')
      await expectUnchanged(started)
    },
  )

  test.each([undefined, null, false])('the answer %o of the hook opens nothing (G16)', async (says) => {
    const started = await startManaged({ clientPrivileges: () => says as boolean })
    expectJsonError(await rpcOf(started.world, bob).post('/oauth2/delete-client', started), 404, 'not_found')
    await expectUnchanged(started)
  })

  test('only the word admin does, and the hook is told the client and its owner (G16)', async () => {
    const asked: unknown[] = []
    const { world, client_id, id } = await startManaged({
      clientPrivileges: ({ action, user, session, client, referenceId, owned }) => {
        asked.push([action, user.id, typeof session.id, client?.id, client?.userId, referenceId, owned])
        return client?.userId === alice.id && action !== 'delete' ? 'admin' : true
      },
    })
    const rpc = rpcOf(world, bob)
    const rotated = await rpc.post('/oauth2/client/rotate-secret', { client_id })
    expect([rotated.status, typeof rotated.body.client_secret]).toEqual([200, 'string'])
    expectJsonError(await rpc.post('/oauth2/delete-client', { client_id }), 404, 'not_found')
    // Only its user may read a consent without a reference.
    expectJsonError(await rpc.get('/oauth2/get-consent', { id }), 404, 'not_found')
    expect(new Set(asked.map(String))).toEqual(
      new Set([
        `rotate,${bob.id},string,${client_id},${alice.id},,false`,
        `delete,${bob.id},string,${client_id},${alice.id},,false`,
      ]),
    )
  })
})

describe('who owns a client (G16)', () => {
  test('a user’s own client is theirs, whatever the hook says, and it is not asked (G16)', async () => {
    const { world, client_id } = await startManaged({
      clientPrivileges: () => {
        throw new Error('asked')
      },
    })
    const rpc = rpcOf(world, alice)
    expect((await rpc.get('/oauth2/get-client', { client_id })).status).toBe(200)
    expect((await rpc.post('/oauth2/client/rotate-secret', { client_id })).status).toBe(200)
    expect((await rpc.get('/oauth2/get-clients')).body).toHaveLength(1)
  })

  test('a reference’s client is its members’ without the hook; with it the hook says who of them may do what (G16)', async () => {
    const answers: Record<string, boolean> = { read: true, list: true }
    const { world } = await startManaged({
      clientReferenceResolver: () => 'org',
      clientPrivileges: ({ action, owned, user }) => owned && (user.id === alice.id || answers[action] === true),
    })
    const { client_id } = await registerConfidential(world, { reference_id: 'org' })
    const [manager, member] = [rpcOf(world, alice), rpcOf(world, bob)]
    expect((await member.get('/oauth2/get-client', { client_id })).status).toBe(200)
    expect((await member.get('/oauth2/get-clients')).body).toHaveLength(1)
    for (const path of ['/oauth2/client/rotate-secret', '/oauth2/delete-client', '/oauth2/update-client']) {
      expectJsonError(await member.post(path, { client_id, client_name: 'X' }), 404, 'not_found')
    }
    answers.list = false
    expect((await member.get('/oauth2/get-clients')).body).toEqual([])
    expectJsonError(await member.get('/oauth2/get-clients', { reference_id: 'org' }), 403, 'access_denied')
    expect((await manager.post('/oauth2/client/rotate-secret', { client_id })).status).toBe(200)
    const plain = await startManaged({ clientReferenceResolver: () => 'org' })
    const ours = await registerConfidential(plain.world, { reference_id: 'org' })
    const rotated = await rpcOf(plain.world, bob).post('/oauth2/client/rotate-secret', { client_id: ours.client_id })
    expect(rotated.status).toBe(200)
  })
})

describe('who may create is a question of its own (G16)', () => {
  test('a hook written for reading closes no creation (G16)', async () => {
    const { world } = await startManaged({ clientPrivileges: ({ action }) => action === 'read' })
    const made = await rpcOf(world, bob).post('/oauth2/create-client', input)
    expect(made.status).toBe(201)
    expect((await rpcOf(world, bob).get('/oauth2/get-client', { client_id: made.body.client_id })).status).toBe(200)
  })

  test.each([
    ['true', true, 201],
    ['a truthy text, which is an error of the host’s', 'yes', 500],
    ['false', false, 403],
    ['nothing', undefined, 403],
  ])('mayCreateClient that says %s (G16)', async (_name, says, status) => {
    const asked: unknown[] = []
    const options: WorldOptions = {
      ...organisation,
      mayCreateClient: ({ user, session, referenceId }) => {
        asked.push([user.id, typeof session.id, referenceId])
        return says as boolean
      },
    }
    const { world, calls } = await startManaged(options)
    expect((await rpcOf(world, alice).post('/oauth2/create-client', input)).status).toBe(status)
    expect(calls.filter((name) => name === 'clients.insert')).toHaveLength(status === 201 ? 1 : 0)
    // A registration by a user is a creation as well.
    const other = registrationWorld(options)
    const headers = { cookie: `session=${other.signIn(bob)}`, origin: baseUrl }
    expect((await register(other, { redirect_uris: redirectUris }, headers)).status).toBe(status)
    expect(asked).toEqual([
      [alice.id, 'string', 'org'],
      [bob.id, 'string', undefined],
    ])
  })
})
