import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  authorize,
  claimsOf,
  exchangeCode,
  getTokens,
  post,
  postAs,
  refresh,
  registerConfidential,
  userinfo,
} from '../support/client.ts'
import { fetchJwks } from '../support/keys.ts'
import { api, createQuickWorld } from '../support/tokens.ts'
import { alice, issuer, type World } from '../support/world.ts'

const files = 'https://files.example.com/v1'
let world: World
let client: Awaited<ReturnType<typeof registerConfidential>>

beforeAll(async () => {
  world = createQuickWorld()
  client = await registerConfidential(world)
})

async function expectProfile(token: string): Promise<void> {
  const { payload, protectedHeader } = await jwtVerify(
    token,
    createLocalJWKSet({ keys: [...(await fetchJwks(world)).keys] }),
    {
      issuer,
      typ: 'at+jwt',
      requiredClaims: ['iss', 'exp', 'aud', 'sub', 'client_id', 'iat', 'jti'],
      currentDate: new Date(world.clock.now() * 1000),
    },
  )
  expect(protectedHeader.typ).toBe('at+jwt')
  expect(payload).toMatchObject({ iat: world.clock.now(), client_id: client.client_id })
  expect(payload.exp).toBe(world.clock.now() + 3600)
}

describe('the JWT access token (RFC 9068 section 2) (E03)', () => {
  test('the access token of a user has typ, iss, sub, aud, exp, iat, jti, client_id, scope and the authentication (E03)', async () => {
    const { access_token: token, expires_in } = await getTokens(world, client, {}, { resource: api })
    await expectProfile(token)
    expect(expires_in).toBe(3600)
    expect(claimsOf(token)).toMatchObject({
      sub: alice.id,
      scope: 'openid profile email offline_access',
      auth_time: world.clock.now(),
      amr: ['pwd'],
    })
  })

  test('the sub of a machine’s access token is the client (E03)', async () => {
    const { body } = await postAs(world, client, '/oauth2/token', { grant_type: 'client_credentials', resource: api })
    await expectProfile(body.access_token)
    expect(claimsOf(body.access_token)).toMatchObject({ sub: client.client_id, aud: api })
    expect(claimsOf(body.access_token)).not.toHaveProperty('auth_time')
    expect(claimsOf(body.access_token)).not.toHaveProperty('sid')
  })

  test('each token has a jti of its own, also in a retried refresh (E03)', async () => {
    const first = await getTokens(world, client, {}, { resource: api })
    const again = [first.access_token]
    for (let time = 0; time < 5; time++) {
      again.push((await refresh(world, client, first.refresh_token, { resource: api })).body.access_token)
    }
    expect(new Set(again.map((token) => claimsOf(token).jti)).size).toBe(6)
  })

  test.each([
    ['one resource', [api], api],
    ['another resource', [files], files],
    ['a resource with a slash at its end', [`${api}/`], api],
    ['two resources', [api, files], [api, files]],
    ['one resource twice', [api, api], api],
    ['one resource in two spellings', [api, `${api}/`], api],
  ])('a request for %s gets a token whose aud has nothing else (E03)', async (_, resources, aud) => {
    const authorized = await authorize(world, client, { scope: 'notes:read' })
    const form = new URLSearchParams({
      grant_type: 'authorization_code',
      code: authorized.code,
      code_verifier: authorized.pkce.verifier,
      redirect_uri: 'https://app.example.com/callback',
    })
    for (const resource of resources) form.append('resource', resource)
    const basic = `Basic ${btoa(`${client.client_id}:${client.client_secret}`)}`
    const { body } = await post(world, '/oauth2/token', form, { authorization: basic })
    expect(claimsOf(body.access_token).aud).toEqual(aud)
    // The audience of the token is the resource, so userinfo refuses it.
    expect((await userinfo(world, body.access_token)).status).toBeOneOf([401, 403])
  })

  test('with openid the userinfo endpoint is an audience beside the resource, and nothing else is (E03)', async () => {
    const { access_token: token } = await getTokens(world, client, { scope: 'openid' }, { resource: api })
    expect(claimsOf(token).aud).toEqual([api, `${issuer}/oauth2/userinfo`])
  })

  test('aud of a refreshed token is what the refresh asked for, not what came before (E03)', async () => {
    const first = await getTokens(world, client, { scope: 'notes:read offline_access' }, { resource: api })
    const { body } = await refresh(world, client, first.refresh_token, { resource: files })
    expect(claimsOf(body.access_token).aud).toBe(files)
    expect(await world.provider.verifyAccessToken(body.access_token, { audience: api })).toBeUndefined()
    expect(await world.provider.verifyAccessToken(body.access_token, { audience: files })).toBeDefined()
  })

  test('resource at the authorization endpoint names the audience, and no other (E03)', async () => {
    const authorized = await authorize(world, client, { resource: api })
    const { body } = await exchangeCode(world, client, authorized)
    expect([claimsOf(body.access_token).aud].flat()[0]).toBe(api)
  })

  test('the header names a key of the JWKS and an asymmetric algorithm (E03)', async () => {
    const { access_token: token } = await getTokens(world, client, {}, { resource: api })
    const { kid, alg } = decodeProtectedHeader(token)
    expect(alg).toBe('ES256')
    expect((await fetchJwks(world)).keys.filter((key) => key.kid === kid).length).toBe(1)
  })

  test.each([
    'https://evil.example',
    `${api}.evil.example`,
    `${api}/v2`,
    'http://api.example.com',
    `${api}//`,
    'https://user@api.example.com',
    `${api}#fragment`,
    '*',
  ])('the resource %s is invalid_target and costs nothing (E03)', async (resource) => {
    const authorized = await authorize(world, client)
    const refused = await exchangeCode(world, client, authorized, { resource })
    expect(refused).toMatchObject({ status: 400, body: { error: 'invalid_target' } })
    expect((await exchangeCode(world, client, authorized)).status).toBe(200)
  })
})
