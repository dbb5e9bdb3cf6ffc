import { dpop } from '@oauth/core/features/dpop'
import { jwtIntrospection } from '@oauth/core/features/jwt-introspection'
import { describe, expect, test } from 'vitest'
import { allGrants, getTokens, postAs, registerConfidential, registerPublic } from '../../support/client.ts'
import { authorizeForProof } from '../../support/dpop.ts'
import { expectJsonError, send } from '../../support/expectations.ts'
import {
  introspectAccepting,
  introspectionType,
  introspectionWorld,
  readIntrospection,
} from '../../support/jwt-introspection.ts'
import { publishedKids } from '../../support/keys.ts'
import { api, createQuickWorld, introspect, registerResourceServer } from '../../support/tokens.ts'
import { createWorld, type WorldOptions } from '../../support/world.ts'

const documents = ['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration']
const twoAlgorithms: WorldOptions = { idTokenSigningAlgorithms: ['ES256', 'EdDSA'] }

async function withTokens(options: WorldOptions = {}, input: object = {}) {
  const world = introspectionWorld(options)
  const client = await registerConfidential(world, { grant_types: [...allGrants], ...input })
  return { world, client, tokens: await getTokens(world, client) }
}

/** The headers that the response depends on. A framework may add some of its own. */
const variesBy = ({ headers }: Response): readonly string[] => (headers.get('vary') ?? '').split(', ')

describe('the introspection response as a JWT', () => {
  test.each(documents)('the document at %s names the signing algorithms (RFC 9701 section 7)', async (path) => {
    const world = introspectionWorld(twoAlgorithms)
    const { body } = await send(world, world.issuer + path)
    expect(body.introspection_signing_alg_values_supported).toEqual(['ES256', 'EdDSA'])
    const plain = createQuickWorld()
    const without = (await send(plain, plain.issuer + path)).body
    expect(without).not.toHaveProperty('introspection_signing_alg_values_supported')
  })

  test('a caller that asks by Accept gets iss, aud, iat and token_introspection, and nothing else (RFC 9701 section 5)', async () => {
    const { world, client, tokens } = await withTokens()
    const response = await introspectAccepting(world, client, tokens.access_token)
    expect([response.status, response.headers.get('content-type')]).toEqual([200, introspectionType])
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(response.headers.get('pragma')).toBe('no-cache')
    expect(variesBy(response)).toContain('accept')
    const { payload, protectedHeader } = await readIntrospection(world, client, await response.text())
    expect(protectedHeader).toEqual({ alg: 'ES256', typ: 'token-introspection+jwt', kid: expect.any(String) })
    expect(await publishedKids(world)).toContain(protectedHeader.kid)
    expect(Object.keys(payload).sort()).toEqual(['aud', 'iat', 'iss', 'token_introspection'])
    expect([payload.aud, payload.iat]).toEqual([client.client_id, world.clock.now()])
  })

  test.each(['access_token', 'refresh_token'])(
    'the JWT says of an opaque %s what the JSON response says (RFC 9701 section 5)',
    async (kind) => {
      const { world, client, tokens } = await withTokens()
      const { body } = await introspect(world, client, tokens[kind])
      const response = await introspectAccepting(world, client, tokens[kind])
      const { payload } = await readIntrospection(world, client, await response.text())
      expect(body.active).toBe(true)
      expect(payload.token_introspection).toEqual(body)
    },
  )

  test('the JWT says of a bound JWT access token what the JSON response says, to the API as well, which is aud (RFC 9701 section 5)', async () => {
    const world = introspectionWorld({
      features: [dpop()],
      customAccessTokenClaims: () => ({ tenant: 'wonderland', deep: { list: [1, null, 'ü'] } }),
    })
    const client = await registerPublic(world)
    const { body: tokens } = await (await authorizeForProof(world, client)).redeem({}, { resource: api })
    const resourceServer = await registerResourceServer(world)
    const { body } = await introspect(world, resourceServer, tokens.access_token)
    expect(body).toMatchObject({ active: true, token_type: 'DPoP', tenant: 'wonderland' })
    const response = await introspectAccepting(world, resourceServer, tokens.access_token)
    const { payload } = await readIntrospection(world, resourceServer, await response.text())
    expect(payload.token_introspection).toEqual(body)
    expect(payload.aud).toBe(resourceServer.client_id)
  })

  test('an inactive token is active: false alone, in a signed response as well (RFC 9701 section 5)', async () => {
    const { world, client, tokens } = await withTokens()
    await postAs(world, client, '/oauth2/revoke', { token: tokens.access_token })
    const other = await registerConfidential(world)
    for (const [caller, token] of [
      [client, tokens.access_token],
      [client, 'made-up'],
      [other, tokens.refresh_token],
    ] as const) {
      const response = await introspectAccepting(world, caller, token)
      const { payload } = await readIntrospection(world, caller, await response.text())
      expect(payload.token_introspection).toEqual({ active: false })
    }
  })

  test('errors are JSON whatever the caller accepts (RFC 9701 section 5)', async () => {
    const { world, client } = await withTokens()
    const response = await introspectAccepting(world, client, '')
    const body = await response.json()
    expectJsonError({ status: response.status, headers: response.headers, body }, 400, 'invalid_request')
  })
})

describe('which response a caller gets', () => {
  const both = 'application/token-introspection+jwt, application/json'

  test.each<[string | null, 'jwt' | 'json']>([
    [null, 'json'],
    ['', 'json'],
    ['*/*', 'json'],
    ['application/*', 'json'],
    ['application/json', 'json'],
    ['application/jwt', 'json'],
    ['application/token-introspection+jwt;q=0', 'json'],
    ['application/token-introspection+jwt;q=0.5, application/json', 'json'],
    ['application/token-introspection+jwt;q=2', 'json'],
    [`${'text/plain,'.repeat(40)}application/token-introspection+jwt`, 'json'],
    ['application/token-introspection+jwt', 'jwt'],
    ['APPLICATION/Token-Introspection+JWT', 'jwt'],
    ['application/token-introspection+jwt;q=0.9, */*;q=0.1', 'jwt'],
    ['application/token-introspection+jwt; charset=utf-8 ; q=1.0', 'jwt'],
    ['application/json;q=0.5 , application/token-introspection+jwt', 'jwt'],
    [both, 'jwt'],
  ])('with Accept: %s the response is %s (RFC 9701 section 4)', async (accept, kind) => {
    const { world, client, tokens } = await withTokens()
    const response = await introspectAccepting(world, client, tokens.access_token, accept)
    const type = { jwt: introspectionType, json: 'application/json' }[kind]
    expect([response.status, response.headers.get('content-type')]).toEqual([200, type])
    expect(variesBy(response)).toContain('accept')
    expect(response.headers.get('cache-control')).toBe('no-store')
  })

  test('a client with introspection_signed_response_alg gets JSON as long as it does not ask for a JWT (RFC 9701 section 4)', async () => {
    const { world, client, tokens } = await withTokens({}, { introspection_signed_response_alg: 'ES256' })
    expect(client.introspection_signed_response_alg).toBe('ES256')
    const { status, headers, body } = await introspect(world, client, tokens.access_token)
    expect([status, headers.get('content-type'), body.active]).toEqual([200, 'application/json', true])
  })

  test('without the feature the response is JSON without Vary, whatever the caller accepts', async () => {
    const world = createQuickWorld()
    const client = await registerConfidential(world)
    const { access_token } = await getTokens(world, client)
    const response = await introspectAccepting(world, client, access_token)
    expect(response.headers.get('content-type')).toBe('application/json')
    expect(variesBy(response)).not.toContain('accept')
    expect(await response.json()).toMatchObject({ active: true })
  })
})

describe('the algorithm of an introspection response', () => {
  test.each(['ES256', 'EdDSA'])(
    'introspection_signed_response_alg %s signs (RFC 9701 section 6)',
    async (algorithm) => {
      const input = { introspection_signed_response_alg: algorithm }
      const { world, client, tokens } = await withTokens(twoAlgorithms, input)
      const response = await introspectAccepting(world, client, tokens.access_token)
      const { protectedHeader } = await readIntrospection(world, client, await response.text())
      expect(protectedHeader.alg).toBe(algorithm)
    },
  )

  test('the default algorithm is RS256 where the server signs with it (RFC 9701 section 6)', async () => {
    const world = createWorld({ features: [jwtIntrospection()] })
    const client = await registerConfidential(world)
    const response = await introspectAccepting(world, client, 'made-up')
    expect((await readIntrospection(world, client, await response.text())).protectedHeader.alg).toBe('RS256')
  })

  test.each(['none', 'HS256', 'RS256', ''])(
    'introspection_signed_response_alg %j is refused by a server that does not sign with it (RFC 9701 section 6)',
    async (algorithm) => {
      const input = { introspection_signed_response_alg: algorithm }
      await expect(registerConfidential(introspectionWorld(), input)).rejects.toThrow(
        `unsupported introspection_signed_response_alg ${algorithm}: this server supports ES256`,
      )
    },
  )

  test('without the feature the member is unknown, and the error names the feature', async () => {
    const input = { introspection_signed_response_alg: 'ES256' }
    await expect(registerConfidential(createQuickWorld(), input)).rejects.toThrow(
      'is not known without the feature jwtIntrospection() from @oauth/core/features/jwt-introspection',
    )
  })

  test('a server without signing keys cannot have the feature', () => {
    expect(() => createWorld({ disableJwtPlugin: true, features: [jwtIntrospection()] })).toThrow(
      'the feature jwtIntrospection needs signing_keys, which the option disableJwtPlugin leaves out',
    )
  })
})
