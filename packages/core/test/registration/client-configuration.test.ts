import { describe, expect, test } from 'vitest'
import { getTokens, isActive, postAs, refresh, userinfo } from '../support/client.ts'
import { editClient, expectJsonError, send } from '../support/expectations.ts'
import {
  configure,
  openWorld,
  redirectUris,
  register,
  registered,
  registrationWorld,
  repeated,
  withMachines,
} from '../support/registration.ts'
import type { World } from '../support/world.ts'

const metadataOf = async (world: World, client: { client_id: string }) =>
  (await world.provider.getClient(client.client_id))?.metadata

describe('reading (RFC 7592 section 2.1)', () => {
  test('a client reads its registration with its registration token, and without its secret', async () => {
    const world = registrationWorld()
    const client = await registered(world, { client_name: 'Notes' })
    const { status, headers, body } = await configure(world, client, 'GET')
    expect(status).toBe(200)
    expect(headers.get('cache-control')).toBe('no-store')
    const { client_secret: _, ...shown } = client
    expect(body).toEqual(shown)
    const again = await configure(world, client, 'GET')
    expect(again.body).toEqual(shown)
  })

  test('HEAD is a GET without a body, other methods are not allowed', async () => {
    const world = registrationWorld()
    const { registration_client_uri: url, registration_access_token } = await registered(world)
    const headers = { authorization: `Bearer ${registration_access_token}` }
    expect(await send(world, url, { method: 'HEAD', headers })).toMatchObject({ status: 200, body: '' })
    const wrong = await send(world, url, { method: 'POST', headers })
    expectJsonError(wrong, 405, 'method_not_allowed')
    expect(wrong.headers.get('allow')).toBe('GET, PUT, DELETE')
    const preflight = await send(world, url, { method: 'OPTIONS', headers: { origin: 'https://spa.example' } })
    expect(preflight.headers.get('access-control-allow-methods')).toBe('GET, PUT, DELETE')
  })
})

describe('replacing (RFC 7592 section 2.2)', () => {
  test('a replacement keeps what is sent, drops what is left out, keeps the secret, and makes a new token', async () => {
    const world = registrationWorld(withMachines)
    const client = await registered(world, {
      client_name: 'Notes',
      logo_uri: 'https://client.example.com/logo.png',
      grant_types: ['authorization_code', 'client_credentials'],
      scope: 'openid notes:read',
    })
    const { logo_uri: _, ...rest } = repeated(client, { client_name: 'Better notes' }) as Record<string, unknown>
    const { status, headers, body } = await configure(world, client, 'PUT', rest)
    expect(status).toBe(200)
    expect(headers.get('cache-control')).toBe('no-store')
    expect(body).toMatchObject({ client_id: client.client_id, client_name: 'Better notes', scope: 'openid notes:read' })
    expect(body).not.toHaveProperty('logo_uri')
    expect(body).not.toHaveProperty('client_secret')
    expect(body.registration_access_token).not.toBe(client.registration_access_token)
    expect((await configure(world, body, 'GET')).body).toEqual(body)
    expectJsonError(await configure(world, client, 'GET'), 401, 'invalid_token')
    const token = await postAs(world, client, '/oauth2/token', { grant_type: 'client_credentials' })
    expect(token.status).toBe(200)
    expect(world.events).toContainEqual({ type: 'client.updated', clientId: client.client_id })
  })

  test('the grants of a replaced client stay alive', async () => {
    const world = registrationWorld()
    const client = await registered(world, {
      redirect_uris: ['https://app.example.com/callback'],
      grant_types: ['authorization_code', 'refresh_token'],
    })
    const tokens = await getTokens(world, client, { scope: 'openid offline_access' })
    expect((await configure(world, client, 'PUT', repeated(client, { client_name: 'New' }))).status).toBe(200)
    expect((await userinfo(world, tokens.access_token)).status).toBe(200)
    expect((await refresh(world, client, tokens.refresh_token)).status).toBe(200)
  })

  test('a refused replacement changes nothing, the token least of all', async () => {
    const world = registrationWorld()
    const client = await registered(world)
    const before = await world.provider.getClient(client.client_id)
    const wrong: readonly (readonly [object | string, string])[] = [
      [repeated(client, { client_id: 'another' }), 'invalid_client_metadata'],
      [repeated(client, { client_id: undefined }), 'invalid_client_metadata'],
      [repeated(client, { client_secret: 'chosen-by-the-client-itself-0123456789' }), 'invalid_client_metadata'],
      [repeated(client, { client_secret: 7 }), 'invalid_client_metadata'],
      [repeated(client, { registration_access_token: 'x' }), 'invalid_client_metadata'],
      [repeated(client, { registration_client_uri: 'https://x.example' }), 'invalid_client_metadata'],
      [repeated(client, { client_secret_expires_at: 0 }), 'invalid_client_metadata'],
      [repeated(client, { client_id_issued_at: 1 }), 'invalid_client_metadata'],
      [repeated(client, { skip_consent: true }), 'invalid_client_metadata'],
      [repeated(client, { require_pkce: false }), 'invalid_client_metadata'],
      [repeated(client, { scope: 'admin' }), 'invalid_client_metadata'],
      [repeated(client, { grant_types: ['implicit'] }), 'invalid_client_metadata'],
      [repeated(client, { redirect_uris: ['http://client.example.com/cb'] }), 'invalid_redirect_uri'],
      [repeated(client, { redirect_uris: undefined }), 'invalid_redirect_uri'],
      ['[]', 'invalid_request'],
      ['{', 'invalid_request'],
    ]
    for (const [body, error] of wrong) expectJsonError(await configure(world, client, 'PUT', body), 400, error)
    expect(await world.provider.getClient(client.client_id)).toEqual(before)
    expect((await configure(world, client, 'GET')).status).toBe(200)
  })

  test('what the server side set stays as it is, and may be repeated', async () => {
    const world = registrationWorld()
    const client = await registered(world)
    const metadata = { tier: 'gold' }
    await world.provider.updateClient(client.client_id, { enable_end_session: true, require_pkce: false, metadata })
    const seen = (await configure(world, client, 'GET')).body
    expect(seen).toMatchObject({ enable_end_session: true, require_pkce: false, metadata })
    expect(seen).not.toHaveProperty('tier')
    const changes = { enable_end_session: false, metadata: { tier: 'platinum' }, client_name: 'New' }
    const { body } = await configure(world, client, 'PUT', repeated(seen, changes))
    expect(body).toMatchObject({ enable_end_session: true, require_pkce: false, metadata, client_name: 'New' })
    const { body: plain } = await configure(world, body, 'PUT', {
      client_id: client.client_id,
      redirect_uris: redirectUris,
    })
    expect(plain).toMatchObject({ enable_end_session: true, require_pkce: false, metadata })
    expect(plain).not.toHaveProperty('client_name')
  })

  test('a scope that only the server side could give may be kept, and given up for good', async () => {
    const world = registrationWorld({ clientRegistrationAllowedScopes: ['openid'] })
    const client = await registered(world)
    await world.provider.updateClient(client.client_id, { scope: 'openid notes:write' })
    const kept = await configure(world, client, 'PUT', repeated(client, { scope: 'openid notes:write' }))
    expect(kept.body.scope).toBe('openid notes:write')
    const less = await configure(world, kept.body, 'PUT', repeated(kept.body, { scope: 'openid' }))
    expect(less.body.scope).toBe('openid')
    const more = await configure(world, less.body, 'PUT', repeated(less.body, { scope: 'openid notes:write' }))
    expectJsonError(more, 400, 'invalid_client_metadata')
  })

  test('a public client stays public: it has no secret and gets none', async () => {
    const world = openWorld()
    const { body: client } = await register(world, { redirect_uris: redirectUris })
    const put = (changes: object) => configure(world, client, 'PUT', repeated(client, changes))
    expectJsonError(await put({ token_endpoint_auth_method: 'client_secret_basic' }), 400, 'invalid_client_metadata')
    expectJsonError(await put({ grant_types: ['client_credentials'] }), 400, 'invalid_client_metadata')
    const same = await put({ token_endpoint_auth_method: undefined })
    expect(same.body.token_endpoint_auth_method).toBe('none')
  })

  test('a client that becomes public loses its secret', async () => {
    const world = registrationWorld()
    const client = await registered(world)
    const changed = repeated(client, { token_endpoint_auth_method: 'none' })
    const { status, body } = await configure(world, client, 'PUT', changed)
    expect(status).toBe(200)
    expect(body).not.toHaveProperty('client_secret_expires_at')
    expect((await world.provider.getClient(client.client_id))?.secrets).toEqual([])
  })
})

describe('deleting (RFC 7592 section 2.3)', () => {
  test('a deletion answers 204, and the client, its grants and its tokens are gone at once', async () => {
    const world = registrationWorld(withMachines)
    const client = await registered(world, {
      redirect_uris: ['https://app.example.com/callback'],
      grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
      scope: 'openid offline_access notes:read',
    })
    const tokens = await getTokens(world, client, { scope: 'openid offline_access' })
    const machine = (await postAs(world, client, '/oauth2/token', { grant_type: 'client_credentials' })).body
    const { grantId = '' } = (await world.provider.verifyAccessToken(tokens.access_token)) ?? {}
    const answer = await configure(world, client, 'DELETE')
    expect([answer.status, answer.body]).toEqual([204, ''])
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(await metadataOf(world, client)).toBeUndefined()
    expect(await world.storage.grants.find(grantId)).toMatchObject({ revokedAt: world.clock.now() })
    for (const token of [tokens.access_token, machine.access_token]) expect(await isActive(world, token)).toBe(false)
    expectJsonError(await userinfo(world, tokens.access_token), 401, 'invalid_token')
    expectJsonError(await refresh(world, client, tokens.refresh_token), 401, 'invalid_client')
    expectJsonError(await configure(world, client, 'DELETE'), 401, 'invalid_token')
    expectJsonError(await configure(world, client, 'GET'), 401, 'invalid_token')
  })

  test('of many deletions at once exactly one succeeds', async () => {
    const world = registrationWorld()
    const client = await registered(world)
    const answers = await Promise.all(Array.from({ length: 20 }, () => configure(world, client, 'DELETE')))
    expect(answers.map(({ status }) => status).sort()).toEqual([204, ...Array.from({ length: 19 }, () => 401)])
  })
})

test('a client that the host trusts cannot be changed from outside', async () => {
  const trusted = new Set<string>()
  const world = registrationWorld({ trustedClientResolver: ({ id }) => trusted.has(id) })
  const byHost = await registered(world)
  trusted.add(byHost.client_id)
  const byRow = await registered(world)
  await world.provider.updateClient(byRow.client_id, { skip_consent: true })
  for (const client of [byHost, byRow]) {
    const before = await world.provider.getClient(client.client_id)
    expect((await configure(world, client, 'GET')).status).toBe(200)
    const stolen = repeated(client, { redirect_uris: ['https://thief.example/cb'] })
    expectJsonError(await configure(world, client, 'PUT', stolen), 403, 'access_denied')
    expectJsonError(await configure(world, client, 'DELETE'), 403, 'access_denied')
    expect(await world.provider.getClient(client.client_id)).toEqual(before)
  }
})

test('a disabled client cannot manage itself', async () => {
  const world = registrationWorld()
  const client = await registered(world)
  await editClient(world, client.client_id, () => ({ disabled: true }))
  for (const method of ['GET', 'PUT', 'DELETE'] as const) {
    const body = method === 'PUT' ? repeated(client) : undefined
    expectJsonError(await configure(world, client, method, body), 401, 'invalid_token')
  }
  expect(await metadataOf(world, client)).toBeDefined()
})
