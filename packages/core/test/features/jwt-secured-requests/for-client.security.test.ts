import { type JwtSecuredRequestsOptions, jwtSecuredRequests } from '@oauth/core/features/jwt-secured-requests'
import { describe, expect, test } from 'vitest'
import { postAs, redirectUri } from '../../support/client.ts'
import { expectErrorRedirect } from '../../support/expectations.ts'
import { pushPath } from '../../support/pushed-requests.ts'
import { each, refused, taken, waysWorld } from './ways.ts'

describe('requirements for single clients', () => {
  const strict: JwtSecuredRequestsOptions = {
    signingAlgorithms: ['PS256', 'ES256'],
    required: true,
    requireLifetime: true,
    requireType: true,
    maxLifetimeSeconds: 600,
    unsigned: 'refused',
    outsideParameters: 'ignored',
  }
  const forBanks: JwtSecuredRequestsOptions = {
    unsigned: 'allowed',
    outsideParameters: 'merged',
    forClient: ({ metadata }) => (metadata.client_name === 'Bank' ? strict : undefined),
  }

  test('forClient holds one client to more, and leaves the others as they are (J01, J03, J04, J13)', async () => {
    for (const [client_name, isBank] of [
      ['Bank', true],
      ['Shop', false],
    ] as const) {
      const { sign, unsigned, claims, ask, world, client, sendEachWay } = await waysWorld(forBanks, { client_name })
      const outcome = isBank ? refused : taken
      expect(await sendEachWay(await sign({ exp: undefined }))).toEqual(outcome)
      expect(await sendEachWay(await sign({}, { typ: undefined }))).toEqual(outcome)
      expect(await sendEachWay(await sign({ exp: world.clock.now() + 900 }))).toEqual(outcome)
      expect(await sendEachWay(unsigned())).toEqual(outcome)
      expect(await sendEachWay(await sign())).toEqual(taken)
      const merged = await ask({ request: await sign(), login_hint: 'outer' })
      const hint = new URL(merged.headers.get('location') ?? '').searchParams.get('login_hint')
      expect(hint).toBe(isBank ? null : 'outer')

      const { iss: _, aud: __, exp: ___, nbf: ____, iat: _____, jti: ______, ...plain } = claims()
      const response = await ask(plain as Record<string, string>)
      if (isBank) expectErrorRedirect(world, response, redirectUri, 'invalid_request')
      else expect(response.headers.get('location')).toMatch(/\/login\?/)
      const pushed = await postAs(world, client, pushPath, plain as Record<string, string>)
      expect(pushed.status).toBe(isBank ? 400 : 201)
    }
  })

  test('forClient cannot relax what holds for every client', async () => {
    const relaxed: JwtSecuredRequestsOptions = {
      signingAlgorithms: ['RS256', 'ES256', 'EdDSA'],
      required: false,
      requireLifetime: false,
      requireType: false,
      maxLifetimeSeconds: 86_400,
      unsigned: 'allowed',
      outsideParameters: 'merged',
    }
    const made = await waysWorld({ ...strict, forClient: () => relaxed })
    const { sign, unsigned, ask, world, sendEachWay } = made
    const now = world.clock.now()
    for (const jwt of [
      unsigned(),
      await sign({ exp: undefined }),
      await sign({ exp: now + 700 }),
      await sign({}, { typ: 'JWT' }),
    ]) {
      expect(await sendEachWay(jwt)).toEqual(refused)
    }
    const merged = await ask({ request: await sign(), login_hint: 'outer' })
    expect(new URL(merged.headers.get('location') ?? '').searchParams.get('login_hint')).toBeNull()
    expectErrorRedirect(world, await ask({ response_type: 'code' }), redirectUri, 'invalid_request')
  })

  test.each<[string, unknown]>([
    ['no object', true],
    ['null', null],
    ['a promise', Promise.resolve({ required: true })],
    ['an unknown member', { requireLifetimes: true }],
    ['a wrong value', { maxLifetimeSeconds: 'long' }],
  ])('a request fails when forClient answers with %s', async (_name, answer) => {
    const { world, sign, sendEachWay } = await waysWorld({ forClient: () => answer as undefined })
    expect(await sendEachWay(await sign())).toEqual(each('server_error'))
    const cause = world.events.find(({ type }) => type === 'request.failed')
    expect(cause).toMatchObject({ cause: { message: expect.stringContaining('jwtSecuredRequests: forClient') } })
  })

  test.each<[object, string]>([
    [{ requireLifetime: 1 }, 'jwtSecuredRequests: requireLifetime '],
    [{ requireType: 'yes' }, 'jwtSecuredRequests: requireType '],
    [{ maxLifetimeSeconds: 59 }, 'jwtSecuredRequests: maxLifetimeSeconds must be from 60 to 86400 seconds'],
    [{ maxLifetimeSeconds: 86_401 }, 'jwtSecuredRequests: maxLifetimeSeconds must be from 60 to 86400 seconds'],
    [{ forClient: {} }, 'jwtSecuredRequests: forClient must be a function'],
  ])('the option %j is refused', (options: JwtSecuredRequestsOptions, message) => {
    expect(() => jwtSecuredRequests(options)).toThrow(TypeError)
    expect(() => jwtSecuredRequests(options)).toThrow(message)
  })
})
