import { createTokenVerifier } from '@oauth/resource-server'
import { exportSPKI, importJWK, type JWK, SignJWT } from 'jose'
import { describe, expect, it } from 'vitest'
import { alice } from '../../core/test/support/world.ts'
import { createFakeServer, fakeIssuer, now } from './support/fake-server.ts'
import { api, files, machineToken, refusal, refusalCode, setUp, userTokens } from './support/setup.ts'

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

describe('a JWT of a real provider', () => {
  it('a JWT verifies with the keys found in the metadata (E03)', async () => {
    const setup = await setUp()
    const token = await machineToken(setup)
    const verified = await setup.verifier.verify(token)
    expect(verified).toMatchObject({
      subject: setup.client.client_id,
      clientId: setup.client.client_id,
      scopes: ['notes:read'],
      audience: [api],
      issuedAt: setup.world.clock.now(),
      expiresAt: setup.world.clock.now() + 3600,
      source: 'jwt',
    })
    expect(verified.tokenId).toBe(verified.claims.jti)
    expect(setup.network.requests).toEqual(['GET /.well-known/oauth-authorization-server/auth', 'GET /auth/jwks'])
  })

  it("the verifier reads a user's token from a request, and returns its session", async () => {
    const setup = await setUp()
    // With `enable_end_session`, the client's tokens have a `sid`. It differs from the host's session id.
    await setup.world.provider.updateClient(setup.client.client_id, { enable_end_session: true })
    const { access_token } = await userTokens(setup)
    const request = new Request(`${api}/notes`, { headers: { authorization: `bearer ${access_token}` } })
    const verified = await setup.verifier.verify(request)
    expect(verified).toMatchObject({ subject: alice.id, scopes: ['openid', 'notes:read', 'offline_access'] })
    expect(verified.sessionId).toMatch(/^[\w-]{40,}$/)
    expect(verified).toMatchObject({ authTime: setup.world.clock.now(), amr: ['pwd'] })
    expect(verified.audience).toEqual([api, `${setup.world.issuer}/oauth2/userinfo`])
  })

  it('a JWT is refused by the verifier of another resource (E04)', async () => {
    const setup = await setUp()
    const token = await machineToken(setup, { resource: files })
    const error = await refusal(setup.verifier.verify(token))
    expect(error).toMatchObject({ code: 'invalid_token', description: 'the access token is not for this resource' })
    expect((await setup.verifierWith({ audience: files }).verify(token)).audience).toEqual([files])
  })

  it('a JWT is refused when its audience only begins like the resource (E04)', async () => {
    const setup = await setUp()
    const token = await machineToken(setup, { resource: files })
    const shorter = setup.verifierWith({ audience: 'https://files.example.com' })
    expect(await refusalCode(shorter.verify(token))).toBe('invalid_token')
  })

  it('a JWT is refused once it has expired by more than the clock tolerance', async () => {
    const setup = await setUp()
    const token = await machineToken(setup)
    setup.world.clock.advance(3604)
    expect((await setup.verifier.verify(token)).source).toBe('jwt')
    expect(await refusalCode(setup.verifierWith({ clockTolerance: 0 }).verify(token))).toBe('invalid_token')
    setup.world.clock.advance(1)
    const error = await refusal(setup.verifier.verify(token))
    expect(error).toMatchObject({ code: 'invalid_token', description: 'the access token has expired' })
  })

  it('a JWT stays valid until it expires although its grant was revoked, without introspection', async () => {
    const setup = await setUp()
    const { access_token } = await userTokens(setup)
    const grantId = (await setup.world.provider.verifyAccessToken(access_token))?.grantId ?? ''
    expect(await setup.world.provider.revokeGrant(grantId)).toBe(true)
    expect((await setup.verifier.verify(access_token)).source).toBe('jwt')
  })

  it('an ID token, a refresh token and an opaque token are refused as JWT access tokens (E02)', async () => {
    const setup = await setUp()
    const { id_token, refresh_token } = await userTokens(setup)
    const forIdTokens = setup.verifierWith({ audience: setup.client.client_id })
    expect(await refusalCode(forIdTokens.verify(id_token))).toBe('invalid_token')
    expect(await refusalCode(setup.verifier.verify(id_token))).toBe('invalid_token')
    expect(await refusalCode(setup.verifier.verify(refresh_token))).toBe('invalid_token')
    expect(await refusalCode(setup.verifier.verify(await machineToken(setup, { resource: undefined })))).toBe(
      'invalid_token',
    )
  })
})

describe('a forged JWT', () => {
  it('a JWT without a signature, or with alg none, is refused (E01)', async () => {
    const setup = await setUp()
    const [header = '', payload = ''] = (await machineToken(setup)).split('.')
    const kid = JSON.parse(Buffer.from(header, 'base64url').toString()).kid
    for (const alg of ['none', 'None', 'NONE', '']) {
      const forged = `${encode({ alg, typ: 'at+jwt', kid })}.${payload}.`
      expect(await refusalCode(setup.verifier.verify(forged))).toBe('invalid_token')
    }
    expect(await refusalCode(setup.verifier.verify(`${header}.${payload}.`))).toBe('invalid_token')
  })

  it('a JWT signed by HMAC with the public key as the secret is refused (E01)', async () => {
    const setup = await setUp()
    const token = await machineToken(setup)
    const { keys } = (await (await setup.network.fetch(`${setup.world.issuer}/jwks`, {})).json()) as { keys: JWK[] }
    const [header = '', payload = ''] = token.split('.')
    const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString())
    const jwk = keys.find((key) => key.kid === kid) ?? {}
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString())
    const pem = await exportSPKI((await importJWK({ ...jwk, ext: true }, 'ES256')) as CryptoKey)
    for (const secret of [pem, pem.trim(), JSON.stringify(jwk)]) {
      const forged = await new SignJWT(claims)
        .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', kid })
        .sign(new TextEncoder().encode(secret))
      expect(await refusalCode(setup.verifier.verify(forged))).toBe('invalid_token')
    }
  })

  it('a JWT signed by another key under the kid of the right one is refused (E01)', async () => {
    const server = await createFakeServer()
    const attacker = await createFakeServer()
    expect(await refusalCode(server.verifierWith().verify(await attacker.sign()))).toBe('invalid_token')
    expect((await server.verifierWith().verify(await server.sign())).subject).toBe('someone')
  })

  it('a JWT with its own key, an odd kid, an unknown crit or an unencoded payload, and a JWE, are refused (E01)', async () => {
    const server = await createFakeServer()
    const verifier = server.verifierWith()
    const odd = [
      { kid: '../../etc/passwd' },
      { kid: "' or 1=1 --" },
      { kid: 'unknown', jku: 'https://evil.example/jwks', x5u: 'https://evil.example/x5u' },
      { crit: ['urn:example:extension'], 'urn:example:extension': true },
    ]
    for (const header of odd) {
      expect(await refusalCode(verifier.verify(await server.sign({}, header)))).toBe('invalid_token')
    }
    const [, payload = '', signature = ''] = (await server.sign()).split('.')
    const unencoded = encode({ alg: 'ES256', typ: 'at+jwt', kid: 'key-1', b64: false, crit: ['b64'] })
    expect(await refusalCode(verifier.verify(`${unencoded}.${payload}.${signature}`))).toBe('invalid_token')
    const jwe = encode({ alg: 'dir', enc: 'A256GCM', typ: 'at+jwt' })
    expect(await refusalCode(verifier.verify(`${jwe}..AAAA.AAAA.AAAA`))).toBe('invalid_token')
    expect(server.network.requests.filter((request) => request.includes('evil'))).toEqual([])
  })

  it('the verifier refuses a JWT with an algorithm that this resource does not allow (E01)', async () => {
    const server = await createFakeServer()
    const token = await server.sign()
    expect((await server.verifierWith({ algorithms: ['ES256'] }).verify(token)).clientId).toBe('a-client')
    expect(await refusalCode(server.verifierWith({ algorithms: ['RS256'] }).verify(token))).toBe('invalid_token')
  })

  it('a JWT with another typ, or without a claim that RFC 9068 demands, is refused (E02, E03)', async () => {
    const server = await createFakeServer()
    const verifier = server.verifierWith()
    for (const typ of ['JWT', 'logout+jwt', 'at', undefined]) {
      expect(await refusalCode(verifier.verify(await server.sign({}, { typ })))).toBe('invalid_token')
    }
    expect((await verifier.verify(await server.sign({}, { typ: 'application/at+jwt' }))).source).toBe('jwt')
    for (const claim of ['iss', 'aud', 'exp', 'iat', 'jti', 'client_id', 'sub']) {
      expect(await refusalCode(verifier.verify(await server.sign({ [claim]: undefined })))).toBe('invalid_token')
    }
    for (const claims of [{ client_id: 7 }, { jti: 7 as never }, { sub: 7 as never }, { iat: 'now' as never }]) {
      expect(await refusalCode(verifier.verify(await server.sign(claims)))).toBe('invalid_token')
    }
  })

  it('a JWT of another issuer, not valid yet, or bound to a key is refused', async () => {
    const server = await createFakeServer()
    const verifier = server.verifierWith()
    const bad = [
      { iss: 'https://evil.example' },
      { iss: `${fakeIssuer}/` },
      { iss: [fakeIssuer] as never },
      { nbf: now + 6 },
      { cnf: { jkt: 'thumbprint' } },
    ]
    for (const claims of bad) {
      expect(await refusalCode(verifier.verify(await server.sign(claims)))).toBe('invalid_token')
    }
    expect((await verifier.verify(await server.sign({ nbf: now + 5 }))).tokenId).toBe('a-token')
  })
})

describe('createTokenVerifier', () => {
  it('createTokenVerifier refuses symmetric algorithms, none and an empty list', () => {
    for (const algorithm of ['HS256', 'none', 'dir']) {
      const options = { issuer: fakeIssuer, audience: api, algorithms: ['ES256', algorithm] }
      expect(() => createTokenVerifier(options)).toThrow(`algorithms: ${algorithm} is not an asymmetric`)
    }
    expect(() => createTokenVerifier({ issuer: fakeIssuer, audience: api, algorithms: [] })).toThrow(
      'must not be empty',
    )
  })

  it('createTokenVerifier requires an audience, and refuses unknown options', () => {
    expect(() => createTokenVerifier({ issuer: fakeIssuer } as never)).toThrow('audience: must name this resource')
    expect(() => createTokenVerifier({ issuer: fakeIssuer, audience: '' })).toThrow('audience')
    expect(() => createTokenVerifier({ issuer: fakeIssuer, audience: api, leeway: 5 } as never)).toThrow(
      'there is no option leeway',
    )
    expect(() => createTokenVerifier({ issuer: fakeIssuer, audience: api, clockTolerance: 301 })).toThrow(
      'clockTolerance',
    )
  })
})
