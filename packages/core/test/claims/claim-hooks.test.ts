import { describe, expect, expectTypeOf, test } from 'vitest'
import {
  authorize,
  claimsOf,
  exchangeCode,
  getTokens,
  postAs,
  refresh,
  registerConfidential,
  userinfo,
} from '../support/client.ts'
import { api, createQuickWorld, introspect } from '../support/tokens.ts'
import { alice, issuer, type TestUser, type WorldOptions } from '../support/world.ts'

const scope = 'openid email offline_access'

/** A world whose hooks record their arguments. */
async function prepare(options: WorldOptions = {}) {
  const seen: Record<string, unknown[]> = { accessToken: [], idToken: [], userinfo: [], response: [] }
  const note = (hook: keyof typeof seen) => async (input: unknown) => {
    seen[hook]?.push(input)
    return { [`from_${hook}`]: 'yes' }
  }
  const world = createQuickWorld({
    consentReferenceResolver: () => 'org-1',
    customAccessTokenClaims: note('accessToken'),
    customIdTokenClaims: note('idToken'),
    customUserinfoClaims: note('userinfo'),
    customTokenResponseFields: note('response'),
    ...options,
  })
  const client = await registerConfidential(world, { metadata: { plan: 'gold' } })
  const stored = await world.provider.getClient(client.client_id)
  return { world, client, stored, seen }
}

const bySession = { referenceId: 'org-1', sessionId: 'session-1' }

describe('what the hooks are told', () => {
  test('customAccessTokenClaims of a JWT gets user, client, scopes, resources, reference and session', async () => {
    const { world, client, stored, seen } = await prepare()
    const { access_token } = await getTokens(world, client, { scope }, { resource: api })
    const scopes = scope.split(' ')
    expect(seen.accessToken).toEqual([{ user: alice, client: stored, scopes, resources: [api], ...bySession }])
    expect(claimsOf(access_token).from_accessToken).toBe('yes')
  })

  test('customUserinfoClaims gets what the access token says, opaque or JWT', async () => {
    const { world, client, seen } = await prepare()
    const opaque = await getTokens(world, client, { scope })
    await userinfo(world, opaque.access_token)
    const jwt = await getTokens(world, client, { scope }, { resource: api })
    await userinfo(world, jwt.access_token)
    const said = { iss: issuer, sub: alice.id, client_id: client.client_id, scope }
    expect(seen.userinfo).toEqual([
      expect.objectContaining({
        accessTokenClaims: { ...said, iat: world.clock.now(), exp: world.clock.now() + 3600 },
      }),
      expect.objectContaining({ accessTokenClaims: claimsOf(jwt.access_token) }),
    ])
    expect(seen.userinfo?.[1]).toMatchObject({ accessTokenClaims: { ...said, from_accessToken: 'yes' } })
  })

  test('customAccessTokenClaims gets the same at the introspection of an opaque token as for a JWT, with the client’s metadata (seed B112)', async () => {
    const { world, client, stored, seen } = await prepare()
    const { access_token } = await getTokens(world, client, { scope })
    expect(seen.accessToken).toEqual([])
    const { body } = await introspect(world, client, access_token)
    expect(body).toMatchObject({ active: true, from_accessToken: 'yes' })
    expect(seen.accessToken).toEqual([
      { user: alice, client: stored, scopes: scope.split(' '), resources: [], ...bySession },
    ])
    expect(stored?.metadata.metadata).toEqual({ plan: 'gold' })
  })

  test('the hook of an opaque token with resources (disableJwtPlugin) gets the resources that were asked for', async () => {
    const { world, client, seen } = await prepare({ disableJwtPlugin: true })
    const { access_token } = await getTokens(world, client, { scope }, { resource: api })
    await introspect(world, client, access_token)
    expect(seen.accessToken).toEqual([expect.objectContaining({ resources: [api], ...bySession })])
  })

  test('the hook of a machine’s token gets no user, no session and no reference', async () => {
    const { world, client, stored, seen } = await prepare()
    const machine = { grant_type: 'client_credentials', scope: 'notes:read' }
    const facts = { client: stored, scopes: ['notes:read'] }
    await postAs(world, client, '/oauth2/token', { ...machine, resource: api })
    const { body } = await postAs(world, client, '/oauth2/token', machine)
    await introspect(world, client, body.access_token)
    expect(seen.accessToken).toEqual([
      { ...facts, resources: [api] },
      { ...facts, resources: [] },
    ])
    expect(seen.response).toEqual([
      { ...facts, resources: [api], grantType: 'client_credentials' },
      { ...facts, resources: [], grantType: 'client_credentials' },
    ])
    expect(seen.idToken).toEqual([])
  })

  test('the other three hooks get the same description of the token (seed B131)', async () => {
    const { world, client, stored, seen } = await prepare()
    const tokens = await getTokens(world, client, { scope })
    const info = await userinfo(world, tokens.access_token)
    const { body } = await refresh(world, client, tokens.refresh_token, { scope: 'openid', resource: api })
    await userinfo(world, body.access_token)
    const facts = { user: alice, client: stored, scopes: scope.split(' '), resources: [], ...bySession }
    const narrowed = { ...facts, scopes: ['openid'], resources: [api] }
    expect(seen.idToken).toEqual([facts, narrowed])
    const accessTokenClaims = expect.any(Object)
    expect(seen.userinfo).toEqual([
      { ...facts, accessTokenClaims },
      { ...narrowed, accessTokenClaims },
    ])
    expect(seen.response).toEqual([
      { ...facts, grantType: 'authorization_code' },
      { ...narrowed, grantType: 'refresh_token' },
    ])
    expect(tokens.from_response).toBe('yes')
    expect(claimsOf(tokens.id_token).from_idToken).toBe('yes')
    expect(info.body).toEqual({ sub: alice.id, email: alice.email, email_verified: true, from_userinfo: 'yes' })
  })

  test('a hook gets the user as the host’s own type', async () => {
    const { world, client } = await prepare({
      customIdTokenClaims: ({ user }) => {
        expectTypeOf(user).toEqualTypeOf<TestUser>()
        return { tenant: user.tenant }
      },
    })
    expect(claimsOf((await getTokens(world, client, { scope })).id_token).tenant).toBe('wonderland')
  })

  test('a hook gets the user as they are now, not as they were at login', async () => {
    const { world, client, seen } = await prepare()
    const { refresh_token } = await getTokens(world, client, { scope })
    const moved = { ...alice, tenant: 'looking-glass' }
    world.users.set(alice.id, moved)
    await refresh(world, client, refresh_token)
    expect(seen.idToken?.at(-1)).toMatchObject({ user: moved })
  })
})

describe('what they may not say', () => {
  test('response fields are added but do not change expires_in; ID token claims not iss or nonce (seed B82)', async () => {
    const { world, client } = await prepare({
      customTokenResponseFields: () => ({ tenant: 't', expires_in: 1, token_type: 'mac', scope: 'admin' }),
      customIdTokenClaims: () => ({ tenant: 't', iss: 'https://evil.test', nonce: 'other' }),
    })
    const tokens = await getTokens(world, client, { scope, nonce: 'n-1' })
    expect(tokens).toMatchObject({ tenant: 't', expires_in: 3600, token_type: 'Bearer', scope })
    expect(claimsOf(tokens.id_token)).toMatchObject({ tenant: 't', iss: issuer, nonce: 'n-1' })
  })

  test('the claims of one hook appear in no other place', async () => {
    const { world, client } = await prepare()
    const tokens = await getTokens(world, client, { scope }, { resource: api })
    const own = (claims: object) => Object.keys(claims).filter((name) => name.startsWith('from_'))
    expect(own(tokens)).toEqual(['from_response'])
    expect(own(claimsOf(tokens.id_token))).toEqual(['from_idToken'])
    expect(own(claimsOf(tokens.access_token))).toEqual(['from_accessToken'])
    expect(own((await introspect(world, client, tokens.refresh_token)).body)).toEqual([])
  })

  test('a hook that throws costs no code (R8)', async () => {
    let broken = true
    const { world, client } = await prepare({
      customTokenResponseFields: () => {
        if (broken) throw new Error('down')
        return undefined
      },
    })
    const authorized = await authorize(world, client, { scope })
    expect((await exchangeCode(world, client, authorized)).status).toBe(500)
    broken = false
    expect((await exchangeCode(world, client, authorized)).status).toBe(200)
  })
})
