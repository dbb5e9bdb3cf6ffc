import { fixedClock } from '@oauth/core/testing'
import { describe, expect, test } from 'vitest'
import { authorizeUrl, createPkce, postAs, registerConfidential } from '../support/client.ts'
import { rpcOf } from '../support/rpc.ts'
import { createQuickWorld } from '../support/tokens.ts'
import { watchStorage } from '../support/watched-storage.ts'
import { alice, type World, type WorldOptions } from '../support/world.ts'

function lastFailure(world: World): string {
  const event = world.events.findLast(({ type }) => type === 'request.failed' || type === 'rate_limiter.failed')
  return event !== undefined && 'cause' in event ? (event.cause as Error).message : ''
}

describe('resolvers (G31)', () => {
  const pages = { selectAccountUrl: '/accounts', postLoginUrl: '/next' }

  test.each<readonly [string, WorldOptions, string]>([
    ['selectAccountResolver', { ...pages, selectAccountResolver: () => 'yes' as never }, 'must be true or false'],
    ['postLoginResolver', { ...pages, postLoginResolver: async () => 1 as never }, 'must be true or false'],
    ['trustedClientResolver', { trustedClientResolver: () => ({}) as never }, 'must be true or false'],
    ['consentReferenceResolver', { consentReferenceResolver: () => 7 as never }, '(answer String(id)); it is a number'],
    ['consentReferenceResolver', { consentReferenceResolver: () => '' }, 'it is an empty string'],
    ['consentReferenceResolver', { consentReferenceResolver: () => 'x'.repeat(256) }, 'longer, or has a NUL'],
  ])(
    '%s with a wrong answer is server_error for the client, by name for the host (G31)',
    async (name, options, told) => {
      const { storage, writes } = watchStorage()
      const world = createQuickWorld({ ...options, storage })
      const client = await registerConfidential(world)
      const browser = world.browser()
      browser.signIn(alice)
      writes.length = 0
      const response = await browser.request(authorizeUrl(world, client, createPkce()))
      const sent = new URL(response.headers.get('location') as string).searchParams
      expect([...sent.keys()].toSorted()).toEqual(['error', 'iss', 'state'])
      expect(sent.get('error')).toBe('server_error')
      expect(lastFailure(world)).toContain(name)
      expect(lastFailure(world)).toContain(told)
      expect(writes).toEqual([])
    },
  )

  test.each<readonly [string, unknown, string]>([
    [
      'a number inside',
      { client_id: 'x', max_age: 60 },
      'requestUriResolver: max_age must be a string; it is a number',
    ],
    ['URLSearchParams', new URLSearchParams('client_id=x'), 'requestUriResolver must be an object of parameters'],
    ['a text', 'client_id=x', 'requestUriResolver must be an object of parameters'],
  ])('requestUriResolver that answers with %s is an error by name (G31)', async (_name, answer, told) => {
    const world = createQuickWorld({ requestUriResolver: () => answer as never })
    const client = await registerConfidential(world)
    const url = authorizeUrl(world, client, createPkce(), { request_uri: 'urn:example:1' })
    expect((await world.browser().request(url)).status).toBe(500)
    expect(lastFailure(world)).toContain(told)
  })

  test('clientReferenceResolver that answers with a number makes no client (G31)', async () => {
    const { storage, writes } = watchStorage()
    const world = createQuickWorld({ storage, clientReferenceResolver: () => 7 as never })
    const body = { redirect_uris: ['https://app.example.com/cb'] }
    expect(await rpcOf(world, alice).post('/oauth2/create-client', body)).toMatchObject({ status: 500 })
    expect(lastFailure(world)).toContain('clientReferenceResolver: the reference must be a string')
    expect(writes).toEqual([])
  })
})

describe('limiter, way out, clock and randomness of the host (G36)', () => {
  test.each<readonly [string, NonNullable<WorldOptions['rateLimit']>, string]>([
    ['clientAddress', { clientAddress: () => 7 as never }, 'rateLimit.clientAddress must be a string, or undefined'],
    ['clientAddress', { clientAddress: async () => '192.0.2.1' } as never, 'it is a promise'],
    [
      'limiter',
      { clientAddress: () => '192.0.2.1', limiter: { consume: () => ({}) as never, check: () => ({}) as never } },
      'rateLimit.limiter.consume must be { allowed: true or false, retryAfterSeconds }',
    ],
  ])('a wrong answer of %s is an event by name, and stops nobody (G36)', async (_name, rateLimit, told) => {
    const world = createQuickWorld({ rateLimit })
    const client = await registerConfidential(world)
    const { status } = await postAs(world, client, '/oauth2/token', { grant_type: 'client_credentials' })
    expect(status).toBe(200)
    expect(world.events.filter(({ type }) => type === 'rate_limiter.failed').length).toBeGreaterThan(0)
    expect(
      world.events.flatMap((event) => ('cause' in event ? [(event.cause as Error).message] : [])).join(),
    ).toContain(told)
  })

  test('outboundFetch that answers with no Response is an error by name (G36)', async () => {
    const world = createQuickWorld({
      outboundFetch: async () => 'ok' as never,
      pairwiseSecret: 'a-pairwise-secret-with-32-characters',
    })
    const refused = await world.provider
      .registerClient({
        redirect_uris: ['https://app.example.com/cb'],
        subject_type: 'pairwise',
        sector_identifier_uri: 'https://app.example.com/sector.json',
      })
      .catch((error: Error) => error)
    expect((refused as Error).cause).toMatchObject({
      message: 'outboundFetch must be a Response of the Fetch API; it is a string',
    })
  })

  test.each([
    ['milliseconds', Date.UTC(2024, 0, 1)],
    ['a fraction', 1_700_000_000.5],
    ['NaN', Number.NaN],
    ['a Date', new Date(0)],
  ])('a clock that answers with %s issues nothing (G36)', async (_name, now) => {
    const clock = fixedClock()
    let broken = false
    const world = createQuickWorld({ clock: { now: () => (broken ? (now as number) : clock.now()) } })
    const client = await registerConfidential(world)
    broken = true
    const { status } = await postAs(world, client, '/oauth2/token', { grant_type: 'client_credentials' })
    expect(status).toBe(500)
    expect(lastFailure(world)).toContain('clock.now() must answer with whole seconds since the epoch')
  })

  test('randomness that is shorter than was asked for makes no credential (G36)', async () => {
    const world = createQuickWorld({ random: { bytes: () => new Uint8Array(4) } })
    await expect(registerConfidential(world)).rejects.toThrow('random.bytes(')
  })
})
