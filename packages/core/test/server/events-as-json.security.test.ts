import type { OAuthEvent } from '@oauth/core'
import { StorageUnavailableError } from '@oauth/core'
import { memoryStorage } from '@oauth/core/memory'
import { describe, expect, test } from 'vitest'
import { createAnnouncements } from '../../src/host/events.ts'
import { exchangeCode, getTokens, postAs, registerConfidential, userinfo } from '../support/client.ts'
import { wrapStorage } from '../support/storage.ts'
import { createQuickWorld } from '../support/tokens.ts'
import { secret } from '../support/world.ts'

const clock = { now: () => 1_800_000_000 }

const createEmit = (onEvent: (event: OAuthEvent) => void, secrets: readonly string[]) =>
  createAnnouncements({ logger: undefined, onEvent, onRequestEnd: undefined, observers: [] }, clock, secrets).emit

/** Emits an event with this cause, and returns it as `onEvent` gets it. */
function emitted(cause: unknown, secrets: readonly string[] = []): Extract<OAuthEvent, { type: 'request.failed' }> {
  const events: OAuthEvent[] = []
  createEmit((event) => void events.push(event), secrets)({ type: 'request.failed', endpoint: 'token', cause })
  return events[0] as Extract<OAuthEvent, { type: 'request.failed' }>
}

const causeIn = (event: OAuthEvent): unknown => JSON.parse(JSON.stringify(event)).cause

describe('an event as JSON', () => {
  test('shows the name, message, code and causes of an error', () => {
    const inner = Object.assign(new TypeError('connect refused'), { code: 'ECONNREFUSED' })
    const event = emitted(new StorageUnavailableError('the database is away', { cause: inner }))
    expect(JSON.parse(JSON.stringify(event))).toEqual({
      type: 'request.failed',
      endpoint: 'token',
      cause: {
        name: 'StorageUnavailableError',
        message: 'the database is away',
        cause: { name: 'TypeError', message: 'connect refused', code: 'ECONNREFUSED' },
      },
    })
  })

  test('cause itself stays what was thrown, with its stack, for console.log and instanceof', () => {
    const cause = new Error('away')
    const event = emitted(cause)
    expect(event.cause).toBe(cause)
    expect(event.cause instanceof Error && event.cause.stack).toContain('events-as-json')
    expect(Object.keys(event)).toEqual(['type', 'endpoint', 'cause'])
    expect(Object.keys(cause)).toEqual([])
  })

  test('loggers that copy the members of an event, as pino and winston do, show the cause as well', () => {
    const event = emitted(new Error('away', { cause: new Error('no route') }))
    const told = { name: 'Error', message: 'away', cause: { name: 'Error', message: 'no route' } }
    expect(JSON.parse(JSON.stringify({ ...event, level: 30 })).cause).toEqual(told)
    expect(JSON.parse(JSON.stringify({ err: event.cause })).err).toEqual(told)
  })

  test('an error that is frozen, or prints itself, is told by the event all the same, without what it would print', () => {
    expect(causeIn(emitted(Object.freeze(new Error('frozen'))))).toEqual({ name: 'Error', message: 'frozen' })
    const request = { headers: { authorization: 'Bearer the-access-token' } }
    const talkative = Object.assign(new Error('status 500'), { request, toJSON: () => ({ request }) })
    expect(causeIn(emitted(talkative))).toEqual({ name: 'Error', message: 'status 500' })
  })

  test('an event that is a member of a line of a log, as in docs/deployment.md, shows the cause without a secret', () => {
    const request = { headers: { authorization: 'Bearer the-access-token' } }
    const talkative = Object.assign(new Error('status 500'), { request, toJSON: () => ({ request }) })
    const line = JSON.stringify({ time: '2026-11-27T00:00:00.000Z', event: emitted(talkative) })
    expect(JSON.parse(line).event.cause).toEqual({ name: 'Error', message: 'status 500' })
    expect(line).not.toContain('the-access-token')
  })

  test('cycles and long chains of causes end', () => {
    const first = new Error('first')
    const second = new Error('second', { cause: first })
    first.cause = second
    const text = JSON.stringify(emitted(first))
    expect(text.match(/first|second/g)).toEqual(['first', 'second', 'first', 'second'])
    let long = new Error('0')
    for (let index = 1; index < 10_000; index++) long = new Error(`${index}`, { cause: long })
    expect(JSON.stringify(emitted(long)).length).toBeLessThan(300)
    const several = new AggregateError([new Error('one'), new Error('two')], 'all failed')
    expect(causeIn(emitted(several))).toMatchObject({ message: 'all failed', cause: { message: 'one' } })
  })

  const cyclic: Record<string, unknown> = {}
  cyclic.self = cyclic
  const hostile = Object.defineProperty({}, 'message', {
    get: () => {
      throw new Error('no')
    },
  })
  const revoked = Proxy.revocable({}, {})
  revoked.revoke()

  test.each<[string, unknown, unknown]>([
    ['a bigint', 10n, 'a thrown bigint'],
    ['a symbol', Symbol('x'), 'a thrown symbol'],
    ['a function', () => 1, 'a thrown function'],
    ['null', null, 'a thrown null'],
    ['a number', 7, 'a thrown number'],
    ['a cyclic object', cyclic, 'a thrown object'],
    ['an object whose getter throws', hostile, 'a thrown object'],
    ['a revoked proxy', revoked.proxy, 'a thrown object'],
    ['a text', 'the queue is full', 'the queue is full'],
    [
      'an error of another realm',
      { name: 'AbortError', message: 'stopped' },
      { name: 'AbortError', message: 'stopped' },
    ],
    ['an error whose name is no text', Object.assign(new Error('x'), { name: 7 }), { name: 'Error', message: 'x' }],
  ])('%s that the host throws neither breaks onEvent nor JSON.stringify', (_name, thrown, told) => {
    expect(causeIn(emitted(thrown))).toEqual(told)
  })

  test.each<[string, ProxyHandler<Error>]>([
    [
      'throws at each change',
      {
        defineProperty: () => {
          throw new Error('no')
        },
      },
    ],
    ['refuses each change', { defineProperty: () => false }],
  ])('a proxy of an error that %s does not break onEvent', (_name, handler) => {
    expect(causeIn(emitted(new Proxy(new Error('away'), handler)))).toEqual({ name: 'Error', message: 'away' })
  })

  const codes = [
    'ECONNREFUSED',
    '23505',
    '42P01',
    'ER_DUP_ENTRY',
    'ERR_HTTP2_ERROR',
    'P2002',
    'invalid_grant',
    'E11000',
  ]
  test.each(codes)('the code %s is shown', (code) => {
    expect(causeIn(emitted(Object.assign(new Error('x'), { code })))).toEqual({ name: 'Error', message: 'x', code })
  })

  test('an event without a cause is as it was', () => {
    const events: OAuthEvent[] = []
    const event: OAuthEvent = { type: 'grant.revoked', grantId: 'g' }
    createEmit((one) => void events.push(one), [])(event)
    expect(events[0]).toBe(event)
    expect(JSON.stringify(emitted(undefined))).toBe('{"type":"request.failed","endpoint":"token"}')
  })
})

describe('the JSON of an event tells no secret (C05)', () => {
  test.each([
    ['values of an SQL statement', "insert failed\nparams: ['alice@example.com', 'hash']", 'alice@example.com'],
    ['a connection string', 'cannot reach postgres://app:hunter2@db.internal/oauth', 'hunter2'],
    ['a bearer token', 'refused: Bearer eyJhbGciOiJ.eyJzdWIiOiJh.c2ln', 'eyJ'],
    ['a code in a URL', 'cannot load https://app.example.com/cb?code=abc123', 'abc123'],
    ['a password', 'login failed: password=hunter2', 'hunter2'],
    ['the text that a parser of JSON quotes', `Unexpected token 'h', "hunter" is not valid JSON`, 'hunter'],
    ['a text with quotation marks', `Unexpected token 'x', ..."word":"hunter" x"... is not valid JSON`, 'hunter'],
    ['the word at which JavaScriptCore stopped', 'JSON Parse error: Unexpected identifier "hunter"', 'hunter'],
    ['the secret of the server', 'cannot open it with the-secret-of-this-server', 'the-secret-of-this-server'],
  ])('%s in a message, in a cause and in a thrown text is removed (C05)', (_name, message, hidden) => {
    for (const thrown of [new Error(message), new Error('outer', { cause: new Error(message) }), message]) {
      expect(JSON.stringify(emitted(thrown, ['the-secret-of-this-server']))).not.toContain(hidden)
    }
  })

  test.each([
    ['a cookie header with several cookies', 'cookie: theme=dark; session=s3cr3t', 's3cr3t'],
    ['a quoted cookie header', '{"cookie":"theme=dark; session=s3cr3t"}', 's3cr3t'],
    ['an authorization header of an unknown scheme', 'headers: Authorization: Token s3cr3t', 's3cr3t'],
    ['a quoted authorization header', '{"authorization":"Token s3cr3t"}', 's3cr3t'],
  ])('%s is removed whole (C05)', (_name, message, hidden) => {
    expect(JSON.stringify(emitted(new Error(message)))).not.toContain(hidden)
  })

  test.each(['Zm9vYmFyMTIzNDU2Nzg5MGFiY2RlZg', 'a1b2c3d4e5f60718293a4b5c6d7e8f90', 'the-secret-of-this-server'])(
    'a member code that may be an authorization code or a secret is left out: %s (C05)',
    (code) => {
      const thrown = Object.assign(new Error('the callback failed'), { code })
      expect(JSON.stringify(emitted(thrown, ['the-secret-of-this-server']))).not.toContain(code)
    },
  )

  test('a storage that quotes the row that it could not write shows none of it (C05)', async () => {
    let broken = false
    const storage = wrapStorage(memoryStorage(), (_name, args, run) => {
      if (broken) throw new Error(`query failed: params: ${JSON.stringify(args)}`)
      return run()
    })
    const world = createQuickWorld({ storage })
    const client = await registerConfidential(world)
    const { access_token, refresh_token } = await getTokens(world, client)
    broken = true
    await userinfo(world, access_token)
    await postAs(world, client, '/oauth2/introspect', { token: access_token })
    const text = JSON.stringify(world.events)
    expect(text).toContain('"message":"query failed: params: …"')
    for (const hidden of [access_token, refresh_token, client.client_secret, secret]) expect(text).not.toContain(hidden)
  })

  test('the true reason of a refused request is in its JSON', async () => {
    const world = createQuickWorld()
    const client = await registerConfidential(world)
    const authorized = { code: 'x'.repeat(68), pkce: { verifier: 'v'.repeat(43), challenge: '' } } as never
    await exchangeCode(world, client, authorized)
    const refused = world.events.findLast(({ type }) => type === 'request.refused') as OAuthEvent
    expect(causeIn(refused)).toEqual(expect.stringMatching(/\w+/))
  })
})
