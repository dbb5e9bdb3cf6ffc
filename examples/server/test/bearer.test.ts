import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type CryptoKey, exportJWK, generateKeyPair, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createBearerCheck } from '../src/api/bearer.ts'

const issuer = 'https://id.example.com/auth'
const audience = 'https://api.example.com'

interface Token {
  readonly typ?: string
  readonly claims?: Readonly<Record<string, unknown>>
  readonly key?: CryptoKey
}

describe('what the API makes of an access token', () => {
  let server: Server
  let key: CryptoKey
  let strangersKey: CryptoKey
  let jwksUri: string

  beforeAll(async () => {
    const pair = await generateKeyPair('ES256')
    key = pair.privateKey
    strangersKey = (await generateKeyPair('ES256')).privateKey
    const jwks = JSON.stringify({
      keys: [{ ...(await exportJWK(pair.publicKey)), alg: 'ES256', use: 'sig', kid: 'one' }],
    })
    server = createServer((request, response) => {
      response.statusCode = request.url === '/jwks' ? 200 : 503
      response.setHeader('content-type', 'application/json').end(jwks)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    jwksUri = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`
  })
  afterAll(() => new Promise((resolve) => server.close(resolve)))

  function sign(token: Token): Promise<string> {
    const now = Math.floor(Date.now() / 1000)
    const claims = {
      iss: issuer,
      aud: audience,
      sub: 'user',
      scope: 'openid notes:read',
      iat: now,
      exp: now + 60,
      ...token.claims,
    }
    return new SignJWT(claims)
      .setProtectedHeader({ alg: 'ES256', kid: 'one', typ: token.typ ?? 'at+jwt' })
      .sign(token.key ?? key)
  }

  async function check(authorization: string, uri = jwksUri) {
    const verdict = await createBearerCheck({ issuer, audience, jwksUri: uri, scope: 'notes:read' })(
      new Request(`${audience}/notes`, { headers: { authorization } }),
    )
    if ('claims' in verdict) return { status: 200, challenge: undefined }
    return { status: verdict.refusal.status, challenge: verdict.refusal.headers.get('www-authenticate') }
  }

  test('a good one is good, whatever the case of the scheme', async () => {
    expect(await check(`Bearer ${await sign({})}`)).toEqual({ status: 200, challenge: undefined })
    expect(await check(`bearer ${await sign({})}`)).toMatchObject({ status: 200 })
    expect(await check(`Bearer ${await sign({ claims: { aud: ['https://other.example', audience] } })}`)).toMatchObject(
      { status: 200 },
    )
  })

  test.each<[string, Token]>([
    ['an ID token with the audience of the API', { typ: 'JWT' }],
    ['a token for another API', { claims: { aud: 'https://other.example' } }],
    ['a token of another issuer', { claims: { iss: 'https://evil.example' } }],
    ['an expired one', { claims: { exp: 1 } }],
    ['one that never ends', { claims: { exp: undefined } }],
    ['one about nobody', { claims: { sub: undefined } }],
  ])('%s is 401 invalid_token', async (_, token) => {
    expect(await check(`Bearer ${await sign(token)}`)).toEqual({
      status: 401,
      challenge: expect.stringMatching(/^Bearer realm="notes", error="invalid_token", error_description="[^"]+"$/),
    })
  })

  test('neither is one that a stranger signed, one without a signature, or none at all', async () => {
    const unsigned = [
      { alg: 'none', typ: 'at+jwt' },
      { iss: issuer, aud: audience, sub: 'user', scope: 'notes:read', exp: 9e9 },
    ]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.')
    const bad = [`Bearer ${await sign({ key: strangersKey })}`, `Bearer ${unsigned}.`, 'Bearer opaque', 'Bearer']
    for (const authorization of bad) {
      const { status, challenge } = await check(authorization)
      expect([authorization, status]).toEqual([authorization, 401])
      expect(challenge).toContain('error="invalid_token"')
    }
  })

  test.each(['', 'Basic dTpw', 'Bearerish x'])(
    '%o is no token: the challenge names no error',
    async (authorization) => {
      expect(await check(authorization)).toEqual({ status: 401, challenge: 'Bearer realm="notes", scope="notes:read"' })
    },
  )

  test('a good one without the scope is 403 insufficient_scope', async () => {
    for (const scope of ['openid', 'notes:read-all', '', undefined]) {
      expect(await check(`Bearer ${await sign({ claims: { scope } })}`)).toEqual({
        status: 403,
        challenge: 'Bearer realm="notes", error="insufficient_scope", scope="notes:read"',
      })
    }
  })

  test('keys that cannot be fetched say nothing about the token', async () => {
    const authorization = `Bearer ${await sign({})}`
    await expect(check(authorization, 'http://127.0.0.1:9/jwks')).rejects.toThrow()
    await expect(check(authorization, jwksUri.replace('/jwks', '/broken'))).rejects.toThrow('200 OK')
  })
})
