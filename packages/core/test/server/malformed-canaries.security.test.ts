import { consoleLogger, type Feature, type OAuthEvent, type RequestEnd } from '@oauth/core'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { describeDeep } from '../support/canary.ts'
import { authorizeUrl, createPkce, post } from '../support/client.ts'
import { assertion, assertionType, clientKey } from '../support/client-keys.ts'
import { register } from '../support/registration.ts'
import { type Draft, requestOf } from '../support/requests/draft.ts'
import { createFixture, documentUrl, type Fixture } from '../support/requests/fixture.ts'
import { type ValidRequest, validRequests } from '../support/requests/valid-requests.ts'
import { shareRsaKeys } from '../support/shared-rsa-keys.ts'
import { createWorld, type WorldOptions } from '../support/world.ts'

shareRsaKeys()

/** A secret that looks like a name, so that nothing but its place tells what it is. */
const secret = 'openSesame'

const printed: unknown[] = []
const levels = ['log', 'info', 'warn', 'error', 'debug', 'trace'] as const

beforeEach(() => {
  printed.length = 0
  for (const level of levels) vi.spyOn(console, level).mockImplementation((...values) => void printed.push(values))
})
afterEach(() => {
  vi.restoreAllMocks()
})

/** Everything that somebody hears of requests: events with the errors themselves, ends, observers, and the log. */
function listening(): { readonly options: WorldOptions; heard(): string } {
  const events: OAuthEvent[] = []
  const ends: RequestEnd[] = []
  const observed: unknown[] = []
  const watching: Feature = {
    name: 'watching',
    observer: {
      request({ request: _, ...facts }) {
        observed.push(facts)
        return { end: (end) => void observed.push(end) }
      },
      storage(call) {
        observed.push(call)
        return (failure) => void observed.push(failure)
      },
      outbound(call) {
        observed.push(call)
        return { end: (result) => void observed.push(result) }
      },
      event: (event) => void observed.push(event),
    },
    start: () => ({}),
  }
  return {
    options: {
      logger: consoleLogger({ format: 'json', requests: true }),
      onEvent: (event) => events.push(event),
      onRequestEnd: (end) => ends.push(end),
      features: [watching],
    },
    heard: () => describeDeep([events, ends, observed]),
  }
}

const later = () => new Promise((resolve) => setTimeout(resolve, 30))

/** The lines in which the secret stands. */
const strays = (text: string): readonly string[] => [
  ...new Set(text.split('\n').filter((line) => line.includes(secret))),
]

const encoded = (text: string): string => btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')

/** Bodies with the secret that are no JSON, or no JSON object, and of which a parser quotes the place where it stopped. */
const bodies: readonly string[] = [
  secret,
  `"${secret}"`,
  `'${secret}'`,
  `password=${secret}`,
  `{"password":"${secret}"`,
  `{"password":${secret}}`,
  `{"password":"${secret}" "x"}`,
  `{"a":1} "${secret}"`,
  `{password:"${secret}"}`,
  `["${secret}" "${secret}"]`,
  `{"password":"${secret}\n"}`,
  `{"password":"${secret}\\x"}`,
  `{"client_secret":"x","a":{"b":'${secret}'}}`,
  `["${secret}"]`,
  `client_secret=${secret}&client_secret=${secret}`,
  // A password with "&": as a form, these are two parameters of the same name.
  `{"password":"a&${secret}&${secret}&"}`,
  `${encoded(`{"alg":"${secret}`)}.${encoded('{}')}.${encoded('x')}`,
  `${encoded('{"alg":"ES256"}')}.${encoded(`{"password":"${secret}`)}.${encoded('x')}`,
]

const types = ['application/json', 'application/x-www-form-urlencoded', 'application/jwt', 'text/plain', '']

/** JWTs whose parts have the secret in broken JSON. */
const jwts: readonly string[] = [
  `${encoded(`{"alg":"${secret}`)}.${encoded('{}')}.${encoded('x')}`,
  `${encoded(secret)}.${encoded(secret)}.${encoded(secret)}`,
  `${encoded('{"alg":"ES256"}')}.${encoded(`{"password":"${secret}`)}.${encoded('x')}`,
  `${encoded('{"alg":"ES256","typ":"JWT"}')}.${encoded(`{"iss" "${secret}"}`)}.${encoded('x')}`,
  `${encoded(`{"alg":"dir","enc":"A256GCM","kid":${secret}}`)}..${encoded('x')}.${encoded('x')}.${encoded('x')}`,
]

const withBody = (draft: Draft, type: string, text: string): Draft => ({
  ...draft,
  form: undefined,
  json: undefined,
  text,
  headers: [
    ...draft.headers.filter(({ name }) => name !== 'content-type'),
    ...(type === '' ? [] : [{ name: 'content-type', value: type }]),
  ],
})

/** The request, once for each of its values, with `value` in its place. */
const withValues = (draft: Draft, value: string): readonly Draft[] => {
  const replaced = (pairs: Draft['query']) =>
    pairs.map((_, index) => pairs.map((pair, other) => (other === index ? { ...pair, value } : pair)))
  return [
    ...replaced(draft.query).map((query) => ({ ...draft, query })),
    ...replaced(draft.form ?? []).map((form) => ({ ...draft, form })),
    ...draft.headers
      .filter(({ name }) => !['content-type', 'origin', 'sec-fetch-site', 'accept'].includes(name.toLowerCase()))
      .map(({ name }) => ({
        ...draft,
        headers: draft.headers.map((pair) => (pair.name === name ? { ...pair, value } : pair)),
      })),
  ]
}

async function send({ world }: Fixture, draft: Draft): Promise<void> {
  const request = requestOf(draft)
  if (request !== undefined) await (await world.provider.fetch(request)).text()
}

describe('a request that cannot be parsed leaves no part of its body in a log, an event or an observer (G11)', () => {
  test.each(validRequests.map((valid) => [valid.endpoint, valid.what, valid] as const))(
    'at %s, %s (G11)',
    async (_endpoint, _what, valid: ValidRequest) => {
      const { options, heard } = listening()
      const fixture = await createFixture(options)
      const draft = await valid.prepare(fixture)
      const drafts = [
        ...types.flatMap((type) => bodies.map((body) => withBody({ ...draft, method: bodied(draft) }, type, body))),
        ...jwts.flatMap((jwt) => withValues(draft, jwt)),
        ...bodies.slice(4, 13).map((body) => ({ ...draft, query: [...draft.query, ...jsonParameters(body)] })),
        ...bodies
          .slice(4, 13)
          .map((body) => ({ ...draft, form: draft.form && [...draft.form, ...jsonParameters(body)] })),
      ]
      for (const one of drafts) await send(fixture, one)
      await later()
      expect(strays(heard())).toEqual([])
      expect(strays(describeDeep(printed))).toEqual([])
    },
  )
})

describe('a document from elsewhere that is no JSON leaves no part of it in a log or an event (G11)', () => {
  test.each(bodies.map((body) => [body]))(
    '%j as keys, list of redirect URIs, client document and request object (G11)',
    async (body) => {
      const { options, heard } = listening()
      const outboundFetch = async (_url: string, { headers }: RequestInit) => {
        const [type = ''] = (new Headers(headers).get('accept') ?? '').split(',')
        return new Response(body, { headers: { 'content-type': type } })
      }
      const fixture = await createFixture({ ...options, outboundFetch })
      const { world } = fixture
      const jwks_uri = 'https://keyed.example.com/jwks.json'
      const keyed = await world.provider.registerClient({
        ...{
          redirect_uris: ['https://keyed.example.com/callback'],
          token_endpoint_auth_method: 'private_key_jwt',
          jwks_uri,
        },
        grant_types: ['authorization_code', 'client_credentials'],
      })
      const assertionOf = await assertion(world, keyed, await clientKey())
      const form = {
        grant_type: 'client_credentials',
        client_assertion_type: assertionType,
        client_assertion: assertionOf,
      }
      const initial = await world.provider.createInitialAccessToken({ expiresIn: 60 })
      const answers = [
        await post(world, '/oauth2/token', form),
        await register(
          world,
          {
            redirect_uris: ['https://a.example.com/cb'],
            subject_type: 'pairwise',
            sector_identifier_uri: 'https://a.example.com/s',
          },
          { authorization: `Bearer ${initial}` },
        ),
      ]
      expect(answers.map(({ status }) => status)).toEqual([401, 400])
      const pkce = createPkce()
      await world.browser().request(authorizeUrl(world, { client_id: documentUrl }, pkce))
      await later()
      const text = heard()
      for (const type of ['client.authentication_failed', 'request.refused', 'client_document.failed']) {
        expect(text).toContain(type)
      }
      expect(strays(text)).toEqual([])
      expect(strays(describeDeep(printed))).toEqual([])
    },
  )
})

describe('what a function of the host throws about a body shows none of it in the log (G11)', () => {
  /** A feature whose endpoint reads its body as many do. */
  const naive: Feature = {
    name: 'naive',
    start: () => ({
      endpoints: [
        {
          ...{ name: 'naive', path: '/naive', methods: ['POST'], errors: 'json' },
          handle: async (_core, request) => Response.json(await request.json()),
        },
      ],
    }),
  }

  test.each([
    ['text', 'text'],
    ['json', 'json'],
  ] as const)('in lines of %s (G11)', async (_name, format) => {
    const events: OAuthEvent[] = []
    const world = createWorld({
      ...{ logger: consoleLogger({ format }), onEvent: (event) => events.push(event), features: [naive] },
    })
    for (const body of bodies) {
      await world.provider.fetch(new Request(`${world.issuer}/naive`, { method: 'POST', body }))
    }
    await later()
    const lines = describeDeep(printed)
    expect(lines.match(/SyntaxError/g)).toHaveLength(bodies.length - jsonBodies)
    expect(strays(lines)).toEqual([])
    expect(strays(JSON.stringify(events))).toEqual([])
  })

  test('on the console, when nobody has a logger (G11)', async () => {
    const world = createWorld({ features: [naive], onEvent: () => fail() })
    for (const body of bodies) {
      await world.provider.fetch(new Request(`${world.issuer}/naive`, { method: 'POST', body }))
    }
    expect(describeDeep(printed)).toContain('SyntaxError')
    expect(strays(describeDeep(printed))).toEqual([])
  })
})

function fail(): never {
  throw new Error('the log is full')
}

/** How many of the bodies are JSON. */
const jsonBodies = bodies.filter((body) => isJson(body)).length

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

const bodied = ({ method }: Draft): string => (method === 'GET' ? 'POST' : method)

/** The parameters whose values are JSON. */
const jsonParameters = (value: string) => ['claims', 'authorization_details'].map((name) => ({ name, value }))
