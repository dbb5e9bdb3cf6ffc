import { describe, expect, test } from 'vitest'
import { postAs, redirectUri } from '../support/client.ts'
import { expectJsonError } from '../support/expectations.ts'
import { display, expectNotStored, input, restricted, startOwn } from '../support/own-client.ts'
import { alice, bob } from '../support/world.ts'

describe('create-client', () => {
  test('create-client answers 201 with no-store, no-cache and a secret that works (seed B162)', async () => {
    const { world, created, client } = await startOwn()
    expect(created.status).toBe(201)
    expectNotStored(created)
    expect(client).toEqual({
      ...display,
      client_id: expect.any(String),
      client_id_issued_at: world.clock.now(),
      client_secret: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/),
      client_secret_expires_at: 0,
      user_id: alice.id,
      public: false,
      disabled: false,
      skip_consent: false,
      require_pkce: true,
      redirect_uris: [redirectUri],
      scope: 'openid notes:read',
      token_endpoint_auth_method: 'client_secret_basic',
      grant_types: ['authorization_code'],
      response_types: ['code'],
      application_type: 'web',
    })
    const answer = await postAs(world, client, '/oauth2/token', { grant_type: 'authorization_code', code: 'x' })
    expect(answer.body.error).not.toBe('invalid_client')
  })

  test('a public client has no secret', async () => {
    const { rpc } = await startOwn()
    const { body } = await rpc.post('/oauth2/create-client', { ...input, token_endpoint_auth_method: 'none' })
    expect(body.public).toBe(true)
    expect(body).not.toHaveProperty('client_secret')
    expect(body).not.toHaveProperty('client_secret_expires_at')
  })

  test('restricted members are ignored at creation and at update (seed B168)', async () => {
    const { world, rpc } = await startOwn({ pairwiseSecret: 'p'.repeat(40) })
    const { status, body } = await rpc.post('/oauth2/create-client', { ...input, ...restricted })
    expect(status).toBe(201)
    const updated = await rpc.post('/oauth2/update-client', {
      client_id: body.client_id,
      update: { ...restricted, client_name: 'Renamed' },
    })
    expect(updated.status).toBe(200)
    for (const client of [body, updated.body]) {
      expect(client).toMatchObject({ skip_consent: false, require_pkce: true, client_secret_expires_at: 0 })
      for (const absent of ['enable_end_session', 'subject_type', 'metadata', 'tier']) {
        expect(client).not.toHaveProperty(absent)
      }
    }
    const stored = await world.provider.getClient(body.client_id)
    expect(stored?.metadata).not.toHaveProperty('skip_consent')
    expect(stored?.secrets).toEqual([{ hash: expect.any(String), expiresAt: 0 }])
  })

  test('the caller chooses neither the id nor the secret nor the owner of a client', async () => {
    const { rpc } = await startOwn()
    const chosen = {
      client_id: 'chosen',
      client_secret: 'x'.repeat(40),
      user_id: bob.id,
      reference_id: 'org',
      disabled: true,
    }
    const { body } = await rpc.post('/oauth2/create-client', { ...input, ...chosen })
    expect(body).toMatchObject({ user_id: alice.id, disabled: false })
    expect(body.client_id).not.toBe('chosen')
    expect(body.client_secret).not.toBe(chosen.client_secret)
    expect(body).not.toHaveProperty('reference_id')
  })

  test('scopes and the end of the secret go by the registration options', async () => {
    const { world, rpc } = await startOwn({
      clientRegistrationDefaultScopes: ['openid'],
      clientRegistrationAllowedScopes: ['notes:read'],
      clientRegistrationClientSecretExpiresAt: { afterSeconds: 600 },
    })
    const { scope: _, ...silent } = input
    const { body } = await rpc.post('/oauth2/create-client', silent)
    expect(body).toMatchObject({ scope: 'openid', client_secret_expires_at: world.clock.now() + 600 })
    const greedy = await rpc.post('/oauth2/create-client', { ...input, scope: 'openid notes:write' })
    expectJsonError(greedy, 400, 'invalid_client_metadata')
    expect(greedy.body.error_description).toBe(
      'cannot request scope notes:write: the server allows it with its options scopes and clientRegistrationAllowedScopes',
    )
  })
})

describe('get-client and get-clients', () => {
  test('get-client shows redirect_uris and never the secret; get-clients contains it (seed B164)', async () => {
    const { rpc, client, client_id } = await startOwn()
    const { client_secret, ...rest } = client
    const one = await rpc.get('/oauth2/get-client', { client_id })
    expect(one).toMatchObject({ status: 200, body: rest })
    expect(one.body).toEqual(rest)
    expectNotStored(one)
    const all = await rpc.get('/oauth2/get-clients')
    expect(all.body).toEqual([rest])
    expectNotStored(all)
  })

  test('a trusted client reads skip_consent true', async () => {
    const { rpc, client_id } = await startOwn({
      trustedClientResolver: ({ metadata }) => metadata.client_name === 'Diary',
    })
    expect((await rpc.get('/oauth2/get-client', { client_id })).body.skip_consent).toBe(true)
    expect((await rpc.get('/oauth2/get-clients')).body[0].skip_consent).toBe(true)
  })

  test('after goes on where a page ended', async () => {
    const { rpc } = await startOwn()
    await rpc.post('/oauth2/create-client', input)
    const [first, second] = (await rpc.get('/oauth2/get-clients')).body
    const rest = await rpc.get('/oauth2/get-clients', { after: first.client_id })
    expect(rest.body).toEqual([second])
  })

  test('a request without client_id answers 400', async () => {
    const { rpc } = await startOwn()
    const answer = await rpc.get('/oauth2/get-client')
    expectJsonError(answer, 400, 'invalid_request')
    expect(answer.body.error_description).toBe('missing client_id')
  })
})

describe('update-client', () => {
  test.each(['nested', 'flat'])('update-client changes client_name (%s) (seed B165)', async (form) => {
    const { rpc, client_id } = await startOwn()
    const update = { client_name: 'Journal', logo_uri: null }
    const answer = await rpc.post(
      '/oauth2/update-client',
      form === 'flat' ? { client_id, ...update } : { client_id, update },
    )
    expect(answer.status).toBe(200)
    expect(answer.body).toMatchObject({ client_id, client_name: 'Journal', client_uri: display.client_uri })
    for (const absent of ['logo_uri', 'client_secret']) expect(answer.body).not.toHaveProperty(absent)
    expect((await rpc.get('/oauth2/get-client', { client_id })).body).toEqual(answer.body)
  })

  test('update-client does not change what is fixed', async () => {
    const { rpc, client_id, client } = await startOwn()
    const fixed = { token_endpoint_auth_method: 'none', reference_id: 'org', user_id: bob.id, disabled: true }
    const { body } = await rpc.post('/oauth2/update-client', { client_id, update: fixed })
    const { client_secret: _, ...rest } = client
    expect(body).toEqual(rest)
  })

  test('a scope beyond what can be registered is kept where the host gave it, and not got', async () => {
    const { world, rpc, client_id } = await startOwn({ clientRegistrationAllowedScopes: ['openid', 'notes:read'] })
    const more = await rpc.post('/oauth2/update-client', { client_id, scope: 'openid notes:write' })
    expectJsonError(more, 400, 'invalid_client_metadata')
    await world.provider.updateClient(client_id, { scope: 'openid notes:write' })
    const renamed = await rpc.post('/oauth2/update-client', { client_id, client_name: 'Journal' })
    expect(renamed.body).toMatchObject({ scope: 'openid notes:write', client_name: 'Journal' })
  })

  test.each([
    ['no payload object', { update: 'x' }, 'invalid_request'],
    ['an insecure redirect URI', { redirect_uris: ['http://app.example.com/cb'] }, 'invalid_redirect_uri'],
    ['no redirect URI', { redirect_uris: [] }, 'invalid_redirect_uri'],
    ['a dangerous link', { tos_uri: 'javascript:alert(1)' }, 'invalid_client_metadata'],
    ['a name that is no text', { client_name: 1 }, 'invalid_client_metadata'],
    ['an unknown grant type', { grant_types: ['password'] }, 'invalid_client_metadata'],
  ])('an update with %s answers 400 and leaves the client as it is', async (_name, changes, error) => {
    const { world, rpc, client_id } = await startOwn()
    expectJsonError(await rpc.post('/oauth2/update-client', { client_id, ...changes }), 400, error)
    expect((await world.provider.getClient(client_id))?.version).toBe(1)
  })
})
