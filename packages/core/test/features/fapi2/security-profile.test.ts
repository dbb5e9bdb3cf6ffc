import { fapi2SecurityProfile } from '@oauth/core/features/fapi2'
import { describe, expect, test } from 'vitest'
import { createPkce, redirectUri } from '../../support/client.ts'
import { clientKey } from '../../support/client-keys.ts'
import { proofKey, userinfoAs, userinfoWith } from '../../support/dpop.ts'
import { ask, expectErrorRedirect, expectJsonError, send } from '../../support/expectations.ts'
import { codeOf, fapiClient, fapiFeatures, fapiWorld, plainWorld, pushAs, tokenAs } from '../../support/fapi2.ts'
import { answerTo, authorizeWith } from '../../support/pushed-requests.ts'
import { createQuickWorld } from '../../support/tokens.ts'

const documents = ['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration']
const machine = { grant_type: 'client_credentials', scope: 'notes:read' }

const start = async (input = {}, options = {}) => {
  const world = fapiWorld({}, options)
  return { world, client: await fapiClient(world, input) }
}

describe('a client that follows the FAPI 2.0 Security Profile', () => {
  test('a client that follows the profile gets a code, bound tokens and an ID token, and iss in the answer (F06, F07)', async () => {
    const { world, client } = await start()
    const { form, parameters } = await codeOf(client)
    expect(parameters.get('iss')).toBe(world.issuer)
    expect(world.provider.metadata.authorization_response_iss_parameter_supported).toBe(true)
    const { status, body } = await tokenAs(client, form)
    expect([status, body.token_type, typeof body.id_token]).toEqual([200, 'DPoP', 'string'])
    expect((await userinfoAs(world, body.access_token)).status).toBe(200)
  })

  test('a request without openid gets tokens and no ID token (F15)', async () => {
    const { client } = await start()
    const { form } = await codeOf(client, { scope: 'notes:read' })
    const { status, body } = await tokenAs(client, form)
    expect([status, body.token_type, body.id_token]).toEqual([200, 'DPoP', undefined])
  })

  test('a client without users gets a bound token by client_credentials, and none without a proof (F18)', async () => {
    const { client } = await start({ redirect_uris: [], grant_types: ['client_credentials'], scope: 'notes:read' })
    expectJsonError(await tokenAs(client, machine, { proof: undefined }), 400, 'invalid_request')
    const { status, body } = await tokenAs(client, machine)
    expect([status, body.token_type, body.refresh_token]).toEqual([200, 'DPoP', undefined])
  })

  test('a client refreshes with a new DPoP key (F11)', async () => {
    const { client } = await start()
    const first = (await tokenAs(client, (await codeOf(client)).form)).body
    const form = { grant_type: 'refresh_token', refresh_token: first.refresh_token }
    const { status, body } = await tokenAs(client, form, { proof: { key: await proofKey('dpop-2') } })
    expect([status, body.token_type]).toEqual([200, 'DPoP'])
  })

  test('an exchanged refresh token works again 59 seconds later, and gets the same successor (F10)', async () => {
    const { world, client } = await start()
    const first = (await tokenAs(client, (await codeOf(client)).form)).body
    const form = { grant_type: 'refresh_token', refresh_token: first.refresh_token }
    const one = await tokenAs(client, form)
    world.clock.advance(59)
    const two = await tokenAs(client, form)
    expect([one.status, two.status]).toEqual([200, 200])
    expect(two.body.refresh_token).toBe(one.body.refresh_token)
  })

  test('a user who declines sends access_denied with state and iss, and the query of the redirect URI stays (F16)', async () => {
    const uri = `${redirectUri}?tenant=blue`
    const { world, client } = await start({ redirect_uris: [uri] })
    const { body } = await pushAs(client, { redirect_uri: uri })
    const url = authorizeWith(world, client.registered, body.request_uri)
    const answer = await answerTo(world.browser(), url, { accept: false })
    const names = ['error', 'state', 'iss', 'tenant']
    expect(names.map((name) => answer.get(name))).toEqual(['access_denied', 'pushed-state', world.issuer, 'blue'])
  })

  test('a nonce of 384 characters is whole, and without state the answer has none (F16)', async () => {
    const { client } = await start()
    const nonce = 'n'.repeat(384)
    const { form, parameters } = await codeOf(client, { nonce, state: undefined })
    expect(parameters.has('state')).toBe(false)
    const { body } = await tokenAs(client, form)
    const claims = JSON.parse(Buffer.from(body.id_token.split('.')[1], 'base64url').toString())
    expect(claims.nonce).toBe(nonce)
  })

  test('the answer to a posted authorization request is a redirect with 303, never one that repeats the body (F13)', async () => {
    const { world, client } = await start()
    const browser = world.browser()
    const first = await pushAs(client)
    await answerTo(browser, authorizeWith(world, client.registered, first.body.request_uri))
    const { body } = await pushAs(client)
    const response = await browser.request(`${world.issuer}/oauth2/authorize`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin: new URL(world.issuer).origin },
      body: new URLSearchParams({ client_id: client.registered.client_id, request_uri: body.request_uri }).toString(),
    })
    expect(response.status).toBe(303)
    expect(new URL(response.headers.get('location') ?? '').searchParams.has('code')).toBe(true)
  })

  test.each(documents)('the document at %s names no more than the profile allows (F12, F15)', async (path) => {
    const { world } = await start()
    const { body } = await send(world, world.issuer + path)
    expect(body.require_pushed_authorization_requests).toBe(true)
    expect(body.token_endpoint_auth_methods_supported).toEqual(['private_key_jwt'])
    expect(body.introspection_endpoint_auth_methods_supported).toEqual(['private_key_jwt'])
    const algorithms = Object.entries(body).filter(([name]) => name.endsWith('_signing_alg_values_supported'))
    expect(algorithms.length).toBeGreaterThan(1)
    expect(algorithms.flatMap(([, values]) => values as string[]).filter((name) => /^(RS|HS|none)/.test(name))).toEqual(
      [],
    )
    expect(body.code_challenge_methods_supported).toEqual(['S256'])
  })
})

describe('what the FAPI 2.0 Security Profile refuses', () => {
  test.each(['client_secret_basic', 'client_secret_post', 'none'] as const)(
    'a client with %s is not registered, and the error says what to register (F01)',
    async (method) => {
      const world = fapiWorld()
      const input = { redirect_uris: [redirectUri], token_endpoint_auth_method: method }
      await expect(world.provider.registerClient(input)).rejects.toThrow(
        'the security profile fapi2-security-profile holds for this client: register token_endpoint_auth_method private_key_jwt',
      )
    },
  )

  test('a request that was not pushed is invalid_request, also one with a request object (F02)', async () => {
    const { world, client } = await start()
    for (const parameters of [{}, { request: 'a.b.c' }, { request_uri: 'https://app.example.com/request' }]) {
      const response = await ask(world, client.registered, parameters)
      expectErrorRedirect(world, response, redirectUri, 'invalid_request')
    }
  })

  test('a request_uri lives for less than 600 seconds, whatever the option says (F02)', async () => {
    const { world, client } = await start()
    const { body } = await pushAs(client)
    expect(body.expires_in).toBe(599)
    world.clock.advance(599)
    const response = await world.browser().request(authorizeWith(world, client.registered, body.request_uri))
    expect(response.status).toBe(400)
    const plain = await fapiClient(plainWorld())
    expect((await pushAs(plain)).body.expires_in).toBe(600)
  })

  test.each(['token', 'id_token', 'code id_token', 'code token', 'none'])(
    'the response type %s is refused where the request is pushed, as JSON with 400 (F03, F21)',
    async (response_type) => {
      const { client } = await start()
      expectJsonError(await pushAs(client, { response_type }), 400, 'unsupported_response_type')
    },
  )

  test.each([
    ['no challenge', { code_challenge: undefined, code_challenge_method: undefined }],
    ['the method plain', { code_challenge_method: 'plain' }],
  ])('a request with %s is invalid_request, also where require_pkce is false (F04, F21)', async (_, parameters) => {
    const { client } = await start({ require_pkce: false })
    expectJsonError(await pushAs(client, { scope: 'email', ...parameters }), 400, 'invalid_request')
  })

  test.each([
    ['no code_verifier', undefined],
    ['another code_verifier', createPkce().verifier],
  ])('a code with %s is invalid_grant and stays good (F04)', async (_, code_verifier) => {
    const { client } = await start()
    const { form } = await codeOf(client)
    expectJsonError(await tokenAs(client, { ...form, code_verifier }), 400, 'invalid_grant')
    expect((await tokenAs(client, form)).status).toBe(200)
  })

  test('a request without redirect_uri is invalid_request, although the client has only one (F05)', async () => {
    const { client } = await start()
    expectJsonError(await pushAs(client, { redirect_uri: undefined }), 400, 'invalid_request')
  })

  test('a token request without a proof is invalid_request for every grant type, and uses nothing up (F07)', async () => {
    const { client } = await start()
    expectJsonError(await tokenAs(client, machine, { proof: undefined }), 400, 'invalid_request')
    const { form } = await codeOf(client)
    expectJsonError(await tokenAs(client, form, { proof: undefined }), 400, 'invalid_request')
    const { body } = await tokenAs(client, form)
    const refresh = { grant_type: 'refresh_token', refresh_token: body.refresh_token }
    expectJsonError(await tokenAs(client, refresh, { proof: undefined }), 400, 'invalid_request')
    expect((await tokenAs(client, refresh)).status).toBe(200)
  })

  test('a token is refused as a bearer token and in the query, and the scheme is found in any case (F07, F17)', async () => {
    const { world, client } = await start()
    const { access_token } = (await tokenAs(client, (await codeOf(client)).form)).body
    expect((await userinfoWith(world, { authorization: `Bearer ${access_token}` })).status).toBe(401)
    const inQuery = await send(world, `${world.issuer}/oauth2/userinfo?access_token=${access_token}`)
    expect(inQuery.status).toBe(400)
    expect((await userinfoAs(world, access_token, {}, 'dpop')).status).toBe(200)
  })

  test.each<[string, (issuer: string) => Readonly<Record<string, unknown>>]>([
    ['a list of the issuer', (issuer) => ({ aud: [issuer] })],
    ['the URL of the token endpoint', (issuer) => ({ aud: `${issuer}/oauth2/token` })],
    ['the URL of the endpoint for pushed requests', (issuer) => ({ aud: `${issuer}/oauth2/par` })],
    ['no aud', () => ({ aud: undefined })],
    ['no sub', () => ({ sub: undefined })],
  ])('an assertion with %s is invalid_client, although the option takes endpoints (F08)', async (_, claims) => {
    const { world, client } = await start()
    expectJsonError(await tokenAs(client, machine, { claims: claims(world.issuer) }), 401, 'invalid_client')
    expectJsonError(await pushAs(client, {}, { claims: claims(world.issuer) }), 401, 'invalid_client')
    expect((await tokenAs(client, machine)).status).toBe(200)
  })

  test.each([
    ['exp', -300, 401],
    ['iat', 8, 200],
    ['nbf', 8, 200],
    ['iat', 61, 401],
    ['nbf', 61, 401],
  ])('an assertion whose %s is %i seconds from now answers %i (F08, F14)', async (name, seconds, status) => {
    const { world, client } = await start()
    const claims = { [name]: world.clock.now() + seconds }
    expect((await tokenAs(client, machine, { claims })).status).toBe(status)
  })

  test.each([
    [8, 200],
    [61, 400],
    [-61, 400],
  ])('a DPoP proof whose iat is %i seconds from now answers %i (F14)', async (seconds, status) => {
    const { world, client } = await start()
    const proof = { claims: { iat: world.clock.now() + seconds } }
    expect((await tokenAs(client, machine, { proof })).status).toBe(status)
  })

  test('a code is refused after 60 seconds, although the option gives it ten minutes (F09)', async () => {
    const { world, client } = await start({}, { authorizationCodeTtlSeconds: 600 })
    const { form } = await codeOf(client)
    world.clock.advance(62)
    expectJsonError(await tokenAs(client, form), 400, 'invalid_grant')
  })

  test('a code that comes twice is invalid_grant, and ends the first token (F09)', async () => {
    const { world, client } = await start()
    const { form } = await codeOf(client)
    const { body } = await tokenAs(client, form)
    expectJsonError(await tokenAs(client, form), 400, 'invalid_grant')
    expect((await userinfoAs(world, body.access_token)).status).toBe(401)
  })

  test('an assertion with RS256 is invalid_client, although the server takes it of others (F08, F12)', async () => {
    const world = fapiWorld({ clients: 'chosen' })
    const key = await clientKey('RS256', 'rsa')
    const free = await fapiClient(world, { jwks: { keys: [{ ...key.publicJwk }] } })
    expect((await tokenAs(free, machine, { key })).status).toBe(200)
    const keys = [(await clientKey()).publicJwk, key.publicJwk].map((jwk) => ({ ...jwk }))
    const bound = await fapiClient(world, { jwks: { keys }, security_profile: 'fapi2-security-profile' })
    expectJsonError(await tokenAs(bound, machine, { key }), 401, 'invalid_client')
    expect((await tokenAs(bound, machine)).status).toBe(200)
  })

  test.each(['token_endpoint_auth_signing_alg', 'userinfo_signed_response_alg', 'id_token_signed_response_alg'])(
    'a client with %s RS256 is not registered (F12)',
    async (member) => {
      const world = fapiWorld({}, { idTokenSigningAlgorithms: ['RS256'] })
      await expect(fapiClient(world, { [member]: 'RS256' })).rejects.toThrow(`register ${member} PS256, ES256 or EdDSA`)
    },
  )

  test('a client whose ID tokens would be signed with the default RS256 is told to register another algorithm (F12)', async () => {
    const world = fapiWorld({}, { idTokenSigningAlgorithm: 'RS256', idTokenSigningAlgorithms: ['ES256'] })
    await expect(fapiClient(world)).rejects.toThrow('register id_token_signed_response_alg PS256, ES256 or EdDSA')
    await fapiClient(world, { id_token_signed_response_alg: 'ES256' })
  })

  test('a redirect URI with http is not registered, but for a native client on loopback', async () => {
    const world = fapiWorld()
    const loopback = 'http://127.0.0.1/callback'
    const web = { redirect_uris: [loopback], application_type: 'web' } as const
    await expect(fapiClient(world, web)).rejects.toThrow(/http/)
    await fapiClient(world, { redirect_uris: [loopback], application_type: 'native' })
  })
})

describe('a configuration that cannot meet the profile', () => {
  const message = (features: readonly object[], options = {}): string => {
    try {
      createQuickWorld({ refreshTokenReuseWindowSeconds: 60, ...options, features: features as never })
    } catch (error) {
      expect(error).toBeInstanceOf(TypeError)
      return (error as TypeError).message
    }
    throw new Error('it started')
  }
  const [keys, pushes, proofs] = fapiFeatures()
  const profile = fapi2SecurityProfile()

  test.each([
    ['without pushed requests', [keys, proofs], 'pushedAuthorizationRequests()'],
    ['without keys of clients', [pushes, proofs], 'privateKeyJwt()'],
    ['without a way to bind tokens', [keys, pushes], 'dpop()'],
  ])(
    '%s a provider with the profile does not start, and the error names the feature (F01, F02, F07)',
    (_, others, name) => {
      expect(message([...(others as object[]), profile])).toContain(`add the feature ${name}`)
    },
  )

  test('all that is missing is in one error', () => {
    const text = message([profile])
    expect(text).toMatch(/^fapi2SecurityProfile: /)
    for (const name of ['privateKeyJwt()', 'pushedAuthorizationRequests()', 'dpop()']) expect(text).toContain(name)
  })

  test.each<[object, string, string]>([
    [{ refreshTokenReuseWindowSeconds: 30 }, 'refreshTokenReuseWindowSeconds to at least 60', 'F10'],
    [{ accessTokenSigningAlgorithm: 'RS256' }, 'accessTokenSigningAlgorithm', 'F12'],
    [{ idTokenSigningAlgorithm: 'RS256', idTokenSigningAlgorithms: ['RS256'] }, 'idTokenSigningAlgorithm', 'F12'],
    [{ disableJwtPlugin: true }, 'disableJwtPlugin', 'F12'],
  ])(
    'a provider with %o and the profile does not start, and the error says what to set (%3$s)',
    (options, part, _id) => {
      expect(message([...fapiFeatures(), profile], options)).toContain(part)
    },
  )

  test('DPoP with RS256 and the profile do not start together (F12)', async () => {
    const { dpop } = await import('@oauth/core/features/dpop')
    const text = message([keys, pushes, dpop({ signingAlgorithms: ['ES256', 'RS256'] }), profile] as object[])
    expect(text).toContain('leave RS256 out of the option signingAlgorithms of dpop()')
  })

  test.each<[object, string]>([
    [{ clients: 'some' }, 'fapi2SecurityProfile: clients must be all, chosen or a function'],
    [{ client: 'all' }, 'fapi2SecurityProfile: client is not known'],
  ])('fapi2SecurityProfile refuses the options %o', (options, problem) => {
    expect(() => fapi2SecurityProfile(options)).toThrow(problem)
  })
})
