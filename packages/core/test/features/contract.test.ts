import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createProvider, type Feature } from '@oauth/core'
import type { Completion, Core, Endpoint, GrantType, Parts, SenderConstraint } from '@oauth/core/feature'
import { ciba } from '@oauth/core/features/backchannel-authentication'
import { deviceAuthorization } from '@oauth/core/features/device-authorization'
import { tokenExchange } from '@oauth/core/features/token-exchange'
import { memoryStorage } from '@oauth/core/memory'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { getTokens, post, postAs, registerConfidential } from '../support/client.ts'
import { readSources } from '../support/source.ts'
import { createQuickWorld, introspect } from '../support/tokens.ts'
import type { WorldOptions } from '../support/world.ts'
import { addressClients } from './address-clients.ts'
import { keyHeader } from './key-header.ts'
import { vouchers } from './vouchers.ts'

const devices = () => deviceAuthorization({ verificationUri: '/device' })

const featureOf = (name: string, parts: Parts = {}): Feature => ({ name, start: () => parts })

/** Returns the text of the error with which a provider refuses to start. */
function problemOf(features: unknown, options: WorldOptions = {}): string {
  try {
    createQuickWorld({ features: features as readonly Feature[], ...options })
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError)
    return (error as TypeError).message
  }
  throw new Error('the provider started')
}

const endpoint: Endpoint = {
  name: 'hello',
  path: '/hello',
  methods: ['GET'],
  errors: 'json',
  handle: async () => new Response('hello'),
}
const clientEndpoint: Endpoint = {
  name: 'hello',
  path: '/hello',
  methods: ['POST'],
  errors: 'json',
  handleClient: async () => new Response('hello'),
}
const grantType: GrantType = {
  name: 'urn:example:wish',
  publicClients: false,
  withoutUser: true,
  decide: () => Promise.reject(new Error('not in this test')),
}
const completion: Completion = { name: 'wish', approve: async () => new Response() }
const constraint: SenderConstraint = { confirmation: 'wish', tokenType: 'Wish', prove: () => undefined }
const authMethod = { name: 'by_wish', collect: () => undefined, verify: async () => false }
const profile = { name: 'wish', demands: {}, forEveryClient: false } as unknown as NonNullable<
  Parts['profiles']
>[number]
const responseMode = { name: 'wish', respond: () => new Response() } as unknown as NonNullable<
  Parts['responseModes']
>[number]

describe('two features that bring the same thing are told apart at start', () => {
  test.each<[string, Parts, Parts?]>([
    ['the endpoint path /hello', { endpoints: [endpoint] }, { endpoints: [{ ...endpoint, name: 'other' }] }],
    ['the endpoint hello', { endpoints: [endpoint] }, { endpoints: [{ ...endpoint, path: '/other' }] }],
    [
      'the inserted path /.well-known/hello',
      { endpoints: [{ ...endpoint, insertedPath: '/.well-known/hello' }] },
      { endpoints: [{ ...endpoint, name: 'other', path: '/other', insertedPath: '/.well-known/hello' }] },
    ],
    ['the grant type urn:example:wish', { grantTypes: [grantType] }],
    ['the client authentication method by_wish', { clientAuthMethods: [authMethod] }],
    ['the response mode wish', { responseModes: [responseMode] }],
    ['the security profile wish', { profiles: [profile] }],
    ['the authorization parameter wish', { authorizationParameters: [{ name: 'wish', parse: () => undefined }] }],
    ['the completion wish', { completions: [completion] }],
    ['the confirmation method wish', { senderConstraints: [constraint] }],
    ['the token member wish', { tokenMembers: [{ name: 'wish', valueOf: () => 1 }] }],
    ['the discovery member wish_supported', { serverMetadata: { wish_supported: true } }],
    [
      'the discovery member wish_endpoint',
      { endpoints: [{ ...endpoint, metadata: 'wish_endpoint' }] },
      { serverMetadata: { wish_endpoint: 'https://id.example.com/wish' } },
    ],
    ['the discovery member wish', { documentMembers: [{ name: 'wish', valueOf: () => 1 }] }],
    [
      'the discovery member wish',
      { documentMembers: [{ name: 'wish', valueOf: () => 1 }] },
      { serverMetadata: { wish: true } },
    ],
    ['the error code no_wish', { errors: { no_wish: 400 } }],
    ['the rate limit bucket wishes', { rateLimits: { wishes: { address: 1 } } }],
    [
      'the client metadata member wish',
      { clientMetadata: [{ members: { wish: v.string() } }] },
      { clientMetadata: [{ members: { wish: v.string() } }] },
    ],
  ])('two features cannot both bring %s', (what, parts, others = parts) => {
    expect(problemOf([featureOf('one', parts), featureOf('two', others)])).toBe(
      `the features one and two both bring ${what}: leave one of them out`,
    )
  })

  test('createProvider refuses a feature that brings the same thing twice', () => {
    expect(problemOf([featureOf('one', { grantTypes: [grantType, grantType] })])).toBe(
      'the feature one brings the grant type urn:example:wish twice',
    )
  })

  test('two features may share a repeatable parameter and a part of client metadata', () => {
    const shared: Parts = { repeatable: ['audience'], clientMetadata: [{ members: { wish: v.string() } }] }
    expect(() => createQuickWorld({ features: [featureOf('one', shared), featureOf('two', shared)] })).not.toThrow()
  })
})

describe('a feature that brings what the server has already is named at start', () => {
  test.each<[Parts, string]>([
    [
      { endpoints: [{ ...clientEndpoint, path: '/oauth2/token' }] },
      'brings the endpoint path /oauth2/token, which the server has already: choose another',
    ],
    [
      { endpoints: [{ ...endpoint, name: 'userinfo' }] },
      'brings the endpoint userinfo, which the server has already: choose another',
    ],
    [
      { grantTypes: [{ ...grantType, name: 'refresh_token' }] },
      'brings the grant type refresh_token, which the server has already: choose another',
    ],
    [
      { clientAuthMethods: [{ ...authMethod, name: 'none' }] },
      'brings the client authentication method none, which the server has already: choose another',
    ],
    [
      { responseModes: [{ ...responseMode, name: 'query' }] },
      'brings the response mode query, which the server has already: choose another',
    ],
    [
      { completions: [{ ...completion, name: 'code' }] },
      'brings the completion code, which the server has already: choose another',
    ],
    [
      { errors: { invalid_grant: 401 } },
      'brings the error code invalid_grant, which the server has already: choose another',
    ],
    [
      { serverMetadata: { issuer: 'https://evil.example' } },
      'must not set issuer in serverMetadata: the server sets it',
    ],
    [
      { serverMetadata: { token_endpoint: 'https://evil.example' } },
      'must not set token_endpoint in serverMetadata: the server sets it',
    ],
    [
      { documentMembers: [{ name: 'issuer', valueOf: () => 'https://evil.example' }] },
      "brings the discovery member issuer, which is the server's own",
    ],
    [
      { documentMembers: [{ name: 'token_endpoint', valueOf: () => 'https://evil.example' }] },
      'brings the discovery member token_endpoint, which the server has already: choose another',
    ],
    [
      { endpoints: [{ ...endpoint, metadata: 'issuer' }] },
      "says issuer in discovery, which is the server's own to say",
    ],
    [
      { endpoints: [{ ...endpoint, metadata: 'token_endpoint' }] },
      'brings the discovery member token_endpoint, which the server has already: choose another',
    ],
    [
      { authorizationParameters: [{ name: 'redirect_uri', parse: () => undefined }] },
      "brings the authorization parameter redirect_uri, which is the server's own",
    ],
    [{ repeatable: ['client_id'] }, "brings the repeatable parameter client_id, which is the server's own"],
    [
      { tokenMembers: [{ name: 'access_token', inTokenAnswer: true, valueOf: () => 'x' }] },
      "brings the token member access_token, which is the server's own",
    ],
    [
      { tokenMembers: [{ name: 'cnf', valueOf: () => ({}) }] },
      "brings the token member cnf, which is the server's own",
    ],
    [{ rateLimits: { token: { address: 1 } } }, "brings the rate limit bucket token, which is the server's own"],
    [
      { clientMetadata: [{ members: { redirect_uris: v.any() } }] },
      "brings the client metadata member redirect_uris, which is the server's own",
    ],
    [
      { clientMetadata: [{ members: { client_secret: v.any() } }] },
      "brings the client metadata member client_secret, which is the server's own",
    ],
  ])('the parts %o are refused with the message “%s”', (parts, problem) => {
    expect(problemOf([featureOf('mine', parts)])).toBe(`the feature mine ${problem}`)
  })

  test('createProvider refuses a feature with the name of a part of the server', () => {
    expect(problemOf([featureOf('refresh_token')])).toBe(
      'the feature refresh_token has the name of a part of the server: choose another',
    )
  })

  test('a feature may bring a discovery member that has a default for servers without it', () => {
    const feature = featureOf('mine', { serverMetadata: { request_parameter_supported: true } })
    expect(createQuickWorld({ features: [feature] }).provider.metadata.request_parameter_supported).toBe(true)
  })
})

describe('a mistake in a row of a table is named at start', () => {
  test.each<[string, object, string]>([
    [
      'a table that does not exist',
      { endpoint: [] },
      'brings endpoint, which is no table; there are endpoints, grantTypes, clientAuthMethods, responseModes, responseModeRules, introspectionFormats, responseEncryptors, parameterSources, authorizationParameters, completions, senderConstraints, clientSources, encryptionKeys, tokenMembers, clientMetadata, sessionObservers, waitingRecords, outsideApprovals, documentMembers, profiles, repeatable, serverMetadata, errors, rateLimits, api',
    ],
    ['a row in place of a list', { endpoints: endpoint }, 'brings endpoints that is no list'],
    ['an API that is no object', { api: () => 1 }, 'brings api that is no object'],
    [
      'an endpoint that does nothing',
      { endpoints: [{ ...endpoint, handle: undefined, name: 'x' }].map(({ handle: _, ...rest }) => rest) },
      'must give the endpoint x either handle or handleClient',
    ],
    [
      'an endpoint with two ways to handle a request',
      { endpoints: [{ ...clientEndpoint, handle: async () => new Response() }] },
      'must give the endpoint hello either handle or handleClient',
    ],
    [
      'a path without its slash',
      { endpoints: [{ ...endpoint, path: 'hello' }] },
      'must give the endpoint hello a path like /hello',
    ],
    ['no method', { endpoints: [{ ...endpoint, methods: [] }] }, 'must give the endpoint hello a method'],
    [
      'client authentication by GET',
      { endpoints: [{ ...clientEndpoint, methods: ['GET', 'POST'] }] },
      'must serve the endpoint hello by POST alone: its clients authenticate',
    ],
    [
      "cors: 'client' without a client",
      { endpoints: [{ ...endpoint, cors: 'client' }] },
      "must not give the endpoint hello cors: 'client': no client authenticates there",
    ],
    [
      'an endpoint whose bucket has no limit',
      { endpoints: [{ ...endpoint, rateLimit: 'helo' }] },
      'counts its endpoint hello in the rate limit bucket helo, which nobody brings: add it to rateLimits',
    ],
    [
      'a limit that is none',
      { rateLimits: { hello: { address: 0 } } },
      'must give the rate limit bucket hello whole numbers above 0',
    ],
    [
      'an error with a status of success',
      { errors: { no_wish: 200 } },
      'must give the error code no_wish a status from 400 to 599',
    ],
    [
      'a token type that is no scheme',
      { senderConstraints: [{ ...constraint, tokenType: 'My Wish' }] },
      'must give the confirmation method wish a tokenType that can be a scheme in Authorization',
    ],
  ])('%s is refused', (_, parts, problem) => {
    expect(problemOf([featureOf('mine', parts as Parts)])).toBe(`the feature mine ${problem}`)
  })

  test.each([undefined, null, Promise.resolve({})])('a start() that answers %o is refused', (parts) => {
    expect(problemOf([{ name: 'mine', start: () => parts as never }])).toBe(
      'the feature mine must answer start() with an object of parts, at once: {} when it brings nothing',
    )
  })
})

describe('what is no feature is named at start', () => {
  test.each<[string, unknown, string]>([
    [
      'a function that was not called',
      [deviceAuthorization],
      'features[0] is a function: call it, deviceAuthorization()',
    ],
    ['a function without a name', [featureOf('one'), () => undefined], 'features[1] is a function: call it, feature()'],
    ['null', [null], 'features[0] is no feature: it must be an object with name and start'],
    ['undefined', [undefined], 'features[0] is no feature: it must be an object with name and start'],
    ['{}', [{}], 'features[0] is no feature: it must be an object with name and start'],
    ['a text', ['deviceAuthorization'], 'features[0] is no feature: it must be an object with name and start'],
    ['an empty name', [featureOf('')], 'features[0] is no feature: it must be an object with name and start'],
  ])('%s in features is refused', (_, features, problem) => {
    expect(problemOf(features)).toBe(problem)
  })

  test('a list of features that is no list is refused', () => {
    expect(problemOf(keyHeader())).toMatch(/^option features: /)
    expect(problemOf(null)).toMatch(/^option features: /)
  })
})

describe('the company of a feature is checked at start', () => {
  const needing: Feature = { ...featureOf('mine'), requires: ['keyHeader'] }
  const alone: Feature = { ...featureOf('mine'), excludes: ['keyHeader'] }

  test('a feature that another one needs must be installed', () => {
    expect(problemOf([needing])).toBe('the feature mine needs the feature keyHeader: add it to features')
    expect(() => createQuickWorld({ features: [needing, keyHeader()] })).not.toThrow()
  })

  test('an option cannot leave out a part of the server that a feature needs', () => {
    expect(problemOf([devices()], { grantTypes: ['client_credentials'] })).toBe(
      'the feature deviceAuthorization needs authorization_code, which the option grantTypes leaves out',
    )
  })

  test('a feature cannot be together with one that it excludes, in any order', () => {
    const problem = 'the feature mine cannot be together with the feature keyHeader: leave one of them out'
    expect(problemOf([alone, keyHeader()])).toBe(problem)
    expect(problemOf([keyHeader(), alone])).toBe(problem)
  })

  test('the same feature cannot be installed twice', () => {
    expect(problemOf([keyHeader(), keyHeader()])).toBe('the feature keyHeader is there twice: leave one of them out')
  })
})

describe('what a feature gets', () => {
  test.each<[string, (core: Core) => unknown]>([
    ['grantTypes', (core) => core.registry.grantTypes],
    ['endpoints', (core) => 'endpoints' in core.registry],
    ['', (core) => ({ ...core.registry })],
  ])('the registry is not there while it starts (%s)', (member, look) => {
    const early: Feature = {
      name: 'early',
      start(core) {
        look(core)
        return {}
      },
    }
    const path = member === '' ? 'core.registry' : `core.registry.${member}`
    expect(problemOf([early])).toBe(`${path} is there once all features have started: use it in a request`)
  })

  test('the registry is there in requests, and nothing of it or of the core can be changed', async () => {
    let seen: Core | undefined
    const late: Feature = {
      name: 'late',
      start: (core) => ({
        endpoints: [
          {
            ...endpoint,
            async handle(given) {
              seen = given === core ? core : undefined
              return new Response([...core.registry.grantTypes.keys()].join())
            },
          },
        ],
      }),
    }
    const world = createQuickWorld({ features: [late] })
    const response = await world.provider.fetch(new Request(`${world.issuer}/hello`))
    expect(await response.text()).toBe('authorization_code,client_credentials,refresh_token')
    expect(Object.isFrozen(seen) && Object.isFrozen(seen?.registry)).toBe(true)
  })

  test('two providers with one feature hold their state apart', () => {
    const counting: Feature<'counting', { count(): number }> = {
      name: 'counting',
      start() {
        let counted = 0
        return { api: { count: () => ++counted } }
      },
    }
    const options = {
      baseUrl: 'https://id.example.com',
      secret: 's'.repeat(32),
      authentication: { getSession: () => undefined, getUser: () => undefined },
      loginUrl: '/login',
      consentUrl: '/consent',
      features: [counting],
    } as const
    const [one, two] = [0, 1].map(() => createProvider({ ...options, storage: memoryStorage() }))
    expect([one, one, two].map((provider) => provider?.features.counting.count())).toEqual([1, 2, 1])
  })

  test('its API is at provider.features, which has nothing else', () => {
    const { provider } = createQuickWorld({ features: [keyHeader(), devices()] })
    expect(Object.keys(provider.features)).toEqual(['keyHeader', 'deviceAuthorization'])
    expect([Object.isFrozen(provider.features), provider.features.keyHeader]).toEqual([true, {}])
    expect(createQuickWorld().provider.features).toEqual({})
  })
})

describe('what the core holds for every feature', () => {
  test('hooks of the host cannot set the token member of a feature, and an event tells of it', async () => {
    const tenant = featureOf('tenant', {
      tokenMembers: [{ name: 'tenant', inTokenAnswer: true, valueOf: () => 'one' }],
    })
    const world = createQuickWorld({
      features: [tenant],
      customAccessTokenClaims: () => ({ tenant: 'another' }),
      customTokenResponseFields: () => ({ tenant: 'another' }),
    })
    const client = await registerConfidential(world)
    const tokens = await getTokens(world, client, { scope: 'openid' })
    expect(tokens.tenant).toBe('one')
    expect((await introspect(world, client, tokens.access_token)).body.tenant).toBe('one')
    expect(world.events).toContainEqual({
      type: 'claims.reserved_name_dropped',
      hook: 'customTokenResponseFields',
      names: ['tenant'],
    })
  })

  test('a token member without a value is left out, also where a hook would set it', async () => {
    const tenant = featureOf('tenant', { tokenMembers: [{ name: 'tenant', valueOf: () => undefined }] })
    const world = createQuickWorld({ features: [tenant], customAccessTokenClaims: () => ({ tenant: 'another' }) })
    const client = await registerConfidential(world)
    const tokens = await getTokens(world, client, { scope: 'openid' })
    expect((await introspect(world, client, tokens.access_token)).body).not.toHaveProperty('tenant')
  })

  /** A grant type that issues the grant that a test prepares. */
  const careless = (facts: { readonly scope: readonly string[]; readonly clientId?: string }): Feature => ({
    name: 'careless',
    start: () => ({
      grantTypes: [
        {
          ...grantType,
          withoutUser: false,
          async decide(core, { client }) {
            const { grant } = core.grantFor({ client, userId: 'user-alice', scope: ['openid'], withdrawals: [] })
            return {
              grantType: grantType.name,
              client,
              grant: { ...grant, ...(facts.clientId !== undefined && { clientId: facts.clientId }) },
              scope: facts.scope,
              resources: [],
              refresh: false,
              commit: () => Promise.reject(new Error('this must not be reached')),
            }
          },
        },
      ],
    }),
  })

  test.each([
    [{ scope: ['openid'], clientId: 'another' }, 'urn:example:wish decided on a grant of another client'],
    [{ scope: ['openid', 'email'] }, 'urn:example:wish decided on scope email, which was not granted'],
  ])(
    'tokens are for the client and the scopes of their grant, whatever a grant type decides (%o)',
    async (facts, text) => {
      const world = createQuickWorld({ features: [careless(facts)] })
      const client = await registerConfidential(world, { grant_types: [grantType.name as never] })
      const answer = await postAs(world, client, '/oauth2/token', { grant_type: grantType.name })
      expect([answer.status, answer.body.error]).toEqual([500, 'server_error'])
      expect(world.events).toContainEqual({ type: 'request.failed', endpoint: 'token', cause: new TypeError(text) })
    },
  )

  test('a public client cannot use a grant type that is not for public clients', async () => {
    const world = createQuickWorld({ features: [careless({ scope: ['openid'] })] })
    const input = { grant_types: [grantType.name as never], token_endpoint_auth_method: 'none' as const }
    await expect(registerConfidential(world, input)).rejects.toThrow(
      'public clients cannot use the grant type urn:example:wish',
    )
  })

  test('a feature that throws answers 500, and the client does not read why', async () => {
    const broken = featureOf('broken', {
      endpoints: [{ ...endpoint, handle: () => Promise.reject(new Error('a secret reason')) }],
    })
    const world = createQuickWorld({ features: [broken] })
    const response = await world.provider.fetch(new Request(`${world.issuer}/hello`))
    expect([response.status, await response.json()]).toEqual([
      500,
      { error: 'server_error', request_id: expect.any(String) },
    ])
    expect(world.events).toContainEqual(expect.objectContaining({ type: 'request.failed', endpoint: 'hello' }))
  })

  test('an endpoint with handleClient is served to clients that have authenticated alone', async () => {
    const world = createQuickWorld({ features: [featureOf('mine', { endpoints: [clientEndpoint] })] })
    expect((await post(world, '/hello', {})).status).toBe(401)
  })
})

describe('rateLimit.features', () => {
  test('createProvider refuses rateLimit.features with a bucket that no feature has', () => {
    const rateLimit = { clientAddress: false as const, features: { otherDevise: { max: 1, windowSeconds: 1 } } }
    expect(problemOf([devices()], { rateLimit })).toBe(
      'rateLimit.features.otherDevise: no installed feature has this bucket; check the name, or add the feature',
    )
  })
})

describe('the probe features', () => {
  const files = readdirSync(import.meta.dirname).filter((file) => file.endsWith('.ts') && !file.includes('.test.'))

  test('each probe feature is one file with public imports only', () => {
    expect(files.toSorted()).toEqual(['accounts.ts', 'address-clients.ts', 'key-header.ts', 'vouchers.ts'])
    for (const file of files) {
      const text = readFileSync(join(import.meta.dirname, file), 'utf8')
      const imports = [...text.matchAll(/from '([^']+)'/g)].map(([, specifier]) => specifier)
      expect(imports.filter((one) => !['@oauth/core', '@oauth/core/feature', 'valibot'].includes(one ?? ''))).toEqual(
        [],
      )
    }
  })

  test('no file of the core names a probe feature', () => {
    const names = /key-?header|voucher|key_hash|KeyHeader|\bkh\b|address-?clients|address_clients/i
    expect(
      readSources()
        .filter(({ text }) => names.test(text))
        .map(({ path }) => path),
    ).toEqual([])
  })

  test('the probe features start together with the features that have replaced others of them', () => {
    const exchange = tokenExchange({ accessTokens: { authorize: () => undefined } })
    const backChannel = ciba({ resolveUser: () => undefined, notifyUser: () => {} })
    const probes = [keyHeader(), addressClients({ documents: new Map() }), vouchers()]
    const features = [...probes, devices(), exchange, backChannel]
    expect(createQuickWorld({ features }).provider.metadata).toMatchObject({
      device_authorization_endpoint: expect.any(String),
      backchannel_authentication_endpoint: expect.any(String),
      grant_types_supported: expect.arrayContaining([
        'urn:example:grant-type:voucher',
        'urn:openid:params:grant-type:ciba',
        'urn:ietf:params:oauth:grant-type:device_code',
        'urn:ietf:params:oauth:grant-type:token-exchange',
      ]),
      key_header_supported: true,
      address_clients_supported: true,
    })
  })
})
