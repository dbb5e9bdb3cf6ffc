import { memoryStorage } from '@oauth/core/memory'
import { describe, expect, test } from 'vitest'
import { authorize, exchangeCode, getTokens, postAs, refresh, registerPublic } from '../support/client.ts'
import { pseudoRandom, yieldingStorage } from '../support/storage.ts'
import { activeOf, api, createQuickWorld, grantOf, idOf } from '../support/tokens.ts'

describe('parallel refreshes (C05)', () => {
  test.each([
    ['a storage that answers at once', memoryStorage(), {}],
    ['a storage that answers later', yieldingStorage(memoryStorage()), {}],
    ['a storage that answers later, for JWTs', yieldingStorage(memoryStorage(), 5), { resource: api }],
  ])('fifty parallel refreshes give one successor and one live family: %s (C05)', async (_, storage, form) => {
    const world = createQuickWorld({ storage })
    const client = await registerPublic(world)
    const first = await getTokens(world, client)
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => refresh(world, client, first.refresh_token, form)),
    )
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 50 }, () => 200))
    const successors = new Set(answers.map(({ body }) => body.refresh_token as string))
    expect(successors.size).toBe(1)
    const [successor = ''] = successors
    const found = await world.storage.refreshTokens.find(idOf(first.refresh_token))
    expect(found?.token).toMatchObject({ successorId: idOf(successor), reuses: 49 })

    const accessTokens = answers.map(({ body }) => body.access_token as string)
    expect(new Set(accessTokens).size).toBe(50)
    expect((await activeOf(world, accessTokens)).length).toBe(50)
    const grants = await world.storage.grants.list({ userId: 'user-alice', now: world.clock.now() })
    expect(grants.length).toBe(1)
    expect((await refresh(world, client, successor)).status).toBe(200)
    expect(world.events.filter(({ type }) => type === 'refresh_token.replayed')).toEqual([])
  })

  test('fifty parallel refreshes without a window leave at most one live pair, and no client gets a second family (C05)', async () => {
    const world = createQuickWorld({ storage: yieldingStorage(memoryStorage()), refreshTokenReuseWindowSeconds: 0 })
    const client = await registerPublic(world)
    const first = await getTokens(world, client)
    const answers = await Promise.all(Array.from({ length: 50 }, () => refresh(world, client, first.refresh_token)))
    expect(answers.filter(({ status }) => status === 200).length).toBe(1)
    expect(world.events.filter(({ type }) => type === 'refresh_token.replayed').length).toBe(1)
    expect(await world.storage.grants.list({ userId: 'user-alice', now: world.clock.now() })).toEqual([])
  })
})

describe('a withdrawal during a refresh (C06)', () => {
  const rounds = 60

  test.each([
    ['revokeGrant', 'a fresh token', {}],
    ['revokeGrant', 'a fresh token', { resource: api }],
    ['revokeGrant', 'an old token inside the window', {}],
    ['the revocation endpoint', 'a fresh token', {}],
    ['the revocation endpoint', 'a fresh token', { resource: api }],
    ['the revocation endpoint', 'an old token inside the window', {}],
  ])('%s while %s is refreshed: nothing is active after both end %o (C06)', async (how, which, form) => {
    const world = createQuickWorld({ storage: yieldingStorage(memoryStorage(), 11) })
    const client = await registerPublic(world)
    const turns = pseudoRandom(3)
    const { browser } = await authorize(world, client)
    const outcomes = new Set<number>()
    for (let round = 0; round < rounds; round++) {
      const exchanged = await exchangeCode(world, client, await authorize(world, client, {}, { browser }))
      const tokens = exchanged.body
      const grantId = await grantOf(world, tokens.access_token)
      const known: string[] = [tokens.access_token]
      const refreshTokens: string[] = [tokens.refresh_token]
      if (which !== 'a fresh token') {
        const { body } = await refresh(world, client, tokens.refresh_token)
        known.push(body.access_token)
        refreshTokens.push(body.refresh_token)
      }
      const revoke = async (): Promise<unknown> => {
        const delay = turns(40)
        for (let turn = 0; turn < delay; turn++) await Promise.resolve()
        if (how === 'revokeGrant') return world.provider.revokeGrant(grantId)
        return postAs(world, client, '/oauth2/revoke', { token: tokens.refresh_token })
      }
      const [answer] = await Promise.all([refresh(world, client, tokens.refresh_token, form), revoke()])
      outcomes.add(answer.status)
      if (answer.status === 200) {
        known.push(answer.body.access_token)
        refreshTokens.push(answer.body.refresh_token)
      } else {
        expect(answer.body.error).toBe('invalid_grant')
      }
      expect(await activeOf(world, known)).toEqual([])
      for (const token of refreshTokens) {
        expect(await refresh(world, client, token)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
      }
    }
    // Both orders must occur, otherwise the rounds prove nothing.
    expect([...outcomes].sort()).toEqual([200, 400])
  })
})
