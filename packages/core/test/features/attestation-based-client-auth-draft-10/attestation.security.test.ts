import { dpop } from '@oauth/core/features/dpop'
import { pushedAuthorizationRequests } from '@oauth/core/features/pushed-authorization-requests'
import { tokenExchange } from '@oauth/core/features/token-exchange'
import { describe, expect, test } from 'vitest'
import {
  authorize,
  credentials,
  post,
  redirectUri,
  registerConfidential,
  registerPublic,
} from '../../support/client.ts'
import { clientKey, lastReason } from '../../support/client-keys.ts'
import { makeProof } from '../../support/dpop.ts'
import { ask, expectErrorRedirect, expectJsonError } from '../../support/expectations.ts'
import { chat, exchangeWorld, tokenExchangeName, type } from '../../support/token-exchange.ts'
import { createQuickWorld } from '../../support/tokens.ts'
import { alice } from '../../support/world.ts'
import {
  attestationFeature,
  attestationHeaders,
  attestedTokens,
  attestedWorld,
  attesterKey,
  type Changes,
  challengeHeader,
  challengeOf,
  dpopMethod,
  keysOf,
  machine,
  makeAttestation,
  makePop,
  otherPhone,
  phone,
  postAttested,
  postCombined,
  redemption,
  refreshForm,
  registerAttested,
} from './attestation.ts'

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

async function start() {
  const world = await attestedWorld()
  return { world, client: await registerAttested(world) }
}

describe('a forged attestation is invalid_client_attestation', () => {
  test.each<[string, () => Promise<Changes>]>([
    ['signed by somebody else', async () => ({ attestWith: (await otherPhone()).privateKey })],
    ['signed by the instance itself', async () => ({ attestWith: (await phone()).privateKey })],
    [
      'HS256 with the public key of the attester as its secret',
      async () => ({
        attestWith: new TextEncoder().encode(JSON.stringify((await attesterKey()).publicJwk)),
        attestationHeader: { alg: 'HS256' },
      }),
    ],
    [
      'its own key in the header',
      async () => ({
        attestWith: (await otherPhone()).privateKey,
        attestationHeader: { jwk: (await otherPhone()).publicJwk, kid: undefined },
      }),
    ],
    ['the typ of a proof', async () => ({ attestationHeader: { typ: 'oauth-client-attestation-pop+jwt' } })],
    ['no typ', async () => ({ attestationHeader: { typ: undefined } })],
    ['the typ of any JWT', async () => ({ attestationHeader: { typ: 'JWT' } })],
    [
      'a critical extension',
      async () => ({
        attestationHeader: { crit: ['urn:example:extension'], 'urn:example:extension': 1 },
      }),
    ],
    ['no exp', async () => ({ attestation: { exp: undefined } })],
    ['exp as a text', async () => ({ attestation: { exp: '99999999999' } })],
    ['no sub', async () => ({ attestation: { sub: undefined } })],
    ['sub as a list', async () => ({ attestation: { sub: ['a'] } })],
    ['no cnf', async () => ({ attestation: { cnf: undefined } })],
    ['cnf with a thumbprint alone', async () => ({ attestation: { cnf: { jkt: 'x'.repeat(43) } } })],
    ['cnf with a list', async () => ({ attestation: { cnf: { jwk: [(await phone()).publicJwk] } } })],
    ['a symmetric key in cnf', async () => ({ attestation: { cnf: { jwk: { kty: 'oct', k: 'c2VjcmV0' } } } })],
    [
      'a private key in cnf',
      async () => ({
        attestation: { cnf: { jwk: { ...(await phone()).publicJwk, d: 'c2VjcmV0' } } },
      }),
    ],
    [
      'a key of another kind than the proof in cnf',
      async () => ({
        attestation: { cnf: { jwk: (await clientKey('RS256', 'rsa-phone')).publicJwk } },
      }),
    ],
  ])('with %s', async (_, changes) => {
    const { world, client } = await start()
    expectJsonError(await postAttested(world, client, machine, await changes()), 400, 'invalid_client_attestation')
  })

  test('with alg none, in the attestation and in the proof', async () => {
    const { world, client } = await start()
    const good = await attestationHeaders(world, client)
    for (const name of ['OAuth-Client-Attestation', 'OAuth-Client-Attestation-PoP']) {
      const [first = '', claims = ''] = good[name]?.split('.') ?? []
      const header = JSON.parse(Buffer.from(first, 'base64url').toString())
      for (const alg of ['none', 'None']) {
        for (const signature of ['', 'AAAA']) {
          const forged = `${encode({ ...header, alg })}.${claims}.${signature}`
          const answer = await post(world, '/oauth2/token', machine, { ...good, [name]: forged })
          expectJsonError(answer, 400, 'invalid_client_attestation')
        }
      }
    }
    expect((await post(world, '/oauth2/token', machine, good)).status).toBe(200)
  })

  test('the event has the reason, which the client does not get', async () => {
    const { world, client } = await start()
    const { body } = await postAttested(world, client, machine, { attestWith: (await otherPhone()).privateKey })
    expect(lastReason(world)).toContain('app backend: no key of the attester has signed it')
    expect(JSON.stringify(body)).not.toContain('app backend')
  })
})

describe('the times of an attestation', () => {
  test.each<[string, (now: number) => object, string]>([
    ['has expired', (now) => ({ exp: now - 10 }), 'use_fresh_attestation'],
    ['is a day old', (now) => ({ iat: now - 86_411, exp: now + 60 }), 'use_fresh_attestation'],
    ['has no iat and lives for years', (now) => ({ iat: undefined, exp: now + 86_411 }), 'use_fresh_attestation'],
    ['is not valid yet', (now) => ({ nbf: now + 11 }), 'invalid_client_attestation'],
    ['was made in the future', (now) => ({ iat: now + 11 }), 'invalid_client_attestation'],
    ['has an iat that is no number', () => ({ iat: 'today' }), 'invalid_client_attestation'],
  ])('one that %s is refused', async (_, claims, error) => {
    const { world, client } = await start()
    const answer = await postAttested(world, client, machine, { attestation: { ...claims(world.clock.now()) } })
    expectJsonError(answer, 400, error)
  })

  test('clocks may differ by ten seconds', async () => {
    const { world, client } = await start()
    const now = world.clock.now()
    for (const claims of [{ exp: now - 9 }, { iat: now + 10 }, { nbf: now + 10 }, { iat: undefined }]) {
      expect((await postAttested(world, client, machine, { attestation: claims })).status).toBe(200)
    }
  })

  test('the server says that an attestation is not fresh only when a trusted attester has signed it', async () => {
    const { world, client } = await start()
    const forged = { attestWith: (await otherPhone()).privateKey, attestation: { exp: 1 } }
    expectJsonError(await postAttested(world, client, machine, forged), 400, 'invalid_client_attestation')
  })
})

describe('a wrong proof is invalid_client_attestation', () => {
  test.each<[string, (issuer: string) => Promise<Changes>]>([
    ['by another key', async () => ({ proveWith: (await otherPhone()).privateKey })],
    ['for another server', async () => ({ pop: { aud: 'https://other.example' } })],
    ['for the token endpoint', async (issuer) => ({ pop: { aud: `${issuer}/oauth2/token` } })],
    ['for two servers', async (issuer) => ({ pop: { aud: [issuer, 'https://other.example'] } })],
    ['for nobody', async () => ({ pop: { aud: undefined } })],
    ['without jti', async () => ({ pop: { jti: undefined } })],
    ['with an empty jti', async () => ({ pop: { jti: '' } })],
    ['with a jti that is a number', async () => ({ pop: { jti: 7 } })],
    ['without iat', async () => ({ pop: { iat: undefined } })],
    ['with iat as a text', async () => ({ pop: { iat: '1' } })],
    ['that has expired', async () => ({ pop: { exp: 1 } })],
    ['with the typ of an attestation', async () => ({ popHeader: { typ: 'oauth-client-attestation+jwt' } })],
    ['with the typ of a DPoP proof', async () => ({ popHeader: { typ: 'dpop+jwt' } })],
    [
      'with HS256 and the public key as its secret',
      async () => ({
        popHeader: { alg: 'HS256' },
        proveWith: new TextEncoder().encode(JSON.stringify((await phone()).publicJwk)),
      }),
    ],
    ['with an algorithm that is not allowed', async () => ({ key: await clientKey('RS256', 'rsa-phone') })],
  ])('%s', async (_, changes) => {
    const { world, client } = await start()
    const answer = await postAttested(world, client, machine, await changes(world.issuer))
    expectJsonError(answer, 400, 'invalid_client_attestation')
  })

  test('a proof is used up: a replay and all but one of fifty at once are refused, also by another process', async () => {
    const { world, client } = await start()
    const headers = await attestationHeaders(world, client)
    const beside = createQuickWorld({ beside: world, storage: world.storage, features: [await attestationFeature()] })
    const all = Array.from({ length: 50 }, (_, index) =>
      post(index % 2 === 0 ? world : beside, '/oauth2/token', machine, headers),
    )
    const statuses = (await Promise.all(all)).map(({ status }) => status)
    expect(statuses.filter((status) => status === 200)).toHaveLength(1)
    expectJsonError(await post(beside, '/oauth2/token', machine, headers), 400, 'invalid_client_attestation')
    // Its challenge is too old before the server forgets it.
    world.clock.advance(200)
    expectJsonError(await post(world, '/oauth2/token', machine, headers), 400, 'use_attestation_challenge')
  })

  test('a proof without a challenge is remembered for as long as it is young enough', async () => {
    const world = await attestedWorld({ requireChallenge: false })
    const client = await registerAttested(world)
    const headers = await attestationHeaders(world, client, {
      pop: { challenge: undefined, iat: world.clock.now() + 10 },
    })
    expect((await post(world, '/oauth2/token', machine, headers)).status).toBe(200)
    world.clock.advance(70)
    await world.storage.purgeExpired({ now: world.clock.now(), clientsUnusedSince: 0 } as never)
    expectJsonError(await post(world, '/oauth2/token', machine, headers), 400, 'invalid_client_attestation')
  })

  test('a proof that is refused is not used up', async () => {
    const { world, client } = await start()
    const pop = await makePop(world)
    const send = async (changes: Changes) =>
      post(world, '/oauth2/token', machine, {
        'OAuth-Client-Attestation': await makeAttestation(world, client, changes),
        'OAuth-Client-Attestation-PoP': pop,
      })
    expectJsonError(await send({ attestation: { exp: 1 } }), 400, 'use_fresh_attestation')
    expectJsonError(await send({ attestation: { sub: 'nobody' } }), 401, 'invalid_client')
    expectJsonError(await send({ key: await otherPhone() }), 400, 'invalid_client_attestation')
    expect((await send({})).status).toBe(200)
  })
})

describe('the headers', () => {
  test('each must be there exactly once', async () => {
    const { world, client } = await start()
    const good = await attestationHeaders(world, client)
    for (const name of Object.keys(good)) {
      const twice = { ...good, [name]: `${good[name]}, ${good[name]}` }
      expectJsonError(await post(world, '/oauth2/token', machine, twice), 400, 'invalid_client_attestation')
      const { [name]: _, ...without } = good
      const form = { ...machine, client_id: client.client_id }
      expectJsonError(await post(world, '/oauth2/token', form, without), 400, 'invalid_client_attestation')
    }
    expect((await post(world, '/oauth2/token', machine, good)).status).toBe(200)
  })

  test.each([
    '',
    'a.b',
    'a.b.c.d',
    '....',
    'x'.repeat(9000),
    `${'a'.repeat(4000)}.${'b'.repeat(4000)}.${'c'.repeat(4000)}`,
  ])('no text makes the server fail, for instance %s', async (text) => {
    const { world, client } = await start()
    const good = await attestationHeaders(world, client)
    for (const name of Object.keys(good)) {
      const answer = await post(world, '/oauth2/token', machine, { ...good, [name]: text })
      expectJsonError(answer, 400, 'invalid_client_attestation')
    }
  })

  test('a JWT whose parts are no objects is refused', async () => {
    const { world, client } = await start()
    const good = await attestationHeaders(world, client)
    for (const value of [[], 'text', 7, null]) {
      const text = `${encode(value as never)}.${encode(value as never)}.AAAA`
      const headers = { ...good, 'OAuth-Client-Attestation': text }
      expectJsonError(await post(world, '/oauth2/token', machine, headers), 400, 'invalid_client_attestation')
    }
  })
})

describe('which client it is', () => {
  test('an attestation of another client than client_id is invalid_client', async () => {
    const { world, client } = await start()
    const other = await registerAttested(world)
    const form = { ...machine, client_id: other.client_id }
    expectJsonError(await postAttested(world, client, form), 401, 'invalid_client')
  })

  test('an attester cannot attest a client that is not its own, nor find out which clients exist', async () => {
    const { world } = await start()
    const foreign = await registerAttested(world, { client_id: 'foreign' })
    const known = await postAttested(world, foreign)
    const unknown = await postAttested(world, { client_id: 'nobody' })
    expectJsonError(known, 401, 'invalid_client')
    expect([unknown.status, unknown.body]).toEqual([known.status, known.body])
  })

  test('whoever has no attester key gets the same answer for clients that exist and others', async () => {
    const { world, client } = await start()
    const forged = { attestWith: (await otherPhone()).privateKey }
    const known = await postAttested(world, client, machine, forged)
    const unknown = await postAttested(world, { client_id: 'nobody' }, machine, forged)
    expect([unknown.status, unknown.body]).toEqual([known.status, known.body])
  })

  test('a client that registers itself is attested by nobody whom the host has not named for it', async () => {
    const attesters = [{ name: 'a', jwks: keysOf(await attesterKey()), clients: ['somebody'] }]
    const world = await attestedWorld(
      { attesters },
      { allowDynamicClientRegistration: true, allowUnauthenticatedClientRegistration: true },
    )
    const response = await world.provider.fetch(
      new Request(`${world.issuer}/oauth2/register`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ redirect_uris: [redirectUri], token_endpoint_auth_method: 'attest_jwt_client_auth' }),
      }),
    )
    const registered = await response.json()
    expect(response.status).toBe(201)
    expect(registered).not.toHaveProperty('client_secret')
    expectJsonError(
      await postAttested(world, registered, redemption({ code: 'c', pkce: { verifier: 'v', challenge: '' } })),
      401,
      'invalid_client',
    )
  })

  test('a wrong answer of the host about its clients is a server_error', async () => {
    const attesters = [{ name: 'a', jwks: keysOf(await attesterKey()), clients: () => 'yes' as never }]
    const world = await attestedWorld({ attesters })
    const { status, body } = await postAttested(world, await registerAttested(world))
    expect([status, body.error]).toEqual([500, 'server_error'])
  })

  test('a client that is disabled cannot authenticate', async () => {
    const { world, client } = await start()
    await world.provider.updateClient(client.client_id, { disabled: true })
    world.clock.advance(10)
    expectJsonError(await postAttested(world, client), 401, 'invalid_client')
  })
})

describe('no other method stands in for the registered one', () => {
  test('client_id alone, a secret and an assertion are invalid_client for an attested client', async () => {
    const { world, client } = await start()
    const { client_id } = client
    const sent = (form: object, headers = {}) => post(world, '/oauth2/token', { ...machine, ...form }, headers)
    expectJsonError(await sent({ client_id }), 401, 'invalid_client')
    expectJsonError(await sent({ client_id, client_secret: '' }), 401, 'invalid_client')
    expectJsonError(await sent({}, { authorization: `Basic ${btoa(`${client_id}:x`)}` }), 401, 'invalid_client')
    const valid = await attestationHeaders(world, client)
    expectJsonError(await sent({ client_id, client_secret: 'guessed' }, valid), 401, 'invalid_client')
  })

  test('an attestation is no way in for a client with a secret, or for a public one', async () => {
    const { world } = await start()
    expectJsonError(await postAttested(world, await registerConfidential(world)), 401, 'invalid_client')
    const form = { client_id: (await registerPublic(world)).client_id }
    expectJsonError(await postAttested(world, form, { ...refreshForm('x'), ...form }), 401, 'invalid_client')
    expect(lastReason(world)).toBe('not the registered method')
  })

  test('the two methods do not stand in for each other', async () => {
    const world = await attestedWorld({ dpopCombinedMode: true }, { features: [dpop()] })
    const combined = await registerAttested(world, { token_endpoint_auth_method: dpopMethod })
    expectJsonError(await postAttested(world, combined), 401, 'invalid_client')
    expectJsonError(await postCombined(world, await registerAttested(world)), 401, 'invalid_client')
  })

  test('without the combined mode a DPoP proof proves no attestation', async () => {
    const world = await attestedWorld({}, { features: [dpop()] })
    expectJsonError(await postCombined(world, await registerAttested(world)), 400, 'invalid_client_attestation')
  })
})

describe('the combined mode', () => {
  const combined = async () => {
    const world = await attestedWorld({ dpopCombinedMode: true }, { features: [dpop()] })
    return { world, client: await registerAttested(world, { token_endpoint_auth_method: dpopMethod }) }
  }
  /** An attestation for one key beside a DPoP proof. */
  const headersFor = async ({ world, client }: Awaited<ReturnType<typeof combined>>, proof: string) => ({
    'OAuth-Client-Attestation': await makeAttestation(world, client),
    dpop: proof,
  })

  test('a proof of another key is refused and not used up', async () => {
    const all = await combined()
    const { world } = all
    const stolen = await makeProof(world, { key: await otherPhone(), claims: { nonce: await challengeOf(world) } })
    const answer = await post(world, '/oauth2/token', machine, await headersFor(all, stolen))
    expectJsonError(answer, 400, 'invalid_client_attestation')
    const other = await registerConfidential(world)
    const { headers } = credentials(other)
    expect((await post(world, '/oauth2/token', machine, { ...headers, dpop: stolen })).status).toBe(200)
  })

  test('a proof that names the key and is signed by another is invalid_dpop_proof', async () => {
    const all = await combined()
    const { world } = all
    const claims = { nonce: await challengeOf(world) }
    const forged = await makeProof(world, { key: await phone(), signWith: await otherPhone(), claims })
    expectJsonError(
      await post(world, '/oauth2/token', machine, await headersFor(all, forged)),
      400,
      'invalid_dpop_proof',
    )
  })

  test('a proof for another endpoint, an old one and a replay are refused', async () => {
    const all = await combined()
    const { world, client } = all
    const htu = `${world.issuer}/oauth2/introspect`
    expectJsonError(await postCombined(world, client, machine, { proof: { htu } }), 400, 'invalid_dpop_proof')
    const headers = await headersFor(
      all,
      await makeProof(world, { key: await phone(), claims: { nonce: await challengeOf(world) } }),
    )
    expect((await post(world, '/oauth2/token', machine, headers)).status).toBe(200)
    expectJsonError(await post(world, '/oauth2/token', machine, headers), 400, 'invalid_dpop_proof')
    expectJsonError(await post(world, '/oauth2/introspect', { token: 'x' }, headers), 400, 'invalid_dpop_proof')
  })

  test('two DPoP headers are refused', async () => {
    const all = await combined()
    const proof = await makeProof(all.world, { key: await phone(), claims: { nonce: await challengeOf(all.world) } })
    const answer = await post(all.world, '/oauth2/token', machine, await headersFor(all, `${proof}, ${proof}`))
    expect(answer.status).toBe(400)
  })
})

describe('a stolen refresh token', () => {
  test('is worth nothing to another instance, which ends nothing either', async () => {
    const { world, client } = await start()
    const { refresh_token } = await attestedTokens(world, client)
    const thief = { key: await otherPhone() }
    expectJsonError(await postAttested(world, client, refreshForm(refresh_token), thief), 400, 'invalid_grant')
    const next = await postAttested(world, client, refreshForm(refresh_token))
    expect(next.status).toBe(200)
    expectJsonError(await postAttested(world, client, refreshForm(refresh_token), thief), 400, 'invalid_grant')
    expect((await postAttested(world, client, refreshForm(next.body.refresh_token))).status).toBe(200)
  })

  test('is worth nothing when the client has another method by now', async () => {
    const { world, client } = await start()
    const { refresh_token } = await attestedTokens(world, client)
    await world.provider.updateClient(client.client_id, {
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
    })
    world.clock.advance(10)
    const form = { ...refreshForm(refresh_token), client_id: client.client_id }
    expectJsonError(await post(world, '/oauth2/token', form), 400, 'invalid_grant')
  })

  test('is worth nothing in a process without the feature, whatever the client is there', async () => {
    const { world, client } = await start()
    const { refresh_token } = await attestedTokens(world, client)
    const without = createQuickWorld({ beside: world, storage: world.storage })
    const form = { ...refreshForm(refresh_token), client_id: client.client_id }
    expectJsonError(await postAttested(world, client, form, { key: await otherPhone() }), 400, 'invalid_grant')
    expectJsonError(await post(without, '/oauth2/token', form), 401, 'invalid_client')
    await world.provider.updateClient(client.client_id, {
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
    })
    world.clock.advance(10)
    expectJsonError(await post(without, '/oauth2/token', form), 400, 'invalid_grant')
  })

  test('is no subject of a token exchange for another instance', async () => {
    const clients = { attested: 'at-chat' }
    const world = exchangeWorld({ clients, scopes: 'any' }, { features: [await attestationFeature()] })
    const client = await registerAttested(world, {
      client_id: 'attested',
      grant_types: ['authorization_code', 'refresh_token', tokenExchangeName],
    })
    const { refresh_token } = await attestedTokens(world, client)
    const form = {
      ...{ grant_type: tokenExchangeName, requested_token_type: type('id-jag'), audience: chat },
      ...{ subject_token: refresh_token, subject_token_type: type('refresh_token') },
    }
    const thief = await postAttested(world, client, form, { key: await otherPhone() })
    expectJsonError(thief, 400, 'invalid_request')
    expect(thief.body.error_description).toContain('subject_token')
    expect((await postAttested(world, client, form)).status).toBe(200)
  })

  test('is no subject of a token exchange for another instance, also where access tokens are exchanged', async () => {
    const world = createQuickWorld({
      features: [
        await attestationFeature(),
        tokenExchange({ accessTokens: { authorize: () => ({ mode: 'impersonation' }) } }),
      ],
    })
    const client = await registerAttested(world, {
      grant_types: ['authorization_code', 'refresh_token', tokenExchangeName],
    })
    const { refresh_token } = await attestedTokens(world, client)
    const form = {
      grant_type: tokenExchangeName,
      subject_token: refresh_token,
      subject_token_type: type('refresh_token'),
    }
    expectJsonError(await postAttested(world, client, form, { key: await otherPhone() }), 400, 'invalid_request')
    expect((await postAttested(world, client, form)).status).toBe(200)
  })

  test('without a key, from before the client was attested, is bound by its first refresh', async () => {
    const { world, client } = await start()
    await world.provider.updateClient(client.client_id, {
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
    })
    world.clock.advance(10)
    const form = { ...redemption(await authorize(world, client)), client_id: client.client_id }
    const old = (await post(world, '/oauth2/token', form)).body.refresh_token
    await world.provider.updateClient(client.client_id, { token_endpoint_auth_method: 'attest_jwt_client_auth' })
    world.clock.advance(10)
    const next = await postAttested(world, client, refreshForm(old))
    expect(next.status).toBe(200)
    const thief = { key: await otherPhone() }
    for (const token of [old, next.body.refresh_token]) {
      expectJsonError(await postAttested(world, client, refreshForm(token), thief), 400, 'invalid_grant')
    }
    expect((await postAttested(world, client, refreshForm(next.body.refresh_token))).status).toBe(200)
  })
})

describe('codes of an instance', () => {
  test('a process without the feature refuses them', async () => {
    const world = await attestedWorld({}, { features: [pushedAuthorizationRequests()] })
    const client = await registerAttested(world)
    const { code, pkce } = await authorize(world, client, { client_instance_jkt: 'x'.repeat(43) })
    const without = createQuickWorld({ beside: world, storage: world.storage })
    await world.provider.updateClient(client.client_id, {
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
    })
    world.clock.advance(10)
    const form = { ...redemption({ code, pkce }), client_id: client.client_id }
    expectJsonError(await post(without, '/oauth2/token', form), 400, 'invalid_grant')
    expectJsonError(await post(world, '/oauth2/token', form), 400, 'invalid_grant')
  })

  test('a request with a malformed key gets invalid_request', async () => {
    const { world, client } = await start()
    const browser = world.browser()
    browser.signIn(alice)
    const response = await ask(world, client, { client_instance_jkt: 'short' }, { browser })
    expectErrorRedirect(world, response, redirectUri, 'invalid_request')
  })
})

describe('limits', () => {
  test('refused attestations count against the limit of the address, and a missing challenge does not', async () => {
    const { client, world } = await (async () => {
      const made = await attestedWorld(
        {},
        { rateLimit: { clientAddress: () => '192.0.2.9', authentication: { address: { max: 3, windowSeconds: 60 } } } },
      )
      return { world: made, client: await registerAttested(made) }
    })()
    for (let count = 0; count < 5; count++) {
      const answer = await postAttested(world, client, machine, { pop: { challenge: undefined } })
      expectJsonError(answer, 400, 'use_attestation_challenge')
      expect(answer.headers.get(challengeHeader)).not.toBeNull()
    }
    const wrong = { proveWith: (await otherPhone()).privateKey }
    for (let count = 0; count < 3; count++) {
      expectJsonError(await postAttested(world, client, machine, wrong), 400, 'invalid_client_attestation')
    }
    expectJsonError(await postAttested(world, client, machine, wrong), 429, 'rate_limited')
  })
})
