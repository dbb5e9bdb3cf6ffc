import { describe, expect, test } from 'vitest'
import { authorize, exchangeCode, getTokens, refresh, registerConfidential, userinfo } from '../support/client.ts'
import { api, createQuickWorld, idOf, introspect } from '../support/tokens.ts'
import { alice, type World, type WorldOptions } from '../support/world.ts'

const cyclic: Record<string, unknown> = {}
cyclic.self = cyclic

const wrong: readonly (readonly [string, unknown, string])[] = [
  ['a text', 'admin', 'must be an object of claims, undefined or null; it is a string'],
  ['false', false, 'must be an object of claims, undefined or null; it is a boolean'],
  ['a list', ['admin'], 'it is an array'],
  ['a Map', new Map([['role', 'admin']]), 'it is an object'],
  ['a BigInt inside', { role: 10n }, 'role must be a value that JSON can carry; it is or has a bigint'],
  ['a function inside', { role: () => 'admin' }, 'it is or has a function'],
  ['a symbol deep inside', { role: { name: [Symbol('admin')] } }, 'it is or has a symbol'],
  ['NaN inside', { role: Number.NaN }, 'it is or has NaN'],
  ['a cycle', { role: cyclic }, 'it is or has an object that contains itself'],
]

function lastFailure(world: World): string {
  const event = world.events.findLast(({ type }) => type === 'request.failed')
  return event?.type === 'request.failed' ? (event.cause as Error).message : ''
}

const hooks = ['customAccessTokenClaims', 'customIdTokenClaims', 'customTokenResponseFields'] as const

describe.each(hooks)('%s (E18)', (hook) => {
  test.each(wrong)(
    `${hook} that answers with %s costs neither a code nor a refresh token (E18)`,
    async (_name, answer, told) => {
      let says: unknown
      const world = createQuickWorld({ [hook]: () => says } as WorldOptions)
      const client = await registerConfidential(world)
      const tokens = await getTokens(world, client, {}, { resource: api })
      const authorized = await authorize(world, client)
      says = answer
      for (const refused of [
        await exchangeCode(world, client, authorized, { resource: api }),
        await refresh(world, client, tokens.refresh_token, { resource: api }),
      ]) {
        expect(refused).toMatchObject({ status: 500, body: { error: 'server_error' } })
        expect(JSON.stringify(refused.body)).not.toMatch(/custom|admin|role/)
        expect(lastFailure(world)).toContain(hook)
        expect(lastFailure(world)).toContain(told)
      }
      expect((await world.storage.authorizationCodes.find(idOf(authorized.code)))?.code.consumedAt).toBeUndefined()
      expect((await world.storage.refreshTokens.find(idOf(tokens.refresh_token)))?.token.rotatedAt).toBeUndefined()
      says = undefined
      expect((await exchangeCode(world, client, authorized, { resource: api })).status).toBe(200)
      expect((await refresh(world, client, tokens.refresh_token, { resource: api })).status).toBe(200)
    },
  )
})

describe('where nothing is consumed (E18)', () => {
  test.each(wrong)('customUserinfoClaims and introspection refuse %s by name (E18)', async (_name, answer, told) => {
    let says: unknown
    const hook = () => says as never
    const world = createQuickWorld({ customUserinfoClaims: hook, customAccessTokenClaims: hook })
    const client = await registerConfidential(world)
    const { access_token } = await getTokens(world, client)
    says = answer
    expect(await userinfo(world, access_token)).toMatchObject({ status: 500, body: { error: 'server_error' } })
    expect(lastFailure(world)).toContain('customUserinfoClaims')
    expect(lastFailure(world)).toContain(told)
    expect(await introspect(world, client, access_token)).toMatchObject({ status: 500 })
    expect(lastFailure(world)).toContain('customAccessTokenClaims')
  })

  test('what JSON can carry arrives: null, dates as their text, members without a value left out (E18)', async () => {
    const at = new Date(0)
    const world = createQuickWorld({
      customUserinfoClaims: () => ({ nothing: null, at, list: [1, 'two', { three: true }], absent: undefined }),
    })
    const { access_token } = await getTokens(world, await registerConfidential(world))
    const { body } = await userinfo(world, access_token)
    expect(body).toMatchObject({ nothing: null, at: at.toISOString(), list: [1, 'two', { three: true }] })
    expect(body).not.toHaveProperty('absent')
  })
})

describe('the claims of a user (G32)', () => {
  const everything = 'openid profile email address phone'

  async function learn(userClaims: () => unknown) {
    const world = createQuickWorld({ userClaims: userClaims as never })
    const client = await registerConfidential(world, { scope: everything })
    const { access_token } = await getTokens(world, client, { scope: everything })
    const { body } = await userinfo(world, access_token)
    const dropped = world.events.flatMap((event) =>
      event.type === 'claims.wrong_type_dropped' ? [[event.claim, event.expected]] : [],
    )
    return { body, dropped }
  }

  test('what can mean one thing alone is converted (G32)', async () => {
    const { body, dropped } = await learn(() => ({
      updated_at: new Date(1_700_000_000_900),
      email: 'a@example.com',
      email_verified: 1,
      phone_number_verified: 0,
      address: { country: 'GB', region: null },
    }))
    expect(body).toEqual({
      sub: alice.id,
      updated_at: 1_700_000_000,
      email: 'a@example.com',
      email_verified: true,
      phone_number_verified: false,
      address: { country: 'GB' },
    })
    expect(dropped).toEqual([])
    expect((await learn(() => ({ updated_at: 1_700_000_000_900 }))).body.updated_at).toBe(1_700_000_000)
    expect((await learn(() => ({ updated_at: 1_700_000_000.9 }))).body.updated_at).toBe(1_700_000_000)
  })

  test('what has the wrong type is left out, and an event says what is right (G32)', async () => {
    const { body, dropped } = await learn(() => ({
      updated_at: '2024-01-01',
      email: ['a@example.com'],
      email_verified: 'true',
      name: 7,
      birthdate: new Date(0),
      address: { postal_code: 12345 },
      nickname: null,
      own: 10n,
    }))
    expect(body).toEqual({ sub: alice.id })
    expect(Object.fromEntries(dropped)).toEqual({
      updated_at: 'seconds since the epoch, as a number',
      email: 'a string',
      email_verified: 'true or false',
      name: 'a string',
      birthdate: 'a string',
      address: 'an object whose members are strings',
      own: 'a value of JSON',
    })
  })

  test.each([
    ['nothing', undefined, 'it is undefined'],
    ['a promise', Promise.resolve({ name: 'x' }), 'it is a promise'],
    ['a list', [], 'it is an array'],
  ])(
    'an answer that is %s is an error by name, for the ID token and at userinfo, and costs no code (G32)',
    async (_name, answer, told) => {
      let says: unknown = answer
      const world = createQuickWorld({ userClaims: (() => says) as never })
      const client = await registerConfidential(world, { scope: everything })
      const authorized = await authorize(world, client, { scope: everything })
      const isNamed = () => {
        expect(lastFailure(world)).toContain('userClaims must be an object of claims')
        expect(lastFailure(world)).toContain(told)
      }
      expect((await exchangeCode(world, client, authorized)).status).toBe(500)
      isNamed()
      says = {}
      const { status, body } = await exchangeCode(world, client, authorized)
      expect(status).toBe(200)
      says = answer
      expect((await userinfo(world, body.access_token)).status).toBe(500)
      isNamed()
    },
  )

  test('the default reads the user’s members the same way, and says what is wrong with them (G32)', async () => {
    const world = createQuickWorld()
    const user = { ...alice, updatedAt: new Date(5000), emailVerified: 0, picture: 7, image: '/a.png', birthdate: 1990 }
    world.users.set(alice.id, user as never)
    const client = await registerConfidential(world, { scope: everything })
    const { access_token } = await getTokens(world, client, { scope: everything })
    const { body } = await userinfo(world, access_token)
    expect(body).toMatchObject({ updated_at: 5, email_verified: false, picture: '/a.png' })
    expect(body).not.toHaveProperty('birthdate')
    expect(world.events).toContainEqual({
      type: 'claims.wrong_type_dropped',
      hook: 'userClaims',
      claim: 'birthdate',
      expected: 'a string',
    })
  })
})
