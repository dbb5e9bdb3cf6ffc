import type { ClientInput } from '@oauth/core'
import { describe, expect, test } from 'vitest'
import {
  getTokens,
  isActive,
  post,
  postAs,
  refresh,
  registerConfidential,
  registerPublic,
  userinfo,
} from '../support/client.ts'
import { expectJsonError, send } from '../support/expectations.ts'
import { api, createQuickWorld, introspect } from '../support/tokens.ts'
import { alice, issuer } from '../support/world.ts'

const revoke = '/oauth2/revoke'
const scope = 'openid profile email offline_access'

async function start(resource?: string, metadata: ClientInput = {}) {
  const world = createQuickWorld()
  const client = await registerConfidential(world, metadata)
  return { world, client, tokens: await getTokens(world, client, { scope }, { resource }) }
}

describe.each([
  ['opaque', undefined],
  ['JWT', api],
])('introspection and revocation, with %s access tokens', (_name, resource) => {
  test('a request without credentials gets 401 (seed B107, B114)', async () => {
    const { world, tokens } = await start(resource)
    for (const path of ['/oauth2/introspect', revoke]) {
      expectJsonError(await post(world, path, { token: tokens.access_token }), 401, 'invalid_client')
    }
    expect(await isActive(world, tokens.access_token)).toBe(true)
  })

  test('either kind is found, with or without a hint, right or wrong (RFC 7662 section 2.1) (seed B108, B109)', async () => {
    const { world, client, tokens } = await start(resource)
    for (const token of [tokens.access_token, tokens.refresh_token]) {
      for (const token_type_hint of [undefined, 'access_token', 'refresh_token']) {
        const { status, body } = await postAs(world, client, '/oauth2/introspect', { token, token_type_hint })
        expect(status).toBe(200)
        const about = { client_id: client.client_id, scope, sub: alice.id, iss: issuer }
        expect(body).toMatchObject({ active: true, ...about })
      }
    }
    expect((await introspect(world, client, 'unknown')).body).toEqual({ active: false })
  })

  test('a revoked access token is inactive, and userinfo refuses it (seed B113, B118, B130)', async () => {
    const { world, client, tokens } = await start(resource)
    expect((await userinfo(world, tokens.access_token)).status).toBe(200)
    expect((await postAs(world, client, revoke, { token: tokens.access_token })).status).toBe(200)
    expect((await introspect(world, client, tokens.access_token)).body).toEqual({ active: false })
    expectJsonError(await userinfo(world, tokens.access_token), 401, 'invalid_token')
  })

  test.each(['access_token', 'refresh_token', 'id_token'])(
    'a wrong hint widens the search (decision 25; seed B119, B122, B124): %s',
    async (token_type_hint) => {
      const { world, client, tokens } = await start(resource)
      const answer = await postAs(world, client, revoke, { token: tokens.refresh_token, token_type_hint })
      expect(answer.status).toBe(200)
      expectJsonError(await refresh(world, client, tokens.refresh_token), 400, 'invalid_grant')
    },
  )

  test('a revoked refresh token takes the access tokens of its grant with it (seed B125)', async () => {
    const { world, client, tokens } = await start(resource)
    await postAs(world, client, revoke, { token: tokens.refresh_token })
    expect(await isActive(world, tokens.access_token)).toBe(false)
    expectJsonError(await refresh(world, client, tokens.refresh_token), 400, 'invalid_grant')
  })

  test('userinfo has name, family name, given name, email, email_verified and sub, and no more (seed B128)', async () => {
    const { world, tokens } = await start(resource)
    expect((await userinfo(world, tokens.access_token)).body).toEqual({
      sub: alice.id,
      name: 'Alice Archer',
      given_name: 'Alice',
      family_name: 'Archer',
      email: 'alice@example.com',
      email_verified: true,
    })
  })
})

describe('introspection', () => {
  test('sid stays that of the sign-in, because nobody asks the host for its sessions (seed B111)', async () => {
    const { world, client, tokens } = await start(undefined, { enable_end_session: true })
    const before = (await introspect(world, client, tokens.access_token)).body
    world.sessions.clear()
    expect((await introspect(world, client, tokens.access_token)).body).toEqual(before)
    expect(before).toMatchObject({ active: true, sid: expect.any(String) })
  })
})

describe('revocation', () => {
  test('a request without a token is invalid_request, and an unknown token answers 200 (seed B115, B120)', async () => {
    const { world, client } = await start()
    expectJsonError(await postAs(world, client, revoke, {}), 400, 'invalid_request')
    expect((await postAs(world, client, revoke, { token: 'unknown' })).status).toBe(200)
  })

  test('another client’s token answers 200 and stays active (seed B121)', async () => {
    const { world, tokens } = await start()
    const other = await registerConfidential(world)
    expect((await postAs(world, other, revoke, { token: tokens.access_token })).status).toBe(200)
    expect(await isActive(world, tokens.access_token)).toBe(true)
  })

  test('a public client revokes its own token (decision 25 overrules seed B123)', async () => {
    const { world, tokens } = await start()
    const open = await registerPublic(world)
    const own = await getTokens(world, open, { scope: 'openid' })
    expect((await postAs(world, open, revoke, { token: own.access_token })).status).toBe(200)
    expect((await postAs(world, open, revoke, { token: tokens.access_token })).status).toBe(200)
    expect(await isActive(world, own.access_token)).toBe(false)
    expect(await isActive(world, tokens.access_token)).toBe(true)
  })
})

describe('userinfo', () => {
  test('userinfo without a header answers 401 and a challenge without an error code (RFC 6750 section 3.1) (seed B126)', async () => {
    const { world } = await start()
    const answer = await send(world, `${issuer}/oauth2/userinfo`)
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="oauth"'])
  })

  test('userinfo without openid answers 403 insufficient_scope (RFC 6750 section 3.1) (seed B127)', async () => {
    const { world, client } = await start()
    const { access_token } = await getTokens(world, client, { scope: 'notes:read' })
    expectJsonError(await userinfo(world, access_token), 403, 'insufficient_scope')
  })

  test.each([
    ['openid', ['sub']],
    ['openid profile', ['family_name', 'given_name', 'name', 'picture', 'sub']],
    ['openid email', ['email', 'email_verified', 'sub']],
  ])('%s gives %j (seed B129)', async (asked, members) => {
    const world = createQuickWorld()
    const withPicture = { ...alice, picture: 'https://id.example.com/alice.png' }
    world.users.set(alice.id, withPicture)
    const client = await registerConfidential(world)
    const { access_token } = await getTokens(world, client, { scope: asked })
    expect(Object.keys((await userinfo(world, access_token)).body).sort()).toEqual(members)
  })

  test('token_type is Bearer, as it is written (seed B197)', async () => {
    const { world, client, tokens } = await start()
    const again = (await refresh(world, client, tokens.refresh_token)).body
    expect([tokens.token_type, again.token_type]).toEqual(['Bearer', 'Bearer'])
  })
})
