import { beforeAll, describe, expect, test } from 'vitest'
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
import { activeOf, api, createQuickWorld, introspect } from '../support/tokens.ts'
import type { World } from '../support/world.ts'

let world: World

beforeAll(() => {
  world = createQuickWorld()
})

const answered = { status: 200, body: {} }

describe('the revocation endpoint (C14)', () => {
  test.each([
    ['public', registerPublic],
    ['confidential', registerConfidential],
  ])(
    'revoking a refresh token of a %s client ends the opaque and JWT access tokens of its grant (C14)',
    async (_, register) => {
      const client = await register(world)
      const first = await getTokens(world, client)
      const second = (await refresh(world, client, first.refresh_token, { resource: api })).body
      const tokens = [first.access_token, second.access_token]
      expect(await activeOf(world, tokens)).toEqual(tokens)
      const answer = await postAs(world, client, '/oauth2/revoke', { token: second.refresh_token })
      expect(answer).toMatchObject(answered)
      expect(answer.headers.get('cache-control')).toContain('no-store')
      expect(await activeOf(world, tokens)).toEqual([])
      for (const token of tokens) expect((await userinfo(world, token)).status).toBe(401)
      expect((await refresh(world, client, second.refresh_token)).body.error).toBe('invalid_grant')
    },
  )

  test.each([
    ['opaque', {}],
    ['JWT', { resource: api }],
  ])('revoking one %s access token ends that one alone (C14)', async (_, form) => {
    const client = await registerConfidential(world)
    const first = await getTokens(world, client, {}, form)
    const second = (await refresh(world, client, first.refresh_token, form)).body
    expect(await postAs(world, client, '/oauth2/revoke', { token: first.access_token })).toMatchObject(answered)
    expect(await isActive(world, first.access_token)).toBe(false)
    expect((await introspect(world, client, first.access_token)).body).toEqual({ active: false })
    expect((await userinfo(world, first.access_token)).status).toBe(401)
    expect(await isActive(world, second.access_token)).toBe(true)
    expect((await refresh(world, client, second.refresh_token)).status).toBe(200)
  })

  test.each([
    ['access_token', 'refresh_token'],
    ['refresh_token', 'access_token'],
    ['refresh_token', 'urn:example:unknown'],
  ])('a wrong hint does not save the %s (C14)', async (member, hint) => {
    const client = await registerConfidential(world)
    const tokens = await getTokens(world, client)
    const form = { token: tokens[member], token_type_hint: hint }
    expect(await postAs(world, client, '/oauth2/revoke', form)).toMatchObject(answered)
    expect((await introspect(world, client, tokens[member])).body).toEqual({ active: false })
  })

  test.each([
    ['refresh_token', {}],
    ['access_token', {}],
    ['access_token', { resource: api }],
  ])("revoking another client's %s changes nothing and leaks nothing %o (C14)", async (member, form) => {
    const owner = await registerConfidential(world)
    const other = await registerConfidential(world)
    const tokens = await getTokens(world, owner, {}, form)
    const events = world.events.length
    const foreign = await postAs(world, other, '/oauth2/revoke', { token: tokens[member] })
    const unknown = await postAs(world, other, '/oauth2/revoke', { token: 'never-heard-of-it' })
    expect(foreign).toMatchObject(answered)
    expect([foreign.status, foreign.body, [...foreign.headers]]).toEqual([
      unknown.status,
      unknown.body,
      [...unknown.headers],
    ])
    expect(world.events.slice(events)).toEqual([])
    expect(await isActive(world, tokens.access_token)).toBe(true)
    expect((await refresh(world, owner, tokens.refresh_token)).status).toBe(200)
  })

  test.each([
    ['unknown', 'unknown'],
    ['like a refresh token', `r${'0'.repeat(24)}${'A'.repeat(43)}`],
    ['like a JWT', 'e30.e30.e30'],
    ['of odd characters', 'ü\u{1f600}%'],
    ['very long', 'x'.repeat(20_000)],
  ])('a token that is %s gets 200 (C14)', async (_, token) => {
    const client = await registerConfidential(world)
    expect(await postAs(world, client, '/oauth2/revoke', { token })).toMatchObject(answered)
  })

  test('revoking twice gets 200 twice (C14)', async () => {
    const client = await registerPublic(world)
    const tokens = await getTokens(world, client)
    for (let time = 0; time < 2; time++) {
      expect(await postAs(world, client, '/oauth2/revoke', { token: tokens.refresh_token })).toMatchObject(answered)
      expect(await postAs(world, client, '/oauth2/revoke', { token: tokens.access_token })).toMatchObject(answered)
    }
  })

  test('without a token, without a client, or with a wrong secret nothing is revoked (C14)', async () => {
    const client = await registerConfidential(world)
    const tokens = await getTokens(world, client)
    const empty = await postAs(world, client, '/oauth2/revoke', {})
    expect(empty).toMatchObject({ status: 400, body: { error: 'invalid_request' } })
    const nobody = await post(world, '/oauth2/revoke', { token: tokens.refresh_token })
    expect(nobody).toMatchObject({ status: 401, body: { error: 'invalid_client' } })
    const thief = { ...client, client_secret: 'x'.repeat(43) }
    const wrong = await postAs(world, thief, '/oauth2/revoke', { token: tokens.refresh_token })
    expect(wrong).toMatchObject({ status: 401, body: { error: 'invalid_client' } })
    expect((await refresh(world, client, tokens.refresh_token)).status).toBe(200)
  })
})
