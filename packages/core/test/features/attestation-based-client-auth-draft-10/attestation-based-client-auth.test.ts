import { experimentalAttestationBasedClientAuthDraft10 } from '@oauth/core/features/attestation-based-client-auth-draft-10'
import { dpop } from '@oauth/core/features/dpop'
import { pushedAuthorizationRequests } from '@oauth/core/features/pushed-authorization-requests'
import { describe, expect, test } from 'vitest'
import {
  authorize,
  claimsOf,
  createPkce,
  credentials,
  post,
  registerConfidential,
  userinfo,
} from '../../support/client.ts'
import { clientKey } from '../../support/client-keys.ts'
import { makeProof, proofKey, thumbprintOf } from '../../support/dpop.ts'
import { expectJsonError } from '../../support/expectations.ts'
import { requestOf } from '../../support/pushed-requests.ts'
import { startRemote } from '../../support/remote.ts'
import { api, createQuickWorld } from '../../support/tokens.ts'
import {
  attestationFeature,
  attestationHeaders,
  attestedTokens,
  attestedWorld,
  attesterKey,
  challengeHeader,
  challengeOf,
  challengePath,
  dpopMethod,
  keysOf,
  machine,
  otherPhone,
  phone,
  postAttested,
  postCombined,
  redemption,
  refreshForm,
  registerAttested,
} from './attestation.ts'

describe('an instance of a client authenticates by an attestation and a proof', () => {
  test('it gets a machine token, with or without client_id in the form', async () => {
    const world = await attestedWorld()
    const client = await registerAttested(world)
    const { status, body } = await postAttested(world, client)
    expect([status, body.token_type]).toEqual([200, 'Bearer'])
    expect((await postAttested(world, client, { ...machine, client_id: client.client_id })).status).toBe(200)
  })

  test('it signs a user in, refreshes, and its access tokens are not bound to its key', async () => {
    const world = await attestedWorld()
    const client = await registerAttested(world)
    const tokens = await attestedTokens(world, client)
    const next = await postAttested(world, client, { ...refreshForm(tokens.refresh_token), resource: api })
    expect(next.status).toBe(200)
    expect(claimsOf(next.body.access_token)).not.toHaveProperty('cnf')
    expect((await userinfo(world, tokens.access_token)).status).toBe(200)
  })

  test('it authenticates at introspection, revocation and the endpoint for pushed requests', async () => {
    const world = await attestedWorld({}, { features: [pushedAuthorizationRequests()] })
    const client = await registerAttested(world)
    const { refresh_token } = await attestedTokens(world, client)
    const form = { token: refresh_token }
    const read = await postAttested(world, client, form, { path: '/oauth2/introspect' })
    expect([read.status, read.body.active]).toEqual([200, true])
    expect((await postAttested(world, client, form, { path: '/oauth2/revoke' })).status).toBe(200)
    const after = await postAttested(world, client, form, { path: '/oauth2/introspect' })
    expect(after.body).toEqual({ active: false })
    const pushed = await postAttested(world, client, requestOf(client, createPkce()), { path: '/oauth2/par' })
    expect(pushed.status).toBe(201)
  })

  test.each(['EdDSA', 'PS256'])('an instance may sign with %s', async (algorithm) => {
    const world = await attestedWorld()
    const client = await registerAttested(world)
    expect((await postAttested(world, client, machine, { key: await clientKey(algorithm, 'phone') })).status).toBe(200)
  })

  test('two instances of one client have refresh tokens of their own', async () => {
    const world = await attestedWorld()
    const client = await registerAttested(world)
    const first = await attestedTokens(world, client)
    const second = await attestedTokens(world, client, { key: await otherPhone() })
    expect((await postAttested(world, client, refreshForm(first.refresh_token))).status).toBe(200)
    const other = { key: await otherPhone() }
    expect((await postAttested(world, client, refreshForm(second.refresh_token), other)).status).toBe(200)
  })

  test('an instance that gets a new attestation for its key keeps its refresh token', async () => {
    const world = await attestedWorld()
    const client = await registerAttested(world)
    const { refresh_token } = await attestedTokens(world, client)
    world.clock.advance(86_500)
    expect((await postAttested(world, client, refreshForm(refresh_token))).status).toBe(200)
  })

  test('the code of a pushed request belongs to the instance that has pushed it', async () => {
    const world = await attestedWorld({}, { features: [pushedAuthorizationRequests()] })
    const client = await registerAttested(world)
    const pkce = createPkce()
    const { body } = await postAttested(world, client, requestOf(client, pkce), { path: '/oauth2/par' })
    const { code } = await authorize(world, client, { request_uri: body.request_uri })
    const form = redemption({ code, pkce })
    expectJsonError(await postAttested(world, client, form, { key: await otherPhone() }), 400, 'invalid_grant')
    expect((await postAttested(world, client, form)).status).toBe(200)
  })
})

describe('challenges', () => {
  test('the challenge endpoint answers a POST with a challenge that no cache keeps', async () => {
    const world = await attestedWorld()
    const { status, headers, body } = await post(world, challengePath, {})
    expect([status, Object.keys(body), headers.get('cache-control')]).toEqual([
      200,
      ['attestation_challenge'],
      'no-store',
    ])
    const get = await world.provider.fetch(new Request(world.issuer + challengePath))
    expect([get.status, get.headers.get('allow')]).toEqual([405, 'POST'])
  })

  test('without a challenge the answer is use_attestation_challenge, with one in its header that works', async () => {
    const world = await attestedWorld()
    const client = await registerAttested(world)
    for (const challenge of [undefined, 'invented', 7]) {
      const refused = await postAttested(world, client, machine, { pop: { challenge } })
      expectJsonError(refused, 400, 'use_attestation_challenge')
      const given = refused.headers.get(challengeHeader) ?? ''
      expect((await postAttested(world, client, machine, { pop: { challenge: given } })).status).toBe(200)
    }
  })

  test('a challenge lives for two to three minutes, and every process with the secret accepts it', async () => {
    const world = await attestedWorld()
    const client = await registerAttested(world)
    const challenge = await challengeOf(world)
    world.clock.advance(119)
    const beside = createQuickWorld({ beside: world, storage: world.storage, features: [await attestationFeature()] })
    expect((await postAttested(beside, client, machine, { pop: { challenge } })).status).toBe(200)
    world.clock.advance(61)
    const late = await postAttested(world, client, machine, { pop: { challenge } })
    expectJsonError(late, 400, 'use_attestation_challenge')
  })

  test('with a challenge the clock of a phone may be wrong by hours', async () => {
    const world = await attestedWorld()
    const client = await registerAttested(world)
    for (const hours of [-20, 20]) {
      const iat = world.clock.now() + hours * 3600
      expect((await postAttested(world, client, machine, { pop: { iat } })).status).toBe(200)
    }
  })

  test('a script of another origin may read the challenge and its header', async () => {
    const world = await attestedWorld()
    const origin = 'https://app.example.com'
    const answer = await post(world, challengePath, {}, { origin })
    expect(answer.headers.get('access-control-allow-origin')).toBe('*')
    expect(answer.headers.get('access-control-expose-headers')?.toLowerCase()).toContain(challengeHeader)
  })

  test('a server that demands no challenge has no endpoint, and takes a proof by its age', async () => {
    const world = await attestedWorld({ requireChallenge: false })
    const client = await registerAttested(world)
    expect(world.provider.metadata).not.toHaveProperty('challenge_endpoint')
    expect((await post(world, challengePath, {})).status).toBe(404)
    const without = (iat: number) => postAttested(world, client, machine, { pop: { challenge: undefined, iat } })
    const now = world.clock.now()
    expect((await without(now)).status).toBe(200)
    expect((await without(now - 60)).status).toBe(200)
    for (const iat of [now - 61, now + 11]) expectJsonError(await without(iat), 400, 'invalid_client_attestation')
    const invented = await postAttested(world, client, machine, { pop: { challenge: 'invented' } })
    expectJsonError(invented, 400, 'use_attestation_challenge')
  })

  test('the limit of the challenge endpoint counts for each address', async () => {
    const world = await attestedWorld({}, { rateLimit: { clientAddress: () => '192.0.2.1' } })
    for (let request = 0; request < 120; request++) expect((await post(world, challengePath, {})).status).toBe(200)
    expectJsonError(await post(world, challengePath, {}), 429, 'rate_limited')
  })
})

describe('the combined mode: one DPoP proof for both keys', () => {
  const combinedWorld = (options = {}, dpopOptions = {}) =>
    attestedWorld({ dpopCombinedMode: true, ...options }, { features: [dpop(dpopOptions)] })

  test.each([[{}], [{ requireNonce: true }]])(
    'it authenticates and binds the access token with %o',
    async (dpopOptions) => {
      const world = await combinedWorld({}, dpopOptions)
      const client = await registerAttested(world, { token_endpoint_auth_method: dpopMethod })
      const { status, body } = await postCombined(world, client, { ...machine, resource: api })
      expect([status, body.token_type]).toEqual([200, 'DPoP'])
      expect(claimsOf(body.access_token).cnf).toEqual({ jkt: await thumbprintOf(await phone()) })
    },
  )

  test('it signs a user in, refreshes, and works where no token is issued', async () => {
    const world = await combinedWorld()
    const client = await registerAttested(world, { token_endpoint_auth_method: dpopMethod })
    const { status, body } = await postCombined(world, client, redemption(await authorize(world, client)))
    expect(status).toBe(200)
    const refreshed = await postCombined(world, client, refreshForm(body.refresh_token))
    expect(refreshed.status).toBe(200)
    const form = { token: refreshed.body.refresh_token }
    const read = await postCombined(world, client, form, { path: '/oauth2/introspect' })
    expect([read.status, read.body.active]).toEqual([200, true])
    const other = { key: await otherPhone() }
    expectJsonError(await postCombined(world, client, refreshForm(form.token), other), 400, 'invalid_grant')
  })

  test('its nonce is the challenge, and a missing one is use_attestation_challenge', async () => {
    const world = await combinedWorld()
    const client = await registerAttested(world, { token_endpoint_auth_method: dpopMethod })
    const refused = await postCombined(world, client, machine, { proof: { nonce: undefined } })
    expectJsonError(refused, 400, 'use_attestation_challenge')
    const nonce = refused.headers.get(challengeHeader) ?? ''
    expect((await postCombined(world, client, machine, { proof: { nonce } })).status).toBe(200)
  })

  test('a DPoP proof of another key beside the usual proof is independent of the attestation', async () => {
    const world = await combinedWorld()
    const client = await registerAttested(world)
    const headers = { dpop: await makeProof(world, { key: await proofKey() }) }
    const { status, body } = await postAttested(world, client, machine, { headers })
    expect([status, body.token_type]).toEqual([200, 'DPoP'])
  })
})

describe('the keys of attesters', () => {
  test('an attester may publish its keys, and change them', async () => {
    const remote = await startRemote()
    const [old, fresh] = [await attesterKey(), await clientKey('ES256', 'attester-2')]
    remote.serveJson('/keys', keysOf(old))
    const attester = { name: 'published', jwksUri: `${remote.origin}/keys`, clients: () => true }
    const world = await attestedWorld({ attesters: [attester] }, { dangerouslyAllowPrivateAddresses: true })
    const client = await registerAttested(world)
    expect((await postAttested(world, client)).status).toBe(200)
    const rotated = { attestWith: fresh.privateKey, attestationHeader: { kid: fresh.kid } }
    expectJsonError(await postAttested(world, client, machine, rotated), 400, 'invalid_client_attestation')
    remote.serveJson('/keys', keysOf(fresh))
    world.clock.advance(2)
    expect((await postAttested(world, client, machine, rotated)).status).toBe(200)
    expectJsonError(await postAttested(world, client), 400, 'invalid_client_attestation')
  })

  test('each of two attesters attests its own clients', async () => {
    const second = await clientKey('EdDSA', 'attester-of-b')
    const world = await attestedWorld({
      attesters: [
        { name: 'of a', jwks: keysOf(await attesterKey()), clients: ['a'] },
        { name: 'of b', jwks: keysOf(second), clients: ['b'], algorithms: ['EdDSA'] },
      ],
    })
    const [a, b] = await Promise.all(['a', 'b'].map((client_id) => registerAttested(world, { client_id })))
    const byB = { attestWith: second.privateKey, attestationHeader: { alg: 'EdDSA', kid: second.kid } }
    expect((await postAttested(world, a as never)).status).toBe(200)
    expect((await postAttested(world, b as never, machine, byB)).status).toBe(200)
    expectJsonError(await postAttested(world, b as never), 401, 'invalid_client')
    expectJsonError(await postAttested(world, a as never, machine, byB), 401, 'invalid_client')
  })
})

describe('an attestation beside another way to authenticate', () => {
  test('a valid one binds the refresh token to the instance', async () => {
    const world = await attestedWorld()
    const client = await registerConfidential(world)
    const beside = async () => ({ headers: credentials(client).headers })
    const form = redemption(await authorize(world, client))
    const { status, body } = await postAttested(world, client, form, await beside())
    expect(status).toBe(200)
    const plain = await post(world, '/oauth2/token', refreshForm(body.refresh_token), credentials(client).headers)
    expectJsonError(plain, 400, 'invalid_grant')
    expect((await postAttested(world, client, refreshForm(body.refresh_token), await beside())).status).toBe(200)
  })

  test('one that is not valid, or of another client, is refused', async () => {
    const world = await attestedWorld()
    const client = await registerConfidential(world)
    const foreign = await registerConfidential(world, { client_id: 'foreign' })
    const { headers } = credentials(client)
    const sent = async (sub: string, more = {}) =>
      post(world, '/oauth2/token', machine, {
        ...(await attestationHeaders(world, { client_id: sub }, more)),
        ...headers,
      })
    expect((await sent(client.client_id)).status).toBe(200)
    expectJsonError(await sent('other'), 400, 'invalid_client_attestation')
    expectJsonError(await sent(client.client_id, { pop: { aud: 'x' } }), 400, 'invalid_client_attestation')
    expectJsonError(
      await postAttested(world, foreign, machine, { headers: credentials(foreign).headers }),
      400,
      'invalid_client_attestation',
    )
  })
})

describe('metadata and options', () => {
  test('discovery names the methods, the algorithms and the challenge endpoint', async () => {
    const world = await attestedWorld({ dpopCombinedMode: true }, { features: [dpop()] })
    const { metadata } = world.provider
    expect(metadata.token_endpoint_auth_methods_supported).toEqual(
      expect.arrayContaining([dpopMethod, 'attest_jwt_client_auth']),
    )
    expect(metadata).toMatchObject({
      challenge_endpoint: world.issuer + challengePath,
      client_attestation_signing_alg_values_supported: ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519'],
      client_attestation_pop_signing_alg_values_supported: ['ES256', 'EdDSA', 'Ed25519', 'PS256'],
      client_attestation_pop_methods_supported: ['attestation_pop_jwt', 'dpop_combined', 'none'],
    })
    const plain = (await attestedWorld()).provider.metadata
    expect(plain.token_endpoint_auth_methods_supported).not.toContain(dpopMethod)
    expect(plain.client_attestation_pop_methods_supported).toEqual(['attestation_pop_jwt', 'none'])
  })

  test('a server without the feature, or without the combined mode, says what the method needs', async () => {
    await expect(registerAttested(createQuickWorld())).rejects.toMatchObject({
      code: 'invalid_client_metadata',
      description: expect.stringContaining('experimentalAttestationBasedClientAuthDraft10()'),
    })
    const input = { token_endpoint_auth_method: dpopMethod } as const
    await expect(registerAttested(await attestedWorld(), input)).rejects.toMatchObject({
      description: expect.stringContaining('dpopCombinedMode'),
    })
  })

  test('the combined mode needs the feature dpop', async () => {
    await expect(attestedWorld({ dpopCombinedMode: true })).rejects.toThrow('dpop')
  })

  test.each<[string, object, string]>([
    ['no attester', { attesters: [] }, 'attesters must not be empty'],
    [
      'an attester without keys',
      { attesters: [{ name: 'a', clients: [] }] },
      'attesters.0 needs either jwks or jwksUri',
    ],
    ['an attester without clients', { attesters: [{ name: 'a', jwksUri: 'https://a.example' }] }, 'attesters.0'],
    ['an unknown option', { trusted: true }, 'trusted is not known'],
    ['an age below the bounds', { popMaxAgeSeconds: 1 }, 'popMaxAgeSeconds must be from 10 to 3600 seconds'],
    ['HS256', { popSigningAlgorithms: ['HS256'] }, 'popSigningAlgorithms'],
  ])('%s is a mistake at start', async (_, wrong, problem) => {
    const attesters = [{ name: 'a', jwks: keysOf(await attesterKey()), clients: [] }]
    expect(() => experimentalAttestationBasedClientAuthDraft10({ attesters, ...wrong } as never)).toThrow(problem)
  })

  test('two attesters with one name, and keys at an address that the server may not fetch, are mistakes at start', async () => {
    const one = { name: 'a', jwks: keysOf(await attesterKey()), clients: [] }
    expect(() => experimentalAttestationBasedClientAuthDraft10({ attesters: [one, one] })).toThrow('second entry')
    const attesters = [{ name: 'a', jwksUri: 'http://127.0.0.1/keys', clients: [] }]
    await expect(attestedWorld({ attesters })).rejects.toThrow('jwksUri')
  })
})
