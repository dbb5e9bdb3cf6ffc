import { describe, expect, test } from 'vitest'
import {
  exchangeCode,
  getTokens,
  isActive,
  post,
  postAs,
  refresh,
  registerConfidential,
  registerPublic,
} from '../support/client.ts'
import { expectJsonError } from '../support/expectations.ts'
import { plainScope, prepare } from '../support/prepared.ts'
import { alice, createWorld, issuer } from '../support/world.ts'

const api = 'https://api.example.com'
const introspect = '/oauth2/introspect'
const revoke = '/oauth2/revoke'
const odd = ['abc', '.', '..', 'a.b.c', 'x'.repeat(5000), `r${'0'.repeat(24)}${'A'.repeat(43)}`, '{"a":1}', 'ключ']

describe('introspection', () => {
  test('the owner sees what an opaque access token and a refresh token say', async () => {
    const { world, client, tokens } = await prepare()
    const now = world.clock.now()
    const about = { iss: issuer, sub: alice.id, client_id: client.client_id, scope: plainScope, iat: now }
    const access = await postAs(world, client, introspect, { token: tokens.access_token })
    expect(access.body).toEqual({
      active: true,
      ...about,
      azp: client.client_id,
      token_type: 'Bearer',
      exp: now + 3600,
      // The response tells how the user signed in, as a JWT does (RFC 9470 section 6.2).
      auth_time: now,
      amr: ['pwd'],
    })
    const fresh = await postAs(world, client, introspect, { token: tokens.refresh_token })
    expect(fresh.body).toEqual({ active: true, ...about, exp: now + 2_592_000 })
    expect([access.status, fresh.status]).toEqual([200, 200])
  })

  test('a resource server that the audience names sees a JWT; any other client learns nothing', async () => {
    const { world, client, authorized } = await prepare()
    const { access_token: token } = (await exchangeCode(world, client, authorized, { resource: api })).body
    const machine = { grant_types: ['client_credentials'], redirect_uris: [] } as const
    const resourceServer = await registerConfidential(world, { client_id: api, ...machine })
    const files = await registerConfidential(world, { client_id: 'https://files.example.com/v1', ...machine })
    const stranger = await registerConfidential(world)
    const seen = await postAs(world, resourceServer, introspect, { token })
    expect(seen.body).toMatchObject({ active: true, aud: api, client_id: client.client_id, sub: alice.id })
    for (const other of [files, stranger]) {
      expect((await postAs(world, other, introspect, { token })).body).toEqual({ active: false })
    }
  })

  test('a stranger learns nothing of opaque and refresh tokens', async () => {
    const { world, tokens } = await prepare()
    const stranger = await registerConfidential(world)
    for (const token of [tokens.access_token, tokens.refresh_token]) {
      expect((await postAs(world, stranger, introspect, { token })).body).toEqual({ active: false })
    }
  })

  test('introspection without authentication, with a wrong secret or by a public client is 401 invalid_client', async () => {
    const { world, client, tokens } = await prepare()
    const open = await registerPublic(world)
    const token = tokens.access_token
    expectJsonError(await post(world, introspect, { token }), 401, 'invalid_client')
    expectJsonError(await postAs(world, open, introspect, { token }), 401, 'invalid_client')
    const wrong = { ...client, client_secret: 'wrong' }
    expectJsonError(await postAs(world, wrong, introspect, { token }), 401, 'invalid_client')
  })

  test('introspection without a token is invalid_request, and a hint, right or wrong, changes nothing', async () => {
    const { world, client, tokens } = await prepare()
    expectJsonError(await postAs(world, client, introspect, {}), 400, 'invalid_request')
    expectJsonError(await postAs(world, client, introspect, { token: '' }), 400, 'invalid_request')
    for (const token_type_hint of ['access_token', 'refresh_token', 'unheard_of']) {
      for (const token of [tokens.access_token, tokens.refresh_token]) {
        expect((await postAs(world, client, introspect, { token, token_type_hint })).body.active).toBe(true)
      }
    }
  })

  test('introspection answers inactive and nothing more for any other token', async () => {
    const { world, client, tokens, authorized } = await prepare()
    const { id_token } = await getTokens(world, client, { scope: 'openid' })
    for (const token of [...odd, id_token, authorized.code, client.client_secret]) {
      const answer = await postAs(world, client, introspect, { token })
      expect([answer.status, answer.body]).toEqual([200, { active: false }])
    }
    await refresh(world, client, tokens.refresh_token)
    expect((await postAs(world, client, introspect, { token: tokens.refresh_token })).body).toEqual({ active: false })
    world.clock.advance(3600)
    expect((await postAs(world, client, introspect, { token: tokens.access_token })).body).toEqual({ active: false })
  })

  test('the token of a user who is gone is inactive', async () => {
    const { world, client, tokens } = await prepare()
    world.users.delete(alice.id)
    for (const token of [tokens.access_token, tokens.refresh_token]) {
      expect((await postAs(world, client, introspect, { token })).body).toEqual({ active: false })
    }
  })
})

describe('revocation', () => {
  test('the revocation of an access token ends it alone, and that of a refresh token ends the grant', async () => {
    const { world, client, tokens } = await prepare()
    expect((await postAs(world, client, revoke, { token: tokens.access_token })).status).toBe(200)
    expect(await isActive(world, tokens.access_token)).toBe(false)
    const second = (await refresh(world, client, tokens.refresh_token)).body
    expect((await postAs(world, client, revoke, { token: second.refresh_token })).status).toBe(200)
    expect(await isActive(world, second.access_token)).toBe(false)
    expectJsonError(await refresh(world, client, second.refresh_token), 400, 'invalid_grant')
  })

  test('the revocation of a JWT ends it although it has no row, and leaves the other tokens', async () => {
    const { world, client, authorized } = await prepare()
    const tokens = (await exchangeCode(world, client, authorized, { resource: api })).body
    const sister = (await refresh(world, client, tokens.refresh_token, { resource: api })).body
    for (let times = 0; times < 2; times++) {
      expect((await postAs(world, client, revoke, { token: tokens.access_token })).status).toBe(200)
      expect(await isActive(world, tokens.access_token)).toBe(false)
      expect(await isActive(world, sister.access_token)).toBe(true)
    }
  })

  test('a revocation with a wrong hint works as well', async () => {
    for (const token_type_hint of ['refresh_token', 'unheard_of', 'access_token']) {
      const { world, client, tokens } = await prepare()
      await postAs(world, client, revoke, { token: tokens.access_token, token_type_hint })
      expect(await isActive(world, tokens.access_token)).toBe(false)
      await postAs(world, client, revoke, { token: tokens.refresh_token, token_type_hint })
      expectJsonError(await refresh(world, client, tokens.refresh_token), 400, 'invalid_grant')
    }
  })

  test('a revocation by another client changes nothing and leaks nothing: it answers 200 as for an unknown token', async () => {
    const { world, tokens, authorized, client, writes } = await prepare()
    const stranger = await registerConfidential(world)
    const jwt = (await exchangeCode(world, client, authorized, { resource: api })).body.access_token
    writes.length = 0
    const unknown = await postAs(world, stranger, revoke, { token: 'unknown' })
    for (const token of [tokens.access_token, tokens.refresh_token, jwt]) {
      const answer = await postAs(world, stranger, revoke, { token })
      expect([answer.status, answer.body]).toEqual([unknown.status, unknown.body])
    }
    expect(unknown.status).toBe(200)
    expect(writes).toEqual([])
    expect(await isActive(world, tokens.access_token)).toBe(true)
    expect(await isActive(world, jwt)).toBe(true)
  })

  test('a public client revokes its own tokens and nobody else’s', async () => {
    const world = createWorld()
    const open = await registerPublic(world)
    const other = await registerPublic(world)
    const tokens = await getTokens(world, open, { scope: 'notes:read offline_access' })
    expect((await postAs(world, other, revoke, { token: tokens.refresh_token })).status).toBe(200)
    expect(await isActive(world, tokens.access_token)).toBe(true)
    expect((await postAs(world, open, revoke, { token: tokens.refresh_token })).status).toBe(200)
    expect(await isActive(world, tokens.access_token)).toBe(false)
  })

  test('the revocation of unknown text is 200, without a token invalid_request, and without a client invalid_client', async () => {
    const { world, client, tokens, writes } = await prepare()
    for (const token of odd) expect((await postAs(world, client, revoke, { token })).status).toBe(200)
    expectJsonError(await postAs(world, client, revoke, {}), 400, 'invalid_request')
    expectJsonError(await postAs(world, client, revoke, { token: '' }), 400, 'invalid_request')
    expectJsonError(await post(world, revoke, { token: tokens.access_token }), 401, 'invalid_client')
    const wrong = { ...client, client_secret: 'wrong' }
    expectJsonError(await postAs(world, wrong, revoke, { token: tokens.access_token }), 401, 'invalid_client')
    expect(writes).toEqual([])
    expect(await isActive(world, tokens.access_token)).toBe(true)
  })
})
