import { createHmac } from 'node:crypto'
import type { ClientInput } from '@oauth/core'
import { describe, expect, test } from 'vitest'
import {
  authorize,
  authorizeUrl,
  claimsOf,
  createPkce,
  exchangeCode,
  getTokens,
  redirectUri,
  refresh,
  registerConfidential,
  userinfo,
} from '../support/client.ts'
import { expectErrorRedirect } from '../support/expectations.ts'
import { api, createQuickWorld, introspect, registerResourceServer } from '../support/tokens.ts'
import { alice, bob, type TestUser, type World, type WorldOptions } from '../support/world.ts'

const pairwiseSecret = 'a-pairwise-secret-with-32-characters'
const scope = 'openid profile email offline_access notes:read'

async function prepare(input: ClientInput = {}, options: WorldOptions = {}) {
  const world = createQuickWorld({ pairwiseSecret, ...options })
  const client = await registerConfidential(world, { subject_type: 'pairwise', ...input })
  return { world, client }
}

/** The seed's formula: base64url(HMAC-SHA-256(secret, host + '.' + user id)). */
function expected(user: TestUser, host = 'app.example.com'): string {
  return createHmac('sha256', pairwiseSecret).update(`${host}.${user.id}`).digest('base64url')
}

/** Returns every `sub` that a client can get for one authorization. */
async function subjects(world: World, client: Awaited<ReturnType<typeof registerConfidential>>) {
  const opaque = await getTokens(world, client, { scope })
  const { body: jwt } = await refresh(world, client, opaque.refresh_token, { resource: api })
  return {
    idToken: claimsOf(opaque.id_token).sub,
    refreshedIdToken: claimsOf(jwt.id_token).sub,
    userinfoByOpaque: (await userinfo(world, opaque.access_token)).body.sub,
    userinfoByJwt: (await userinfo(world, jwt.access_token)).body.sub,
    opaqueIntrospected: (await introspect(world, client, opaque.access_token)).body.sub,
    jwt: claimsOf(jwt.access_token).sub,
    jwtIntrospected: (await introspect(world, client, jwt.access_token)).body.sub,
    refreshTokenIntrospected: (await introspect(world, client, jwt.refresh_token)).body.sub,
  }
}

describe('pairwiseSecret (decision 23)', () => {
  test('a pairwise client sees one sub everywhere, also in the JWT access token (overrules seed B79; seed B110)', async () => {
    const { world, client } = await prepare()
    const all = await subjects(world, client)
    expect(new Set(Object.values(all))).toEqual(new Set([expected(alice)]))
    expect(Object.values(all)).toHaveLength(8)
  })

  test('a pairwise client sees one sub under disableJwtPlugin as well (seed B110)', async () => {
    const { world, client } = await prepare({}, { disableJwtPlugin: true })
    const tokens = await getTokens(world, client, { scope }, { resource: api })
    const { body } = await introspect(world, client, tokens.access_token)
    expect([claimsOf(tokens.id_token).sub, body.sub]).toEqual([expected(alice), expected(alice)])
  })

  test('a resource server that introspects sees the pairwise sub, and not the real id', async () => {
    const { world, client } = await prepare()
    const server = await registerResourceServer(world)
    const { access_token } = await getTokens(world, client, { scope }, { resource: api })
    const { body } = await introspect(world, server, access_token)
    expect(body).toMatchObject({ active: true, sub: expected(alice) })
    expect(JSON.stringify(body)).not.toContain(alice.id)
  })

  test('the pairwise sub is stable over grants, differs by user, and is not the id (seed B195)', async () => {
    const { world, client } = await prepare()
    const of = async (user: TestUser) => {
      const authorized = await authorize(world, client, { scope: 'openid' }, { user })
      return claimsOf((await exchangeCode(world, client, authorized)).body.id_token).sub
    }
    expect([await of(alice), await of(alice), await of(bob)]).toEqual([expected(alice), expected(alice), expected(bob)])
    expect(expected(alice)).not.toBe(expected(bob))
  })

  test('a refreshed ID token keeps auth_time and the pairwise sub (seed B92)', async () => {
    const { world, client } = await prepare()
    const tokens = await getTokens(world, client, { scope })
    const before = claimsOf(tokens.id_token)
    world.clock.advance(5000)
    const after = claimsOf((await refresh(world, client, tokens.refresh_token)).body.id_token)
    expect([after.sub, after.auth_time]).toEqual([before.sub, before.auth_time])
    expect(after.iat).toBe(world.clock.now())
  })

  test('the server side still gets the real user id (seed B188, B189)', async () => {
    const { world, client } = await prepare()
    for (const resource of [undefined, api]) {
      const { access_token } = await getTokens(world, client, { scope }, { resource })
      expect(await world.provider.verifyAccessToken(access_token)).toMatchObject({ userId: alice.id })
    }
  })

  test('clients of one host share the sector, whatever path or port their URIs have', async () => {
    const { world, client } = await prepare()
    const sameHost = await registerConfidential(world, {
      subject_type: 'pairwise',
      redirect_uris: ['https://app.example.com:8443/other', redirectUri],
    })
    const sub = async (one: typeof client) => claimsOf((await getTokens(world, one, { scope: 'openid' })).id_token).sub
    expect(await sub(sameHost)).toBe(await sub(client))
  })

  test('a client registered as public in the sense of subject_type sees the real id', async () => {
    const { world } = await prepare()
    for (const subject_type of ['public', undefined] as const) {
      const client = await registerConfidential(world, { subject_type })
      expect(claimsOf((await getTokens(world, client, { scope: 'openid' })).id_token).sub).toBe(alice.id)
    }
  })

  test('the sub of a machine is its client id', async () => {
    const { world, client } = await prepare()
    const { access_token } = await getTokens(world, client, { scope })
    expect((await introspect(world, client, access_token)).body.client_id).toBe(client.client_id)
  })
})

describe('id_token_hint with a pairwise sub', () => {
  test('a hint with the pairwise sub of this user continues, and that of another answers login_required', async () => {
    const { world, client } = await prepare()
    const ofAlice = await authorize(world, client, { scope: 'openid' }, { user: alice })
    const id_token_hint = (await exchangeCode(world, client, ofAlice)).body.id_token
    const ofBob = await authorize(world, client, { scope: 'openid' }, { user: bob })
    const silent = authorizeUrl(world, client, createPkce(), { scope: 'openid', prompt: 'none', id_token_hint })
    const good = await ofAlice.browser.request(silent)
    expect(new URL(good.headers.get('location') as string).searchParams.get('code')).toMatch(/^c[0-9a-v]{24}[\w-]{43}$/)
    expectErrorRedirect(world, await ofBob.browser.request(silent), redirectUri, 'login_required')
  })
})

describe('what may be pairwise (seed B156)', () => {
  test.each<[string, ClientInput, WorldOptions]>([
    ['without a server secret', {}, { pairwiseSecret: undefined }],
    ['with redirect URIs on two hosts', { redirect_uris: [redirectUri, 'https://other.example.com/cb'] }, {}],
    [
      'with a loopback address beside a host',
      { redirect_uris: [redirectUri, 'http://127.0.0.1/cb'], application_type: 'native' },
      {},
    ],
  ])('pairwise subjects %s are invalid_client_metadata', async (_name, input, options) => {
    await expect(prepare(input, options)).rejects.toMatchObject({ code: 'invalid_client_metadata' })
  })

  test('discovery names pairwise when, and only when, there is a secret (seed B16)', () => {
    expect(createQuickWorld({ pairwiseSecret }).provider.metadata.subject_types_supported).toEqual([
      'public',
      'pairwise',
    ])
    expect(createQuickWorld().provider.metadata.subject_types_supported).toEqual(['public'])
  })
})
