import type { ClaimHooks, OAuthEvent } from '@oauth/core'
import { beforeAll, describe, expect, test } from 'vitest'
import { authorize, claimsOf, exchangeCode, registerConfidential, userinfo } from '../support/client.ts'
import { api, createQuickWorld, introspect } from '../support/tokens.ts'
import type { TestUser } from '../support/world.ts'

type HookName = keyof ClaimHooks<TestUser>
type Claims = Readonly<Record<string, unknown>>

/** The claim names that case E07 lists. */
const reserved = [
  ...['iss', 'sub', 'aud', 'exp', 'iat', 'nbf', 'jti', 'nonce', 'at_hash', 'azp', 'acr', 'auth_time', 'client_id'],
  ...['scope', 'cnf', 'sid'],
]
/** The registered members of a token response that are not in `reserved`. */
const responseMembers = ['access_token', 'token_type', 'expires_in', 'refresh_token', 'id_token', 'error']

const hooks: readonly HookName[] = [
  'customAccessTokenClaims',
  'customIdTokenClaims',
  'customUserinfoClaims',
  'customTokenResponseFields',
]

/** Runs requests in which all hooks return these claims. Returns every token and response that hooks can change. */
async function run(returned: Claims | undefined): Promise<Record<string, Claims> & { events: never }> {
  const hook = (): Claims | undefined => returned
  const world = createQuickWorld(
    returned === undefined
      ? {}
      : {
          customAccessTokenClaims: hook,
          customIdTokenClaims: hook,
          customUserinfoClaims: hook,
          customTokenResponseFields: hook,
        },
  )
  const client = await registerConfidential(world, { client_id: 'the-client', enable_end_session: true })
  const opaque = (await exchangeCode(world, client, await authorize(world, client, { nonce: 'n-1' }))).body
  const answer = (
    await exchangeCode(world, client, await authorize(world, client, { nonce: 'n-1' }), { resource: api })
  ).body
  return {
    'JWT access token': claimsOf(answer.access_token),
    'introspection of an opaque token': (await introspect(world, client, opaque.access_token)).body,
    'introspection of a JWT': (await introspect(world, client, answer.access_token)).body,
    'ID token': claimsOf(answer.id_token),
    userinfo: (await userinfo(world, opaque.access_token)).body,
    'token response': answer,
    events: world.events as never,
  }
}

const places = [
  'JWT access token',
  'introspection of an opaque token',
  'introspection of a JWT',
  'ID token',
  'userinfo',
  'token response',
]

/** Members that differ in each run, because they are random or derived from random values. */
const random = new Set(['jti', 'at_hash', 'sid', 'access_token', 'refresh_token', 'id_token'])

let plain: Record<string, Claims>
let evil: Record<string, Claims> & { events: readonly OAuthEvent[] }
let deleting: Record<string, Claims>

beforeAll(async () => {
  const names = [...reserved, ...responseMembers, '__proto__']
  const evilClaims = JSON.parse(`{${names.map((name) => `"${name}":{"evil":"${name}"}`).join(',')},"tenant":"t-1"}`)
  plain = await run(undefined)
  evil = (await run(evilClaims)) as never
  deleting = await run(Object.fromEntries([...reserved, ...responseMembers].map((name) => [name, undefined])))
})

const members = (place: string): readonly string[] =>
  place === 'token response' ? ['scope', ...responseMembers] : reserved

describe.each(places)('in the %s (E07)', (place) => {
  test.each(members(place))(`no hook sets %s in the ${place} (E07)`, (name) => {
    const value = evil[place]?.[name]
    expect(value).not.toEqual({ evil: name })
    if (random.has(name)) expect(typeof value).toBe(typeof plain[place]?.[name])
    else expect(value).toEqual(plain[place]?.[name])
  })

  test.each(members(place))(`no hook deletes %s in the ${place} (E07)`, (name) => {
    const value = deleting[place]?.[name]
    if (random.has(name)) expect(typeof value).toBe(typeof plain[place]?.[name])
    else expect(value).toEqual(plain[place]?.[name])
  })

  test(`__proto__ is no way into the ${place}, and an honest claim arrives (E07)`, () => {
    expect(Object.hasOwn(evil[place] ?? {}, '__proto__')).toBe(false)
    expect(evil[place]).not.toHaveProperty('evil')
    expect(evil[place]?.tenant).toBe('t-1')
    expect(({} as Claims).evil).toBeUndefined()
  })
})

test('no hook sets a name of a claim in the token response (E07)', () => {
  const set = reserved.filter((name) => name !== 'scope' && Object.hasOwn(evil['token response'] ?? {}, name))
  expect(set).toEqual([])
})

test.each(hooks)('an event names what %s tried to set (E07)', (hook) => {
  const event = evil.events.find(
    (one): one is OAuthEvent & { type: 'claims.reserved_name_dropped' } =>
      one.type === 'claims.reserved_name_dropped' && one.hook === hook,
  )
  expect(event?.names).toEqual(expect.arrayContaining([...reserved, '__proto__']))
  expect(event?.names).not.toContain('tenant')
})

test('a function called toJSON does not replace the claims (E07)', async () => {
  const toJSON = (): Claims => ({ iss: 'https://evil.example', sub: 'user-bob', aud: 'x', exp: 9_999_999_999, iat: 1 })
  const result = await run({ toJSON })
  expect(result['JWT access token']?.sub).toBe('user-alice')
  expect(result['ID token']?.sub).toBe('user-alice')
  expect(result.userinfo?.sub).toBe('user-alice')
  expect(result['token response']?.token_type).toBe('Bearer')
})

test('null and undefined from a hook are no claims (E07)', async () => {
  for (const nothing of [null, undefined]) {
    const world = createQuickWorld({
      customIdTokenClaims: () => nothing,
      customTokenResponseFields: async () => nothing,
    })
    const client = await registerConfidential(world)
    expect((await exchangeCode(world, client, await authorize(world, client))).status).toBe(200)
  }
})
