import { generateKeyPair, jwtVerify, SignJWT } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import { verifyIssuedJwt } from '../../../src/keys/issued-jwt.ts'

const issuer = 'https://id.example.com'
const now = 1_800_000_000
const claims = { iss: issuer, iat: now - 10, exp: now + 60, sub: 'somebody' }

let keys: Awaited<ReturnType<typeof generateKeyPair>>
beforeAll(async () => {
  keys = await generateKeyPair('ES256')
})

const sign = (payload: object, header: object = {}) =>
  new SignJWT({ ...payload }).setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', ...header }).sign(keys.privateKey)

const verify = (jwt: string, typ = 'at+jwt', ignoreExpiry = false) =>
  verifyIssuedJwt({ verifier: keys.publicKey, algorithm: 'ES256' }, jwt, { issuer, typ, now, ignoreExpiry })

/** What jose says about the same JWT. */
const asJose = (jwt: string, typ: string) =>
  jwtVerify(jwt, keys.publicKey, {
    issuer,
    typ,
    algorithms: ['ES256'],
    requiredClaims: ['iss', 'exp', 'iat'],
    currentDate: new Date(now * 1000),
  }).then(
    ({ payload }) => payload,
    () => undefined,
  )

describe('a JWT of this server', () => {
  it('is verified as jose verifies it, whatever its header and claims are', async () => {
    const variants: readonly object[] = [
      claims,
      ...['iss', 'iat', 'exp'].map((name) => ({ ...claims, [name]: undefined })),
      ...[null, 'https://other.example.com', [issuer], `${issuer}/`].map((iss) => ({ ...claims, iss })),
      ...[now, now - 1, now + 1, String(now + 60), null, 0].map((exp) => ({ ...claims, exp })),
      ...[String(now), null, 0].map((iat) => ({ ...claims, iat })),
      ...[now, now + 1, now - 1, String(now - 1), null].map((nbf) => ({ ...claims, nbf })),
    ]
    const types = ['at+jwt', 'application/at+jwt', 'AT+JWT', 'JWT', 'application/jwt', 'logout+jwt', '', undefined, 7]
    const jwts = [
      ...(await Promise.all(variants.map((payload) => sign(payload)))),
      ...(await Promise.all(types.map((typ) => sign(claims, { typ })))),
    ]
    let accepted = 0
    for (const jwt of jwts) {
      for (const typ of ['at+jwt', 'JWT']) {
        const expected = await asJose(jwt, typ)
        if (expected !== undefined) accepted++
        expect((await verify(jwt, typ))?.claims, `${typ}: ${atob(jwt.split('.')[1] ?? '')}`).toEqual(expected)
      }
    }
    expect(accepted).toBeGreaterThan(8)
  })

  it('is good after its end where that is asked for, with an exp', async () => {
    expect((await verify(await sign({ ...claims, exp: now - 100 }), 'at+jwt', true))?.claims.sub).toBe('somebody')
    expect(await verify(await sign({ ...claims, exp: 'never' }), 'at+jwt', true)).toBeUndefined()
    expect(await verify(await sign({ ...claims, exp: undefined }), 'at+jwt', true)).toBeUndefined()
  })

  it('is refused with another key, with another payload and as text that is no JWT', async () => {
    const jwt = await sign(claims)
    const [header, , signature] = jwt.split('.')
    const other = await generateKeyPair('ES256')
    const facts = { issuer, typ: 'at+jwt', now, ignoreExpiry: false }
    expect(await verifyIssuedJwt({ verifier: other.publicKey, algorithm: 'ES256' }, jwt, facts)).toBeUndefined()
    const payload = Buffer.from(JSON.stringify({ ...claims, sub: 'another' })).toString('base64url')
    for (const wrong of [`${header}.${payload}.${signature}`, `${header}..${signature}`, 'a.b.c', '', `${jwt}.x`]) {
      expect(await verify(wrong), wrong).toBeUndefined()
    }
  })
})
