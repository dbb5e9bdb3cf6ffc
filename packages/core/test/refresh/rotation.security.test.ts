import { describe, expect, test } from 'vitest'
import { getTokens, isActive, refresh, registerConfidential, registerPublic } from '../support/client.ts'
import { activeOf, api, createQuickWorld, idOf } from '../support/tokens.ts'
import type { World } from '../support/world.ts'

const refused = { status: 400, body: { error: 'invalid_grant' } }

function replays(world: World): number {
  return world.events.filter(({ type }) => type === 'refresh_token.replayed').length
}

describe('the rotation of refresh tokens (C01)', () => {
  test.each([
    ['public', registerPublic],
    ['confidential', registerConfidential],
  ])('every refresh of a %s client brings another token, and marks the old one (C01)', async (_, register) => {
    const world = createQuickWorld()
    const client = await register(world)
    const seen = new Set<string>()
    let { refresh_token: token } = await getTokens(world, client)
    for (let round = 0; round < 4; round++) {
      seen.add(token)
      const answer = await refresh(world, client, token)
      expect(answer.status).toBe(200)
      expect(answer.body.refresh_token).toMatch(/^r/)
      const found = await world.storage.refreshTokens.find(idOf(token))
      expect(found?.token).toMatchObject({ rotatedAt: world.clock.now(), successorId: idOf(answer.body.refresh_token) })
      token = answer.body.refresh_token
      world.clock.advance(60)
    }
    expect(seen.has(token)).toBe(false)
    expect(seen.size).toBe(4)
  })
})

describe('the reuse of a rotated refresh token (C02)', () => {
  test.each([
    ['one second after the window', 31],
    ['at the end of the window', 30],
    ['a day later', 86_400],
  ])('an old token %s ends the whole family, with one event (C02)', async (_, seconds) => {
    const world = createQuickWorld({ accessTokenTtlSeconds: 200_000 })
    const client = await registerPublic(world)
    const first = await getTokens(world, client)
    const jwt = (await refresh(world, client, first.refresh_token, { resource: api })).body
    const second = (await refresh(world, client, first.refresh_token)).body
    const accessTokens = [first.access_token, jwt.access_token, second.access_token]
    expect(await activeOf(world, accessTokens)).toEqual(accessTokens)

    world.clock.advance(seconds)
    expect(await refresh(world, client, first.refresh_token)).toMatchObject(refused)
    expect(await activeOf(world, accessTokens)).toEqual([])
    expect(await refresh(world, client, second.refresh_token)).toMatchObject(refused)
    expect(replays(world)).toBe(1)

    expect(await refresh(world, client, first.refresh_token)).toMatchObject(refused)
    expect(replays(world)).toBe(1)
  })

  test('without a window the second use ends the family at once (C02)', async () => {
    const world = createQuickWorld({ refreshTokenReuseWindowSeconds: 0 })
    const client = await registerPublic(world)
    const first = await getTokens(world, client)
    const second = (await refresh(world, client, first.refresh_token)).body
    expect(await refresh(world, client, first.refresh_token)).toMatchObject(refused)
    expect(await activeOf(world, [first.access_token, second.access_token])).toEqual([])
    expect(await refresh(world, client, second.refresh_token)).toMatchObject(refused)
    expect(replays(world)).toBe(1)
  })

  test('another family of the same user and client lives on (C02)', async () => {
    const world = createQuickWorld()
    const client = await registerPublic(world)
    const first = await getTokens(world, client)
    const other = await getTokens(world, client)
    await refresh(world, client, first.refresh_token)
    world.clock.advance(31)
    expect(await refresh(world, client, first.refresh_token)).toMatchObject(refused)
    expect(await isActive(world, other.access_token)).toBe(true)
    expect((await refresh(world, client, other.refresh_token)).status).toBe(200)
  })
})

describe('a retry inside the reuse window (C03)', () => {
  test('an old token inside the window gets the same successor, and the family lives (C03)', async () => {
    const world = createQuickWorld()
    const client = await registerPublic(world)
    const first = await getTokens(world, client)
    const second = (await refresh(world, client, first.refresh_token)).body
    world.clock.advance(29)
    const again = await refresh(world, client, first.refresh_token)
    expect(again.status).toBe(200)
    expect(again.body.refresh_token).toBe(second.refresh_token)
    expect(again.body.access_token).not.toBe(second.access_token)
    const accessTokens = [first.access_token, second.access_token, again.body.access_token]
    expect(await activeOf(world, accessTokens)).toEqual(accessTokens)
    expect((await refresh(world, client, second.refresh_token)).status).toBe(200)
    expect(replays(world)).toBe(0)
    expect(world.events).toContainEqual(expect.objectContaining({ type: 'refresh_token.reused' }))
  })

  test('the window does not move with each use (C03)', async () => {
    const world = createQuickWorld()
    const client = await registerPublic(world)
    const first = await getTokens(world, client)
    await refresh(world, client, first.refresh_token)
    world.clock.advance(20)
    expect((await refresh(world, client, first.refresh_token)).status).toBe(200)
    world.clock.advance(20)
    expect(await refresh(world, client, first.refresh_token)).toMatchObject(refused)
  })

  test.each([
    ['opaque', {}],
    ['JWT', { resource: api }],
  ])(
    'the number of extra %s access tokens is bounded, and the bound costs nobody the family (C03)',
    async (_, form) => {
      const world = createQuickWorld()
      const client = await registerPublic(world)
      const first = await getTokens(world, client)
      const second = (await refresh(world, client, first.refresh_token)).body
      const statuses: number[] = []
      for (let use = 0; use < 130; use++) {
        statuses.push((await refresh(world, client, first.refresh_token, form)).status)
      }
      const extra = statuses.filter((status) => status === 200).length
      expect(extra).toBeGreaterThan(0)
      expect(extra).toBeLessThanOrEqual(100)
      expect(statuses.slice(extra).every((status) => status === 400)).toBe(true)
      expect(replays(world)).toBe(0)
      expect((await refresh(world, client, second.refresh_token)).status).toBe(200)
    },
  )
})

describe('a refresh token that is two rotations old (C04)', () => {
  test('a token two rotations old is a replay, inside the window too (C04)', async () => {
    const world = createQuickWorld()
    const client = await registerPublic(world)
    const first = await getTokens(world, client)
    const second = (await refresh(world, client, first.refresh_token)).body
    const third = (await refresh(world, client, second.refresh_token)).body
    expect(await refresh(world, client, first.refresh_token)).toMatchObject(refused)
    expect(
      await activeOf(
        world,
        [first, second, third].map((tokens) => tokens.access_token),
      ),
    ).toEqual([])
    expect(await refresh(world, client, third.refresh_token)).toMatchObject(refused)
    expect(replays(world)).toBe(1)
  })
})
