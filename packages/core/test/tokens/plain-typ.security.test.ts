import type { RegisteredClient } from '@oauth/core'
import { privateKeyJwt } from '@oauth/core/features/private-key-jwt'
import { tokenExchange } from '@oauth/core/features/token-exchange'
import { decodeProtectedHeader } from 'jose'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  authorize,
  claimsOf,
  exchangeCode,
  getTokens,
  isActive,
  post,
  postAs,
  registerConfidential,
  userinfo,
} from '../support/client.ts'
import { assertionType } from '../support/client-keys.ts'
import { ask } from '../support/expectations.ts'
import { type ServerKey, serverKey, signAs } from '../support/keys.ts'
import { exchange, registerExchanging, tokenExchangeName } from '../support/token-exchange.ts'
import { api, createQuickWorld, introspect } from '../support/tokens.ts'
import { alice, bob, type World } from '../support/world.ts'

/** An API that refuses `at+jwt`: its access tokens have the `typ` of ID tokens. */
const plain = 'https://old.example.com'
const options = {
  validAudiences: [api, plain],
  resourceOptions: { [plain]: { accessTokenTyp: 'JWT' } },
  features: [
    privateKeyJwt(),
    tokenExchange({
      idJag: {
        audiences: [{ audience: 'https://chat.example', clients: { a: 'b' }, scopes: 'any', resources: 'any' }],
      },
    }),
  ],
  endsSessions: true,
} as const

let world: World
let client: RegisteredClient
let idToken: string
let accessToken: string
let key: ServerKey

beforeAll(async () => {
  world = createQuickWorld(options)
  client = await registerExchanging(world, {
    client_id: 'a',
    grant_types: ['authorization_code', 'refresh_token', 'client_credentials', tokenExchangeName],
  })
  const tokens = await getTokens(world, client, {}, { resource: plain })
  idToken = tokens.id_token
  accessToken = tokens.access_token
  key = await serverKey(world, 'ES256')
})

async function expectNoAccessToken(token: string): Promise<void> {
  expect(await isActive(world, token)).toBe(false)
  expect(await userinfo(world, token)).toMatchObject({ status: 401, body: { error: 'invalid_token' } })
  expect((await introspect(world, client, token)).body).toEqual({ active: false })
}

/** Asks for a silent sign-in with this hint, in a browser where Alice is signed in and has consented. */
async function silentWith(hint: string): Promise<string> {
  const { browser } = await authorize(world, client, {})
  const answer = await ask(world, client, { prompt: 'none', id_token_hint: hint }, { browser })
  return answer.headers.get('location') ?? ''
}

describe('an access token with the typ JWT and an ID token are not taken for each other (E02)', () => {
  test('both have the same header, so only the claims tell them apart (E02)', async () => {
    expect(decodeProtectedHeader(accessToken)).toEqual(decodeProtectedHeader(idToken))
    expect(await isActive(world, accessToken)).toBe(true)
    expect(await silentWith(idToken)).toContain('code=')
  })

  test('an ID token is no access token at userinfo, verifyAccessToken, introspection and revocation (E02)', async () => {
    await expectNoAccessToken(idToken)
    expect((await postAs(world, client, '/oauth2/revoke', { token: idToken })).status).toBe(200)
    expect(await isActive(world, accessToken)).toBe(true)
  })

  test('the claims of an ID token are no access token for the resource, with the claims of one beside them (E02)', async () => {
    const { client_id, jti, scope } = claimsOf(accessToken)
    for (const aud of [plain, [plain], [plain, `${world.issuer}/oauth2/userinfo`]]) {
      await expectNoAccessToken(await signAs(key, { ...claimsOf(idToken), aud }, { typ: 'JWT' }))
      const both = { ...claimsOf(idToken), aud, client_id, jti, scope }
      await expectNoAccessToken(await signAs(key, both, { typ: 'JWT' }))
      const { at_hash: _at, ...withNonce } = { ...both, nonce: 'n' } as Record<string, unknown>
      await expectNoAccessToken(await signAs(key, withNonce, { typ: 'JWT' }))
    }
  })

  test('the typ JWT is right for the resources of the option alone (E02)', async () => {
    const good = await signAs(key, claimsOf(accessToken), { typ: 'JWT' })
    expect(await isActive(world, good)).toBe(true)
    for (const aud of [api, [api], client.client_id, undefined, [], [[plain]], { [plain]: true }, '__proto__', 7]) {
      await expectNoAccessToken(await signAs(key, { ...claimsOf(accessToken), aud } as never, { typ: 'JWT' }))
    }
    for (const typ of ['logout+jwt', 'oauth-id-jag+jwt', 'dpop+jwt', '', undefined]) {
      await expectNoAccessToken(await signAs(key, claimsOf(accessToken), { typ }))
    }
  })

  test('without the option, the same token is none (E02)', async () => {
    const other = createQuickWorld({ ...options, resourceOptions: {}, storage: world.storage })
    expect(await isActive(other, accessToken)).toBe(false)
    expect(await userinfo(other, accessToken)).toMatchObject({ status: 401 })
  })

  test('an access token is no id_token_hint at the authorization endpoint: it says nothing about the user (E02)', async () => {
    const ofBob = await exchangeCode(world, client, await authorize(world, client, {}, { user: bob }), {
      resource: plain,
    })
    const claims = { ...claimsOf(ofBob.body.access_token), aud: client.client_id }
    // The ID token of another user means that Alice is not whom the client expects.
    expect(await silentWith(ofBob.body.id_token)).toContain('error=login_required')
    for (const hint of [ofBob.body.access_token, await signAs(key, claims, { typ: 'JWT' })]) {
      expect(await silentWith(hint)).toContain('code=')
    }
  })

  test('an access token is no id_token_hint at the end-session endpoint: no session ends without a question (E02)', async () => {
    const ending = await registerConfidential(world, { enable_end_session: true })
    const authorized = await authorize(world, ending)
    const tokens = (await exchangeCode(world, ending, authorized, { resource: plain })).body
    const forged = await signAs(key, { ...claimsOf(tokens.access_token), aud: ending.client_id }, { typ: 'JWT' })
    const before = world.sessions.size
    for (const hint of [tokens.access_token, forged]) {
      const url = `${world.issuer}/oauth2/end-session?id_token_hint=${hint}`
      expect((await authorized.browser.request(url)).status).toBe(200)
      expect(world.sessions.size).toBe(before)
    }
    await authorized.browser.request(`${world.issuer}/oauth2/end-session?id_token_hint=${tokens.id_token}`)
    expect(world.sessions.size).toBe(before - 1)
  })

  test('an access token is no ID token at the token exchange (E02, I16)', async () => {
    const forged = await signAs(key, { ...claimsOf(accessToken), aud: client.client_id }, { typ: 'JWT' })
    for (const token of [accessToken, forged]) {
      const { status, body } = await exchange(world, client, token, { audience: 'https://chat.example' })
      expect([status, body.error]).toEqual([400, 'invalid_request'])
      expect(body.error_description).toContain('must be an ID token')
    }
  })

  test('an access token and an ID token are no client assertions, even for a client with the keys of the server (E02, H06)', async () => {
    const keyed = await world.provider.registerClient({
      redirect_uris: [],
      grant_types: ['client_credentials'],
      scope: 'notes:read',
      token_endpoint_auth_method: 'private_key_jwt',
      jwks: { keys: [key.publicJwk] },
    } as never)
    for (const client_assertion of [accessToken, idToken]) {
      const form = { grant_type: 'client_credentials', client_id: keyed.client_id }
      const answer = await post(world, '/oauth2/token', {
        ...form,
        client_assertion_type: assertionType,
        client_assertion,
      })
      expect([answer.status, answer.body.error]).toEqual([401, 'invalid_client'])
    }
  })
})

describe('a client whose id is a resource with accessTokenTyp JWT (E02)', () => {
  test.each([plain, `${plain}/`])(
    'the client %s gets no ID token, which the API would take for an access token, and keeps its access tokens (E02)',
    async (client_id) => {
      const clash = await registerConfidential(world, { client_id })
      const refused = await ask(world, clash, { scope: 'openid' })
      expect(refused.headers.get('location')).toContain('error=unauthorized_client')
      const cause = world.events.findLast(({ type }) => type === 'request.refused')
      expect(cause).toMatchObject({ cause: { message: expect.stringContaining('give the client another id') } })
      const tokens = await getTokens(world, clash, { scope: 'notes:read' }, { resource: plain })
      expect(await isActive(world, tokens.access_token)).toBe(true)
    },
  )

  test('a refresh gives such a client no ID token either, once the option is set (E02)', async () => {
    const before = createQuickWorld({ ...options, resourceOptions: {} })
    const clash = await registerConfidential(before, { client_id: plain })
    const { refresh_token } = await getTokens(before, clash)
    const after = createQuickWorld({ ...options, storage: before.storage })
    const form = { grant_type: 'refresh_token', refresh_token }
    const refused = await postAs(after, clash, '/oauth2/token', form)
    expect([refused.status, refused.body.error]).toEqual([400, 'unauthorized_client'])
    const kept = await postAs(after, clash, '/oauth2/token', { ...form, scope: 'profile' })
    expect([kept.status, kept.body.id_token]).toEqual([200, undefined])
  })

  test('a token from before the option gets it no userinfo as a JWT, which has the same typ and no expiry (E02)', async () => {
    const before = createQuickWorld({ ...options, resourceOptions: {} })
    const metadata = { client_id: plain, userinfo_signed_response_alg: 'ES256' } as const
    const tokens = await getTokens(before, await registerConfidential(before, metadata))
    const after = createQuickWorld({ ...options, storage: before.storage })
    const refused = await userinfo(after, tokens.access_token)
    expect([refused.status, refused.body.error]).toEqual([400, 'unauthorized_client'])
  })
})

test('no hook and no client can put a claim of the other kind into a token, which would blind the server (E02)', async () => {
  const made = createQuickWorld({
    ...options,
    advertisedMetadata: { claimsSupported: ['client_id', 'jti', 'scope'] },
    userClaims: () => ({ client_id: 'a', jti: 'x', scope: 'notes:read' }) as never,
    customIdTokenClaims: () => ({ client_id: 'a', jti: 'x', scope: 'notes:read' }),
    customAccessTokenClaims: () => ({ at_hash: 'x', nonce: 'x' }),
  })
  const registered = await registerConfidential(made)
  const claims = JSON.stringify({ id_token: { client_id: null, jti: null, scope: null } })
  const tokens = await getTokens(made, registered, { claims }, { resource: plain })
  expect(Object.keys(claimsOf(tokens.id_token))).not.toEqual(expect.arrayContaining(['client_id']))
  for (const name of ['client_id', 'jti', 'scope']) expect(claimsOf(tokens.id_token)).not.toHaveProperty(name)
  for (const name of ['at_hash', 'nonce']) expect(claimsOf(tokens.access_token)).not.toHaveProperty(name)
  expect(await isActive(made, tokens.access_token)).toBe(true)
  expect(claimsOf(tokens.id_token).sub).toBe(alice.id)
})
