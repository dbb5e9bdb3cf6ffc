import { createProtectedResource, protect, ResourceError, requireScopes } from '@oauth/resource-server'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createDefaultLog } from '../src/default-log.ts'
import { api, files, machineToken, registerApi, type Setup, setUp } from './support/setup.ts'

const printed: string[] = []

beforeEach(() => {
  printed.length = 0
  vi.spyOn(console, 'error').mockImplementation((...values) => void printed.push(values.join(' ')))
})
afterEach(() => {
  vi.restoreAllMocks()
})

const withToken = (token: string) => new Request(api, { headers: { authorization: `Bearer ${token}` } })

describe('what protect logs without onError', () => {
  const protectedBy = ({ verifier }: Setup, options: object = {}) =>
    protect({ verifier, ...options })((_request, token) => {
      requireScopes(token, ['notes:write'])
      return new Response('notes')
    })

  test('is one line for each kind of refusal, with the true reason, and none for a request without a token', async () => {
    const setup = await setUp()
    const notes = protectedBy(setup)
    const token = await machineToken(setup)
    await notes(new Request(api))
    for (const wrong of [`${token.slice(0, -8)}AAAAAAAA`, `${token.slice(0, -8)}BBBBBBBB`, token, token]) {
      await notes(withToken(wrong))
    }
    expect(printed).toEqual([
      expect.stringMatching(
        /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ warn {2}resource\.refused resource=https:\/\/api\.example\.com error=invalid_token status=401 description="the access token is not valid" cause="JWSSignatureVerificationFailed: signature verification failed"$/,
      ),
      expect.stringContaining('error=insufficient_scope status=403'),
    ])
    expect(printed.join()).not.toContain(token.slice(0, 30))
  })

  test('still tells that the authorization server cannot be used when a stranger has filled the minute with refusals', async () => {
    let isAway = false
    const setup = await setUp()
    const { world, network } = setup
    const resource = createProtectedResource({
      resource: api,
      authorizationServer: {
        issuer: world.issuer,
        clock: world.clock,
        fetch: (...given) => (isAway ? Promise.reject(new TypeError('fetch failed')) : network.fetch(...given)),
        introspection: await registerApi(world),
      },
    })
    const notes = resource.withAuth(() => new Response('notes'))
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const payload = (await machineToken(setup)).split('.')[1]
    for (let number = 0; number < 80; number++) {
      const header = { alg: 'ES256', typ: 'at+jwt', crit: [`made-up-${number}`], [`made-up-${number}`]: 1 }
      expect((await notes(withToken(`${encode(header)}.${payload}.c2ln`))).status).toBe(401)
    }
    expect(printed.at(-1)).toContain('more requests are refused')
    isAway = true
    expect((await notes(withToken('an-opaque-token'))).status).toBe(503)
    expect(printed.at(-1)).toContain('error resource.failed')
  })

  test('is an error when the authorization server cannot be used, also in a resource with several guards', async () => {
    const resource = createProtectedResource({
      resource: api,
      authorizationServer: {
        issuer: 'https://id.example.com/auth',
        fetch: () => Promise.reject(new TypeError('fetch failed: token=s3cr3t')),
      },
    })
    const { access_token: token } = { access_token: 'eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9.eyJhIjoxfQ.c2ln' }
    for (const handler of [
      resource.withAuth(() => new Response('notes')),
      resource.withAuth(() => new Response('more'), { scopes: ['notes:write'] }),
    ]) {
      expect((await handler(withToken(token))).status).toBe(503)
    }
    expect(printed).toHaveLength(1)
    expect(printed[0]).toMatch(/Z error resource\.failed resource=\S+ error=temporarily_unavailable status=503 cause=/)
    expect(printed[0]).toContain('fetch failed')
    expect(printed[0]).not.toContain('s3cr3t')
  })

  test('says why a token that is valid elsewhere is refused: another audience, or no way to verify it', async () => {
    const setup = await setUp()
    const { world, network } = setup
    const foreign = await machineToken(setup, { resource: files })
    const opaque = await machineToken(setup, { resource: '' })
    const issuer = { issuer: world.issuer, clock: world.clock, fetch: network.fetch }
    for (const [authorizationServer, token, reason] of [
      [issuer, foreign, `cause="aud is [\\"${files}\\"]"`],
      [issuer, opaque, 'cause="it is no JWT, and the option introspection is not set"'],
      [world.provider, foreign, 'cause="verifyWith knows no such token, or it is not for this resource"'],
      [
        { ...issuer, introspection: await registerApi(world) },
        `${opaque.slice(0, -3)}AAA`,
        'cause="the introspection response says that it is not active"',
      ],
    ] as const) {
      const api = createProtectedResource({ resource: 'https://api.example.com', authorizationServer })
      expect((await api.withAuth(() => new Response('notes'))(withToken(token))).status).toBe(401)
      expect(printed.at(-1)).toContain(reason)
    }
  })

  test('is nothing with onError, and nothing with onError: false', async () => {
    const setup = await setUp()
    const told: ResourceError[] = []
    await protectedBy(setup, { onError: (error: ResourceError) => told.push(error) })(withToken('wrong'))
    await protectedBy(setup, { onError: false })(withToken('wrong'))
    const silent = createProtectedResource({ resource: api, authorizationServer: setup.world.provider, onError: false })
    await silent.withAuth(() => new Response('notes'))(withToken('wrong'))
    expect([told.length, printed]).toEqual([1, []])
  })

  test('a route may be silent, or have a listener of its own', async () => {
    const { world } = await setUp()
    const resource = createProtectedResource({ resource: api, authorizationServer: world.provider })
    const told: ResourceError[] = []
    await resource.withAuth(() => new Response('notes'), { onError: false })(withToken('wrong'))
    await resource.withAuth(() => new Response('notes'), { onError: (error) => told.push(error) })(withToken('wrong'))
    expect([told.length, printed]).toEqual([1, []])
    await resource.withAuth(() => new Response('notes'))(withToken('wrong'))
    expect(printed).toHaveLength(1)
  })

  test.each([true, null, 'console', {}])('onError: %j is an error at start', async (onError) => {
    const { verifier } = await setUp()
    expect(() => protect({ verifier, onError } as never)).toThrow('onError: must be a function, or false for no log')
  })
})

describe('the default log', () => {
  const refused = (description: string) => new ResourceError('invalid_token', { description })

  test('writes a line again after a minute, and when the clock is set back', () => {
    const clock = { time: 1000, now: () => clock.time }
    const log = createDefaultLog(api, clock)
    for (const time of [1000, 1059, 1060, 1061, 500]) {
      clock.time = time
      log(refused('the access token has expired'))
    }
    expect(printed.map((line) => line.slice(11, 20))).toEqual(['00:16:40Z', '00:17:40Z', '00:08:20Z'])
  })

  test('cannot be filled: fifty different lines a minute, and one that says that there are more (G11)', () => {
    const log = createDefaultLog(api, { now: () => 1000 })
    for (let index = 0; index < 500; index++) log(refused(`reason ${index}`))
    expect(printed).toHaveLength(51)
    expect(printed.at(-1)).toContain('more requests are refused, which are not logged in this minute')
  })

  test('is one line whatever a text contains, which nobody can forge or hide (G11)', () => {
    const log = createDefaultLog(undefined, { now: () => 1000 })
    log(refused('x"\n2026-11-28T00:00:00Z info  tokens.issued\u202e\u001b[2J'))
    expect(printed).toEqual([
      '1970-01-01T00:16:40Z warn  resource.refused error=invalid_token status=401 description="x\\"\\n2026-11-28T00:00:00Z info  tokens.issued\\u202e\\u001b[2J"',
    ])
    log(refused('y'.repeat(5000)))
    expect(printed[1]?.length).toBeLessThan(500)
  })

  test('a console that throws changes no answer', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {
      throw new Error('closed')
    })
    const { verifier } = await setUp()
    const answer = await protect({ verifier })(() => new Response('notes'))(withToken('wrong'))
    expect(answer.status).toBe(401)
  })
})
