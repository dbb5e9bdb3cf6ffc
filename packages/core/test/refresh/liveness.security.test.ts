import type { RegisteredClient } from '@oauth/core'
import { memoryStorage } from '@oauth/core/memory'
import { expect, test } from 'vitest'
import {
  authorize,
  exchangeCode,
  getTokens,
  isActive,
  refresh,
  registerConfidential,
  registerPublic,
  userinfo,
} from '../support/client.ts'
import { api, createQuickWorld, grantOf, introspect, registerResourceServer } from '../support/tokens.ts'
import { alice, createWorld, type World } from '../support/world.ts'

interface Setup {
  readonly world: World
  readonly client: RegisteredClient
  readonly server: RegisteredClient
  readonly opaque: string
  readonly jwt: string
  readonly refreshToken: string
}

/** Alice's tokens for a client. One is a JWT that a resource server can introspect. */
async function setUp(world: World): Promise<Setup> {
  const client = await registerPublic(world)
  const server = await registerResourceServer(world)
  const first = await getTokens(world, client)
  const second = (await refresh(world, client, first.refresh_token, { resource: api })).body
  const setup = {
    world,
    client,
    server,
    opaque: first.access_token,
    jwt: second.access_token,
    refreshToken: second.refresh_token,
  }
  await expectAlive(setup)
  return setup
}

async function expectAlive({ world, server, opaque, jwt }: Setup): Promise<void> {
  expect(await isActive(world, opaque)).toBe(true)
  expect((await introspect(world, server, jwt)).body).toMatchObject({ active: true, sub: alice.id })
  expect((await userinfo(world, jwt)).status).toBe(200)
}

/** Expects that introspection and userinfo refuse the tokens. */
async function expectDead({ world, server, opaque, jwt }: Setup): Promise<void> {
  expect((await introspect(world, server, jwt)).body).toEqual({ active: false })
  for (const token of [opaque, jwt]) {
    const answer = await userinfo(world, token)
    expect(answer).toMatchObject({ status: 401, body: { error: 'invalid_token' } })
    expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer .*error="invalid_token"/)
  }
}

test('after a grant is revoked, refresh fails, its tokens are inactive, and the second call says so (C10)', async () => {
  const setup = await setUp(createQuickWorld())
  const { world, client, jwt, opaque, refreshToken } = setup
  const grantId = await grantOf(world, jwt)
  expect(await world.provider.revokeGrant(grantId)).toBe(true)
  expect(await world.provider.revokeGrant(grantId)).toBe(false)
  expect(await world.provider.revokeGrant('g-unknown')).toBe(false)
  expect(world.events.filter(({ type }) => type === 'grant.revoked')).toEqual([{ type: 'grant.revoked', grantId }])
  await expectDead(setup)
  expect(await isActive(world, opaque)).toBe(false)
  expect(await refresh(world, client, refreshToken)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
})

test('a revoked grant ends a code that was not redeemed yet (C10)', async () => {
  const world = createQuickWorld()
  const client = await registerPublic(world)
  const authorized = await authorize(world, client)
  const [grant] = await world.storage.grants.list({ userId: alice.id, now: world.clock.now() })
  expect(await world.provider.revokeGrant(grant?.id ?? '')).toBe(true)
  const answer = await exchangeCode(world, client, authorized)
  expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
})

test('a client disabled through this process is refused at once, whatever is cached (C10)', async () => {
  const setup = await setUp(createQuickWorld({ clientCacheSeconds: 3600 }))
  const { world, client, refreshToken, jwt, opaque } = setup
  await world.provider.updateClient(client.client_id, { disabled: true })
  expect(await refresh(world, client, refreshToken)).toMatchObject({ status: 401, body: { error: 'invalid_client' } })
  expect(await isActive(world, jwt)).toBe(false)
  expect(await isActive(world, opaque)).toBe(false)
  await expectDead(setup)

  await world.provider.updateClient(client.client_id, { disabled: false })
  await expectAlive(setup)
  expect((await refresh(world, client, refreshToken)).status).toBe(200)
})

test('a disabled confidential client can do nothing with its good secret (C10)', async () => {
  const world = createQuickWorld()
  const client = await registerConfidential(world)
  const authorized = await authorize(world, client)
  await world.provider.updateClient(client.client_id, { disabled: true })
  const answer = await exchangeCode(world, client, authorized)
  expect(answer).toMatchObject({ status: 401, body: { error: 'invalid_client' } })
  expect((await introspect(world, client, 'whatever')).status).toBe(401)
})

test.each([
  ['deleted', 5],
  ['disabled', 5],
  ['deleted', 0],
])('a client %s by another process is refused when the cache of %i seconds ends (C10)', async (how, cache) => {
  const storage = memoryStorage()
  const setup = await setUp(createQuickWorld({ storage, clientCacheSeconds: cache }))
  const { world, client, refreshToken } = setup
  const other = createQuickWorld({ storage })
  if (how === 'deleted') await storage.clients.delete(client.client_id)
  else await other.provider.updateClient(client.client_id, { disabled: true })
  world.clock.advance(cache)
  expect(await refresh(world, client, refreshToken)).toMatchObject({ status: 401, body: { error: 'invalid_client' } })
  await expectDead(setup)
})

test('a client that loses the grant type refresh_token cannot refresh (C10)', async () => {
  const { world, client, refreshToken } = await setUp(createQuickWorld())
  await world.provider.updateClient(client.client_id, { grant_types: ['authorization_code'] })
  const answer = await refresh(world, client, refreshToken)
  expect(answer).toMatchObject({ status: 400, body: { error: 'unauthorized_client' } })
})

test('for a deleted user refresh and userinfo fail, introspection says inactive, and nothing is consumed (C10)', async () => {
  const setup = await setUp(createQuickWorld())
  const { world, client, refreshToken } = setup
  const authorized = await authorize(world, client)
  world.users.delete(alice.id)
  await expectDead(setup)
  const invalidGrant = { status: 400, body: { error: 'invalid_grant' } }
  expect(await refresh(world, client, refreshToken)).toMatchObject(invalidGrant)
  expect(await exchangeCode(world, client, authorized)).toMatchObject(invalidGrant)

  world.users.set(alice.id, alice)
  expect((await exchangeCode(world, client, authorized)).status).toBe(200)
  expect((await refresh(world, client, refreshToken)).status).toBe(200)
})

test('the owner of a refresh token sees it inactive once it is rotated, revoked or without its user (C10)', async () => {
  const world = createWorld()
  const client = await registerConfidential(world)
  const tokens = await getTokens(world, client)
  const active = async (token: string): Promise<unknown> => (await introspect(world, client, token)).body.active
  expect(await active(tokens.refresh_token)).toBe(true)
  const next = (await refresh(world, client, tokens.refresh_token)).body
  expect(await active(tokens.refresh_token)).toBe(false)
  world.users.delete(alice.id)
  expect(await active(next.refresh_token)).toBe(false)
  world.users.set(alice.id, alice)
  expect(await active(next.refresh_token)).toBe(true)
  await world.provider.revokeGrant(await grantOf(world, next.access_token))
  expect(await active(next.refresh_token)).toBe(false)
})
