import { createHash } from 'node:crypto'
import type { ClientInput, RegisteredClient } from '@oauth/core'
import { describe, expect, test } from 'vitest'
import {
  authorize,
  exchangeCode,
  isActive,
  post,
  postAs,
  registerConfidential,
  registerPublic,
  userinfo,
} from '../support/client.ts'
import { ask, editClient, expectErrorRedirect, expectJsonError } from '../support/expectations.ts'
import { watchStorage } from '../support/watched-storage.ts'
import { alice, createWorld, type World } from '../support/world.ts'

const machine = { grant_type: 'client_credentials' }

/** A confidential client, and its id and secret for short. */
async function register(world: World, input: ClientInput = {}) {
  const client = await registerConfidential(world, input)
  return { client, id: client.client_id, secret: client.client_secret as string }
}

describe('machine tokens (D06)', () => {
  test('the sub of a machine token is the client id, and userinfo refuses it, even for a client named like a user (D06)', async () => {
    const world = createWorld()
    const { client, id } = await register(world, { client_id: alice.id })
    const { access_token } = (await postAs(world, client, '/oauth2/token', machine)).body
    const seen = (await postAs(world, client, '/oauth2/introspect', { token: access_token })).body
    expect(seen).toMatchObject({ active: true, sub: id, client_id: id })
    expect(await world.provider.verifyAccessToken(access_token)).not.toHaveProperty('userId')
    expectJsonError(await userinfo(world, access_token), 403, 'insufficient_scope')

    const resource = 'https://api.example.com'
    const jwt = (await postAs(world, client, '/oauth2/token', { ...machine, resource })).body.access_token
    expect((await world.provider.verifyAccessToken(jwt))?.claims).toMatchObject({ sub: id, client_id: id })
    expectJsonError(await userinfo(world, jwt), 401, 'invalid_token')
  })

  test('a machine gets no user scope, no refresh token and no ID token (D06)', async () => {
    const world = createWorld()
    const { client } = await register(world)
    for (const scope of ['openid', 'notes:read profile', 'offline_access', 'email']) {
      expectJsonError(await postAs(world, client, '/oauth2/token', { ...machine, scope }), 400, 'invalid_scope')
    }
    const { body } = await postAs(world, client, '/oauth2/token', machine)
    expect(Object.keys(body).sort()).toEqual(['access_token', 'expires_in', 'scope', 'token_type'])
    expect(body.scope).toBe('notes:read notes:write')
  })

  test('ids that the server chooses are long and random, and a taken one is refused (D06)', async () => {
    const world = createWorld()
    const ids = await Promise.all(Array.from({ length: 20 }, async () => (await register(world)).id))
    expect(new Set(ids).size).toBe(20)
    for (const id of ids) expect(id).toMatch(/^[0-9a-v]{24}$/)
    await expect(register(world, { client_id: ids[0] })).rejects.toMatchObject({ code: 'invalid_client_metadata' })
  })
})

describe('only what was registered (D07)', () => {
  test('a public client can neither register nor be changed to client_credentials (D07)', async () => {
    const world = createWorld()
    const grant_types = ['authorization_code', 'client_credentials'] as const
    await expect(registerPublic(world, { grant_types })).rejects.toMatchObject({ code: 'invalid_client_metadata' })
    const client = await registerPublic(world)
    await expect(world.provider.updateClient(client.client_id, { grant_types })).rejects.toMatchObject({
      code: 'invalid_client_metadata',
    })
    const answer = await post(world, '/oauth2/token', { ...machine, client_id: client.client_id })
    expectJsonError(answer, 400, 'unauthorized_client')
  })

  test('a public client whose row was changed by hand gets no machine token either (D07)', async () => {
    const { storage, writes } = watchStorage()
    const world = createWorld({ storage })
    const client = await registerPublic(world)
    await editClient(world, client.client_id, ({ metadata }) => ({
      metadata: { ...metadata, grant_types: ['client_credentials'] },
    }))
    writes.length = 0
    expectJsonError(
      await post(world, '/oauth2/token', { ...machine, client_id: client.client_id }),
      400,
      'unauthorized_client',
    )
    expect(writes).toEqual([])
  })

  test('a grant type that was not registered is unauthorized_client and the code stays (D07)', async () => {
    const world = createWorld()
    const { client } = await register(world)
    const authorized = await authorize(world, client)
    const only = (grant_types: ClientInput['grant_types']) =>
      world.provider.updateClient(client.client_id, { grant_types, response_types: [] })
    await only(['client_credentials'])
    expectJsonError(await exchangeCode(world, client, authorized), 400, 'unauthorized_client')
    const refreshing = { grant_type: 'refresh_token', refresh_token: 'x' }
    expectJsonError(await postAs(world, client, '/oauth2/token', refreshing), 400, 'unauthorized_client')
    await world.provider.updateClient(client.client_id, {
      grant_types: ['authorization_code'],
      response_types: ['code'],
    })
    expectJsonError(await postAs(world, client, '/oauth2/token', machine), 400, 'unauthorized_client')
    expect((await exchangeCode(world, client, authorized)).status).toBe(200)
  })

  test('a client without the code flow is sent back with unauthorized_client (D07)', async () => {
    const world = createWorld()
    const { client } = await register(world, { grant_types: ['client_credentials'] })
    const [uri = ''] = client.redirect_uris
    expectErrorRedirect(world, await ask(world, client), uri, 'unauthorized_client')
  })
})

describe('secrets that end (D08)', () => {
  const digest = (secret: string): string => createHash('sha256').update(secret).digest('base64url')
  const asClient = (world: World, client: RegisteredClient, client_secret: string) =>
    postAs(world, { ...client, client_secret }, '/oauth2/token', machine)

  test('an expired secret is invalid_client from its second on, at every endpoint (D08)', async () => {
    const world = createWorld()
    const { client } = await register(world, { client_secret_expires_at: world.clock.now() + 100 })
    expect(client.client_secret_expires_at).toBe(world.clock.now() + 100)
    const { access_token: token } = (await postAs(world, client, '/oauth2/token', machine)).body
    world.clock.advance(99)
    expect((await postAs(world, client, '/oauth2/token', machine)).status).toBe(200)
    world.clock.advance(1)
    expectJsonError(await postAs(world, client, '/oauth2/token', machine), 401, 'invalid_client')
    expectJsonError(await postAs(world, client, '/oauth2/introspect', { token }), 401, 'invalid_client')
    expectJsonError(await postAs(world, client, '/oauth2/revoke', { token }), 401, 'invalid_client')
    expect(await isActive(world, token)).toBe(true)
  })

  test('during a rotation both secrets work, after it only the new one (D08)', async () => {
    const world = createWorld()
    const { client, id, secret: old } = await register(world)
    const fresh = 'a-new-secret-of-the-same-client-0123456789'
    const until = world.clock.now() + 1000
    await editClient(world, id, () => ({
      secrets: [
        { hash: digest(fresh), expiresAt: 0 },
        { hash: digest(old), expiresAt: until },
      ],
    }))
    expect((await asClient(world, client, old)).status).toBe(200)
    expect((await asClient(world, client, fresh)).status).toBe(200)
    expectJsonError(await asClient(world, client, `${fresh}x`), 401, 'invalid_client')
    world.clock.advance(1000)
    expectJsonError(await asClient(world, client, old), 401, 'invalid_client')
    expect((await asClient(world, client, fresh)).status).toBe(200)
  })

  test('a confidential client without any secret is refused (D08)', async () => {
    const world = createWorld()
    const { client, id } = await register(world)
    await editClient(world, id, () => ({ secrets: [] }))
    expectJsonError(await postAs(world, client, '/oauth2/token', machine), 401, 'invalid_client')
  })
})
