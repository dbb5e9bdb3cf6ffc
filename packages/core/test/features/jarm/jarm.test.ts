import { jarm } from '@oauth/core/features/jarm'
import { jwtSecuredRequests } from '@oauth/core/features/jwt-secured-requests'
import { pushedAuthorizationRequests } from '@oauth/core/features/pushed-authorization-requests'
import { describe, expect, test } from 'vitest'
import {
  authorize,
  authorizeUrl,
  createPkce,
  exchangeCode,
  type Parameters,
  redirectUri,
  registerConfidential,
  registerPublic,
} from '../../support/client.ts'
import { ask, expectErrorPage, expectJsonError, send } from '../../support/expectations.ts'
import { readFormPost, scriptsOf } from '../../support/form-post.ts'
import { jarmWorld, readQuery, readResponse, signedModes } from '../../support/jarm.ts'
import { publishedKids } from '../../support/keys.ts'
import { push, pushed } from '../../support/pushed-requests.ts'
import { requestObjectWorld } from '../../support/request-objects.ts'
import { createQuickWorld } from '../../support/tokens.ts'
import { alice, createWorld, type World, type WorldOptions } from '../../support/world.ts'

const scope = 'openid email'
const code = /^c[0-9a-v]{24}[\w-]{43}$/
const documents = ['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration']

/** A user who is signed in and has consented before. */
async function returning(world: World = jarmWorld(), input: Parameters = {}) {
  const client = await registerConfidential(world, input)
  const { browser } = await authorize(world, client, { scope })
  const pkce = createPkce()
  const url = (parameters: Parameters) => authorizeUrl(world, client, pkce, { scope, ...parameters })
  const go = (parameters: Parameters) => browser.request(url(parameters))
  return { world, client, browser, pkce, url, go }
}

/** Reads the one parameter of a response, wherever the response mode puts it. */
async function readAny(response: Response, mode: string): Promise<Readonly<Record<string, string>>> {
  if (mode === 'form_post.jwt') return (await readFormPost(response)).fields
  const location = new URL(String(response.headers.get('location')))
  const { searchParams, hash } = location
  expect(location.origin + location.pathname).toBe(redirectUri)
  if (mode === 'fragment.jwt') {
    expect(location.search).toBe('')
    return Object.fromEntries(new URLSearchParams(hash.slice(1)))
  }
  expect(hash).toBe('')
  return Object.fromEntries(searchParams)
}

describe('the response modes of JARM', () => {
  test.each(documents)('the document at %s has the four response modes (R01)', async (path) => {
    const world = jarmWorld()
    const { body } = await send(world, world.issuer + path)
    expect(body.response_modes_supported).toEqual([
      ...['query', 'fragment', 'form_post'],
      ...['jwt', 'query.jwt', 'fragment.jwt', 'form_post.jwt'],
    ])
    const plain = await send(createQuickWorld(), createQuickWorld().issuer + path)
    expect(plain.body.response_modes_supported).toEqual(['query', 'fragment', 'form_post'])
  })

  test.each(signedModes)(
    'response_mode %s answers with the parameter response alone, where the mode says (R01, R02)',
    async (mode) => {
      const { world, client, go } = await returning()
      const fields = await readAny(await go({ response_mode: mode }), mode)
      expect(Object.keys(fields)).toEqual(['response'])
      const { claims } = await readResponse(world, client, fields.response)
      expect(claims.code).toMatch(code)
    },
  )

  test('the JWT has iss, aud, exp, code and state and nothing else, so no token (R03, R07)', async () => {
    const { world, client, go } = await returning()
    const { claims } = await readQuery(world, client, (await go({ response_mode: 'jwt' })).headers.get('location'))
    expect(claims).toEqual({
      iss: world.issuer,
      aud: client.client_id,
      exp: world.clock.now() + 300,
      code: expect.stringMatching(code),
      state: 'client-state',
    })
    expect(world.provider.metadata.authorization_response_iss_parameter_supported).toBe(true)
  })

  test('a request without state gets a response without state, and a long state comes back whole (R03)', async () => {
    const { world, client, go } = await returning()
    const answer = async (state: string | undefined) =>
      (await readQuery(world, client, (await go({ response_mode: 'jwt', state })).headers.get('location'))).claims
    expect(await answer(undefined)).not.toHaveProperty('state')
    const long = `${'ü"\\'.repeat(200)}~`
    expect((await answer(long)).state).toBe(long)
  })

  test('lifetimeSeconds is the lifetime of the JWT, and at most ten minutes (R03)', async () => {
    const { world, client, go } = await returning(jarmWorld({ lifetimeSeconds: 600 }))
    const { claims } = await readQuery(world, client, (await go({ response_mode: 'jwt' })).headers.get('location'))
    expect(claims.exp).toBe(world.clock.now() + 600)
    for (const lifetimeSeconds of [601, 29, 0, 60.5]) {
      expect(() => jarm({ lifetimeSeconds })).toThrow(/^jarm: lifetimeSeconds/)
    }
  })

  test('the registered query of the redirect URI stays beside response (R02)', async () => {
    const world = jarmWorld()
    const uri = `${redirectUri}?tenant=a%20b`
    const client = await registerConfidential(world, { redirect_uris: [uri] })
    const url = authorizeUrl(world, client, createPkce(), { scope, redirect_uri: uri, response_mode: 'query.jwt' })
    const { url: end } = await world.browser().visit(url, { user: alice, accept: true })
    expect(end.startsWith(`${uri}&response=ey`)).toBe(true)
    expect([...new URL(end).searchParams.keys()]).toEqual(['tenant', 'response'])
  })

  test('the code of a signed response is redeemed like any other (R03)', async () => {
    const { world, client, browser, pkce, go } = await returning()
    const location = (await go({ response_mode: 'jwt' })).headers.get('location')
    const { claims } = await readQuery(world, client, location)
    const authorized = { code: String(claims.code), pkce, parameters: new URLSearchParams(), browser }
    expect((await exchangeCode(world, client, authorized)).status).toBe(200)
  })

  test('wrong options are refused by name, and so is a server without the parts that jarm needs (R01)', () => {
    expect(() => jarm({ signed: true } as object)).toThrow('jarm: signed is not known')
    expect(() => jarm({ required: 'yes' } as object)).toThrow(/^jarm: required/)
    expect(() => createQuickWorld({ grantTypes: ['client_credentials'], features: [jarm()] })).toThrow(
      'the feature jarm needs authorization_code',
    )
    expect(() => createWorld({ disableJwtPlugin: true, features: [jarm()] })).toThrow(
      'the feature jarm needs signing_keys, which the option disableJwtPlugin leaves out',
    )
  })
})

describe('errors in the response modes of JARM', () => {
  test.each<[string, Parameters]>([
    ['invalid_request', { prompt: 'none login' }],
    ['invalid_scope', { scope: 'admin' }],
    ['unsupported_response_type', { response_type: 'token' }],
    ['request_not_supported', { request: 'a.b.c' }],
    ['login_required', { prompt: 'none', max_age: '0' }],
  ])('the error %s is signed, with its description and the state (R04)', async (error, parameters) => {
    const { world, client, go } = await returning()
    world.clock.advance(1)
    for (const mode of signedModes) {
      const fields = await readAny(await go({ response_mode: mode, ...parameters }), mode)
      expect(Object.keys(fields)).toEqual(['response'])
      const { claims } = await readResponse(world, client, fields.response)
      expect(claims).toEqual({
        ...{ iss: world.issuer, aud: client.client_id, exp: world.clock.now() + 300 },
        ...{ error, error_description: expect.any(String), state: 'client-state' },
      })
    }
  })

  test('access_denied after the user refused is signed (R04)', async () => {
    const world = jarmWorld()
    const client = await registerConfidential(world)
    const url = authorizeUrl(world, client, createPkce(), { scope, response_mode: 'query.jwt' })
    const { url: end } = await world.browser().visit(url, { user: alice, accept: false })
    const { claims } = await readQuery(world, client, end)
    expect([claims.error, claims.state]).toEqual(['access_denied', 'client-state'])
  })

  test('an unknown client or redirect URI is a page whatever mode is asked for (R04)', async () => {
    const { world, client } = await returning()
    for (const response_mode of signedModes) {
      const wrong = { scope, response_mode, redirect_uri: 'https://evil.example.com/' }
      await expectErrorPage(await ask(world, client, wrong), 400, 'invalid_request')
      await expectErrorPage(await ask(world, { client_id: 'nobody' }, { response_mode }), 400, 'invalid_client')
    }
  })

  test('form_post.jwt with a private-use scheme is invalid_request in the query, as with form_post (R04)', async () => {
    const world = jarmWorld()
    const uri = 'com.example.app:/cb'
    const client = await registerPublic(world, { redirect_uris: [uri], application_type: 'native' })
    const response = await ask(world, client, { redirect_uri: uri, scope, response_mode: 'form_post.jwt' })
    const { searchParams } = new URL(String(response.headers.get('location')))
    expect(searchParams.get('error')).toBe('invalid_request')
    expect(searchParams.get('error_description')).toContain('form_post needs a redirect URI with http or https')
  })
})

describe('the algorithm of a signed response', () => {
  const twoAlgorithms: WorldOptions = { idTokenSigningAlgorithms: ['ES256', 'EdDSA'] }

  test.each(['ES256', 'EdDSA'])(
    'authorization_signed_response_alg %s signs, with a kid of the JWKS (R05)',
    async (algorithm) => {
      const world = jarmWorld({}, twoAlgorithms)
      const { client, go } = await returning(world, { authorization_signed_response_alg: algorithm })
      expect(client.authorization_signed_response_alg).toBe(algorithm)
      const { header } = await readQuery(world, client, (await go({ response_mode: 'jwt' })).headers.get('location'))
      expect(header.alg).toBe(algorithm)
      expect(await publishedKids(world)).toContain(header.kid)
    },
  )

  test('the default algorithm is RS256, and the first one of a server that does not sign with RS256 (R05)', async () => {
    for (const [world, algorithm] of [
      [createWorld({ features: [jarm()] }), 'RS256'],
      [jarmWorld(), 'ES256'],
    ] as const) {
      const { client, go } = await returning(world)
      const { header } = await readQuery(world, client, (await go({ response_mode: 'jwt' })).headers.get('location'))
      expect(header.alg).toBe(algorithm)
    }
  })

  test('the metadata name the algorithms that the server signs with (R05)', () => {
    const { metadata } = jarmWorld({}, twoAlgorithms).provider
    expect(metadata.authorization_signing_alg_values_supported).toEqual(['ES256', 'EdDSA'])
    expect(createQuickWorld().provider.metadata).not.toHaveProperty('authorization_signing_alg_values_supported')
  })

  test.each(['none', 'HS256', 'RS256', 'ES999', ''])(
    'a client cannot register authorization_signed_response_alg %j with a server that does not sign with it (R05)',
    async (algorithm) => {
      const world = jarmWorld(
        {},
        { allowDynamicClientRegistration: true, allowUnauthenticatedClientRegistration: true },
      )
      const answer = await send(world, `${world.issuer}/oauth2/register`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          redirect_uris: [redirectUri],
          token_endpoint_auth_method: 'none',
          authorization_signed_response_alg: algorithm,
        }),
      })
      expectJsonError(answer, 400, 'invalid_client_metadata')
      await expect(registerConfidential(world, { authorization_signed_response_alg: algorithm })).rejects.toThrow(
        /authorization_signed_response_alg/,
      )
    },
  )

  test('without the feature the members of the client are unknown, and the error names the feature (R05)', async () => {
    for (const input of [
      { authorization_signed_response_alg: 'ES256' },
      { require_signed_authorization_response: true },
    ]) {
      await expect(registerConfidential(createQuickWorld(), input)).rejects.toThrow(
        'is not known without the feature jarm() from @oauth/core/features/jarm',
      )
    }
  })
})

describe('where the response mode comes from', () => {
  test('the response_mode of a pushed request counts, and not the one in the URL (R08)', async () => {
    const world = jarmWorld({}, { features: [pushedAuthorizationRequests()] })
    const client = await registerConfidential(world)
    const { url } = await pushed(world, client, { response_mode: 'jwt' })
    const { url: end } = await world.browser().visit(`${url}&response_mode=query`, { user: alice, accept: true })
    expect((await readQuery(world, client, end)).claims.code).toMatch(code)
  })

  test('the response_mode of a request object counts, for errors too, and not the one in the URL (R08)', async () => {
    const features = [jwtSecuredRequests(), jarm()]
    const { world, client, sign, url, ask: send } = await requestObjectWorld({}, {}, { features })
    const request = await sign({ response_mode: 'jwt' })
    const { url: end } = await world.browser().visit(url({ request, response_mode: 'fragment' }), {
      user: alice,
      accept: true,
    })
    const { claims } = await readQuery(world, client, end)
    expect([claims.code, claims.state]).toEqual([expect.stringMatching(code), 'inner-state'])
    const wrong = await send({ request: await sign({ response_mode: 'jwt', prompt: 'none login' }) })
    expect((await readQuery(world, client, wrong.headers.get('location'))).claims.error).toBe('invalid_request')
  })
})

describe('a client that must ask for a signed response', () => {
  const required = { require_signed_authorization_response: true } as const

  test.each<[string | undefined, string]>([
    [undefined, 'jwt'],
    ['query', 'jwt'],
    ['fragment', 'fragment.jwt'],
    ['form_post', 'form_post.jwt'],
    ['pigeon', 'jwt'],
  ])(
    'with require_signed_authorization_response the response mode %s is invalid_request, which is itself signed (R09)',
    async (response_mode, mode) => {
      const world = jarmWorld()
      const client = await registerConfidential(world, required)
      expect(client.require_signed_authorization_response).toBe(true)
      const response = await ask(world, client, { scope, response_mode })
      const fields = await readAny(response, mode)
      const { claims } = await readResponse(world, client, fields.response)
      expect(claims).toMatchObject({
        error: 'invalid_request',
        error_description: `unsupported response_mode: this client must ask for response_mode ${mode}`,
        state: 'client-state',
      })
    },
  )

  test.each(signedModes)('a client with require_signed_authorization_response may use %s (R09)', async (mode) => {
    const world = jarmWorld()
    const client = await registerConfidential(world, required)
    const url = authorizeUrl(world, client, createPkce(), { scope, response_mode: mode })
    const { url: end, response } = await world.browser().visit(url, { user: alice, accept: true })
    const fields = await readAny(
      mode === 'form_post.jwt' ? response : new Response(null, { headers: { location: end } }),
      mode,
    )
    expect((await readResponse(world, client, fields.response)).claims.code).toMatch(code)
  })

  test('other clients of the server use any response mode (R09)', async () => {
    const { go } = await returning()
    const { searchParams } = new URL(String((await go({})).headers.get('location')))
    expect(searchParams.get('code')).toMatch(code)
  })

  test('with the option required every client must ask for a signed response, and discovery has the signed modes alone (R09)', async () => {
    const world = jarmWorld({ required: true })
    expect(world.provider.metadata.response_modes_supported).toEqual([
      ...['jwt', 'query.jwt', 'fragment.jwt', 'form_post.jwt'],
    ])
    const client = await registerConfidential(world)
    const response = await ask(world, client, { scope, response_mode: 'query' })
    const { claims } = await readQuery(world, client, response.headers.get('location'))
    expect(claims.error).toBe('invalid_request')
  })

  test('a push of a wrong response mode is refused as JSON, and nothing is stored (R09)', async () => {
    const world = jarmWorld({}, { features: [pushedAuthorizationRequests()] })
    const client = await registerConfidential(world, required)
    expectJsonError(await push(world, client, {}), 400, 'invalid_request')
    expect((await push(world, client, { response_mode: 'jwt' })).status).toBe(201)
  })

  test('the requirement must be a boolean (R09)', async () => {
    const input = { require_signed_authorization_response: 'yes' } as object
    await expect(registerConfidential(jarmWorld(), input)).rejects.toThrow(/require_signed_authorization_response/)
  })
})

describe('the page of form_post.jwt', () => {
  test('the page posts response alone, and its policy lets its one script run (R11)', async () => {
    const { go } = await returning()
    const response = await go({ response_mode: 'form_post.jwt', state: '"><script>alert(1)</script>' })
    const { html, action, fields } = await readFormPost(response)
    expect(action).toBe(redirectUri)
    expect(Object.keys(fields)).toEqual(['response'])
    expect(scriptsOf(html).map(({ script }) => script)).toEqual(['document.forms[0].submit()'])
    expect(response.headers.get('content-security-policy')).toContain(scriptsOf(html)[0]?.source)
    expect(response.headers.get('cache-control')).toBe('no-store')
  })

  test('a script is told where to post response, and where to go with it (R11)', async () => {
    const { world, client, browser, url } = await returning()
    const headers = { accept: 'application/json' }
    const form = await (await browser.request(url({ response_mode: 'form_post.jwt' }), { headers })).json()
    expect(form).toEqual({ redirect: false, url: redirectUri, form: { response: expect.any(String) } })
    expect((await readResponse(world, client, form.form.response)).claims.code).toMatch(code)
    const query = await (await browser.request(url({ response_mode: 'jwt' }), { headers })).json()
    expect((await readQuery(world, client, query.url)).claims.code).toMatch(code)
  })
})
