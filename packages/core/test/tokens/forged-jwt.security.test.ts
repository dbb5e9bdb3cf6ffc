import { createHmac, createPublicKey, sign as nodeSign } from 'node:crypto'
import type { RegisteredClient } from '@oauth/core'
import { CompactEncrypt, exportJWK, generateKeyPair, importJWK, type JWTPayload, SignJWT } from 'jose'
import { beforeAll, describe, expect, test } from 'vitest'
import { claimsOf, getTokens, isActive, postAs, refresh, registerConfidential, userinfo } from '../support/client.ts'
import { encodeJson, type ServerKey, serverKey, signAs } from '../support/keys.ts'
import { api, introspect } from '../support/tokens.ts'
import { createWorld, type World } from '../support/world.ts'

interface Forger {
  readonly rsa: ServerKey
  readonly ec: ServerKey
  /** The claims of a valid access token. */
  readonly claims: JWTPayload
  /** A valid access token. */
  readonly genuine: string
}

let world: World
let client: RegisteredClient
let forger: Forger
let refreshToken: string

beforeAll(async () => {
  world = createWorld()
  client = await registerConfidential(world)
  const tokens = await getTokens(world, client, {}, { resource: api })
  const [rsa, ec] = await Promise.all([serverKey(world, 'RS256'), serverKey(world, 'ES256')])
  refreshToken = tokens.refresh_token
  forger = { rsa, ec, claims: claimsOf(tokens.access_token), genuine: tokens.access_token }
})

/** A JWT with an HMAC, keyed with a value that a confused verifier might use as the secret. */
function hmac(f: Forger, kid: string, secret: string | Buffer): string {
  const text = `${encodeJson({ alg: 'HS256', typ: 'at+jwt', kid })}.${encodeJson(f.claims)}`
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`
}

function spki(key: ServerKey): { readonly pem: string; readonly der: Buffer } {
  const publicKey = createPublicKey({ key: key.publicJwk as never, format: 'jwk' })
  return {
    pem: publicKey.export({ type: 'spki', format: 'pem' }) as string,
    der: publicKey.export({ type: 'spki', format: 'der' }),
  }
}

function unsigned(f: Forger, alg: string, signature = ''): string {
  return `${encodeJson({ alg, typ: 'at+jwt', kid: f.ec.kid })}.${encodeJson(f.claims)}.${signature}`
}

/** Signs the claims with the server's key and this unmodified header. */
function signRaw(f: Forger, header: string): string {
  const text = `${Buffer.from(header).toString('base64url')}.${encodeJson(f.claims)}`
  const key = { key: f.ec.privateJwk as never, format: 'jwk' as const, dsaEncoding: 'ieee-p1363' as const }
  return `${text}.${nodeSign('sha256', Buffer.from(text), key).toString('base64url')}`
}

async function byStranger(f: Forger, header: Record<string, unknown>, embed = false): Promise<string> {
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  const jwk = embed ? { jwk: await exportJWK(publicKey) } : {}
  return new SignJWT(f.claims)
    .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: f.ec.kid, ...header, ...jwk })
    .sign(privateKey)
}

async function encrypted(f: Forger, payload: string): Promise<string> {
  const key = await importJWK({ ...f.rsa.publicJwk, alg: 'RSA-OAEP-256', use: 'enc' }, 'RSA-OAEP-256')
  return new CompactEncrypt(new TextEncoder().encode(payload))
    .setProtectedHeader({ alg: 'RSA-OAEP-256', enc: 'A256GCM', typ: 'at+jwt', kid: f.rsa.kid })
    .encrypt(key)
}

function tamper(jwt: string, claims: JWTPayload): string {
  const [header, , signature] = jwt.split('.')
  return `${header}.${encodeJson(claims)}.${signature}`
}

const forgeries: Record<string, (f: Forger) => string | Promise<string>> = {
  'alg none': (f) => unsigned(f, 'none'),
  'alg None': (f) => unsigned(f, 'None'),
  'alg NONE with a signature': (f) => unsigned(f, 'NONE', f.genuine.split('.')[2]),
  'alg none and two parts only': (f) => unsigned(f, 'none').slice(0, -1),
  'no alg': (f) => signRaw(f, JSON.stringify({ typ: 'at+jwt', kid: f.ec.kid })),
  'RS256 to HS256 with the public key as PEM': (f) => hmac(f, f.rsa.kid, spki(f.rsa).pem),
  'RS256 to HS256 with the public key as PEM without its last line end': (f) =>
    hmac(f, f.rsa.kid, spki(f.rsa).pem.trim()),
  'RS256 to HS256 with the public key as DER': (f) => hmac(f, f.rsa.kid, spki(f.rsa).der),
  'RS256 to HS256 with the public key as JWK': (f) => hmac(f, f.rsa.kid, JSON.stringify(f.rsa.publicJwk)),
  'RS256 to HS256 with the modulus': (f) => hmac(f, f.rsa.kid, Buffer.from(f.rsa.publicJwk.n ?? '', 'base64url')),
  'ES256 to HS256 with the public key as PEM': (f) => hmac(f, f.ec.kid, spki(f.ec).pem),
  'ES256 to HS256 with the empty key': (f) => hmac(f, f.ec.kid, ''),
  "RS256 to PS256 with the server's own key": async (f) => {
    const key = (await importJWK({ ...f.rsa.privateJwk, alg: 'PS256' }, 'PS256')) as ServerKey['privateKey']
    return signAs({ ...f.rsa, algorithm: 'PS256', privateKey: key }, f.claims)
  },
  'the kid of another algorithm': (f) => signAs(f.ec, f.claims, { kid: f.rsa.kid }),
  'an unknown kid': (f) => signAs(f.ec, f.claims, { kid: 'unknown' }),
  'no kid': (f) => signAs(f.ec, f.claims, { kid: undefined }),
  'an empty kid': (f) => signAs(f.ec, f.claims, { kid: '' }),
  'a kid that is a number': (f) => signAs(f.ec, f.claims, { kid: 1 }),
  'a kid that is a list': (f) => signAs(f.ec, f.claims, { kid: [f.ec.kid] }),
  'a kid that is a path': (f) => signAs(f.ec, f.claims, { kid: '../../../../dev/null' }),
  'a kid that is a path to the kid': (f) => signAs(f.ec, f.claims, { kid: `./${f.ec.kid}` }),
  'a kid that is SQL': (f) => signAs(f.ec, f.claims, { kid: "' OR '1'='1" }),
  'a kid that is SQL after the kid': (f) => signAs(f.ec, f.claims, { kid: `${f.ec.kid}' --` }),
  'a kid in another case': (f) => signAs(f.ec, f.claims, { kid: f.ec.kid.toUpperCase() }),
  'a kid with a NUL': (f) => signAs(f.ec, f.claims, { kid: `${f.ec.kid}\0` }),
  'the kid __proto__': (f) => signAs(f.ec, f.claims, { kid: '__proto__' }),
  'the kid constructor': (f) => signAs(f.ec, f.claims, { kid: 'constructor' }),
  'two kids, of which the last is unknown': (f) =>
    signRaw(f, `{"alg":"ES256","typ":"at+jwt","kid":"${f.ec.kid}","kid":"unknown"}`),
  'the key in the header (jwk)': (f) => byStranger(f, {}, true),
  'the key in the header (jwk), without kid': (f) => byStranger(f, { kid: 'mine' }, true),
  'a URL of keys (jku)': (f) => byStranger(f, { jku: 'https://evil.example/jwks' }),
  'a URL of certificates (x5u)': (f) => byStranger(f, { x5u: 'https://evil.example/cert' }),
  "another key under the server's kid": (f) => byStranger(f, {}),
  'an unknown crit': (f) => signAs(f.ec, f.claims, { crit: ['urn:example:extension'], 'urn:example:extension': true }),
  'an empty crit': (f) => signRaw(f, JSON.stringify({ alg: 'ES256', typ: 'at+jwt', kid: f.ec.kid, crit: [] })),
  'a crit that names a standard member': (f) =>
    signRaw(f, JSON.stringify({ alg: 'ES256', typ: 'at+jwt', kid: f.ec.kid, crit: ['alg'] })),
  'b64:false': (f) =>
    signRaw(f, JSON.stringify({ alg: 'ES256', typ: 'at+jwt', kid: f.ec.kid, b64: false, crit: ['b64'] })),
  'a JWE of the claims': (f) => encrypted(f, JSON.stringify(f.claims)),
  'a JWE of a good token': (f) => encrypted(f, f.genuine),
  'another payload under a good signature': (f) => tamper(f.genuine, { ...f.claims, sub: 'user-bob' }),
  'a cut signature': (f) => f.genuine.slice(0, -4),
  'no signature': (f) => `${f.genuine.split('.').slice(0, 2).join('.')}.`,
  'an ES256 signature of zeros': (f) =>
    `${f.genuine.split('.').slice(0, 2).join('.')}.${Buffer.alloc(64).toString('base64url')}`,
  'a fourth part': (f) => `${f.genuine}.e30`,
  'another issuer': (f) => signAs(f.ec, { ...f.claims, iss: 'https://evil.example' }),
  'the issuer with a slash': (f) => signAs(f.ec, { ...f.claims, iss: `${f.claims.iss}/` }),
  'no issuer': (f) => signAs(f.ec, { ...f.claims, iss: undefined }),
  'no end': (f) => signAs(f.ec, { ...f.claims, exp: undefined }),
  'an end in the past': (f) => signAs(f.ec, { ...f.claims, exp: Number(f.claims.iat) }),
  'an end that is text': (f) => signAs(f.ec, { ...f.claims, exp: '9999999999' as never }),
  'no beginning': (f) => signAs(f.ec, { ...f.claims, iat: undefined }),
  'a beginning in the future': (f) => signAs(f.ec, { ...f.claims, nbf: Number(f.claims.exp) - 1 }),
  'no jti': (f) => signAs(f.ec, { ...f.claims, jti: undefined }),
  'a jti of a grant that does not exist': (f) => signAs(f.ec, { ...f.claims, jti: `g${'0'.repeat(24)}.x` }),
  'no client': (f) => signAs(f.ec, { ...f.claims, client_id: undefined }),
  'an unknown client': (f) => signAs(f.ec, { ...f.claims, client_id: 'nobody' }),
  'a header that is no JSON': (f) => signRaw(f, 'at+jwt'),
  'a header that is null': (f) => signRaw(f, 'null'),
}

describe('a forged JWT (E01)', () => {
  test('the token that is forged below is good but for its fault (E01)', async () => {
    const good = await signAs(forger.ec, forger.claims)
    expect(await isActive(world, good)).toBe(true)
    expect((await userinfo(world, good)).status).toBe(200)
    const raw = signRaw(forger, JSON.stringify({ alg: 'ES256', typ: 'at+jwt', kid: forger.ec.kid }))
    expect((await introspect(world, client, raw)).body.active).toBe(true)
  })

  test.each(Object.keys(forgeries))('%s is no token (E01)', async (name) => {
    const token = (await forgeries[name]?.(forger)) ?? ''
    const failures = world.events.filter(({ type }) => type === 'request.failed').length
    expect(await world.provider.verifyAccessToken(token)).toBeUndefined()
    const answer = await userinfo(world, token)
    expect(answer).toMatchObject({ status: 401, body: { error: 'invalid_token' } })
    expect(answer.headers.get('www-authenticate')).toContain('error="invalid_token"')
    expect((await introspect(world, client, token)).body).toEqual({ active: false })
    const revoked = await postAs(world, client, '/oauth2/revoke', { token })
    expect(revoked).toMatchObject({ status: 200, body: {} })
    expect(world.events.filter(({ type }) => type === 'request.failed').length).toBe(failures)
  })

  test('after all of it the genuine token is good (E01)', async () => {
    expect(await isActive(world, forger.genuine)).toBe(true)
    expect((await refresh(world, client, refreshToken)).status).toBe(200)
  })
})
