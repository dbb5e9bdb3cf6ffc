import { createLocalJWKSet, generateKeyPair, jwtVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import {
  authorize,
  authorizeUrl,
  createPkce,
  exchangeCode,
  getTokens,
  isActive,
  post,
  postAs,
  redirectUri,
  refresh,
  registerConfidential,
  registerPublic,
} from '../support/client.ts'
import { expectJsonError, send } from '../support/expectations.ts'
import { fromOwnPage, register } from '../support/registration.ts'
import { api, createQuickWorld, grantOf, idOf, introspect } from '../support/tokens.ts'
import { alice, issuer } from '../support/world.ts'

const token = '/oauth2/token'
const files = 'https://files.example.com/v1'
const method = { token_endpoint_auth_method: 'client_secret_post' } as const
const machine = { grant_type: 'client_credentials' }

async function start(input = {}) {
  const world = createQuickWorld()
  return { world, client: await registerConfidential(world, input) }
}

describe('the token endpoint', () => {
  test('a missing grant_type is invalid_request and an unknown one unsupported_grant_type, and no code is used (seed B61, B62, B63)', async () => {
    const { world, client } = await start()
    expectJsonError(await postAs(world, client, token, {}), 400, 'invalid_request')
    expectJsonError(await postAs(world, client, token, { grant_type: 'magic' }), 400, 'unsupported_grant_type')
    expectJsonError(await postAs(world, client, token, { grant_type: 'authorization_code' }), 400, 'invalid_request')
  })

  test('an unknown client and a wrong secret get the same 401 (seed B64, B65, B116, B117)', async () => {
    const { world, client } = await start(method)
    for (const path of [token, '/oauth2/revoke']) {
      const unknown = await postAs(world, { ...client, client_id: 'nobody' }, path, { ...machine, token: 'x' })
      const wrong = await postAs(world, { ...client, client_secret: 'wrong' }, path, { ...machine, token: 'x' })
      expectJsonError(unknown, 401, 'invalid_client')
      expect([wrong.status, wrong.body]).toEqual([unknown.status, unknown.body])
    }
  })

  test.each(['client_secret_basic', 'client_secret_post'] as const)(
    '%s works where it is registered (seed B68, B101, B102, B119)',
    async (token_endpoint_auth_method) => {
      const { world, client } = await start({ token_endpoint_auth_method })
      const tokens = await getTokens(world, client, { scope: 'notes:read' })
      expect((await postAs(world, client, '/oauth2/revoke', { token: tokens.access_token })).status).toBe(200)
      const { status, body } = await postAs(world, client, token, { ...machine, scope: 'notes:read' })
      expect([status, Object.keys(body).sort()]).toEqual([200, ['access_token', 'expires_in', 'scope', 'token_type']])
      expect(body).toMatchObject({ token_type: 'Bearer', scope: 'notes:read' })
    },
  )

  test('the token request chooses the resource, in the configured spelling, and others are refused (seed B69, B70, B71, B90, B91, B104)', async () => {
    const { world, client } = await start()
    const scope = 'notes:read offline_access'
    const authorized = await authorize(world, client, { scope })
    const unknown = { resource: 'https://other.example.com' }
    expectJsonError(await exchangeCode(world, client, authorized, unknown), 400, 'invalid_target')
    const { body } = await exchangeCode(world, client, authorized, { resource: `${api}/` })
    expect((await world.provider.verifyAccessToken(body.access_token, { audience: api }))?.audience).toEqual([api])
    expectJsonError(await refresh(world, client, body.refresh_token, unknown), 400, 'invalid_target')
    const second = (await refresh(world, client, body.refresh_token, { resource: files })).body
    expect((await world.provider.verifyAccessToken(second.access_token))?.audience).toEqual([files])
    expectJsonError(await postAs(world, client, token, { ...machine, ...unknown }), 400, 'invalid_target')
  })

  test('with openid every client gets an ID token, and only the server’s key verifies it (seed B72, B73, B74)', async () => {
    const world = createQuickWorld({ allowDynamicClientRegistration: true })
    const own = { redirect_uris: [redirectUri], scope: 'openid' }
    const dynamic = (await register(world, own, fromOwnPage(world))).body
    const keys = createLocalJWKSet((await send(world, `${issuer}/jwks`)).body)
    const other = (await generateKeyPair('ES256')).publicKey
    for (const client of [dynamic, await registerPublic(world)]) {
      const { id_token } = await getTokens(world, client, { scope: 'openid' })
      const expected = { issuer, audience: client.client_id, currentDate: new Date(world.clock.now() * 1000) }
      expect((await jwtVerify(id_token, keys, expected)).payload.sub).toBe(alice.id)
      await expect(jwtVerify(id_token, other, expected)).rejects.toThrow('signature')
    }
  })

  test('a missing verifier and a wrong one are invalid_grant with the seed’s descriptions (seed B75, B77)', async () => {
    const { world, client } = await start()
    const authorized = await authorize(world, client, { scope: 'notes:read' })
    for (const [code_verifier, description] of [
      [undefined, 'code_verifier required because PKCE was used in authorization'],
      [createPkce().verifier, 'invalid code_verifier'],
    ]) {
      const answer = await exchangeCode(world, client, authorized, { code_verifier })
      expectJsonError(answer, 400, 'invalid_grant')
      expect(answer.body.error_description).toBe(description)
    }
    expect((await exchangeCode(world, client, authorized)).status).toBe(200)
  })

  test('a verifier for a code without PKCE is invalid_grant (seed B76)', async () => {
    const { world, client } = await start({ require_pkce: false, skip_consent: true })
    const url = authorizeUrl(world, client, undefined, { scope: 'notes:read' })
    const browser = world.browser()
    const code = new URL((await browser.visit(url, { user: alice })).url).searchParams.get('code') as string
    const authorized = { code, pkce: createPkce(), parameters: new URLSearchParams(), browser }
    const answer = await exchangeCode(world, client, authorized)
    expectJsonError(answer, 400, 'invalid_grant')
    expect(answer.body.error_description).toBe('code_verifier provided but PKCE was not used in authorization')
  })

  test('a scope beyond the grant, or beyond the registration, is invalid_scope (seed B89, B97, B103)', async () => {
    const { world, client } = await start()
    const { refresh_token } = await getTokens(world, client, { scope: 'notes:read offline_access' })
    expectJsonError(await refresh(world, client, refresh_token, { scope: 'notes:write' }), 400, 'invalid_scope')
    expectJsonError(await postAs(world, client, token, { ...machine, scope: 'admin' }), 400, 'invalid_scope')
  })

  test('user, session and grant stay with a refresh, and without bindResources the resource is asked for each time (seed B95)', async () => {
    const world = createQuickWorld({ bindResources: false })
    const client = await registerConfidential(world)
    const first = await getTokens(world, client, { scope: 'notes:read offline_access' }, { resource: api })
    const second = (await refresh(world, client, first.refresh_token)).body
    const before = await world.provider.verifyAccessToken(first.access_token)
    const after = await world.provider.verifyAccessToken(second.access_token)
    expect(after).toMatchObject({ userId: alice.id, sessionId: before?.sessionId })
    expect(await grantOf(world, second.access_token)).toBe(before?.grantId)
    expect([before?.audience, after?.audience]).toEqual([[api], []])
  })

  test('an expired token is refused, and purgeExpired deletes its row (seed B100, B193)', async () => {
    const { world, client } = await start()
    const tokens = await getTokens(world, client, { scope: 'notes:read offline_access' })
    world.clock.advance(3600)
    expect(await isActive(world, tokens.access_token)).toBe(false)
    world.clock.advance(2_592_000)
    expectJsonError(await refresh(world, client, tokens.refresh_token), 400, 'invalid_grant')
    await world.provider.purgeExpired()
    expect(await world.storage.refreshTokens.find(idOf(tokens.refresh_token))).toBeUndefined()
    expect(await world.storage.accessTokens.find(idOf(tokens.access_token))).toBeUndefined()
    expect(await world.provider.purgeExpired()).toBe(0)
  })

  test('a public client gets no machine token (seed B105)', async () => {
    const { world } = await start()
    const open = await registerPublic(world)
    expectJsonError(await postAs(world, open, token, machine), 400, 'unauthorized_client')
    expectJsonError(await post(world, token, machine), 401, 'invalid_client')
  })

  test('a machine’s opaque token is the client’s, with its scopes (seed B106)', async () => {
    const { world, client } = await start()
    const { body } = await postAs(world, client, token, { ...machine, scope: 'notes:read' })
    expect(body.access_token).not.toContain('.')
    const seen = (await introspect(world, client, body.access_token)).body
    expect(seen).toMatchObject({ active: true, client_id: client.client_id, scope: 'notes:read' })
  })
})
