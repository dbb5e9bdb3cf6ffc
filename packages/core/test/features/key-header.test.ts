import { createHash, randomBytes } from 'node:crypto'
import type { RegisteredClient } from '@oauth/core'
import { memoryStorage } from '@oauth/core/memory'
import { beforeEach, describe, expect, test } from 'vitest'
import {
  type Answer,
  authorize,
  authorizeUrl,
  claimsOf,
  createPkce,
  credentials,
  type Parameters,
  post,
  redirectUri,
  registerConfidential,
  registerPublic,
} from '../support/client.ts'
import { expectErrorRedirect, expectJsonError } from '../support/expectations.ts'
import { api, createQuickWorld, introspect, registerResourceServer } from '../support/tokens.ts'
import type { World } from '../support/world.ts'
import { keyHeader } from './key-header.ts'

const createKey = () => randomBytes(32).toString('base64url')
const hashOf = (key: string) => createHash('sha256').update(key).digest('base64url')
const withKey = (key: string | undefined): Record<string, string> => (key === undefined ? {} : { 'key-header': key })

let world: World
beforeEach(() => {
  world = createQuickWorld({ features: [keyHeader()] })
})

/** Sends a request to the token endpoint, with or without a key. */
function ask(client: RegisteredClient, form: Parameters, key?: string): Promise<Answer> {
  const { headers, form: own } = credentials(client)
  return post(world, '/oauth2/token', { ...own, ...form }, { ...headers, ...withKey(key) })
}

async function exchange(
  client: RegisteredClient,
  key: string | undefined,
  authorization: Parameters = {},
  token: Parameters = {},
): Promise<Answer> {
  const { code, pkce } = await authorize(world, client, authorization)
  const form = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: pkce.verifier }
  return ask(client, { ...form, ...token }, key)
}

const refresh = (client: RegisteredClient, refreshToken: string, key?: string): Promise<Answer> =>
  ask(client, { grant_type: 'refresh_token', refresh_token: refreshToken }, key)

async function userinfo(scheme: string, token: string, key?: string, of = world): Promise<Answer> {
  const headers = { authorization: `${scheme} ${token}`, ...withKey(key) }
  const response = await of.provider.fetch(new Request(`${of.issuer}/oauth2/userinfo`, { headers }))
  return { status: response.status, headers: response.headers, body: await response.json() }
}

describe('a token endpoint with a sender constraint of a feature', () => {
  test('a token endpoint with a sender constraint answers a request with a key with bound tokens, their type and a nonce', async () => {
    const key = createKey()
    const { status, body, headers } = await exchange(await registerPublic(world), key)
    expect([status, body.token_type]).toEqual([200, 'KeyHeader'])
    expect(headers.get('key-header-nonce')).toMatch(/^[\w-]{22}$/)
    const verified = await world.provider.verifyAccessToken(body.access_token)
    expect(verified?.extra).toEqual({ cnf: { kh: hashOf(key) } })
  })

  test('a token endpoint with a sender constraint answers a request without a key with bearer tokens', async () => {
    const { body, headers } = await exchange(await registerPublic(world), undefined)
    expect([body.token_type, headers.get('key-header-nonce')]).toEqual(['Bearer', null])
  })

  test('binds a JWT as well as the token of a machine', async () => {
    const key = createKey()
    const client = await registerConfidential(world)
    const form = { grant_type: 'client_credentials', scope: 'notes:read', resource: api }
    const { body } = await ask(client, form, key)
    expect([body.token_type, claimsOf(body.access_token).cnf]).toEqual(['KeyHeader', { kh: hashOf(key) }])
  })

  test('a token endpoint with a sender constraint refuses a malformed key with the code and the status of the feature, before the code is consumed', async () => {
    const client = await registerPublic(world)
    const { code, pkce } = await authorize(world, client)
    const form = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: pkce.verifier }
    const refused = await ask(client, form, 'short')
    expectJsonError(refused, 422, 'invalid_key_header')
    expect(refused.headers.get('key-header-nonce')).toMatch(/^[\w-]{22}$/)
    expect((await ask(client, form, createKey())).status).toBe(200)
  })

  test('a token endpoint with a sender constraint refuses a client that registered key_header_required and brings no key', async () => {
    const client = await registerConfidential(world, { key_header_required: true })
    const form = { grant_type: 'client_credentials', scope: 'notes:read' }
    expectJsonError(await ask(client, form), 422, 'invalid_key_header')
    expect((await ask(client, form, createKey())).status).toBe(200)
  })

  test('a token endpoint with a sender constraint lets scripts of the client send the key and read the nonce', async () => {
    const client = await registerPublic(world)
    const { origin } = new URL(redirectUri)
    const url = `${world.issuer}/oauth2/token`
    const preflight = await world.provider.fetch(new Request(url, { method: 'OPTIONS', headers: { origin } }))
    expect(preflight.headers.get('access-control-allow-headers')).toContain('Key-Header')
    const form = { grant_type: 'refresh_token', refresh_token: 'x', client_id: client.client_id }
    const { headers } = await post(world, '/oauth2/token', form, { origin, ...withKey(createKey()) })
    expect(headers.get('access-control-expose-headers')).toContain('Key-Header-Nonce')
  })
})

describe('a code that its authorization request bound to a key', () => {
  test.each([
    ['another key', createKey()],
    ['no key', undefined],
  ])(
    'a code that is bound to a key cannot be redeemed with %s, and the attempt does not consume it',
    async (_, wrong) => {
      const key = createKey()
      const client = await registerPublic(world)
      const { code, pkce } = await authorize(world, client, { key_hash: hashOf(key) })
      const form = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: pkce.verifier }
      expectJsonError(await ask(client, form, wrong), 400, 'invalid_grant')
      const { status, body } = await ask(client, form, key)
      expect([status, body.token_type]).toEqual([200, 'KeyHeader'])
    },
  )

  test('a code that is bound to a key cannot be redeemed by a process without the feature', async () => {
    const storage = memoryStorage()
    world = createQuickWorld({ storage, features: [keyHeader()] })
    const key = createKey()
    const client = await registerPublic(world)
    const { code, pkce } = await authorize(world, client, { key_hash: hashOf(key) })
    const form = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: pkce.verifier }
    const bound = world
    world = createQuickWorld({ storage })
    expectJsonError(await ask(client, form, key), 400, 'invalid_grant')
    world = bound
    expect((await ask(client, form, key)).status).toBe(200)
  })

  test('an authorization request with a malformed key hash gets an error and no code', async () => {
    const url = authorizeUrl(world, await registerPublic(world), createPkce(), { key_hash: 'short' })
    const { response } = await world.browser().visit(url)
    expect(response.status).toBe(302)
    expectErrorRedirect(world, response, redirectUri, 'invalid_request')
  })
})

describe('a refresh', () => {
  test('a refresh by a public client needs the key of the token, and a refused refresh consumes nothing', async () => {
    const key = createKey()
    const client = await registerPublic(world)
    const first = await exchange(client, key)
    for (const wrong of [createKey(), undefined]) {
      expectJsonError(await refresh(client, first.body.refresh_token, wrong), 400, 'invalid_grant')
    }
    const second = await refresh(client, first.body.refresh_token, key)
    expect([second.status, second.body.token_type]).toEqual([200, 'KeyHeader'])
    // The successor is bound to the key as well.
    expectJsonError(await refresh(client, second.body.refresh_token, createKey()), 400, 'invalid_grant')
    expect((await refresh(client, second.body.refresh_token, key)).status).toBe(200)
  })

  test('a refresh by a public client with its first key binds the new tokens to it', async () => {
    const key = createKey()
    const client = await registerPublic(world)
    const first = await exchange(client, undefined)
    const second = await refresh(client, first.body.refresh_token, key)
    expect(second.body.token_type).toBe('KeyHeader')
    expectJsonError(await refresh(client, second.body.refresh_token), 400, 'invalid_grant')
    expect((await refresh(client, second.body.refresh_token, key)).status).toBe(200)
  })

  test('a refresh by a confidential client may use another key, which binds the new access token', async () => {
    const another = createKey()
    const client = await registerConfidential(world)
    const first = await exchange(client, createKey())
    const { status, body } = await refresh(client, first.body.refresh_token, another)
    const verified = await world.provider.verifyAccessToken(body.access_token)
    expect([status, verified?.extra?.cnf]).toEqual([200, { kh: hashOf(another) }])
  })

  test('a refresh of a bound token fails in a process without the feature', async () => {
    const storage = memoryStorage()
    world = createQuickWorld({ storage, features: [keyHeader()] })
    const key = createKey()
    const client = await registerPublic(world)
    const { body } = await exchange(client, key)
    world = createQuickWorld({ storage })
    expectJsonError(await refresh(client, body.refresh_token, key), 400, 'invalid_grant')
  })
})

describe.each([
  ['opaque', {}],
  ['JWT', { resource: api }],
])('userinfo with a bound token (%s)', (kind, token) => {
  const prepare = async () => {
    world = createQuickWorld({ features: [keyHeader()] })
    const key = createKey()
    const { body } = await exchange(await registerPublic(world), key, {}, token)
    expect(body.access_token.includes('.')).toBe(kind === 'JWT')
    return { key, accessToken: body.access_token as string }
  }

  test('userinfo accepts a bound token in its own scheme with its key, and sends a nonce', async () => {
    const { key, accessToken } = await prepare()
    const { status, body, headers } = await userinfo('KeyHeader', accessToken, key)
    expect([status, body.sub]).toEqual([200, 'user-alice'])
    expect(headers.get('key-header-nonce')).toMatch(/^[\w-]{22}$/)
  })

  test.each<[string, string, (key: string) => string | undefined]>([
    ['as a bearer token without a key', 'Bearer', () => undefined],
    ['as a bearer token with its key', 'Bearer', (key) => key],
    ['without a key', 'KeyHeader', () => undefined],
    ['with another key', 'KeyHeader', () => createKey()],
  ])('userinfo refuses a bound token %s with 401 and a challenge for each scheme', async (_, scheme, keyOf) => {
    const { key, accessToken } = await prepare()
    const answer = await userinfo(scheme, accessToken, keyOf(key))
    expectJsonError(answer, 401, 'invalid_token')
    const challenge = answer.headers.get('www-authenticate')
    // The error is in the challenge of the scheme that the request used (RFC 9449 section 7.2).
    if (scheme === 'Bearer') {
      expect(challenge).toMatch(/^Bearer realm="oauth", error="invalid_token".*, KeyHeader hash="S256"$/)
    } else {
      expect(challenge).toMatch(/^Bearer realm="oauth", KeyHeader hash="S256", error="invalid_token"/)
    }
  })

  test('userinfo refuses a bound token with 401 in a process without the feature, as a bearer token and in its own scheme', async () => {
    const { key, accessToken } = await prepare()
    const without = createQuickWorld({ storage: world.storage })
    for (const scheme of ['Bearer', 'KeyHeader']) {
      expect((await userinfo(scheme, accessToken, key, without)).status).toBe(401)
    }
  })
})

describe('userinfo', () => {
  test('challenges in both schemes when no token came, and names no error', async () => {
    const response = await world.provider.fetch(new Request(`${world.issuer}/oauth2/userinfo`))
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toBe('Bearer realm="oauth", KeyHeader hash="S256"')
  })

  test('userinfo accepts an unbound token only as a bearer token, with or without a key', async () => {
    const { body } = await exchange(await registerPublic(world), undefined)
    expect((await userinfo('Bearer', body.access_token, createKey())).status).toBe(200)
    expect((await userinfo('KeyHeader', body.access_token, createKey())).status).toBe(401)
  })
})

describe('introspection', () => {
  test.each([
    ['opaque', {}],
    ['JWT', { resource: api }],
  ])('introspection tells the type and the key of a bound token (%s)', async (_, token) => {
    const key = createKey()
    const client = await registerConfidential(world)
    const { body } = await exchange(client, key, {}, token)
    const answer = await introspect(world, client, body.access_token)
    expect(answer.body).toMatchObject({ active: true, token_type: 'KeyHeader', cnf: { kh: hashOf(key) } })
    const resourceServer = await registerResourceServer(world)
    const seen = await introspect(world, resourceServer, body.access_token)
    expect(seen.body.active).toBe('resource' in token)
  })

  test('introspection answers active: false in a process without the feature, so that nobody takes the token for a bearer token', async () => {
    const storage = memoryStorage()
    world = createQuickWorld({ storage, features: [keyHeader()] })
    const key = createKey()
    const client = await registerConfidential(world)
    const { body } = await exchange(client, key)
    const answer = await introspect(createQuickWorld({ storage }), client, body.access_token)
    expect(answer.body).toEqual({ active: false })
  })
})

test('discovery has the member of the feature', () => {
  expect(world.provider.metadata).toMatchObject({ key_header_supported: true })
})
