import {
  errorResponse,
  insufficientUserAuthentication,
  type ProtectOptions,
  protect,
  protectedResourceMetadataUrl,
  ResourceError,
  requireAuthentication,
  requireScopes,
  type VerifiedToken,
} from '@oauth/resource-server'
import type { JWTPayload } from 'jose'
import { customFetch, protectedResourceRequest, WWWAuthenticateChallengeError } from 'oauth4webapi'
import { describe, expect, it } from 'vitest'
import { createFakeServer, credentials, goodAnswer, now } from './support/fake-server.ts'
import { api, refusal } from './support/setup.ts'

const silver = 'urn:example:silver'
const gold = 'urn:example:gold'
const resourceMetadata = protectedResourceMetadataUrl(api)
const metadata = `resource_metadata="${resourceMetadata}"`
const stronger = 'error_description="a stronger login of the user is required"'
const newer = 'error_description="a more recent login of the user is required"'
const clock = { now: () => now }

/** Protects a resource by these options. Its verifier accepts the word `good` as a token with these members. */
function setUp(
  options: Partial<ProtectOptions>,
  token: Partial<VerifiedToken>,
  handler: (token: VerifiedToken) => void = () => {},
) {
  const verified = { scopes: ['notes:read'], ...token } as VerifiedToken
  const verify = async (): Promise<VerifiedToken> => verified
  const guarded = protect({ verifier: { verify }, resourceMetadata, clock, ...options })((_, given) => {
    handler(given)
    return new Response('notes')
  })
  return async () => {
    const response = await guarded(new Request(api))
    return { status: response.status, challenge: response.headers.get('www-authenticate') }
  }
}

describe('protect({ acr, maxAge })', () => {
  it('protect answers a login of another class, or of none, with insufficient_user_authentication and acr_values (S08)', async () => {
    for (const acr of [silver, `${gold} `, gold.toUpperCase(), '']) {
      expect(await setUp({ acr: [gold, 'urn:example:platinum'] }, { acr })()).toEqual({
        status: 401,
        challenge: `Bearer error="insufficient_user_authentication", ${stronger}, acr_values="${gold} urn:example:platinum", ${metadata}`,
      })
    }
    expect((await setUp({ acr: [gold] }, {})()).status).toBe(401)
    expect((await setUp({ acr: [silver, gold] }, { acr: gold })()).status).toBe(200)
  })

  it('protect answers an old login with max_age, and allows five seconds for clocks that differ (S08, S09)', async () => {
    const age = async (seconds: number, options: Partial<ProtectOptions> = {}) =>
      setUp({ maxAge: 300, ...options }, { authTime: now - seconds })()
    expect(await age(306)).toEqual({
      status: 401,
      challenge: `Bearer error="insufficient_user_authentication", ${newer}, max_age="300", ${metadata}`,
    })
    expect((await age(305)).status).toBe(200)
    expect((await age(301, { clockTolerance: 0 })).status).toBe(401)
    expect((await age(300, { clockTolerance: 0 })).status).toBe(200)
    expect((await age(-30)).status).toBe(200)
  })

  it('protect refuses a token without auth_time, and one whose auth_time is in milliseconds (S08)', async () => {
    for (const token of [{}, { authTime: now * 1000 }, { authTime: Number.NaN }]) {
      expect((await setUp({ maxAge: 300 }, token)()).status).toBe(401)
    }
  })

  it('a challenge names all requirements, also those that the token meets, and the scopes, so that one new login is enough (S08)', async () => {
    const options = { acr: [gold], maxAge: 300, scopes: ['notes:write'] }
    const all = `scope="notes:write", acr_values="${gold}", max_age="300", ${metadata}`
    expect((await setUp(options, { acr: gold, authTime: now - 1000 })()).challenge).toBe(
      `Bearer error="insufficient_user_authentication", ${newer}, ${all}`,
    )
    expect((await setUp(options, { acr: silver, authTime: now })()).challenge).toBe(
      `Bearer error="insufficient_user_authentication", ${stronger}, ${all}`,
    )
  })

  it('a handler may require more than its route, and the challenge has the requirements of both (S08)', async () => {
    const late = (demand: Parameters<typeof requireAuthentication>[1]) =>
      setUp({ maxAge: 600, scopes: ['notes:read'] }, { acr: silver, authTime: now - 100 }, (token) =>
        requireAuthentication(token, demand, { clock }),
      )()
    expect((await late({ acr: [gold] })).challenge).toBe(
      `Bearer error="insufficient_user_authentication", ${stronger}, scope="notes:read", acr_values="${gold}", max_age="600", ${metadata}`,
    )
    expect((await late({ maxAge: 60 })).challenge).toContain('max_age="60"')
    expect((await late({ acr: [silver], maxAge: 200 })).status).toBe(200)
  })

  it('insufficientUserAuthentication() is the response for handlers that find out late; max_age may be 0 (S08, S09)', async () => {
    const response = insufficientUserAuthentication({ acr: [gold, silver], maxAge: 0, scope: 'pay', resourceMetadata })
    expect(response.status).toBe(401)
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(await response.json()).toEqual({ error: 'insufficient_user_authentication', scope: 'pay' })
    const read = protectedResourceRequest('token', 'GET', new URL(api), undefined, undefined, {
      [customFetch]: async () => insufficientUserAuthentication({ acr: [gold, silver], maxAge: 0, resourceMetadata }),
    })
    const error = await read.catch((reason: unknown) => reason)
    expect((error as WWWAuthenticateChallengeError).cause).toEqual([
      {
        scheme: 'bearer',
        parameters: {
          error: 'insufficient_user_authentication',
          acr_values: `${gold} ${silver}`,
          max_age: '0',
          resource_metadata: resourceMetadata,
        },
      },
    ])
    expect(error).toBeInstanceOf(WWWAuthenticateChallengeError)
  })

  it('requireAuthentication throws the error that errorResponse turns into the challenge (S08)', async () => {
    const demand = async () => requireAuthentication({ acr: silver }, { acr: [gold], maxAge: 60 }, { clock })
    const error = await refusal(demand())
    expect(error).toMatchObject({
      code: 'insufficient_user_authentication',
      status: 401,
      acrValues: [gold],
      maxAge: 60,
    })
    expect(errorResponse(error).headers.get('www-authenticate')).toBe(
      `Bearer error="insufficient_user_authentication", ${stronger}, acr_values="${gold}", max_age="60"`,
    )
  })

  it.each([
    [{ acr: [] }, 'acr'],
    [{ acr: gold }, 'acr'],
    [{ acr: [1] }, 'acr'],
    [{ acr: ['two words'] }, 'acr'],
    [{ acr: ['a"b'] }, 'acr'],
    [{ acr: ['a\\b'] }, 'acr'],
    [{ acr: ['grün'] }, 'acr'],
    [{ acr: ['a\r\nset-cookie:b'] }, 'acr'],
    [{ acr: [''] }, 'acr'],
    [{ maxAge: 0 }, 'maxAge'],
    [{ maxAge: -1 }, 'maxAge'],
    [{ maxAge: 1.5 }, 'maxAge'],
    [{ maxAge: '300' }, 'maxAge'],
    [{ maxAge: Number.POSITIVE_INFINITY }, 'maxAge'],
    [{ clockTolerance: 301 }, 'clockTolerance'],
    [{ challengeScopes: 'all' }, 'challengeScopes'],
  ])('protect refuses the option %j at start (S09)', (options, name) => {
    expect(() => setUp(options as never, {})).toThrow(new RegExp(`^${name}: `))
  })
})

describe('attacks on challenges for another login', () => {
  it('a value of acr_values cannot end its parameter and begin another one (S08)', () => {
    for (const value of ['x", max_age="0', 'x\\', 'x\r\nset-cookie: y', 'x y', 'x\u0000', '']) {
      expect(() => insufficientUserAuthentication({ acr: [value] })).toThrow(TypeError)
      expect(() => requireAuthentication({}, { acr: [value] })).toThrow(TypeError)
      const error = new ResourceError('insufficient_user_authentication', { acrValues: [value] })
      expect(() => errorResponse(error)).toThrow(TypeError)
    }
    for (const maxAge of [-1, 1.5, Number.NaN, '1", scope="admin' as never]) {
      expect(() => insufficientUserAuthentication({ maxAge })).toThrow(TypeError)
    }
  })

  it('a request without a valid token is not told which login an operation needs (S10)', async () => {
    const setup = await createFakeServer()
    const handler = protect({ verifier: setup.verifierWith(), acr: [gold], maxAge: 300, scopes: ['pay'] })(
      () => new Response('paid'),
    )
    const expired = await setup.sign({ exp: now - 60, acr: silver, auth_time: now - 9999 })
    for (const authorization of [undefined, 'Bearer', `Bearer ${expired}`, 'Bearer forged']) {
      const response = await handler(new Request(api, authorization ? { headers: { authorization } } : {}))
      expect([400, 401]).toContain(response.status)
      expect(response.headers.get('www-authenticate')).not.toMatch(/acr_values|max_age|insufficient/)
    }
  })

  it('only acr and auth_time of the token count: a request cannot bring its own (S08)', async () => {
    const setup = await createFakeServer()
    const handler = protect({ verifier: setup.verifierWith(), clock, acr: [gold] })(() => new Response('paid'))
    const headers = { authorization: `Bearer ${await setup.sign({ acr: silver, amr: [gold] })}`, acr: gold }
    expect((await handler(new Request(`${api}?acr=${gold}&acr_values=${gold}`, { headers }))).status).toBe(401)
    for (const acr of [[gold], { value: gold }, 1]) {
      const odd = { authorization: `Bearer ${await setup.sign({ acr } as never)}` }
      expect((await handler(new Request(api, { headers: odd }))).status).toBe(401)
    }
  })
})

describe('the requirements hold for every kind of token', () => {
  const options = { clock, acr: [gold], maxAge: 300 }
  const good = { acr: gold, auth_time: now - 10 }
  const bad = [{ acr: silver, auth_time: now - 10 }, { acr: gold, auth_time: now - 400 }, {}]

  it('a JWT needs acr and auth_time in its claims (S08)', async () => {
    const setup = await createFakeServer()
    const handler = protect({ verifier: setup.verifierWith(), ...options })(() => new Response('paid'))
    const get = async (claims: JWTPayload) =>
      (await handler(new Request(api, { headers: { authorization: `Bearer ${await setup.sign(claims)}` } }))).status
    expect(await get(good)).toBe(200)
    for (const claims of bad) expect(await get(claims)).toBe(401)
  })

  it('an opaque token needs acr and auth_time in its introspection, also when the answer is cached (S01, S08)', async () => {
    const setup = await createFakeServer()
    const introspection = { ...credentials, cacheSeconds: 60 }
    const handler = protect({ verifier: setup.verifierWith({ introspection }), ...options })(() => new Response('paid'))
    const get = async (token: string, answer: object) => {
      setup.answers.set('/introspect', () => Response.json({ ...goodAnswer, ...answer }))
      return (await handler(new Request(api, { headers: { authorization: `Bearer ${token}` } }))).status
    }
    expect(await get('one', good)).toBe(200)
    expect(await get('one', {})).toBe(200)
    for (const [index, answer] of bad.entries()) {
      expect(await get(`bad-${index}`, answer)).toBe(401)
      expect(await get(`bad-${index}`, good)).toBe(401)
    }
  })
})

describe('step-up by scope', () => {
  const scopes = ['notes:read', 'notes:list']

  it('a challenge names all scopes of the operation: those of the route and those that the handler requires (S11)', async () => {
    const get = setUp({ scopes }, { scopes: [...scopes, 'profile'] }, (token) =>
      requireScopes(token, ['notes:write', 'notes:read']),
    )
    expect(await get()).toEqual({
      status: 403,
      challenge: `Bearer error="insufficient_scope", error_description="the access token lacks a scope", scope="notes:read notes:list notes:write", ${metadata}`,
    })
  })

  it('with challengeScopes a challenge names what the token has, too, but no scope that no resource needs (S11)', async () => {
    const options = { challengeScopes: 'granted-and-operation', scopes: ['notes:write'] } as const
    const token = { scopes: ['openid', 'notes:read', 'offline_access'], authTime: now - 999 }
    expect((await setUp(options, token)()).challenge).toContain('scope="notes:read notes:write"')
    expect((await setUp({ ...options, maxAge: 300 }, token)()).challenge).toContain('scope="notes:read notes:write"')
    expect((await setUp({ ...options, challengeScopes: 'operation' }, token)()).challenge).toContain(
      'scope="notes:write"',
    )
  })

  it('a challenge to an invalid token never names scopes of a token (S11)', async () => {
    const options = { challengeScopes: 'granted-and-operation', scopes: ['notes:read'] } as const
    const get = setUp(options, { scopes: ['notes:read', 'secret:scope'] }, () => {
      throw new ResourceError('invalid_token', { scopes: ['other'] })
    })
    expect((await get()).challenge).toBe(`Bearer error="invalid_token", scope="notes:read", ${metadata}`)
  })
})
