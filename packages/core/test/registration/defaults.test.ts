import { describe, expect, test } from 'vitest'
import { postAs } from '../support/client.ts'
import { expectJsonError } from '../support/expectations.ts'
import {
  configure,
  fromOwnPage,
  openWorld,
  redirectUris,
  refused,
  register,
  registered,
  registrationWorld,
  withMachines,
} from '../support/registration.ts'
import { createWorld } from '../support/world.ts'

const standardScope = 'openid profile email address phone offline_access'
const minimal = { redirect_uris: redirectUris }

describe('scopes, secrets and everything else', () => {
  test('a pairwise client needs the secret and one host (seed B156)', async () => {
    expect(await refused({ subject_type: 'pairwise' })).toMatch(/^pairwise subject_type requires/)
    const world = registrationWorld({ pairwiseSecret: 'a-pairwise-secret-of-at-least-32-characters' })
    expect(await registered(world, { subject_type: 'pairwise' })).toMatchObject({ subject_type: 'pairwise' })
    const two = { redirect_uris: [...redirectUris, 'https://other.example.com/cb'], subject_type: 'pairwise' }
    expectJsonError(await register(world, two, fromOwnPage(world)), 400, 'invalid_client_metadata')
  })

  test('registration refuses require_pkce false, and the server side may set it for confidential clients (seed B157)', async () => {
    expect(await refused({ require_pkce: false })).toBe('pkce is required for registered clients')
    expect(await registered(registrationWorld(), { require_pkce: true })).toMatchObject({ require_pkce: true })
    const { provider } = createWorld()
    const without = { ...minimal, require_pkce: false }
    expect(await provider.registerClient(without)).toMatchObject({ require_pkce: false })
    await expect(provider.registerClient({ ...without, token_endpoint_auth_method: 'none' })).rejects.toMatchObject({
      code: 'invalid_client_metadata',
    })
  })

  test('jwks and jwks_uri are ignored as unknown at registration (decisions 14, 15), and named on the server side (seed B158)', async () => {
    for (const keys of [{ jwks: { keys: [] } }, { jwks_uri: 'https://client.example.com/jwks' }]) {
      const [name = ''] = Object.keys(keys)
      expect(await registered(registrationWorld(), keys)).not.toHaveProperty(name)
      await expect(createWorld().provider.registerClient({ ...minimal, ...keys })).rejects.toThrow(
        `${name}: is not known`,
      )
    }
  })

  test('registration refuses an unknown scope as invalid_client_metadata (RFC 7591), and accepts those of the server (seed B159)', async () => {
    expect(await refused({ scope: 'openid admin' })).toBe(
      'cannot request scope admin: the server allows it with its options scopes and clientRegistrationAllowedScopes',
    )
    expect(await registered(registrationWorld(), { scope: 'notes:read notes:write openid' })).toMatchObject({
      scope: 'notes:read notes:write openid',
    })
  })

  test('a client without a scope gets the default scopes (seed B160)', async () => {
    const server = registrationWorld({ defaultScopes: ['openid', 'notes:read'] })
    expect(await registered(server)).toMatchObject({ scope: 'openid notes:read' })
    const own = registrationWorld({ defaultScopes: ['openid'], clientRegistrationDefaultScopes: ['notes:read'] })
    expect(await registered(own)).toMatchObject({ scope: 'notes:read' })
    expect(await registered(registrationWorld({ clientRegistrationDefaultScopes: [] }))).not.toHaveProperty('scope')
    // Agents send an empty scope when they know no scope.
    expect(await registered(own, { scope: '' })).toMatchObject({ scope: 'notes:read' })
  })

  test('a client without a secret cannot move to a secret method, and nothing changes (seed B161)', async () => {
    const world = registrationWorld()
    const { client_id } = await registered(world, { token_endpoint_auth_method: 'none' })
    const before = await world.provider.getClient(client_id)
    const move = world.provider.updateClient(client_id, { token_endpoint_auth_method: 'client_secret_basic' })
    await expect(move).rejects.toMatchObject({ code: 'invalid_client_metadata' })
    expect(await world.provider.getClient(client_id)).toEqual(before)
  })

  test('added scopes are registered beside what was asked for, the defaults too, and the answer says so', async () => {
    const world = registrationWorld({
      clientRegistrationAllowedScopes: ['notes:read'],
      clientRegistrationAddedScopes: ['notes:write', 'notes:read'],
      clientRegistrationDefaultScopes: ['openid'],
    })
    const asked = await registered(world, { scope: 'notes:read' })
    expect(asked).toMatchObject({ scope: 'notes:read notes:write' })
    expect((await world.provider.getClient(asked.client_id))?.metadata.scope).toBe('notes:read notes:write')
    expect(await registered(world)).toMatchObject({ scope: 'openid notes:write notes:read' })
    expect((await register(world, { ...minimal, scope: 'email' }, fromOwnPage(world))).status).toBe(400)
    // A server-side registration gets exactly the scope that it names.
    expect(await world.provider.registerClient({ ...minimal, scope: 'openid' })).toMatchObject({ scope: 'openid' })
  })

  test('a client gives added scopes back by replacing its registration', async () => {
    const world = openWorld({ clientRegistrationAddedScopes: ['notes:write'] })
    const { body } = await register(world, { ...minimal, scope: 'notes:read' })
    expect(body).toMatchObject({ scope: 'notes:read notes:write' })
    const { client_id } = body
    const replaced = await configure(world, body, 'PUT', { ...minimal, client_id, scope: 'notes:read' })
    expect(replaced).toMatchObject({ status: 200, body: { scope: 'notes:read' } })
  })

  test('allowed scopes are a limit: beside the named defaults, and for the standard ones', async () => {
    const named = registrationWorld({
      clientRegistrationDefaultScopes: ['openid'],
      clientRegistrationAllowedScopes: ['notes:read'],
    })
    expect(await registered(named, { scope: 'openid notes:read' })).toMatchObject({ scope: 'openid notes:read' })
    const outside = await register(named, { ...minimal, scope: 'notes:write' }, fromOwnPage(named))
    expect(outside.body).toMatchObject({
      error: 'invalid_client_metadata',
      error_description:
        'cannot request scope notes:write: the server allows it with its options scopes and clientRegistrationAllowedScopes',
    })
    expect((await register(named, { ...minimal, scope: 'profile' }, fromOwnPage(named))).status).toBe(400)
    const limited = registrationWorld({ clientRegistrationAllowedScopes: ['openid', 'notes:read'] })
    expect(await registered(limited)).toMatchObject({ scope: 'openid' })
    expect((await register(limited, { ...minimal, scope: 'offline_access' }, fromOwnPage(limited))).status).toBe(400)
    // The limits of registration requests do not apply to server-side calls.
    expect(await limited.provider.registerClient({ ...minimal, scope: 'notes:write' })).toMatchObject({
      scope: 'notes:write',
    })
  })

  test('null is absent, unknown members are ignored, and no answer has a null', async () => {
    const answer = await registered(registrationWorld(), {
      client_name: null,
      scope: null,
      grant_types: null,
      jwks: null,
      'client_name#ja': 'クライアント',
      software_statement: 'x.y.z',
      made_up: { deep: [1] },
    })
    expect(answer).not.toHaveProperty('client_name')
    expect(answer).not.toHaveProperty('made_up')
    expect(answer).not.toHaveProperty('software_statement')
    expect(answer.scope).toBe(standardScope)
    expect(Object.values(answer)).not.toContain(null)
  })

  test('everything that a client may say of itself is kept and answered', async () => {
    const said = {
      client_name: 'Größe 大',
      client_uri: 'https://client.example.com/',
      logo_uri: 'https://client.example.com/logo.png',
      contacts: ['ops@client.example.com'],
      tos_uri: 'https://client.example.com/tos',
      policy_uri: 'https://client.example.com/policy',
      software_id: '4NRB1-0XZABZI9E6-5SM3R',
      software_version: '2.1',
      id_token_signed_response_alg: 'ES256',
    }
    expect(await registered(registrationWorld(), said)).toMatchObject(said)
  })

  test('clientRegistrationClientSecretExpiresAt sets the end of a secret as a time or as a duration', async () => {
    const at = registrationWorld({ clientRegistrationClientSecretExpiresAt: 4_000_000_000 })
    expect((await registered(at)).client_secret_expires_at).toBe(4_000_000_000)
    const after = registrationWorld({
      ...withMachines,
      clientRegistrationClientSecretExpiresAt: { afterSeconds: 3600 },
    })
    const client = await registered(after, { grant_types: ['client_credentials'], scope: 'notes:read' })
    expect(client.client_secret_expires_at).toBe(after.clock.now() + 3600)
    const machine = () => postAs(after, client, '/oauth2/token', { grant_type: 'client_credentials' })
    expect((await machine()).status).toBe(200)
    after.clock.advance(3600)
    expectJsonError(await machine(), 401, 'invalid_client')
    // A server-side call sets the expiry itself.
    expect(await at.provider.registerClient(minimal)).toMatchObject({ client_secret_expires_at: 0 })
  })

  test('a body that is no JSON object is invalid_request, never a 500', async () => {
    const world = registrationWorld()
    for (const body of ['', '{', '[]', 'null', '"x"', '7', 'a=b']) {
      expectJsonError(await register(world, body, fromOwnPage(world)), 400, 'invalid_request')
    }
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', '']) {
      const headers = { ...fromOwnPage(world), 'content-type': type }
      expectJsonError(await register(world, minimal, headers), 400, 'invalid_request')
    }
    for (const redirect_uris of ['https://client.example.com/cb', [7], {}, [null]]) {
      const answer = await register(world, { redirect_uris }, fromOwnPage(world))
      expectJsonError(answer, 400, 'invalid_redirect_uri')
      expect(answer.body.error_description).toMatch(/^redirect_uris/)
    }
  })
})
