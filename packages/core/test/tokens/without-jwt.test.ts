import { createHash } from 'node:crypto'
import type { RegisteredClient } from '@oauth/core'
import { memoryStorage } from '@oauth/core/memory'
import { decodeProtectedHeader, type JWTPayload, jwtVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import {
  authorize,
  authorizeUrl,
  createPkce,
  exchangeCode,
  getTokens,
  postAs,
  refresh,
  registerConfidential,
  registerPublic,
  userinfo,
} from '../support/client.ts'
import { editClient, expectErrorRedirect, expectJsonError, send } from '../support/expectations.ts'
import { recordingStorage } from '../support/storage.ts'
import { api, createQuickWorld, introspect, registerResourceServer } from '../support/tokens.ts'
import { alice, bob, createWorld, issuer, type World, type WorldOptions } from '../support/world.ts'

const createPlainWorld = (options: WorldOptions = {}): World => createWorld({ disableJwtPlugin: true, ...options })

/** Verifies an ID token as a client that knows only its own secret does. */
async function verify(world: World, idToken: string, client: RegisteredClient, secret?: string): Promise<JWTPayload> {
  const key = new TextEncoder().encode(secret ?? client.client_secret ?? '')
  const { payload } = await jwtVerify(idToken, key, {
    algorithms: ['HS256'],
    issuer,
    audience: client.client_id,
    currentDate: new Date(world.clock.now() * 1000),
  })
  return payload
}

describe('disableJwtPlugin: access tokens', () => {
  test('access tokens under disableJwtPlugin are opaque even with a resource, and the resource is their audience (seed B80)', async () => {
    const world = createPlainWorld()
    const client = await registerConfidential(world)
    const server = await registerResourceServer(world)
    const stranger = await registerConfidential(world)
    const { access_token } = await getTokens(world, client, { scope: 'notes:read' }, { resource: api })
    expect(access_token).not.toContain('.')
    expect((await introspect(world, server, access_token)).body).toMatchObject({ active: true, aud: api })
    expect((await introspect(world, stranger, access_token)).body).toEqual({ active: false })
    expect(await world.provider.verifyAccessToken(access_token, { audience: api })).toMatchObject({ kind: 'opaque' })
    expect(await world.provider.verifyAccessToken(access_token, { audience: 'https://files.example.com/v1' })).toBe(
      undefined,
    )
  })

  test('one for a resource alone is not for userinfo; with openid it is for both; without one it is for us (E04)', async () => {
    const world = createPlainWorld()
    const client = await registerConfidential(world)
    const narrow = await getTokens(world, client, { scope: 'notes:read' }, { resource: api })
    expect((await userinfo(world, narrow.access_token)).status).toBe(401)
    const both = await getTokens(world, client, { scope: 'openid' }, { resource: api })
    expect((await introspect(world, client, both.access_token)).body.aud).toEqual([api, `${issuer}/oauth2/userinfo`])
    expect((await userinfo(world, both.access_token)).body).toEqual({ sub: alice.id })
    const own = await getTokens(world, client, { scope: 'openid' })
    expect((await userinfo(world, own.access_token)).body).toEqual({ sub: alice.id })
    expect(await world.provider.verifyAccessToken(own.access_token, { audience: api })).toBeUndefined()
  })

  test('of machines and refreshes are opaque as well, and an unknown resource is invalid_target', async () => {
    const world = createPlainWorld()
    const client = await registerConfidential(world)
    const machine = { grant_type: 'client_credentials', resource: api }
    const { body } = await postAs(world, client, '/oauth2/token', machine)
    expect(body.access_token).not.toContain('.')
    expect((await introspect(world, client, body.access_token)).body).toMatchObject({ aud: api, sub: client.client_id })
    const { refresh_token } = await getTokens(world, client)
    const again = await refresh(world, client, refresh_token, { resource: api })
    expect(again.body.access_token).not.toContain('.')
    const unknown = await postAs(world, client, '/oauth2/token', { ...machine, resource: 'https://evil.test' })
    expectJsonError(unknown, 400, 'invalid_target')
  })
})

describe('disableJwtPlugin: ID tokens', () => {
  test.each(['client_secret_basic', 'client_secret_post'] as const)(
    'of a confidential client (%s) are HS256 under its secret, with at_hash and nonce (seed B80, B68)',
    async (token_endpoint_auth_method) => {
      const world = createPlainWorld()
      const client = await registerConfidential(world, { token_endpoint_auth_method })
      const tokens = await getTokens(world, client, { nonce: 'n-1' }, { resource: api })
      expect(decodeProtectedHeader(tokens.id_token)).toEqual({ alg: 'HS256', typ: 'JWT' })
      const digest = createHash('sha256').update(tokens.access_token).digest()
      expect(await verify(world, tokens.id_token, client)).toMatchObject({
        sub: alice.id,
        nonce: 'n-1',
        auth_time: world.clock.now(),
        exp: world.clock.now() + 36_000,
        at_hash: digest.subarray(0, 16).toString('base64url'),
      })
      const other = await registerConfidential(world)
      await expect(verify(world, tokens.id_token, client, other.client_secret)).rejects.toThrow('signature')
    },
  )

  test('a refresh brings one, too', async () => {
    const world = createPlainWorld()
    const client = await registerConfidential(world)
    const { refresh_token } = await getTokens(world, client)
    world.clock.advance(100)
    const { body } = await refresh(world, client, refresh_token)
    const digest = createHash('sha256').update(body.access_token).digest()
    const claims = await verify(world, body.id_token, client)
    expect(claims).toMatchObject({ sub: alice.id, auth_time: world.clock.now() - 100 })
    expect(claims.at_hash).toBe(digest.subarray(0, 16).toString('base64url'))
    expect(claims).not.toHaveProperty('nonce')
  })

  test('the whole secret signs, prefix and all, and a generated or chosen one as it is', async () => {
    const chosen = 'a secret of the client with 32 characters'
    const world = createPlainWorld({
      tokenPrefixes: { clientSecret: 'acme_' },
      generateClientSecret: () => 'generated-by-the-host-generated-by-the-host',
    })
    const generated = await registerConfidential(world)
    expect(generated.client_secret).toBe('acme_generated-by-the-host-generated-by-the-host')
    for (const client of [generated, await registerConfidential(world, { client_secret: chosen })]) {
      const { id_token } = await getTokens(world, client)
      expect((await verify(world, id_token, client)).sub).toBe(alice.id)
    }
  })

  test('a registered algorithm of before the switch changes nothing', async () => {
    const world = createPlainWorld()
    const client = await registerConfidential(world)
    await editClient(world, client.client_id, ({ metadata }) => ({
      metadata: { ...metadata, id_token_signed_response_alg: 'EdDSA' },
    }))
    const { id_token, access_token } = await getTokens(world, client)
    const digest = createHash('sha256').update(access_token).digest()
    const { at_hash } = await verify(world, id_token, client)
    expect(at_hash).toBe(digest.subarray(0, 16).toString('base64url'))
  })

  test('after a rotation the new secret signs, while both authenticate', async () => {
    const world = createPlainWorld()
    const client = await registerConfidential(world)
    const rotated = await world.provider.rotateClientSecret(client.client_id, { keepPreviousFor: 60 })
    const { id_token } = await getTokens(world, client)
    expect((await verify(world, id_token, client, rotated.client_secret)).sub).toBe(alice.id)
    await expect(verify(world, id_token, client)).rejects.toThrow('signature')
  })

  test('the secret in another process, and with a list of secrets of the server, still signs', async () => {
    const world = createPlainWorld()
    const client = await registerConfidential(world)
    const former = 'a-secret-for-tests-with-enough-characters'
    const secret = ['a-newer-secret-for-tests-with-enough-characters', former] as const
    const later = createPlainWorld({ storage: world.storage, secret })
    const { id_token } = await getTokens(later, client)
    expect((await verify(later, id_token, client)).sub).toBe(alice.id)
  })

  test('no hook changes what is pinned', async () => {
    const world = createPlainWorld({ customIdTokenClaims: () => ({ sub: 'x', iss: 'x', at_hash: 'x', tenant: 't' }) })
    const client = await registerConfidential(world)
    const { id_token } = await getTokens(world, client)
    expect(await verify(world, id_token, client)).toMatchObject({ iss: issuer, sub: alice.id, tenant: 't' })
  })
})

describe('disableJwtPlugin: public clients', () => {
  test('get no ID token, not from a refresh either; userinfo serves them (seed B81)', async () => {
    const world = createPlainWorld()
    const client = await registerPublic(world)
    const tokens = await getTokens(world, client, { scope: 'openid email offline_access' })
    expect(tokens).not.toHaveProperty('id_token')
    expect(tokens.scope).toContain('openid')
    const again = await refresh(world, client, tokens.refresh_token)
    expect(again.body).not.toHaveProperty('id_token')
    expect((await userinfo(world, again.body.access_token)).body).toMatchObject({ sub: alice.id, email: alice.email })
  })
})

describe('disableJwtPlugin: keys', () => {
  test('there is no JWKS, no jwks_uri and no signing key, whatever was done (seed B14)', async () => {
    const recording = recordingStorage(memoryStorage())
    const world = createPlainWorld({ storage: recording.storage })
    for (const client of [await registerConfidential(world), await registerPublic(world)]) {
      await getTokens(world, client, { scope: 'openid' }, { resource: api })
      expect((await send(world, `${issuer}/jwks`)).status).toBe(404)
    }
    await world.provider.rotateSigningKeys()
    expect(recording.dump()).not.toContain('signingKeys.insert')
    for (const path of ['oauth-authorization-server', 'openid-configuration']) {
      expect((await send(world, `${issuer}/.well-known/${path}`)).body).not.toHaveProperty('jwks_uri')
    }
  })

  test('discovery says HS256 and nothing else (seed 2.2)', () => {
    const { metadata } = createPlainWorld().provider
    expect(metadata.id_token_signing_alg_values_supported).toEqual(['HS256'])
  })

  test('with keys there is a JWKS, and no HS256 (seed B185)', async () => {
    const world = createQuickWorld()
    expect((await send(world, `${issuer}/jwks`)).body.keys).toHaveLength(1)
    expect(world.provider.metadata.id_token_signing_alg_values_supported).not.toContain('HS256')
    expect(world.provider.metadata.jwks_uri).toBe(`${issuer}/jwks`)
  })
})

describe('disableJwtPlugin: id_token_hint', () => {
  test('an id_token_hint of another user answers login_required and does not switch the user (F10)', async () => {
    const world = createPlainWorld()
    const client = await registerConfidential(world)
    const authorized = await authorize(world, client, {}, { user: alice })
    const { body } = await exchangeCode(world, client, authorized)
    const { browser: ofBob } = await authorize(world, client, {}, { user: bob })
    const silent = authorizeUrl(world, client, createPkce(), { prompt: 'none', id_token_hint: body.id_token })
    const good = await authorized.browser.request(silent)
    expect(new URL(good.headers.get('location') as string).searchParams.get('code')).toMatch(/^c[0-9a-v]{24}[\w-]{43}$/)
    expectErrorRedirect(world, await ofBob.request(silent), 'https://app.example.com/callback', 'login_required')
  })
})
