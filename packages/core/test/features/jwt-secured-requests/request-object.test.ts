import { type JwtSecuredRequestsOptions, jwtSecuredRequests } from '@oauth/core/features/jwt-secured-requests'
import { privateKeyJwt } from '@oauth/core/features/private-key-jwt'
import { describe, expect, test } from 'vitest'
import { claimsOf, exchangeCode, redirectUri, registerConfidential, registerPublic } from '../../support/client.ts'
import { assertion, clientKey, postWith, registerWithKey, signJwt } from '../../support/client-keys.ts'
import { expectErrorPage, expectErrorRedirect } from '../../support/expectations.ts'
import { requestObjectWorld } from '../../support/request-objects.ts'
import { api, createQuickWorld } from '../../support/tokens.ts'
import { alice } from '../../support/world.ts'

describe('a signed request object by value', () => {
  test('a signed request object is the request: code and tokens follow its state and nonce', async () => {
    const { world, client, pkce, browser, sign, url } = await requestObjectWorld()
    const { url: end } = await browser.visit(url({ request: await sign() }), { user: alice, accept: true })
    const parameters = new URL(end).searchParams
    expect(end.startsWith(redirectUri)).toBe(true)
    expect([parameters.get('state'), parameters.get('iss')]).toEqual(['inner-state', world.issuer])
    const code = parameters.get('code') ?? ''
    const tokens = await exchangeCode(world, client, { code, pkce, parameters, browser })
    expect(tokens.status).toBe(200)
    expect(claimsOf(tokens.body.id_token).nonce).toBe('inner-nonce')
    expect(tokens.body.scope).toBe('openid email')
  })

  test('a signed request object may come by POST', async () => {
    const { world, client, browser, sign } = await requestObjectWorld()
    const body = new URLSearchParams({ client_id: client.client_id, request: await sign() })
    const response = await browser.request(`${world.issuer}/oauth2/authorize`, { method: 'POST', body })
    expect(response.headers.get('location')).toMatch(/\/login\?/)
  })

  test('numbers, lists and JSON are what they are in a JWT', async () => {
    const { browser, sign, ask, pkce, world, client } = await requestObjectWorld({}, {}, { bindResources: true })
    browser.signIn(alice)
    world.clock.advance(100)
    // A login of 100 s ago is too old for max_age, which is a number in a request object.
    expect((await ask({ request: await sign({ max_age: 50 }) })).headers.get('location')).toMatch(
      /\/login\?.*max_age=50/,
    )
    const resource = [api, 'https://files.example.com/v1']
    const claims = { userinfo: { email: null } }
    const request = await sign({ max_age: 1000, resource, claims, display: null, custom: true })
    const consentPage = (await ask({ request })).headers.get('location') ?? ''
    const consented = await browser.consent(consentPage, true)
    const parameters = new URL(consented.headers.get('location') ?? '').searchParams
    const code = parameters.get('code') ?? ''
    const { body } = await exchangeCode(world, client, { code, pkce, parameters, browser })
    expect(claimsOf(body.access_token).aud).toEqual([...resource, `${world.issuer}/oauth2/userinfo`])
  })

  test('a public client may sign its request', async () => {
    const { world, sign, browser, key, claims } = await requestObjectWorld()
    const client = await registerPublic(world, { jwks: { keys: [{ ...key.publicJwk }] } })
    const { client_id } = client
    const request = await signJwt(key.privateKey, { alg: 'ES256' }, claims({ iss: client_id, client_id }))
    const query = new URLSearchParams({ client_id, request })
    const page = `${world.issuer}/oauth2/authorize?${query}`
    expect((await browser.request(page)).headers.get('location')).toMatch(/\/login\?/)
    const others = `${world.issuer}/oauth2/authorize?${new URLSearchParams({ client_id, request: await sign() })}`
    expectErrorRedirect(world, await browser.request(others), redirectUri, 'invalid_request_object')
  })

  test.each(['RS256', 'PS256', 'EdDSA', 'Ed25519'])('a request object may be signed with %s', async (algorithm) => {
    const key = await clientKey(algorithm)
    const { ask, claims } = await requestObjectWorld({}, { jwks: { keys: [{ ...key.publicJwk }] } })
    const request = await signJwt(key.privateKey, { alg: algorithm, kid: key.kid }, claims())
    expect((await ask({ request })).headers.get('location')).toMatch(/\/login\?/)
  })

  test('client_id inside may be left out, exp and typ too, and aud may be a list', async () => {
    const { ask, sign, world } = await requestObjectWorld()
    const changes = { client_id: undefined, exp: undefined, nbf: undefined, iat: undefined, jti: undefined }
    const aud = ['https://other.example', world.issuer]
    const request = await sign({ ...changes, aud }, { typ: undefined })
    expect((await ask({ request })).headers.get('location')).toMatch(/\/login\?/)
  })

  test('what is wrong in it is told to the redirect URI that is in it', async () => {
    const { world, ask, sign } = await requestObjectWorld({}, { redirect_uris: [redirectUri, `${redirectUri}/2`] })
    for (const [changes, error] of [
      [{ response_type: 'token' }, 'unsupported_response_type'],
      [{ response_type: undefined }, 'invalid_request'],
      [{ scope: 'profile unknown' }, 'invalid_scope'],
      [{ code_challenge: undefined, code_challenge_method: undefined }, 'invalid_request'],
      [{ prompt: 'none' }, 'login_required'],
    ] as const) {
      const response = await ask({ request: await sign({ redirect_uri: `${redirectUri}/2`, ...changes }) })
      const parameters = expectErrorRedirect(world, response, `${redirectUri}/2`, error)
      expect(parameters.get('state')).toBe('inner-state')
    }
  })

  test('the redirect_uri of the object replaces the one outside, or an error page is shown (decision 16)', async () => {
    const { ask, sign, browser, url } = await requestObjectWorld()
    const outside = { redirect_uri: 'https://evil.test/cb' }
    const visited = await browser.visit(url({ ...outside, request: await sign() }), { user: alice, accept: true })
    expect(visited.url.startsWith(`${redirectUri}?`)).toBe(true)
    const inside = await ask({ redirect_uri: redirectUri, request: await sign(outside) })
    await expectErrorPage(inside, 400, 'invalid_request')
  })
})

describe('where errors of the object itself go', () => {
  test('errors of the object go to the redirect URI and state that were sent outside it', async () => {
    const { world, ask } = await requestObjectWorld()
    const response = await ask({ redirect_uri: redirectUri, state: 'outer', request: 'x.y.z' })
    const parameters = expectErrorRedirect(world, response, redirectUri, 'invalid_request_object')
    expect(parameters.get('state')).toBe('outer')
  })

  test('errors go to the only registered redirect URI when none was sent, and to a page when there are several', async () => {
    const one = await requestObjectWorld()
    expectErrorRedirect(one.world, await one.ask({ request: 'x' }), redirectUri, 'invalid_request_object')
    const two = await requestObjectWorld({}, { redirect_uris: [redirectUri, `${redirectUri}/2`] })
    await expectErrorPage(await two.ask({ request: 'x' }), 400, 'invalid_request_object')
  })

  test('errors show a page when the sent redirect URI is not registered or repeated, or the client is unknown', async () => {
    const { ask, url, browser, sign } = await requestObjectWorld()
    await expectErrorPage(
      await ask({ redirect_uri: 'https://evil.test/', request: 'x' }),
      400,
      'invalid_request_object',
    )
    const repeated = `${url({ redirect_uri: redirectUri, request: 'x' })}&redirect_uri=${encodeURIComponent(redirectUri)}`
    await expectErrorPage(await browser.request(repeated), 400, 'invalid_request')
    await expectErrorPage(await ask({ client_id: 'unknown', request: await sign() }), 400, 'invalid_client')
    await expectErrorPage(await ask({ client_id: undefined, request: await sign() }), 400, 'invalid_request')
  })

  test('a repeated request, or request beside request_uri, is refused (G04)', async () => {
    const { world, ask, url, browser } = await requestObjectWorld()
    const twice = await browser.request(`${url({ request: 'x' })}&request=y`)
    expectErrorRedirect(world, twice, redirectUri, 'invalid_request')
    const state = await browser.request(`${url({ request: 'x', state: 'a' })}&state=b`)
    expectErrorRedirect(world, state, redirectUri, 'invalid_request')
    const both = await ask({ request: 'x', request_uri: 'https://client.example/request' })
    expectErrorRedirect(world, both, redirectUri, 'invalid_request')
  })

  test('an empty request counts as none', async () => {
    const { world, ask } = await requestObjectWorld()
    const response = await ask({ request: '', request_uri: '' })
    expectErrorRedirect(world, response, redirectUri, 'invalid_request')
  })
})

describe('parameters beside the object', () => {
  const outside = { scope: 'openid notes:write', prompt: 'none', login_hint: 'mallory', response_type: 'code' }

  test('parameters beside the object are ignored (H04)', async () => {
    const { ask, sign } = await requestObjectWorld()
    const location = (await ask({ ...outside, request: await sign() })).headers.get('location') ?? ''
    const query = new URL(location).searchParams
    expect(new URL(location).pathname).toBe('/login')
    expect([query.get('scope'), query.get('login_hint'), query.get('prompt')]).toEqual(['openid email', null, null])
  })

  test('with merged parameters, those outside fill gaps and replace nothing (H04)', async () => {
    const { ask, sign } = await requestObjectWorld({ outsideParameters: 'merged' })
    const request = await sign({ response_type: undefined })
    const { prompt: _, ...sent } = outside
    const location = (await ask({ ...sent, ui_locales: 'de', request })).headers.get('location') ?? ''
    const query = new URL(location).searchParams
    expect([query.get('scope'), query.get('login_hint'), query.get('ui_locales')]).toEqual([
      'openid email',
      'mallory',
      'de',
    ])
  })

  test('client_id and response_type have to be the same inside and outside (H04)', async () => {
    const { world, ask, sign } = await requestObjectWorld({ outsideParameters: 'merged' })
    const other = await registerConfidential(world)
    const request = await sign()
    const asOther = await ask({ client_id: other.client_id, request })
    expectErrorRedirect(world, asOther, redirectUri, 'invalid_request_object')
    const type = await ask({ response_type: 'id_token', request })
    expectErrorRedirect(world, type, redirectUri, 'invalid_request_object')
  })
})

describe('unsigned request objects', () => {
  const policies = ['refused', 'registered', 'allowed'] as const

  test.each(policies)('the option unsigned: %s decides which clients may send one', async (unsigned) => {
    const outcome = async (input: object): Promise<string | null> => {
      const { ask, unsigned: make } = await requestObjectWorld({ unsigned }, input)
      const location = new URL((await ask({ request: make() })).headers.get('location') ?? '')
      return location.pathname === '/login' ? 'taken' : location.searchParams.get('error')
    }
    const refused = 'invalid_request_object'
    expect(await outcome({})).toBe(unsigned === 'allowed' ? 'taken' : refused)
    expect(await outcome({ request_object_signing_alg: 'ES256' })).toBe(refused)
    if (unsigned !== 'refused') {
      expect(await outcome({ request_object_signing_alg: 'none', jwks: undefined })).toBe('taken')
    }
  })

  test('unsigned request objects are parsed like any other: nested, for another client, addressed elsewhere, expired', async () => {
    const { world, ask, unsigned } = await requestObjectWorld({ unsigned: 'allowed' })
    const now = world.clock.now()
    for (const changes of [{ request: 'x' }, { client_id: 'x' }, { iss: 'x' }, { aud: 'x' }, { exp: now - 60 }]) {
      expectErrorRedirect(world, await ask({ request: unsigned(changes) }), redirectUri, 'invalid_request_object')
    }
    const withSignature = `${unsigned()}AAAA`
    expectErrorRedirect(world, await ask({ request: withSignature }), redirectUri, 'invalid_request_object')
    const bare = unsigned({ iss: undefined, aud: undefined, exp: undefined, nbf: undefined, iat: undefined })
    expect((await ask({ request: bare })).headers.get('location')).toMatch(/\/login\?/)
  })

  test('a client that registered none signs nothing either', async () => {
    const { world, ask, sign } = await requestObjectWorld(
      { unsigned: 'registered' },
      { request_object_signing_alg: 'none' },
    )
    expectErrorRedirect(world, await ask({ request: await sign() }), redirectUri, 'invalid_request_object')
  })
})

describe('clients that take no other request', () => {
  test('require_signed_request_object: a plain request and an unsigned object are refused', async () => {
    const input = { require_signed_request_object: true }
    const { world, ask, sign, unsigned, pkce } = await requestObjectWorld({ unsigned: 'allowed' }, input)
    const plain = {
      response_type: 'code',
      redirect_uri: redirectUri,
      code_challenge: pkce.challenge,
      code_challenge_method: 'S256',
    }
    expectErrorRedirect(world, await ask(plain), redirectUri, 'invalid_request')
    expectErrorRedirect(world, await ask({ request: unsigned() }), redirectUri, 'invalid_request_object')
    expect((await ask({ request: await sign() })).headers.get('location')).toMatch(/\/login\?/)
    expect(world.provider.metadata).not.toHaveProperty('require_signed_request_object')
  })

  test('the option required demands request objects of all clients', async () => {
    const { world, ask, sign, pkce } = await requestObjectWorld({ required: true })
    const plain = { response_type: 'code', code_challenge: pkce.challenge, code_challenge_method: 'S256' }
    expectErrorRedirect(world, await ask(plain), redirectUri, 'invalid_request')
    expect((await ask({ request: await sign() })).headers.get('location')).toMatch(/\/login\?/)
    expect(world.provider.metadata.require_signed_request_object).toBe(true)
  })
})

describe('the feature', () => {
  test('discovery says what the feature supports', async () => {
    const { world } = await requestObjectWorld()
    expect(world.provider.metadata).toMatchObject({
      request_parameter_supported: true,
      request_uri_parameter_supported: true,
      require_request_uri_registration: true,
      request_object_signing_alg_values_supported: ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519'],
    })
    const other = await requestObjectWorld({ unsigned: 'registered', signingAlgorithms: ['ES256'] })
    expect(other.world.provider.metadata.request_object_signing_alg_values_supported).toEqual(['ES256', 'none'])
  })

  test('without the feature the answers are request_not_supported and request_uri_not_supported, by redirect (decision 15)', async () => {
    const world = createQuickWorld()
    const client = await registerConfidential(world)
    const key = await clientKey()
    const request = await signJwt(key.privateKey, { alg: 'ES256' }, { client_id: client.client_id })
    for (const [parameters, error] of [
      [{ request }, 'request_not_supported'],
      [{ request_uri: 'https://client.example/request' }, 'request_uri_not_supported'],
    ] as const) {
      const query = new URLSearchParams({ client_id: client.client_id, response_type: 'code', ...parameters })
      const response = await world.browser().request(`${world.issuer}/oauth2/authorize?${query}`)
      expectErrorRedirect(world, response, redirectUri, error)
    }
    expect(world.provider.metadata).toMatchObject({
      request_parameter_supported: false,
      request_uri_parameter_supported: false,
    })
  })

  test('shares the keys of clients with private-key-jwt, in either order', async () => {
    for (const features of [
      [privateKeyJwt(), jwtSecuredRequests()],
      [jwtSecuredRequests(), privateKeyJwt()],
    ]) {
      const key = await clientKey()
      const world = createQuickWorld({ features })
      const client = await registerWithKey(world, key)
      const now = world.clock.now()
      const { client_id } = client
      const claims = { iss: client_id, client_id, aud: world.issuer, exp: now + 60, response_type: 'code' }
      const request = await signJwt(key.privateKey, { alg: 'ES256', kid: key.kid }, { ...claims, prompt: 'none' })
      const query = new URLSearchParams({ client_id, request })
      const response = await world.browser().request(`${world.issuer}/oauth2/authorize?${query}`)
      // The server has parsed the request object, since its error is about PKCE.
      expectErrorRedirect(world, response, redirectUri, 'invalid_request')
      expect((await postWith(world, await assertion(world, client, key))).status).toBe(200)
    }
  })

  test.each<[object, string]>([
    [{ request_object_signing_alg: 'HS256' }, 'unsupported request_object_signing_alg HS256'],
    [{ request_object_signing_alg: 'none' }, 'unsupported request_object_signing_alg none'],
    [{ require_signed_request_object: true, jwks: undefined }, 'require_signed_request_object needs jwks or jwks_uri'],
    [{ request_uris: ['http://client.example/r'] }, 'must use https'],
    [{ request_uris: ['https://10.0.0.1/r'] }, 'must not be in a private network'],
    [{ request_uris: 'https://client.example/r' }, 'request_uris'],
  ])('metadata %j is refused', async (input, message) => {
    await expect(requestObjectWorld({}, input)).rejects.toThrow(message)
  })

  test('a client cannot ask for signatures and register none', async () => {
    const input = { request_object_signing_alg: 'none', require_signed_request_object: true }
    await expect(requestObjectWorld({ unsigned: 'registered' }, input)).rejects.toThrow(
      'require_signed_request_object cannot be true',
    )
  })

  test.each<[object, string]>([
    [{ unsignd: 'allowed' }, 'jwtSecuredRequests: unsignd is not known'],
    [{ unsigned: true }, 'jwtSecuredRequests: unsigned '],
    [{ outsideParameters: 'used' }, 'jwtSecuredRequests: outsideParameters '],
    [{ signingAlgorithms: ['none'] }, 'jwtSecuredRequests: signingAlgorithms.0 '],
    [{ required: 'yes' }, 'jwtSecuredRequests: required '],
  ])('the option %j is refused', (options: JwtSecuredRequestsOptions, message) => {
    expect(() => jwtSecuredRequests(options)).toThrow(TypeError)
    expect(() => jwtSecuredRequests(options)).toThrow(message)
  })
})
