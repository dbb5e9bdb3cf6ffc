import { describe, expect, test } from 'vitest'
import { authorize, exchangeCode, getTokens, postAs, refresh, registerConfidential } from '../support/client.ts'
import { createQuickWorld, idOf } from '../support/tokens.ts'
import { watchStorage } from '../support/watched-storage.ts'
import type { World } from '../support/world.ts'

function lastFailure(world: World): string {
  const event = world.events.findLast(({ type }) => type === 'request.failed')
  return event?.type === 'request.failed' ? (event.cause as Error).message : ''
}

const good = 'a-good-token-of-the-host-with-enough-entropy'
const wrong: readonly (readonly [string, unknown])[] = [
  ['nothing', undefined],
  ['an empty text', ''],
  ['a number', 42],
  ['a promise', Promise.resolve(good)],
  ['a text that can be guessed', 'token-1'],
  ['a text with a space', `${good} x`],
  ['a text beyond ASCII', `${good}é`],
]

describe('generators of tokens (E19)', () => {
  test.each(wrong)('generateAccessToken that answers with %s costs no code (E19)', async (_name, made) => {
    let next: unknown = made
    const world = createQuickWorld({ generateAccessToken: () => next as string })
    const client = await registerConfidential(world)
    const authorized = await authorize(world, client)
    expect(await exchangeCode(world, client, authorized)).toMatchObject({ status: 500 })
    expect(lastFailure(world)).toMatch(/^generateAccessToken must answer with a string of 22 to 4096/)
    expect(lastFailure(world)).not.toContain(good)
    next = good
    expect((await exchangeCode(world, client, authorized)).body.access_token).toBe(good)
  })

  test.each(wrong)('generateRefreshToken that answers with %s costs no refresh token (E19)', async (_name, made) => {
    let next: unknown = good
    const world = createQuickWorld({ generateRefreshToken: () => next as string })
    const client = await registerConfidential(world)
    const tokens = await getTokens(world, client, { scope: 'openid offline_access' })
    next = made
    expect(await refresh(world, client, tokens.refresh_token)).toMatchObject({ status: 500 })
    expect(lastFailure(world)).toMatch(/^generateRefreshToken must answer with/)
    next = `${good}-2`
    expect((await refresh(world, client, tokens.refresh_token)).body.refresh_token).toBe(next)
  })

  test.each<readonly [string, () => unknown]>([
    ['answers with nothing', () => undefined],
    ['answers with a promise', () => Promise.resolve('x')],
    ['answers with a line break', () => 'a\nb'],
    [
      'throws',
      () => {
        throw new Error('refreshTokenEncoder: the key store is down')
      },
    ],
  ])('refreshTokenEncoder that %s costs neither a code nor a refresh token (E19)', async (_name, encode) => {
    let broken = true
    const world = createQuickWorld({
      refreshTokenEncoder: (token) => (broken ? (encode() as string) : `x${token}`),
      refreshTokenDecoder: (text) => text.slice(1),
    })
    const client = await registerConfidential(world)
    const authorized = await authorize(world, client, { scope: 'openid offline_access' })
    expect(await exchangeCode(world, client, authorized)).toMatchObject({ status: 500 })
    expect(lastFailure(world)).toContain('refreshTokenEncoder')
    expect((await world.storage.authorizationCodes.find(idOf(authorized.code)))?.code.consumedAt).toBeUndefined()
    broken = false
    const { body } = await exchangeCode(world, client, authorized)
    broken = true
    expect(await refresh(world, client, body.refresh_token)).toMatchObject({ status: 500 })
    broken = false
    expect((await refresh(world, client, body.refresh_token)).status).toBe(200)
  })

  test('refreshTokenDecoder that answers with no text is an error by name, and null is no token (E19)', async () => {
    let answer: unknown = 7
    const world = createQuickWorld({ refreshTokenDecoder: () => answer as string })
    const client = await registerConfidential(world)
    expect(await postAs(world, client, '/oauth2/introspect', { token: 'x' })).toMatchObject({ status: 500 })
    expect(lastFailure(world)).toBe('refreshTokenDecoder must be a string, or undefined; it is a number')
    answer = null
    expect((await postAs(world, client, '/oauth2/introspect', { token: 'x' })).body).toEqual({ active: false })
  })
})

describe('generators of client ids and secrets (E19)', () => {
  test.each<readonly [string, unknown]>([
    ['nothing', undefined],
    ['an empty text', ''],
    ['a number', 42],
    ['a promise', Promise.resolve('app')],
    ['too long a text', 'x'.repeat(256)],
    ['a text with a space', 'my app'],
  ])('generateClientId that answers with %s makes no client (E19)', async (_name, made) => {
    const { storage, writes } = watchStorage()
    const world = createQuickWorld({ storage, generateClientId: () => made as string })
    await expect(world.provider.registerClient({ redirect_uris: ['https://app.example.com/cb'] })).rejects.toThrow(
      /^generateClientId must answer with a string of 1 to 255/,
    )
    expect(writes).toEqual([])
  })

  test.each<readonly [string, unknown]>([
    ['nothing', undefined],
    ['31 characters', 'x'.repeat(31)],
    ['a text beyond ASCII', 'é'.repeat(40)],
    ['a promise', Promise.resolve('x'.repeat(40))],
  ])('generateClientSecret that answers with %s makes no client (E19)', async (_name, made) => {
    const { storage, writes } = watchStorage()
    const world = createQuickWorld({ storage, generateClientSecret: () => made as string })
    await expect(world.provider.registerClient({ redirect_uris: ['https://app.example.com/cb'] })).rejects.toThrow(
      /^generateClientSecret must answer with a string of 32 to 1024/,
    )
    expect(writes).toEqual([])
  })
})
