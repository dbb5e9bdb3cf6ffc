import { memoryStorage } from '@oauth/core/memory'
import { describe, expect, test } from 'vitest'
import { createSealer, createTokenSealers } from '../../src/crypto/seal.ts'
import { getTokens, refresh, registerPublic } from '../support/client.ts'
import { createQuickWorld, idOf } from '../support/tokens.ts'
import { secret, type World } from '../support/world.ts'

const purpose = 'oauth/refresh-token-successor'
const newSecret = 'another-secret-with-enough-characters-in-it'

/** Returns the stored record of a refresh token. */
async function stored(world: World, token: string) {
  return (await world.storage.refreshTokens.find(idOf(token)))?.token
}

/** Returns the later tokens that an attacker finds with the database, one used refresh token and perhaps the secret. */
async function unroll(world: World, dead: string, secrets: readonly string[]): Promise<readonly string[]> {
  const found: string[] = []
  for (let token: string | undefined = dead; token !== undefined; ) {
    const row = await stored(world, token)
    const sealers = [createTokenSealers(secrets, purpose)(token), createSealer(token, purpose)]
    let next: string | undefined
    for (const sealer of sealers) next ??= await sealer.unseal(row?.sealedSuccessor ?? '', row?.id ?? '')
    if (next !== undefined) found.push(next)
    token = next
  }
  return found
}

describe('sealed successors (C17)', () => {
  test('a dead refresh token and the whole database, secret included, do not lead to the live token after twenty-five rotations (C17)', async () => {
    const world = createQuickWorld()
    const client = await registerPublic(world)
    const { refresh_token: first } = await getTokens(world, client)
    const tokens = [first]
    for (let round = 0; round < 25; round++) {
      const answer = await refresh(world, client, tokens.at(-1) as string)
      expect(answer.status).toBe(200)
      tokens.push(answer.body.refresh_token)
    }
    expect(await unroll(world, first, [secret])).toEqual([])
    const sealed = await Promise.all(tokens.map((token) => stored(world, token)))
    expect(sealed.map((row) => row?.sealedSuccessor !== undefined)).toEqual(tokens.map((_, index) => index === 24))
    expect(sealed.map((row) => row?.sealedUntil !== undefined)).toEqual(tokens.map((_, index) => index === 24))
  })

  test('what a retry could have opened is cleared when the reuse window is over, by the purge (C17)', async () => {
    const world = createQuickWorld()
    const client = await registerPublic(world)
    const { refresh_token: first } = await getTokens(world, client)
    const { refresh_token: second } = (await refresh(world, client, first)).body
    expect(await unroll(world, first, [secret])).toEqual([second])
    world.clock.advance(30)
    expect(await world.provider.purgeExpired()).toBe(0)
    world.clock.advance(1)
    expect(await world.provider.purgeExpired()).toBe(1)
    expect(await unroll(world, first, [secret])).toEqual([])
    // The server still recognizes the old token as a replay, and accepts the new one.
    expect((await refresh(world, client, second)).status).toBe(200)
    expect((await refresh(world, client, first)).body.error).toBe('invalid_grant')
    expect(world.events.filter(({ type }) => type === 'refresh_token.replayed')).toHaveLength(1)
  })

  test('without a reuse window nothing is sealed at all (C17)', async () => {
    const world = createQuickWorld({ refreshTokenReuseWindowSeconds: 0 })
    const client = await registerPublic(world)
    const { refresh_token: first } = await getTokens(world, client)
    expect((await refresh(world, client, first)).status).toBe(200)
    expect(await stored(world, first)).not.toHaveProperty('sealedSuccessor')
  })
})

describe('the key of a sealed successor (C18)', () => {
  test('the old refresh token and the database alone do not open it: the secret of the server is needed, too (C18)', async () => {
    const world = createQuickWorld()
    const client = await registerPublic(world)
    const { refresh_token: first } = await getTokens(world, client)
    const { refresh_token: second } = (await refresh(world, client, first)).body
    expect(await unroll(world, first, [secret])).toEqual([second])
    for (const wrong of [newSecret, '', first]) expect(await unroll(world, first, [wrong])).toEqual([])
    // The secret without the token opens nothing either.
    const row = await stored(world, first)
    for (const known of [row?.secretHash, row?.id, secret, second]) {
      const sealer = createTokenSealers([secret], purpose)(known ?? '')
      expect(await sealer.unseal(row?.sealedSuccessor ?? '', row?.id ?? '')).toBeUndefined()
    }
  })

  test('while the secret is replaced, every process opens what the other one sealed (C18)', async () => {
    const storage = memoryStorage()
    const before = createQuickWorld({ storage, secret: [secret, newSecret] })
    const after = createQuickWorld({ storage, secret: [newSecret, secret] })
    const client = await registerPublic(before)
    for (const [one, other] of [
      [before, after],
      [after, before],
    ] as const) {
      const { refresh_token: first } = await getTokens(one, client)
      const { refresh_token: second } = (await refresh(one, client, first)).body
      expect((await refresh(other, client, first)).body.refresh_token).toBe(second)
    }
  })
})
