import type { ProviderOptions, RegisteredClient } from '@oauth/core'
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import {
  authorizeUrl,
  claimsOf,
  createPkce,
  credentials,
  exchangeCode,
  getTokens,
  post,
  postAs,
  refresh,
  registerConfidential,
  userinfo,
} from '../support/client.ts'
import { fetchJwks } from '../support/keys.ts'
import { api, introspect } from '../support/tokens.ts'
import { alice, createWorld, type World } from '../support/world.ts'

const files = 'https://files.example.com/v1'
const plain = 'https://old.example.com'
const validAudiences = [api, files, plain]
const formats: NonNullable<ProviderOptions['resourceOptions']> = {
  [files]: { accessTokenSigningAlgorithm: 'EdDSA' },
  [plain]: { accessTokenTyp: 'JWT' },
}

const formatWorld = () => createWorld({ validAudiences, resourceOptions: formats })

/** Requests a token without a user, and returns its text. */
async function machineToken(world: World, client: RegisteredClient, resource: string): Promise<string> {
  const form = { grant_type: 'client_credentials', scope: 'notes:read', resource }
  const { status, body } = await postAs(world, client, '/oauth2/token', form)
  expect([status, body.error_description]).toEqual([200, undefined])
  return body.access_token
}

describe('how an access token is signed', () => {
  test('an access token is RS256 with the typ at+jwt unless an option says otherwise, by the key of ID tokens', async () => {
    const world = createWorld()
    const tokens = await getTokens(world, await registerConfidential(world), {}, { resource: api })
    const header = decodeProtectedHeader(tokens.access_token)
    expect(header).toMatchObject({ alg: 'RS256', typ: 'at+jwt' })
    expect(header.kid).toBe(decodeProtectedHeader(tokens.id_token).kid)
  })

  test('clients may still register ES256 for ID tokens when no option names it', async () => {
    const world = createWorld()
    expect(world.provider.metadata.id_token_signing_alg_values_supported).toEqual(['RS256', 'ES256'])
    const client = await registerConfidential(world, { id_token_signed_response_alg: 'ES256' })
    const tokens = await getTokens(world, client, {}, { resource: api })
    expect(decodeProtectedHeader(tokens.id_token).alg).toBe('ES256')
    expect(decodeProtectedHeader(tokens.access_token).alg).toBe('RS256')
  })

  test('each resource gets the algorithm and the typ of its resourceOptions, with and without a user', async () => {
    const world = formatWorld()
    const client = await registerConfidential(world)
    for (const [resource, expected] of [
      [api, { alg: 'RS256', typ: 'at+jwt' }],
      [files, { alg: 'EdDSA', typ: 'at+jwt' }],
      [plain, { alg: 'RS256', typ: 'JWT' }],
    ] as const) {
      expect(decodeProtectedHeader(await machineToken(world, client, resource))).toMatchObject(expected)
      const tokens = await getTokens(world, client, {}, { resource })
      const refreshed = await refresh(world, client, tokens.refresh_token, {})
      for (const token of [tokens.access_token, refreshed.body.access_token]) {
        expect(decodeProtectedHeader(token)).toMatchObject(expected)
        expect([claimsOf(token).aud].flat()).toContain(resource)
      }
    }
  })

  test('the server makes, publishes and rotates a key for each algorithm that a resource needs', async () => {
    const world = formatWorld()
    const client = await registerConfidential(world)
    const token = await machineToken(world, client, files)
    const before = await fetchJwks(world)
    expect(before.keys.map(({ alg }) => alg).sort()).toEqual(['ES256', 'EdDSA', 'RS256'])
    const keys = createLocalJWKSet({ keys: [...before.keys] })
    const currentDate = new Date(world.clock.now() * 1000)
    await jwtVerify(token, keys, { currentDate, audience: files, typ: 'at+jwt', algorithms: ['EdDSA'] })
    await world.provider.rotateSigningKeys({ activateAfter: 0 })
    const after = await machineToken(world, client, files)
    expect(decodeProtectedHeader(after).kid).not.toBe(decodeProtectedHeader(token).kid)
    expect((await fetchJwks(world)).keys).toHaveLength(6)
    for (const one of [token, after]) expect(await world.provider.verifyAccessToken(one)).toBeDefined()
    expect(await world.provider.ready()).toMatchObject({ ok: true })
  })

  test('resourceOptions find their resource whatever the spelling of its host and its last slash', async () => {
    const world = createWorld({
      validAudiences,
      resourceOptions: { 'https://FILES.example.com/v1/': { accessTokenSigningAlgorithm: 'EdDSA' } },
    })
    const token = await machineToken(world, await registerConfidential(world), 'https://files.example.com/v1/')
    expect(decodeProtectedHeader(token).alg).toBe('EdDSA')
    expect(claimsOf(token).aud).toBe(files)
  })

  test('under disableJwtPlugin access tokens stay opaque, and the server has no keys for resourceOptions', async () => {
    const world = createWorld({ validAudiences, resourceOptions: formats, disableJwtPlugin: true })
    expect(await machineToken(world, await registerConfidential(world), plain)).not.toContain('.')
    expect(await world.storage.signingKeys.list()).toEqual([])
  })
})

describe('an access token for a resource with accessTokenTyp JWT', () => {
  test('introspection, verifyAccessToken, userinfo and revocation know it', async () => {
    const world = formatWorld()
    const client = await registerConfidential(world)
    const { access_token: token } = await getTokens(world, client, {}, { resource: plain })
    expect(decodeProtectedHeader(token).typ).toBe('JWT')
    expect(await world.provider.verifyAccessToken(token, { audience: plain })).toMatchObject({ kind: 'jwt' })
    expect((await introspect(world, client, token)).body).toMatchObject({ active: true, client_id: client.client_id })
    expect(await userinfo(world, token)).toMatchObject({ status: 200, body: { sub: 'user-alice' } })
    expect((await postAs(world, client, '/oauth2/revoke', { token })).status).toBe(200)
    expect(await world.provider.verifyAccessToken(token)).toBeUndefined()
    expect((await introspect(world, client, token)).body).toEqual({ active: false })
  })

  test('tokens that were issued with at+jwt before the option was set stay valid', async () => {
    const before = createWorld({ validAudiences })
    const client = await registerConfidential(before)
    const token = await machineToken(before, client, plain)
    const after = createWorld({ validAudiences, resourceOptions: formats, storage: before.storage })
    expect(await after.provider.verifyAccessToken(token, { audience: plain })).toBeDefined()
  })
})

describe('one token for several resources', () => {
  /** Posts a token request that names several resources. */
  function ask(
    world: World,
    client: RegisteredClient,
    form: Readonly<Record<string, string>>,
    resources: readonly string[],
  ) {
    const body = new URLSearchParams(form)
    for (const resource of resources) body.append('resource', resource)
    return post(world, '/oauth2/token', body, credentials(client).headers)
  }

  const machine = { grant_type: 'client_credentials', scope: 'notes:read' }

  test('resources with the same format share a token', async () => {
    const quick = { accessTokenSigningAlgorithm: 'ES256' } as const
    const world = createWorld({ validAudiences, resourceOptions: { [files]: quick, [api]: quick } })
    const { body } = await ask(world, await registerConfidential(world), machine, [api, files])
    expect(decodeProtectedHeader(body.access_token).alg).toBe('ES256')
    expect(claimsOf(body.access_token).aud).toEqual([api, files])
  })

  test.each([
    ['algorithms', [api, files]],
    ['typ', [api, plain]],
  ])('resources with different %s are invalid_target, and the event names the option', async (_name, resources) => {
    const world = formatWorld()
    const { status, body } = await ask(world, await registerConfidential(world), machine, resources)
    expect([status, body.error]).toEqual([400, 'invalid_target'])
    expect(body.error_description).toContain('one resource at a time')
    const refused = world.events.find(({ type }) => type === 'request.refused')
    expect(refused).toMatchObject({ cause: { message: expect.stringContaining('resourceOptions') } })
  })

  test('a code that is bound to two such resources gives a token for each, one at a time, and the refusal does not consume it', async () => {
    const world = formatWorld()
    const client = await registerConfidential(world)
    const browser = world.browser()
    const pkce = createPkce()
    const url = new URL(authorizeUrl(world, client, pkce, { scope: 'notes:read offline_access' }))
    for (const resource of [api, plain]) url.searchParams.append('resource', resource)
    const end = await browser.visit(url.href, { user: alice, accept: true })
    const parameters = new URL(end.url).searchParams
    const authorized = { code: String(parameters.get('code')), pkce, parameters, browser }
    const refused = await exchangeCode(world, client, authorized)
    expect([refused.status, refused.body.error]).toEqual([400, 'invalid_target'])
    const first = await exchangeCode(world, client, authorized, { resource: api })
    expect(decodeProtectedHeader(first.body.access_token).typ).toBe('at+jwt')
    const unnamed = await refresh(world, client, first.body.refresh_token)
    expect([unnamed.status, unnamed.body.error]).toEqual([400, 'invalid_target'])
    const second = await refresh(world, client, first.body.refresh_token, { resource: plain })
    expect(decodeProtectedHeader(second.body.access_token).typ).toBe('JWT')
  })
})
