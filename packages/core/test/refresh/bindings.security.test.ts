import { describe, expect, test } from 'vitest'
import {
  claimsOf,
  getTokens,
  isActive,
  post,
  postAs,
  refresh,
  registerConfidential,
  registerPublic,
} from '../support/client.ts'
import { api, createQuickWorld, idOf, introspect } from '../support/tokens.ts'

describe('the client that a refresh token belongs to (C07)', () => {
  test.each([
    ['another confidential client', registerConfidential, 400, 'invalid_grant'],
    ['a public client', registerPublic, 400, 'invalid_grant'],
  ])('refresh by %s is refused and changes nothing (C07)', async (_, register, status, error) => {
    const world = createQuickWorld()
    const owner = await registerConfidential(world)
    const other = await register(world)
    const tokens = await getTokens(world, owner)
    const before = await world.storage.refreshTokens.find(idOf(tokens.refresh_token))
    expect(await refresh(world, other, tokens.refresh_token)).toMatchObject({ status, body: { error } })
    expect(await world.storage.refreshTokens.find(idOf(tokens.refresh_token))).toEqual(before)
    expect(await isActive(world, tokens.access_token)).toBe(true)
    expect((await refresh(world, owner, tokens.refresh_token)).status).toBe(200)
  })

  test('a replay by another client does not end the family (C07)', async () => {
    const world = createQuickWorld()
    const owner = await registerConfidential(world)
    const other = await registerConfidential(world)
    const tokens = await getTokens(world, owner)
    const second = (await refresh(world, owner, tokens.refresh_token)).body
    world.clock.advance(1000)
    expect((await refresh(world, other, tokens.refresh_token)).body.error).toBe('invalid_grant')
    expect(await isActive(world, second.access_token)).toBe(true)
    expect((await refresh(world, owner, second.refresh_token)).status).toBe(200)
    expect(world.events.filter(({ type }) => type === 'refresh_token.replayed')).toEqual([])
  })

  test.each([
    ['no credentials at all', {}, undefined],
    ['its client_id alone', 'client_id', undefined],
    ['a wrong secret', {}, 'wrong'],
  ])('a confidential client with %s cannot refresh (C07)', async (_, form, secret) => {
    const world = createQuickWorld()
    const client = await registerConfidential(world)
    const tokens = await getTokens(world, client)
    const before = await world.storage.refreshTokens.find(idOf(tokens.refresh_token))
    const answer = await post(
      world,
      '/oauth2/token',
      {
        grant_type: 'refresh_token',
        refresh_token: tokens.refresh_token,
        ...(form === 'client_id' && { client_id: client.client_id }),
      },
      secret === undefined ? {} : { authorization: `Basic ${btoa(`${client.client_id}:${secret}`)}` },
    )
    expect(answer).toMatchObject({ status: 401, body: { error: 'invalid_client' } })
    expect(await world.storage.refreshTokens.find(idOf(tokens.refresh_token))).toEqual(before)
    expect((await refresh(world, client, tokens.refresh_token)).status).toBe(200)
  })
})

describe('the scope of a refresh (C08)', () => {
  test.each([
    ['a scope that was not granted', { scope: 'openid notes:read' }, 'invalid_scope'],
    ['a scope that the client never registered', { scope: 'openid admin' }, 'invalid_scope'],
    ['a scope with odd characters', { scope: 'openid "' }, 'invalid_scope'],
    ['an unknown resource', { resource: 'https://evil.example' }, 'invalid_target'],
    ['a path below a known resource', { resource: `${api}/admin` }, 'invalid_target'],
    ['a resource whose path has another case', { resource: 'https://files.example.com/V1' }, 'invalid_target'],
    ['a resource that is no URI', { resource: 'api' }, 'invalid_target'],
    ['a resource with a fragment', { resource: `${api}#x` }, 'invalid_target'],
  ])('a refresh with %s is refused and costs nothing (C08)', async (_, form, error) => {
    const world = createQuickWorld()
    const client = await registerConfidential(world)
    const tokens = await getTokens(world, client)
    expect(await refresh(world, client, tokens.refresh_token, form)).toMatchObject({ status: 400, body: { error } })
    const found = await world.storage.refreshTokens.find(idOf(tokens.refresh_token))
    expect(found?.token.rotatedAt).toBeUndefined()
    expect((await refresh(world, client, tokens.refresh_token)).status).toBe(200)
  })

  test('narrowing the scope of one refresh does not shrink the grant (C08)', async () => {
    const world = createQuickWorld()
    const client = await registerConfidential(world)
    const tokens = await getTokens(world, client, { scope: 'openid email notes:read offline_access' })
    const narrow = await refresh(world, client, tokens.refresh_token, { scope: 'notes:read' })
    expect(narrow).toMatchObject({ status: 200, body: { scope: 'notes:read' } })
    expect(narrow.body.id_token).toBeUndefined()
    expect((await introspect(world, client, narrow.body.access_token)).body.scope).toBe('notes:read')
    const wide = await refresh(world, client, narrow.body.refresh_token)
    expect(wide.body.scope).toBe('openid email notes:read offline_access')
    expect(wide.body.id_token).toBeTypeOf('string')
  })

  test('a scope taken from the client is not refreshed either (C08)', async () => {
    const world = createQuickWorld()
    const client = await registerConfidential(world)
    const tokens = await getTokens(world, client, { scope: 'openid notes:read notes:write offline_access' })
    await world.provider.updateClient(client.client_id, { scope: 'openid notes:read offline_access' })
    const answer = await refresh(world, client, tokens.refresh_token)
    expect(answer.body.scope).toBe('openid notes:read offline_access')
    const asked = await refresh(world, client, answer.body.refresh_token, { scope: 'notes:write' })
    expect(asked).toMatchObject({ status: 400, body: { error: 'invalid_scope' } })
  })
})

describe('the lifetime of a refresh token (C09)', () => {
  const lifetimes = {
    refreshTokenTtlSeconds: 1000,
    refreshTokenMaxTtlSeconds: 2500,
    accessTokenTtlSeconds: 300,
  }

  test.each([
    ['works one second before the idle end', 999, 200],
    ['is refused at the idle end', 1000, 400],
    ['is refused long after the idle end', 2000, 400],
  ])('a refresh %s (C09)', async (_, seconds, status) => {
    const world = createQuickWorld(lifetimes)
    const client = await registerPublic(world)
    const tokens = await getTokens(world, client)
    world.clock.advance(seconds)
    expect((await refresh(world, client, tokens.refresh_token)).status).toBe(status)
  })

  test('rotation moves the idle end and never the absolute one (C09)', async () => {
    const world = createQuickWorld(lifetimes)
    const client = await registerConfidential(world)
    const end = world.clock.now() + 2500
    let tokens = await getTokens(world, client)
    for (const seconds of [900, 900, 690]) {
      world.clock.advance(seconds)
      const answer = await refresh(world, client, tokens.refresh_token, { resource: api })
      expect(answer.status).toBe(200)
      tokens = answer.body
      expect((await introspect(world, client, tokens.refresh_token)).body.exp).toBeLessThanOrEqual(end)
    }
    // The grant has ten seconds left, and so has the access token.
    expect(tokens.expires_in).toBe(10)
    expect(claimsOf(tokens.access_token).exp).toBe(end)
    world.clock.advance(10)
    expect(await isActive(world, tokens.access_token)).toBe(false)
    const late = await postAs(world, client, '/oauth2/token', {
      grant_type: 'refresh_token',
      refresh_token: tokens.refresh_token,
    })
    expect(late).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
  })
})
