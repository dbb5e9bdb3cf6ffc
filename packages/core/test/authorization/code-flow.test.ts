import { decodeProtectedHeader } from 'jose'
import { describe, expect, test } from 'vitest'
import {
  authorize,
  authorizeUrl,
  claimsOf,
  createPkce,
  exchangeCode,
  getTokens,
  isActive,
  refresh,
  registerConfidential,
  registerPublic,
  userinfo,
} from '../support/client.ts'
import { alice, createWorld, issuer } from '../support/world.ts'

describe('the whole journey', () => {
  test('the whole code flow works, from the authorization request to userinfo, refresh and a second sign-in without consent', async () => {
    const world = createWorld()
    const client = await registerConfidential(world)
    const authorized = await authorize(world, client, { nonce: 'n-1', state: 'xyz +/?' })
    expect(authorized.parameters.get('iss')).toBe(issuer)
    expect(authorized.parameters.get('state')).toBe('xyz +/?')

    const { status, body, headers } = await exchangeCode(world, client, authorized)
    expect(status).toBe(200)
    expect(headers.get('cache-control')).toBe('no-store')
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 3600, scope: 'openid profile email offline_access' })
    expect(decodeProtectedHeader(body.id_token)).toMatchObject({ alg: 'RS256', typ: 'JWT', kid: expect.any(String) })
    expect(claimsOf(body.id_token)).toMatchObject({
      iss: issuer,
      aud: client.client_id,
      sub: alice.id,
      nonce: 'n-1',
      auth_time: world.clock.now(),
      at_hash: expect.any(String),
    })

    expect((await userinfo(world, body.access_token)).body).toEqual({
      sub: alice.id,
      name: 'Alice Archer',
      given_name: 'Alice',
      family_name: 'Archer',
      email: 'alice@example.com',
      email_verified: true,
    })

    world.clock.advance(100)
    const refreshed = await refresh(world, client, body.refresh_token)
    expect(refreshed.status).toBe(200)
    expect(refreshed.body.refresh_token).not.toBe(body.refresh_token)
    expect(claimsOf(refreshed.body.id_token)).toMatchObject({ sub: alice.id, auth_time: world.clock.now() - 100 })

    const again = await authorized.browser.visit(authorizeUrl(world, client, createPkce()))
    expect(new URL(again.url).searchParams.get('code')).toMatch(/^c[0-9a-v]{24}[\w-]{43}$/)
  })

  test('a public client gets a JWT access token for the resource that it asks for', async () => {
    const world = createWorld()
    const client = await registerPublic(world)
    const tokens = await getTokens(world, client, {}, { resource: 'https://api.example.com/' })
    expect(decodeProtectedHeader(tokens.access_token)).toMatchObject({ alg: 'RS256', typ: 'at+jwt' })
    expect(claimsOf(tokens.access_token)).toMatchObject({
      iss: issuer,
      sub: alice.id,
      aud: ['https://api.example.com', `${issuer}/oauth2/userinfo`],
      client_id: client.client_id,
      scope: 'openid profile email offline_access',
    })
    expect((await userinfo(world, tokens.access_token)).status).toBe(200)
    expect(await isActive(world, tokens.access_token)).toBe(true)
    const verified = await world.provider.verifyAccessToken(tokens.access_token, {
      audience: 'https://files.example.com/v1',
    })
    expect(verified).toBeUndefined()
  })
})
