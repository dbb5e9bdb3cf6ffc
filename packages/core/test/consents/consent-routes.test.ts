import { describe, expect, test } from 'vitest'
import {
  authorize,
  authorizeUrl,
  createPkce,
  exchangeCode,
  isActive,
  refresh,
  registerConfidential,
} from '../support/client.ts'
import { expectJsonError } from '../support/expectations.ts'
import { rpcOf } from '../support/rpc.ts'
import { alice, bob, createWorld, type World, type WorldOptions } from '../support/world.ts'

const scope = 'notes:read notes:write offline_access'

/** Alice has consented to a client, and it has tokens. */
async function start(options: WorldOptions = {}) {
  const world = createWorld(options)
  const client = await registerConfidential(world)
  const authorized = await authorize(world, client, { scope })
  const tokens = (await exchangeCode(world, client, authorized)).body
  const [consent] = await world.provider.listConsents(alice.id)
  if (consent === undefined) throw new Error('no consent')
  return { world, client, tokens, id: consent.id, browser: authorized.browser, rpc: rpcOf(world, alice) }
}

/** Returns the path at which a signed-in browser arrives when the client requests these scopes. */
async function pathAfter({ browser, world, client }: Awaited<ReturnType<typeof start>>, asked: string) {
  const { url } = await browser.visit(authorizeUrl(world, client, createPkce(), { scope: asked }))
  return new URL(url).pathname
}

/** Stores a consent to `notes:read`, as the consent page does. */
async function rememberOne(world: World, changes: Readonly<Record<string, string>>): Promise<void> {
  await world.storage.consents.remember({
    id: 'other',
    clientId: 'somebody',
    userId: alice.id,
    scope: ['notes:read'],
    resources: [],
    claims: [],
    redirectHosts: [],
    createdAt: 1,
    updatedAt: 1,
    ...changes,
  })
}

describe('get-consents and get-consent', () => {
  test('get-consents returns id, clientId, userId, referenceId null, scopes, and createdAt in seconds (seed B172)', async () => {
    const { world, rpc, client, id } = await start()
    const answer = await rpc.get('/oauth2/get-consents')
    expect(answer.status).toBe(200)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    const createdAt = world.clock.now()
    expect(answer.body).toEqual([
      { id, clientId: client.client_id, userId: alice.id, referenceId: null, scopes: scope.split(' '), createdAt },
    ])
    expect((await rpcOf(world, bob).get('/oauth2/get-consents')).body).toEqual([])
  })

  test('get-consent returns one consent by its id (seed B173)', async () => {
    const { rpc, id } = await start()
    const [first] = (await rpc.get('/oauth2/get-consents')).body
    expect(await rpc.get('/oauth2/get-consent', { id })).toMatchObject({ status: 200, body: first })
    expectJsonError(await rpc.get('/oauth2/get-consent', { id: `${id}x` }), 404, 'not_found')
    const missing = await rpc.get('/oauth2/get-consent')
    expectJsonError(missing, 404, 'not_found')
    expect(missing.body.error_description).toBe('missing id parameter')
  })

  test('reference_id selects the consents under that reference', async () => {
    const { world, rpc } = await start()
    await rememberOne(world, { id: 'org-consent', referenceId: 'org' })
    const ids = async (query: Record<string, string>) =>
      (await rpc.get('/oauth2/get-consents', query)).body.map(({ id }: { id: string }) => id)
    expect(await ids({ reference_id: 'org' })).toEqual(['org-consent'])
    expect(await ids({ reference_id: 'other' })).toEqual([])
    expect(await ids({})).toHaveLength(2)
  })
})

describe('update-consent', () => {
  test('update-consent replaces the scopes, ends what was granted beyond them, and the user is asked again for more (seed B174)', async () => {
    const started = await start()
    const { world, rpc, id, client, tokens } = started
    const scopes = ['notes:read', 'offline_access', 'notes:read']
    const answer = await rpc.post('/oauth2/update-consent', { id, update: { scopes } })
    expect(answer).toMatchObject({ status: 200, body: { id, scopes: ['notes:read', 'offline_access'] } })
    expect((await rpc.get('/oauth2/get-consent', { id })).body).toEqual(answer.body)
    expect(await isActive(world, tokens.access_token)).toBe(false)
    expectJsonError(await refresh(world, client, tokens.refresh_token), 400, 'invalid_grant')
    expect(await pathAfter(started, 'notes:read')).toBe('/callback')
    expect(await pathAfter(started, 'notes:write')).toBe('/consent')
  })

  test('a grant within the remaining scopes stays alive', async () => {
    const { world, rpc, id, client, browser, tokens } = await start()
    const narrow = await authorize(world, client, { scope: 'notes:read' }, { browser })
    const { access_token } = (await exchangeCode(world, client, narrow)).body
    await rpc.post('/oauth2/update-consent', { id, update: { scopes: ['notes:read'] } })
    expect(await isActive(world, access_token)).toBe(true)
    expect(await isActive(world, tokens.access_token)).toBe(false)
  })

  test.each([
    ['a scope that was not consented to', { scopes: ['notes:read', 'email'] }, 'invalid_scope'],
    ['a scope that nobody knows', { scopes: ['everything'] }, 'invalid_scope'],
    ['no scopes', {}, 'invalid_request'],
    ['an empty list, which is what delete-consent is for', { scopes: [] }, 'invalid_request'],
    ['scopes that are no list', { scopes: 'notes:read' }, 'invalid_request'],
    ['scopes that are no text', { scopes: [1] }, 'invalid_request'],
    ['no payload object', undefined, 'invalid_request'],
  ])('update-consent only narrows: %s answers 400 and nothing changes', async (_name, update, error) => {
    const { world, rpc, id, tokens } = await start()
    expectJsonError(await rpc.post('/oauth2/update-consent', { id, update }), 400, error)
    expect((await rpc.get('/oauth2/get-consent', { id })).body.scopes).toEqual(scope.split(' '))
    expect(await isActive(world, tokens.access_token)).toBe(true)
  })

  test('a scope that the client is no longer registered for cannot be kept', async () => {
    const { world, rpc, id, client } = await start()
    await world.provider.updateClient(client.client_id, { scope: 'notes:read offline_access' })
    const answer = await rpc.post('/oauth2/update-consent', { id, update: { scopes: ['notes:read', 'notes:write'] } })
    expectJsonError(answer, 400, 'invalid_scope')
    expect(answer.body.error_description).toBe('Client was not registered with scope notes:write')
    expect((await rpc.post('/oauth2/update-consent', { id, update: { scopes: ['notes:read'] } })).status).toBe(200)
  })
})

describe('delete-consent', () => {
  test('delete-consent answers {}, empties the list, ends the tokens, and the user is asked again (seed B175)', async () => {
    const started = await start()
    const { world, rpc, id, client, tokens } = started
    expect(await rpc.post('/oauth2/delete-consent', { id })).toMatchObject({ status: 200, body: {} })
    expect((await rpc.get('/oauth2/get-consents')).body).toEqual([])
    expect(await isActive(world, tokens.access_token)).toBe(false)
    expectJsonError(await refresh(world, client, tokens.refresh_token), 400, 'invalid_grant')
    expect(await pathAfter(started, 'notes:read')).toBe('/consent')
    expectJsonError(await rpc.post('/oauth2/delete-consent', { id }), 404, 'not_found')
    const event = { type: 'consent.deleted', clientId: client.client_id, userId: alice.id, grantsEnded: 1 }
    expect(world.events).toContainEqual(event)
  })

  test('grants of another user, another client or another reference live on', async () => {
    let reference: string | undefined
    const { world, rpc, id, client, browser } = await start({ consentReferenceResolver: () => reference })
    const other = await registerConfidential(world)
    const tokens = async (of: typeof client, options: Parameters<typeof authorize>[3]) =>
      (await exchangeCode(world, of, await authorize(world, of, { scope }, options))).body.access_token as string
    const theirs = [await tokens(client, { user: bob }), await tokens(other, { browser })]
    reference = 'org'
    theirs.push(await tokens(client, { browser }))
    await rpc.post('/oauth2/delete-consent', { id })
    for (const token of theirs) expect(await isActive(world, token)).toBe(true)
    expect(await world.provider.listConsents(alice.id, { referenceId: 'org' })).toHaveLength(1)
  })
})

describe('whose consents', () => {
  test('a user manages their own under any reference, and nobody else’s', async () => {
    const { world, rpc, id } = await start()
    await rememberOne(world, { id: 'own', referenceId: 'org' })
    expect((await rpc.get('/oauth2/get-consent', { id: 'own' })).body.referenceId).toBe('org')
    const stranger = rpcOf(world, bob)
    const answers = [
      await stranger.get('/oauth2/get-consent', { id }),
      await stranger.post('/oauth2/update-consent', { id, update: { scopes: ['notes:read'] } }),
      await stranger.post('/oauth2/delete-consent', { id }),
    ]
    const unknown = await stranger.get('/oauth2/get-consent', { id: 'unknown' })
    for (const answer of answers) expect(answer.body).toEqual(unknown.body)
    expect((await rpc.get('/oauth2/get-consent', { id })).body.scopes).toEqual(scope.split(' '))
  })

  test.each([
    ['true of their own reference', 'org', true, 200],
    ['true of another one', 'other', true, 404],
    ['admin', undefined, 'admin', 200],
    ['a truthy text, which is an error of the host’s', 'org', 'yes', 500],
    ['false', 'org', false, 404],
  ])(
    'clientPrivileges reaches those of others under a reference when it says %s',
    async (_name, acting, says, status) => {
      const { world, id } = await start({
        clientReferenceResolver: () => acting,
        clientPrivileges: ({ action, referenceId, client, consent }) => {
          expect([client, consent?.id]).toEqual([undefined, 'members'])
          return (action === 'read' && referenceId === 'org' && says) as boolean
        },
      })
      await rememberOne(world, { id: 'members', referenceId: 'org' })
      const admin = rpcOf(world, bob)
      expect((await admin.get('/oauth2/get-consent', { id: 'members' })).status).toBe(status)
      expect((await admin.post('/oauth2/delete-consent', { id: 'members' })).status).toBe(404)
      // Only its user may read a consent without a reference.
      expect((await admin.get('/oauth2/get-consent', { id })).status).toBe(404)
    },
  )
})
