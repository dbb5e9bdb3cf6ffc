import { consoleLogger } from '@oauth/core'
import { memoryStorage } from '@oauth/core/memory'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createAnnouncements } from '../../src/host/events.ts'
import { redact } from '../../src/host/redact.ts'
import { authorize, exchangeCode, getTokens, post, registerConfidential, userinfo } from '../support/client.ts'
import { wrapStorage } from '../support/storage.ts'
import { api, createQuickWorld } from '../support/tokens.ts'
import { alice, secret, type World, type WorldOptions } from '../support/world.ts'

const printed: string[] = []

beforeEach(() => {
  printed.length = 0
  vi.spyOn(console, 'error').mockImplementation((...values) => void printed.push(values.join(' ')))
})
afterEach(() => {
  vi.restoreAllMocks()
})

/** A world whose host has neither a logger of its own nor `onEvent`. */
function defaultWorld(options: WorldOptions = {}): World {
  return createQuickWorld({ onEvent: undefined, logger: undefined, ...options })
}

/** The lines of a level. Those that are no errors are written a moment later. */
async function linesOf(level: 'info' | 'warn' | 'error'): Promise<readonly string[]> {
  await new Promise((resolve) => setTimeout(resolve, 30))
  return printed.flatMap((text) => text.split('\n')).filter((line) => line.startsWith(level, 21))
}

/** A storage whose verb fails from the moment the test sets `broken`. */
function breakable(verb: string, error: () => Error) {
  const state = { broken: false }
  const storage = wrapStorage(memoryStorage(), (name, _args, run) => {
    if (state.broken && name === verb) throw error()
    return run()
  })
  return { state, storage }
}

const machine = { grant_type: 'client_credentials' }

describe('the log of a host that sets nothing (G33)', () => {
  test('a missing table is one line: endpoint, error, cause and the top of the stack (G33)', async () => {
    const { state, storage } = breakable('accessTokens.find', () => {
      return new Error('the query failed', { cause: new Error('no such table: oauth_access_tokens') })
    })
    const world = defaultWorld({ storage })
    const { access_token } = await getTokens(world, await registerConfidential(world))
    expect(await linesOf('error')).toEqual([])
    state.broken = true
    expect(await userinfo(world, access_token)).toMatchObject({ status: 500 })
    const [line = '', ...others] = await linesOf('error')
    expect(others).toEqual([])
    expect(line).toMatch(
      /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ error request\.failed endpoint=userinfo cause="Error: the query failed <- Error: no such table: oauth_access_tokens" requestId=[\da-f]+-\w+ at="/,
    )
    expect(line.split(' < ').length).toBeGreaterThan(1)
    expect(line).toContain('console.security')
  })

  test('a session that is wrong is in the log, with what is right (G33)', async () => {
    const world = defaultWorld()
    const browser = world.browser()
    browser.signIn(alice)
    world.sessions.set(browser.cookies.get('session') as string, { user: { ...alice, id: 42 } } as never)
    expect((await browser.request(`${world.issuer}/oauth2/get-clients`)).status).toBe(500)
    const [line] = await linesOf('error')
    expect(line).toContain('endpoint=getClients cause="TypeError: authentication.getSession: user.id must be')
  })

  test('a limiter that fails, claims that are dropped, and a key that no secret opens (G33)', async () => {
    const world = defaultWorld({
      rateLimit: {
        clientAddress: () => {
          throw new Error('no proxy header')
        },
      },
      userClaims: () => ({ email: 7 }) as never,
      customUserinfoClaims: () => ({ iss: 'https://evil.test' }),
    })
    const client = await registerConfidential(world)
    const tokens = await getTokens(world, client, { scope: 'openid email' }, { resource: api })
    await userinfo(world, tokens.access_token)
    const other = defaultWorld({ storage: world.storage, secret: 'another-secret-for-tests-with-enough-characters' })
    await getTokens(other, client, {}, { resource: api })
    const text = (await linesOf('error')).join('\n')
    expect(text).toContain('rate_limiter.failed bucket=token cause="Error: no proxy header"')
    expect(text).toContain('claims.wrong_type_dropped hook=userClaims claim=email expected="a string"')
    expect(text).toContain('claims.reserved_name_dropped hook=customUserinfoClaims names=iss')
    expect(text).toMatch(/signing_key\.unsealable keyId=\S+ algorithm=ES256/)
  })

  test('a clock that was set back, and a secret that opens none of the keys, with what to do (G33)', async () => {
    const world = defaultWorld()
    const client = await registerConfidential(world)
    await getTokens(world, client, {}, { resource: api })
    const other = defaultWorld({ storage: world.storage, secret: 'another-secret-for-tests-with-enough-characters' })
    await getTokens(other, client, {}, { resource: api })
    const late = defaultWorld({ storage: world.storage })
    late.clock.advance(-365 * 86_400)
    await late.provider.fetch(new Request(`${late.issuer}/jwks`))
    const text = (await linesOf('error')).join('\n')
    expect(text).toContain('`secret` opens none of the ES256 signing keys')
    expect(text).toContain('set it right')
  })

  test('a refused request is a warning with the true reason, and what happens every day is information (G33)', async () => {
    const world = defaultWorld()
    const client = await registerConfidential(world)
    await getTokens(world, client)
    await post(world, '/oauth2/token', { ...machine, client_id: client.client_id, client_secret: 'wrong' })
    await userinfo(world, 'no-token')
    await world.browser().request(`${world.issuer}/oauth2/authorize?client_id=nobody`)
    expect(await linesOf('error')).toEqual([])
    const warnings = (await linesOf('warn')).join('\n')
    expect(warnings).toContain(
      `client.authentication_failed clientId=${client.client_id} reason="wrong or expired credentials"`,
    )
    expect(warnings).toContain('request.refused endpoint=token error=invalid_client status=401')
    expect(warnings).toContain('request.refused endpoint=authorize error=invalid_client')
    const everyDay = (await linesOf('info')).join('\n')
    expect(everyDay).toContain(`tokens.issued clientId=${client.client_id} grantType=authorization_code scopes=`)
    expect(everyDay).toContain('kinds="access_token')
  })

  test('the console shows no token, code, secret, cookie or value of a statement (G33)', async () => {
    const { state, storage } = breakable('authorizationCodes.redeem', () => new Error(message))
    let message = ''
    const world = defaultWorld({ storage })
    const client = await registerConfidential(world)
    const authorized = await authorize(world, client)
    const hidden = [authorized.code, authorized.pkce.verifier, client.client_secret as string, secret, 'hunter2']
    state.broken = true
    for (const one of hidden) {
      for (const text of [
        `cannot read ${one}`,
        `Failed query: insert into "codes" values (?) params: ${one},2`,
        `postgres://app:${one}@db.internal:5432/oauth refused the connection`,
        `fetch https://db.internal/?token=${one} failed`,
        `Duplicate entry '${one} x' for key 'PRIMARY'`,
        `authorization: Bearer ${one}`,
        `password=${one}`,
        `line one\n    at ${one}`,
      ]) {
        if (one === 'hunter2' && /cannot read|line one/.test(text)) continue
        message = text
        world.clock.advance(1)
        await exchangeCode(world, client, authorized)
      }
    }
    expect(printed.length).toBeGreaterThan(5)
    for (const one of hidden) expect(printed.join('\n')).not.toContain(one)
  })
})

describe('what is left of a message (G33)', () => {
  test.each([
    ['no such table: oauth_authorization_codes', 'no such table: oauth_authorization_codes'],
    ['relation "oauth_grants" does not exist', 'relation "oauth_grants" does not exist'],
    ['invalid input syntax for type bigint: "1700000000.5"', 'invalid input syntax for type bigint: "…"'],
    ["the user's record isn't there", "the user's record isn't there"],
    ['connect ECONNREFUSED 127.0.0.1:5432', 'connect ECONNREFUSED 127.0.0.1:5432'],
    ['mysql://root:pw@db/oauth', 'mysql://…@db/oauth'],
    ['bad {"password": "correct horse battery", "a": 1}', 'bad {"password": …, "a": 1}'],
    ['two\nlines\u0007', 'two lines '],
    [`Key (id)=(${'a1'.repeat(12)}) exists`, 'Key (id)=(…) exists'],
  ])('%j is printed as %j (G33)', (text, plain) => expect(redact(text)).toBe(plain))

  test('a long text is cut, and takes no long time (G33)', () => {
    const started = performance.now()
    for (const part of ['a', "'", '"a', '?a', 'token', 'x:/', ' params', '\\', 'a1_-']) {
      expect(redact(part.repeat(200_000)).length).toBeLessThan(310)
    }
    expect(performance.now() - started).toBeLessThan(2000)
  })
})

describe('onEvent without a logger (G34)', () => {
  test('onEvent hears everything, and with logger: false the console is silent (G34)', async () => {
    const { state, storage } = breakable('accessTokens.find', () => new Error('the database is locked'))
    const world = createQuickWorld({ storage })
    const { access_token } = await getTokens(world, await registerConfidential(world))
    state.broken = true
    await userinfo(world, access_token)
    expect(world.events).toContainEqual(expect.objectContaining({ type: 'request.failed', endpoint: 'userinfo' }))
    expect(printed).toEqual([])
  })

  test.each<readonly [string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('the log is full')
      },
    ],
    ['rejects', () => Promise.reject(new Error('the log is full'))],
  ])(
    'that %s changes no answer, and is on the console once, with the failure that it lost (G34)',
    async (_name, hear) => {
      const { state, storage } = breakable('accessTokens.find', () => new Error('the database is locked'))
      const world = createQuickWorld({ storage, onEvent: hear as () => void })
      const { access_token } = await getTokens(world, await registerConfidential(world))
      expect(printed.map((text) => text.split('\n')[0])).toEqual(['[oauth] onEvent failed: Error: the log is full'])
      state.broken = true
      await userinfo(world, access_token)
      await new Promise((resolve) => setTimeout(resolve, 0))
      expect(printed.map((text) => text.split('\n')[0])).toEqual([
        '[oauth] onEvent failed: Error: the log is full',
        '[oauth] userinfo failed: Error: the database is locked',
      ])
    },
  )

  test('a console that throws changes no answer (G34)', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {
      throw new Error('no console')
    })
    const { state, storage } = breakable('accessTokens.find', () => new Error('the database is locked'))
    const world = defaultWorld({ storage })
    const { access_token } = await getTokens(world, await registerConfidential(world))
    state.broken = true
    expect(await userinfo(world, access_token)).toMatchObject({ status: 500, body: { error: 'server_error' } })
  })
})

describe('an error whose members throw or are no texts (G33)', () => {
  const refuse = () => {
    throw new Error('no')
  }
  const revoked = Proxy.revocable({}, {})
  revoked.revoke()
  test.each<[string, unknown]>([
    ['with a getter that throws', Object.defineProperty(new Error('x'), 'message', { get: refuse })],
    ['with a number as its name', Object.assign(new Error('x'), { name: 7 })],
    ['that is a proxy', new Proxy(new Error('x'), { get: refuse, getPrototypeOf: refuse })],
    ['that is a revoked proxy', revoked.proxy],
  ])('an error %s breaks neither the request nor the console (G33)', (_name, cause) => {
    for (const onEvent of [() => Promise.reject(cause), refuse]) {
      const listeners = { logger: undefined, onEvent, onRequestEnd: undefined, observers: [] }
      const { emit } = createAnnouncements(listeners, { now: () => 1 }, [])
      expect(() => emit({ type: 'request.failed', endpoint: 'token', cause })).not.toThrow()
    }
    const { emit } = createAnnouncements(
      { logger: consoleLogger(), onEvent: undefined, onRequestEnd: undefined, observers: [] },
      { now: () => 1 },
      [],
    )
    expect(() => emit({ type: 'request.failed', endpoint: 'token', cause })).not.toThrow()
    expect(printed.join()).toMatch(/error request\.failed endpoint=token cause=/)
  })
})

describe('a client that goes away in the middle of its body (G35)', () => {
  test.each(['text', 'stream'])(
    'a client that goes away in the middle of its body is refused, and no failure of the server (%s) (G35)',
    async (how) => {
      const world = defaultWorld()
      const body = new ReadableStream({
        pull(controller) {
          controller.error(new Error('aborted'))
        },
      })
      const headers = {
        'content-type': 'application/x-www-form-urlencoded',
        ...(how === 'text' && { 'content-length': '100' }),
      }
      const init = { method: 'POST', headers, body, duplex: 'half' } as RequestInit
      const response = await world.provider.fetch(new Request(`${world.issuer}/oauth2/token`, init))
      expect([response.status, (await response.json()).error]).toEqual([400, 'invalid_request'])
      expect(await linesOf('error')).toEqual([])
    },
  )

  test('a body that something before the server has read is a failure of the server, and the console says so (G35)', async () => {
    const world = defaultWorld()
    const request = new Request(`${world.issuer}/oauth2/token`, { method: 'POST', body: new URLSearchParams(machine) })
    await request.text()
    expect((await world.provider.fetch(request)).status).toBe(500)
    expect(printed.join()).toContain('request.failed endpoint=token cause="TypeError')
  })
})
