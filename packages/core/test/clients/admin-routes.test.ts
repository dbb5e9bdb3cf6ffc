import { describe, expect, test } from 'vitest'
import { expectJsonError } from '../support/expectations.ts'
import { input, restricted, startOwn } from '../support/own-client.ts'
import { rpcOf } from '../support/rpc.ts'
import { alice, type WorldOptions } from '../support/world.ts'

describe('admin', () => {
  const admins: WorldOptions = {
    authorizeAdmin: (request) => request.headers.get('x-admin') === 'yes',
    pairwiseSecret: 'p'.repeat(40),
  }
  const yes = { headers: { 'x-admin': 'yes' } }

  test('an administrator may set every member at creation, and host metadata stays under its member (decision 16; seed B169)', async () => {
    const { rpc } = await startOwn(admins)
    const { status, body } = await rpc.post('/admin/oauth2/create-client', { ...input, ...restricted }, yes)
    expect(status).toBe(201)
    expect(body).toMatchObject({ ...restricted, user_id: alice.id, client_secret: expect.any(String) })
    expect(body).not.toHaveProperty('tier')
    const plain = await rpc.post('/admin/oauth2/create-client', input, yes)
    expect(plain.body).toMatchObject({ client_secret_expires_at: 0, require_pkce: true })
  })

  test('create names an owner, or has none where nobody is signed in; an unknown member is named', async () => {
    const { world, rpc } = await startOwn(admins)
    const named = await rpc.post('/admin/oauth2/create-client', { ...input, reference_id: 'org' }, yes)
    expect(named.body.reference_id).toBe('org')
    expect(named.body).not.toHaveProperty('user_id')
    const service = await rpcOf(world).post('/admin/oauth2/create-client', input, yes)
    expect(service.status).toBe(201)
    expect(service.body).not.toHaveProperty('user_id')
    const typo = await rpc.post('/admin/oauth2/create-client', { ...input, skip_concent: true }, yes)
    expectJsonError(typo, 400, 'invalid_client_metadata')
  })

  test.each([['PATCH', 'seed B170'] as const, ['POST', 'seed B171'] as const])(
    'an update by %s changes skip_consent, enable_end_session, expiry, metadata, require_pkce and subject_type (%s)',
    async (method, _line) => {
      const { world, rpc, client_id, client } = await startOwn(admins)
      const path = '/admin/oauth2/update-client'
      const { status, body } = await rpc.post(path, { client_id, update: restricted }, { method, ...yes })
      expect(status).toBe(200)
      const { client_secret: _, ...before } = client
      expect(body).toEqual({ ...before, ...restricted })
      expect((await world.provider.getClient(client_id))?.secrets[0]?.expiresAt).toBe(4_000_000_000)
    },
  )

  test('an update of an unknown client answers 404, and one without an id 400', async () => {
    const { rpc } = await startOwn(admins)
    const path = '/admin/oauth2/update-client'
    expectJsonError(await rpc.post(path, { client_id: 'nobody', update: {} }, yes), 404, 'not_found')
    expectJsonError(await rpc.post(path, { update: {} }, yes), 400, 'invalid_request')
  })
})
