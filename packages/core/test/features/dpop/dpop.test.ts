import type { ClientInput } from '@oauth/core'
import { deviceAuthorization } from '@oauth/core/features/device-authorization'
import { dpop } from '@oauth/core/features/dpop'
import { memoryStorage } from '@oauth/core/memory'
import { describe, expect, test } from 'vitest'
import { askWith, assertionWorld, jwtBearerName } from '../../support/assertions.ts'
import {
  authorizeUrl,
  claimsOf,
  createPkce,
  postAs,
  redirectUri,
  registerConfidential,
  registerPublic,
  userinfo,
} from '../../support/client.ts'
import type { ClientKey } from '../../support/client-keys.ts'
import { answerDevice, deviceGrantType, registerDevice, startDevice } from '../../support/device-authorization.ts'
import {
  authorizeForProof,
  dpopWorld,
  makeProof,
  postWithProof,
  proofKey,
  refreshWithProof,
  thumbprintOf,
  userinfoAs,
} from '../../support/dpop.ts'
import { emptyStorage } from '../../support/empty-storage.ts'
import { expectErrorRedirect, expectJsonError } from '../../support/expectations.ts'
import { wrapStorage, yieldingStorage } from '../../support/storage.ts'
import {
  chat,
  exchange,
  exchangeWorld,
  registerExchanging,
  tokenExchangeName,
  type,
} from '../../support/token-exchange.ts'
import { api, createQuickWorld, introspect, registerResourceServer } from '../../support/tokens.ts'
import type { World } from '../../support/world.ts'

const machine = { grant_type: 'client_credentials', scope: 'notes:read' }
const register = (world: World, input: ClientInput = {}) => registerConfidential(world, input)

describe('the metadata of DPoP', () => {
  test('discovery names the signing algorithms, which are asymmetric and by default those of FAPI 2.0 (D01)', async () => {
    const { provider } = dpopWorld()
    expect(provider.metadata.dpop_signing_alg_values_supported).toEqual(['ES256', 'EdDSA', 'Ed25519', 'PS256'])
    const chosen = dpopWorld({ signingAlgorithms: ['RS256'] }).provider.metadata
    expect(chosen.dpop_signing_alg_values_supported).toEqual(['RS256'])
    expect(createQuickWorld().provider.metadata).not.toHaveProperty('dpop_signing_alg_values_supported')
  })

  test.each<[object, string]>([
    [{ signingAlgorithms: [] }, 'dpop: signingAlgorithms must not be empty'],
    [{ maxAgeSeconds: 0 }, 'dpop: maxAgeSeconds'],
    [{ requireNonce: 'yes' }, 'dpop: requireNonce must be true, false or a function'],
    [{ nonces: true }, 'dpop: nonces is not known'],
  ])('dpop refuses the options %o', (options, problem) => {
    expect(() => dpop(options)).toThrow(problem)
  })
  test.each(['HS256', 'none', 'ES999'])('dpop refuses the signing algorithm %s (D01)', (algorithm) => {
    expect(() => dpop({ signingAlgorithms: [algorithm as 'ES256'] })).toThrow(/^dpop: signingAlgorithms/)
  })

  test('an algorithm that the option leaves out is refused in a proof (D01)', async () => {
    const world = dpopWorld({ signingAlgorithms: ['EdDSA'] })
    const answer = await postWithProof(world, await register(world), machine, await makeProof(world))
    expectJsonError(answer, 400, 'invalid_dpop_proof')
  })

  test('a client may register dpop_bound_access_tokens, and the registration answers with it (D02)', async () => {
    const world = dpopWorld({}, { allowDynamicClientRegistration: true, allowUnauthenticatedClientRegistration: true })
    for (const [value, status] of [
      [true, 201],
      [false, 201],
      ['yes', 400],
    ] as const) {
      const metadata = { redirect_uris: ['https://app.example.com/cb'], token_endpoint_auth_method: 'none' }
      const response = await world.provider.fetch(
        new Request(`${world.issuer}/oauth2/register`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ ...metadata, dpop_bound_access_tokens: value }),
        }),
      )
      expect(response.status).toBe(status)
      if (status === 201) expect(await response.json()).toMatchObject({ dpop_bound_access_tokens: value })
    }
  })
})

describe('a client that registered dpop_bound_access_tokens', () => {
  test('a client with dpop_bound_access_tokens gets invalid_request without a proof, for every grant type, and loses nothing (D02, D21)', async () => {
    const world = dpopWorld()
    const client = await register(world, { dpop_bound_access_tokens: true })
    expectJsonError(await postAs(world, client, '/oauth2/token', machine), 400, 'invalid_request')
    const { redeem, redeemWithoutProof } = await authorizeForProof(world, client)
    expectJsonError(await redeemWithoutProof(), 400, 'invalid_request')
    const { status, body } = await redeem()
    expect(status).toBe(200)
    const refused = await refreshWithProof(world, client, body.refresh_token, undefined)
    expectJsonError(refused, 400, 'invalid_request')
    expect((await refreshWithProof(world, client, body.refresh_token, {})).status).toBe(200)
  })

  test('a client with dpop_bound_access_tokens needs a proof for a JWT bearer grant, which does not use up the assertion (D02, D21)', async () => {
    const { world, client, make } = await assertionWorld({
      features: [dpop()],
      client: { dpop_bound_access_tokens: true },
    })
    const assertion = await make()
    expectJsonError(await askWith(world, client, assertion), 400, 'invalid_request')
    const form = { grant_type: jwtBearerName, assertion }
    const { status, body } = await postWithProof(world, client, form, await makeProof(world))
    expect([status, body.token_type]).toEqual([200, 'DPoP'])
  })

  test('a client with dpop_bound_access_tokens needs a proof for a token exchange, and the key goes into the assertion (D02, D21)', async () => {
    const world = exchangeWorld({}, { features: [dpop()] })
    const client = await registerExchanging(world, { dpop_bound_access_tokens: true })
    const { id_token } = (await (await authorizeForProof(world, client)).redeem()).body
    expectJsonError(await exchange(world, client, id_token), 400, 'invalid_request')
    const form = {
      grant_type: tokenExchangeName,
      requested_token_type: type('id-jag'),
      subject_token_type: type('id_token'),
      subject_token: id_token,
      audience: chat,
    }
    const { status, body } = await postWithProof(world, client, form, await makeProof(world))
    expect([status, body.token_type, claimsOf(body.access_token).cnf]).toEqual([
      200,
      'N_A',
      { jkt: await thumbprintOf() },
    ])
  })

  test('a client with dpop_bound_access_tokens needs a proof when its device polls, which then gets bound tokens (D21)', async () => {
    const world = dpopWorld({}, { features: [deviceAuthorization({ verificationUri: '/device' })] })
    const client = await registerDevice(world, { dpop_bound_access_tokens: true })
    const device = await startDevice(world, client, { scope: 'openid offline_access' })
    expect((await answerDevice(world, device)).status).toBe(200)
    const form = { grant_type: deviceGrantType, device_code: device.device_code }
    expectJsonError(await postAs(world, client, '/oauth2/token', form), 400, 'invalid_request')
    const { status, body } = await postWithProof(world, client, form, await makeProof(world))
    expect([status, body.token_type]).toEqual([200, 'DPoP'])
    expectJsonError(
      await refreshWithProof(world, client, body.refresh_token, { key: await proofKey('dpop-2') }),
      400,
      'invalid_grant',
    )
  })

  test('the option required demands a proof of every client (D20)', async () => {
    const world = dpopWorld({ required: true })
    const client = await register(world)
    expectJsonError(await postAs(world, client, '/oauth2/token', machine), 400, 'invalid_request')
    expect((await postWithProof(world, client, machine, await makeProof(world))).body.token_type).toBe('DPoP')
  })
})

describe('tokens that are issued with a proof', () => {
  test.each([
    ['opaque', {}],
    ['JWT', { resource: api }],
  ])('a proof binds the access token and the answer says DPoP, with cnf.jkt alone (%s) (D19)', async (kind, more) => {
    const world = dpopWorld()
    const client = await register(world)
    const { redeem } = await authorizeForProof(world, client)
    const { body } = await redeem({}, more)
    const cnf = { jkt: await thumbprintOf() }
    expect(body.token_type).toBe('DPoP')
    expect(body.access_token.includes('.')).toBe(kind === 'JWT')
    if (kind === 'JWT') expect(claimsOf(body.access_token).cnf).toEqual(cnf)
    const seen = (await introspect(world, client, body.access_token)).body
    expect([seen.active, seen.token_type, seen.cnf]).toEqual([true, 'DPoP', cnf])
    if (kind === 'opaque') return
    const resourceServer = (await introspect(world, await registerResourceServer(world), body.access_token)).body
    expect([resourceServer.token_type, resourceServer.cnf]).toEqual(['DPoP', cnf])
  })

  test('without a proof a client gets bearer tokens (D20)', async () => {
    const world = dpopWorld()
    const { redeemWithoutProof } = await authorizeForProof(world, await registerPublic(world))
    const { body } = await redeemWithoutProof()
    expect(body.token_type).toBe('Bearer')
    expect((await world.provider.verifyAccessToken(body.access_token))?.extra?.cnf).toBeUndefined()
  })

  test('a resource in requiredForResources needs a proof, and no other resource does; the code stays good (D20)', async () => {
    const world = dpopWorld({ requiredForResources: [api] })
    const client = await register(world)
    const answer = await postAs(world, client, '/oauth2/token', { ...machine, resource: api })
    expectJsonError(answer, 400, 'invalid_request')
    expect(answer.body.error_description).toContain(api)
    const other = { ...machine, resource: 'https://files.example.com/v1' }
    expect((await postAs(world, client, '/oauth2/token', other)).body.token_type).toBe('Bearer')
    const bound = await postWithProof(world, client, { ...machine, resource: api }, await makeProof(world))
    expect(bound.body.token_type).toBe('DPoP')
  })

  test('a resource in requiredForResources that the server does not have is refused at start (D20)', () => {
    expect(() => dpopWorld({ requiredForResources: ['https://typo.example.com'] })).toThrow(
      'dpop: requiredForResources has https://typo.example.com, which is not in validAudiences: add it there',
    )
  })

  test('client_credentials, authorization_code and refresh_token give bound tokens (D21)', async () => {
    const world = dpopWorld()
    const client = await register(world)
    const { redeem } = await authorizeForProof(world, client)
    const code = await redeem()
    const refreshed = await refreshWithProof(world, client, code.body.refresh_token, {})
    const machineToken = await postWithProof(world, client, machine, await makeProof(world))
    for (const { body } of [code, refreshed, machineToken]) expect(body.token_type).toBe('DPoP')
  })
})

describe('refresh tokens', () => {
  test('a refresh token of a public client is bound to the key, and a refused refresh consumes nothing (D22)', async () => {
    const world = dpopWorld()
    const client = await registerPublic(world)
    const first = (await (await authorizeForProof(world, client)).redeem()).body
    for (const wrong of [undefined, { key: await proofKey('dpop-2') }]) {
      expectJsonError(await refreshWithProof(world, client, first.refresh_token, wrong), 400, 'invalid_grant')
    }
    const bad = await refreshWithProof(world, client, first.refresh_token, { claims: { htm: 'PUT' } })
    expectJsonError(bad, 400, 'invalid_dpop_proof')
    const second = await refreshWithProof(world, client, first.refresh_token, {})
    expect([second.status, second.body.token_type]).toEqual([200, 'DPoP'])
    const stolen = await refreshWithProof(world, client, second.body.refresh_token, { key: await proofKey('dpop-2') })
    expectJsonError(stolen, 400, 'invalid_grant')
  })

  test('a confidential client may refresh with another key, which binds the new access token (D23)', async () => {
    const world = dpopWorld()
    const client = await register(world)
    const first = (await (await authorizeForProof(world, client)).redeem()).body
    const key = await proofKey('dpop-2')
    const { status, body } = await refreshWithProof(world, client, first.refresh_token, { key })
    const verified = await world.provider.verifyAccessToken(body.access_token)
    expect([status, verified?.extra?.cnf]).toEqual([200, { jkt: await thumbprintOf(key) }])
  })

  test('two refreshes within the reuse window, with two proofs of one key, get the same successor (D24)', async () => {
    const world = dpopWorld()
    const client = await registerPublic(world)
    const first = (await (await authorizeForProof(world, client)).redeem()).body
    const one = await refreshWithProof(world, client, first.refresh_token, {})
    const two = await refreshWithProof(world, client, first.refresh_token, {})
    expect([one.status, two.status]).toEqual([200, 200])
    expect(two.body.refresh_token).toBe(one.body.refresh_token)
    const thief = await refreshWithProof(world, client, first.refresh_token, { key: await proofKey('dpop-2') })
    expectJsonError(thief, 400, 'invalid_grant')
  })

  test('a refresh token that was issued without a proof is bound by the first proof at a refresh (D25)', async () => {
    const world = dpopWorld()
    const client = await registerPublic(world)
    const first = (await (await authorizeForProof(world, client)).redeemWithoutProof()).body
    const second = (await refreshWithProof(world, client, first.refresh_token, undefined)).body
    expect(second.token_type).toBe('Bearer')
    const third = (await refreshWithProof(world, client, second.refresh_token, {})).body
    expect(third.token_type).toBe('DPoP')
    const refused = await refreshWithProof(world, client, third.refresh_token, undefined)
    expectJsonError(refused, 400, 'invalid_grant')
  })

  test('after the first proof binds a refresh token, a retry with the old token needs the same key, in each process (D24, D25)', async () => {
    const storage = emptyStorage()
    const world = dpopWorld({}, { storage })
    const client = await registerPublic(world)
    const first = (await (await authorizeForProof(world, client)).redeemWithoutProof()).body
    const bound = await refreshWithProof(world, client, first.refresh_token, {})
    const thief = { key: await proofKey('dpop-2') }
    const without = createQuickWorld({ storage, beside: world })
    for (const answer of [
      await refreshWithProof(world, client, first.refresh_token, thief),
      await refreshWithProof(world, client, first.refresh_token, undefined),
      await refreshWithProof(without, client, first.refresh_token, undefined),
    ]) {
      expectJsonError(answer, 400, 'invalid_grant')
    }
    const retry = await refreshWithProof(world, client, first.refresh_token, {})
    expect([retry.status, retry.body.refresh_token]).toEqual([200, bound.body.refresh_token])
  })

  test('of refreshes of an unbound token with two keys at the same time, those of one key get the successor (D24, D25)', async () => {
    const world = dpopWorld({}, { storage: yieldingStorage(emptyStorage(), 3) })
    const client = await registerPublic(world)
    const first = (await (await authorizeForProof(world, client)).redeemWithoutProof()).body
    const keys = [await proofKey(), await proofKey('dpop-2')]
    const attempts = Array.from({ length: 10 }, (_, index) => ({ key: keys[index % 2] as ClientKey }))
    const answers = await Promise.all(
      attempts.map((changes) => refreshWithProof(world, client, first.refresh_token, changes)),
    )
    const won = answers.flatMap(({ status }, index) => (status === 200 ? [index % 2] : []))
    expect(won).toHaveLength(5)
    expect(new Set(won).size).toBe(1)
  })

  test('a process without the feature refuses to refresh a bound token (D22)', async () => {
    const storage = memoryStorage()
    const world = dpopWorld({}, { storage })
    const client = await registerPublic(world)
    const { refresh_token, access_token } = (await (await authorizeForProof(world, client)).redeem()).body
    const without = createQuickWorld({ storage })
    expectJsonError(await refreshWithProof(without, client, refresh_token, {}), 400, 'invalid_grant')
    const response = await without.provider.fetch(
      new Request(`${world.issuer}/oauth2/userinfo`, { headers: { authorization: `Bearer ${access_token}` } }),
    )
    expect(response.status).toBe(401)
  })
})

describe('a process without the feature', () => {
  test('a process without the feature issues no token to a client that must bind its tokens, and uses nothing up (D02)', async () => {
    const storage = emptyStorage()
    const world = dpopWorld({}, { storage })
    const without = createQuickWorld({ storage, beside: world })
    const client = await register(world, { dpop_bound_access_tokens: true })
    const { redeem } = await authorizeForProof(world, client)
    const { body } = await redeem()
    const next = await authorizeForProof(world, client)
    for (const form of [machine, { grant_type: 'refresh_token', refresh_token: body.refresh_token }, next.form]) {
      expectJsonError(await postAs(without, client, '/oauth2/token', form), 400, 'unauthorized_client')
    }
    const page = await without.browser().request(authorizeUrl(without, client, createPkce()))
    expectErrorRedirect(without, page, redirectUri, 'unauthorized_client')
    expect((await next.redeem()).status).toBe(200)
    expect((await refreshWithProof(world, client, body.refresh_token, {})).status).toBe(200)
  })
})

describe('what a proof costs', () => {
  const calls: string[] = []
  const counting = () =>
    wrapStorage(memoryStorage(), (verb, _args, run) => {
      if (!verb.startsWith('signingKeys')) calls.push(verb)
      return run()
    })
  const callsOf = async (request: () => Promise<{ readonly status: number }>) => {
    calls.length = 0
    expect((await request()).status).toBe(200)
    return [...calls]
  }

  test('a proof costs one insert at the token endpoint, and no read (D40)', async () => {
    const world = dpopWorld({ requireNonce: false }, { storage: counting() })
    const client = await register(world)
    await postAs(world, client, '/oauth2/token', machine)
    const bearer = await callsOf(() => postAs(world, client, '/oauth2/token', machine))
    const proof = await makeProof(world)
    const bound = await callsOf(() => postWithProof(world, client, machine, proof))
    expect(bound).toEqual(['records.insert', ...bearer])
  })

  test('a proof costs one insert at userinfo, and no read, also when nonces depend on the client (D40)', async () => {
    const world = dpopWorld({ requireNonce: () => false }, { storage: counting() })
    const client = await registerPublic(world)
    const bearer = (await (await authorizeForProof(world, client)).redeemWithoutProof()).body.access_token
    const bound = (await (await authorizeForProof(world, client)).redeem()).body.access_token
    await userinfo(world, bearer)
    const plain = await callsOf(() => userinfo(world, bearer))
    const proved = await callsOf(() => userinfoAs(world, bound))
    expect([...proved].sort()).toEqual([...plain, 'records.insert'].sort())
  })
})
