import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import {
  authorizeUrl,
  createPkce,
  getTokens,
  redirectUri,
  registerConfidential,
  registerPublic,
} from '../support/client.ts'
import { expectErrorRedirect, expectJsonError, send } from '../support/expectations.ts'
import { fetchJwks } from '../support/keys.ts'
import { openWorld, register } from '../support/registration.ts'
import { createQuickWorld } from '../support/tokens.ts'
import { alice, createWorld, type World } from '../support/world.ts'

const ask = (world: World, token: string, init: RequestInit = {}) =>
  send(world, `${world.issuer}/oauth2/userinfo`, { headers: { authorization: `Bearer ${token}` }, ...init })

describe('userinfo_signed_response_alg', () => {
  test.each(['ES256', 'RS256'] as const)(
    'a client that registered %s gets a JWT without nonce, signed by a published key (decision 17)',
    async (alg) => {
      const world = createWorld()
      const client = await registerConfidential(world, { userinfo_signed_response_alg: alg })
      expect(client.userinfo_signed_response_alg).toBe(alg)
      const { access_token } = await getTokens(world, client, { scope: 'openid email', nonce: 'n' })
      const form = { 'content-type': 'application/x-www-form-urlencoded' }
      for (const answer of [
        await ask(world, access_token),
        await ask(world, access_token, { method: 'POST' }),
        await ask(world, '', { method: 'POST', headers: form, body: `access_token=${access_token}` }),
      ]) {
        expect(answer.status).toBe(200)
        expect(answer.headers.get('content-type')).toBe('application/jwt')
        expect(answer.headers.get('cache-control')).toBe('no-store')
        const keys = createLocalJWKSet((await fetchJwks(world)) as JSONWebKeySet)
        const { payload, protectedHeader } = await jwtVerify(String(answer.body), keys, { algorithms: [alg] })
        expect(protectedHeader).toEqual({ alg, typ: 'JWT', kid: expect.any(String) })
        expect(payload).toEqual({
          iss: world.issuer,
          aud: client.client_id,
          sub: alice.id,
          email: alice.email,
          email_verified: true,
        })
      }
    },
  )

  test('errors are JSON with a challenge as ever; other clients get JSON', async () => {
    const world = createQuickWorld()
    const signed = await registerConfidential(world, { userinfo_signed_response_alg: 'ES256' })
    const refused = await ask(world, (await getTokens(world, signed, { scope: 'notes:read' })).access_token)
    expectJsonError(refused, 403, 'insufficient_scope')
    const plain = await registerConfidential(world)
    const answer = await ask(world, (await getTokens(world, plain)).access_token)
    expect(answer.headers.get('content-type')).toBe('application/json')
  })

  test('a pairwise client sees its own sub there as well', async () => {
    const world = createQuickWorld({ pairwiseSecret: 'p'.repeat(32) })
    const input = { subject_type: 'pairwise', userinfo_signed_response_alg: 'ES256' } as const
    const tokens = await getTokens(world, await registerConfidential(world, input))
    const keys = createLocalJWKSet((await fetchJwks(world)) as JSONWebKeySet)
    const { payload } = await jwtVerify(String((await ask(world, tokens.access_token)).body), keys)
    const idToken = await jwtVerify(tokens.id_token, keys)
    expect(payload.sub).toBe(idToken.payload.sub)
    expect(payload.sub).not.toBe(alice.id)
  })

  test('a userinfo JWT is not accepted as id_token_hint or access token, though its typ is that of an ID token (E02)', async () => {
    const world = createQuickWorld()
    const client = await registerPublic(world, { userinfo_signed_response_alg: 'ES256' })
    const jwt = String((await ask(world, (await getTokens(world, client)).access_token)).body)
    expect(decodeProtectedHeader(jwt).typ).toBe('JWT')
    const bob = { prompt: 'none', id_token_hint: jwt }
    const response = await world.browser().request(authorizeUrl(world, client, createPkce(), bob))
    expectErrorRedirect(world, response, redirectUri, 'login_required')
    expectJsonError(await ask(world, jwt), 401, 'invalid_token')
  })

  test('an algorithm without a key of ours is refused, at registration as well', async () => {
    const world = openWorld({ idTokenSigningAlgorithm: 'ES256', accessTokenSigningAlgorithm: 'ES256' })
    for (const alg of ['HS256', 'none', 'RS256', 'PS256']) {
      const answer = await register(world, { redirect_uris: [redirectUri], userinfo_signed_response_alg: alg })
      expectJsonError(answer, 400, 'invalid_client_metadata')
    }
    const answer = await register(world, { redirect_uris: [redirectUri], userinfo_signed_response_alg: 'ES256' })
    expect([answer.status, answer.body.userinfo_signed_response_alg]).toEqual([201, 'ES256'])
  })

  test('discovery names what there are keys for; under disableJwtPlugin nothing', async () => {
    expect(createWorld().provider.metadata.userinfo_signing_alg_values_supported).toEqual(['RS256', 'ES256'])
    const without = createWorld({ disableJwtPlugin: true })
    expect(without.provider.metadata).not.toHaveProperty('userinfo_signing_alg_values_supported')
    await expect(registerConfidential(without, { userinfo_signed_response_alg: 'HS256' })).rejects.toThrow(
      'unsupported',
    )
  })

  test('encryption is not offered: what a client registers for it is ignored, and the answer says so', async () => {
    const world = openWorld({ idTokenSigningAlgorithm: 'ES256' })
    const members = {
      userinfo_encrypted_response_alg: 'RSA-OAEP-256',
      id_token_encrypted_response_alg: 'RSA-OAEP-256',
      request_object_encryption_alg: 'RSA-OAEP-256',
    }
    const answer = await register(world, { redirect_uris: [redirectUri], ...members })
    expect(answer.status).toBe(201)
    for (const name of Object.keys(members)) expect(answer.body).not.toHaveProperty(name)
    await expect(registerConfidential(world, members)).rejects.toThrow('is not known')
  })
})
