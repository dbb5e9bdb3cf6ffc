import { jwtIntrospection } from '@oauth/core/features/jwt-introspection'
import { memoryStorage } from '@oauth/core/memory'
import { describe, expect, test } from 'vitest'
import {
  claimsOf,
  getTokens,
  isActive,
  postAs,
  registerConfidential,
  registerPublic,
  userinfo,
} from '../../support/client.ts'
import { expectJsonError } from '../../support/expectations.ts'
import {
  introspectAccepting,
  introspectionType,
  introspectionWorld,
  introspectWith,
  readIntrospection,
} from '../../support/jwt-introspection.ts'
import { encodeJson, serverKey, signAs } from '../../support/keys.ts'
import { api, introspect } from '../../support/tokens.ts'
import { createWorld } from '../../support/world.ts'

async function answerOf(response: Response) {
  return { status: response.status, headers: response.headers, body: await response.json() }
}

describe('who gets a signed introspection response', () => {
  test('nobody gets one without authenticating, and no public client (RFC 9701 section 5)', async () => {
    const world = introspectionWorld()
    const open = await registerPublic(world)
    const { access_token: token } = await getTokens(world, open)
    const headers = { accept: introspectionType }
    expectJsonError(await answerOf(await introspectWith(world, { token }, headers)), 401, 'invalid_client')
    const form = { token, client_id: open.client_id }
    expectJsonError(await answerOf(await introspectWith(world, form, headers)), 401, 'invalid_client')
    const wrong = { ...headers, authorization: `Basic ${btoa(`${open.client_id}:wrong`)}` }
    expectJsonError(await answerOf(await introspectWith(world, { token }, wrong)), 401, 'invalid_client')
  })

  test('a client outside the audience learns no more from a JWT than from JSON (RFC 9701 section 5)', async () => {
    const world = introspectionWorld()
    const client = await registerConfidential(world)
    const stranger = await registerConfidential(world)
    const { access_token } = await getTokens(world, client, {}, { resource: api })
    const response = await introspectAccepting(world, stranger, access_token)
    const { payload } = await readIntrospection(world, stranger, await response.text())
    expect(payload.token_introspection).toEqual({ active: false })
    expect(payload.aud).toBe(stranger.client_id)
  })

  test('a response for one API is refused by another, and a changed one by all (RFC 9701 section 8)', async () => {
    const world = introspectionWorld()
    const client = await registerConfidential(world)
    const other = await registerConfidential(world)
    const jwt = await (await introspectAccepting(world, client, 'made-up')).text()
    await expect(readIntrospection(world, other, jwt)).rejects.toThrow('aud')
    const [header, , signature] = jwt.split('.')
    const forged = encodeJson({ ...claimsOf(jwt), token_introspection: { active: true } })
    await expect(readIntrospection(world, client, `${header}.${forged}.${signature}`)).rejects.toThrow('signature')
  })
})

describe('an introspection response that is presented as another JWT (RFC 9701 section 8.1)', () => {
  test('the response is no access token and no refresh token', async () => {
    const world = introspectionWorld()
    const client = await registerConfidential(world)
    const { access_token } = await getTokens(world, client)
    const jwt = await (await introspectAccepting(world, client, access_token)).text()
    expect(claimsOf(jwt)).not.toHaveProperty('sub')
    expect(claimsOf(jwt)).not.toHaveProperty('exp')
    expect(await isActive(world, jwt)).toBe(false)
    expect((await userinfo(world, jwt)).status).toBe(401)
    expect((await introspect(world, client, jwt)).body).toEqual({ active: false })
    const form = { grant_type: 'refresh_token', refresh_token: jwt }
    expectJsonError(await postAs(world, client, '/oauth2/token', form), 400, 'invalid_grant')
  })

  test('the claims of an access token under the typ of the response are no access token', async () => {
    const world = introspectionWorld()
    const client = await registerConfidential(world)
    const { access_token } = await getTokens(world, client, {}, { resource: api })
    const key = await serverKey(world, 'ES256')
    const forged = await signAs(key, claimsOf(access_token), { typ: 'token-introspection+jwt' })
    expect(await isActive(world, forged)).toBe(false)
  })

  test('a token whose text or claims look like a response changes nothing but its own members', async () => {
    const world = introspectionWorld({
      customAccessTokenClaims: () => ({ token_introspection: { active: false }, iss: 'https://evil.example.com' }),
    })
    const client = await registerConfidential(world)
    const { access_token } = await getTokens(world, client)
    const response = await introspectAccepting(world, client, access_token)
    const { payload } = await readIntrospection(world, client, await response.text())
    expect(payload.iss).toBe(world.issuer)
    expect(payload.token_introspection).toMatchObject({ active: true, iss: world.issuer })
  })
})

describe('an algorithm that this process lacks', () => {
  test('a JWT for a client with an algorithm that this process does not sign with is unauthorized_client', async () => {
    const storage = memoryStorage()
    const both = createWorld({ storage, idTokenSigningAlgorithms: ['ES256', 'EdDSA'], features: [jwtIntrospection()] })
    const client = await registerConfidential(both, { introspection_signed_response_alg: 'EdDSA' })
    const fewer = introspectionWorld({ storage })
    const answer = await answerOf(await introspectAccepting(fewer, client, 'made-up'))
    expectJsonError(answer, 400, 'unauthorized_client')
    expect(answer.body.error_description).toContain('introspection_signed_response_alg EdDSA')
    expect((await introspect(fewer, client, 'made-up')).body).toEqual({ active: false })
  })
})
