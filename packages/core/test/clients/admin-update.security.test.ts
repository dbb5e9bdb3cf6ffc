import { describe, expect, test } from 'vitest'
import { authorizeUrl, createPkce, isActive, postAs, redirectUri } from '../support/client.ts'
import { expectJsonError } from '../support/expectations.ts'
import { rpcOf } from '../support/rpc.ts'
import { alice, bob, createWorld, type World } from '../support/world.ts'

const path = '/admin/oauth2/update-client'
const grants = ['authorization_code', 'client_credentials'] as const

/** A client of alice, and an administrator who is another user. */
async function start() {
  const world = createWorld({
    authorizeAdmin: (request) => request.headers.get('x-admin') === 'yes',
    pairwiseSecret: 'p'.repeat(40),
  })
  const client = await world.provider.registerClient({
    redirect_uris: [redirectUri],
    grant_types: grants,
    scope: 'openid notes:read',
    user_id: alice.id,
  })
  const { client_id } = client
  const admin = (update: object) =>
    rpcOf(world, bob).post(path, { client_id, update }, { headers: { 'x-admin': 'yes' } })
  return { world, client, client_id, admin }
}

const stored = (world: World, id: string) => world.provider.getClient(id)

describe('an administrator’s change is honoured or refused by name (G17)', () => {
  test('disabled ends the client at once, and false brings it back (G17)', async () => {
    const { world, client, client_id, admin } = await start()
    const token = (await postAs(world, client, '/oauth2/token', { grant_type: 'client_credentials' })).body.access_token
    const off = await admin({ disabled: true })
    expect([off.status, off.body.disabled]).toEqual([200, true])
    expect(await isActive(world, token)).toBe(false)
    expectJsonError(
      await postAs(world, client, '/oauth2/token', { grant_type: 'client_credentials' }),
      401,
      'invalid_client',
    )
    const page = await world.browser().request(authorizeUrl(world, client, createPkce()))
    expect(page.status).toBe(400)
    const on = await admin({ disabled: false })
    expect([on.status, on.body.disabled]).toEqual([200, false])
    expect((await stored(world, client_id))?.disabled).toBe(false)
  })

  test('require_pkce and subject_type, and what they depend on is checked (G17)', async () => {
    const { world, client_id, admin } = await start()
    const { status, body } = await admin({ require_pkce: false, subject_type: 'pairwise' })
    expect(status).toBe(200)
    expect(body).toMatchObject({ require_pkce: false, subject_type: 'pairwise' })
    expect((await stored(world, client_id))?.metadata).toMatchObject({ require_pkce: false, subject_type: 'pairwise' })
    const twoHosts = { redirect_uris: [redirectUri, 'https://other.example/cb'] }
    expectJsonError(await admin(twoHosts), 400, 'invalid_client_metadata')
  })

  test.each([
    ['token_endpoint_auth_method', 'none'],
    ['token_endpoint_auth_method', null],
    ['user_id', bob.id],
    ['user_id', null],
    ['reference_id', 'org'],
    ['client_id', 'another'],
    ['client_secret', 'x'.repeat(40)],
    ['skip_concent', true],
    ['registered_by', 'server'],
    ['registeredBy', 'server'],
    ['machine_scope', 'notes:write'],
  ])('%s: %j is refused by name, and nothing changes (G17)', async (name, value) => {
    const { world, client_id, admin } = await start()
    const before = await stored(world, client_id)
    const answer = await admin({ client_name: 'Renamed', [name]: value })
    expectJsonError(answer, 400, 'invalid_client_metadata')
    expect(answer.body.error_description).toContain(name)
    expect(await stored(world, client_id)).toEqual(before)
  })

  test('a member that says what is stored is no change (G17)', async () => {
    const { admin } = await start()
    const same = { token_endpoint_auth_method: 'client_secret_basic', user_id: alice.id, reference_id: null }
    const { status, body } = await admin({ ...same, client_name: 'Renamed' })
    expect([status, body.client_name, body.user_id]).toEqual([200, 'Renamed', alice.id])
  })

  test('an owner gains nothing by it: update-client answers with what holds (G17)', async () => {
    const { world, client_id } = await start()
    const before = await stored(world, client_id)
    const update = {
      disabled: true,
      require_pkce: false,
      subject_type: 'pairwise',
      user_id: bob.id,
      reference_id: 'org',
    }
    const { status, body } = await rpcOf(world, alice).post('/oauth2/update-client', { client_id, update })
    expect(status).toBe(200)
    expect(body).toMatchObject({ disabled: false, require_pkce: true, user_id: alice.id })
    for (const absent of ['subject_type', 'reference_id']) expect(body).not.toHaveProperty(absent)
    const after = await stored(world, client_id)
    expect({ ...after, version: 0, machineScope: undefined }).toEqual({
      ...before,
      version: 0,
      machineScope: undefined,
    })
  })
})
