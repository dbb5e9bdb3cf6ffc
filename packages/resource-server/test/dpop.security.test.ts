import { randomUUID } from 'node:crypto'
import {
  createProtectedResource,
  createTokenVerifier,
  type DpopOptions,
  dpop,
  protect,
  type SenderConstraint,
} from '@oauth/resource-server'
import { type CryptoKey, calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import { hashOf } from '../../core/test/support/dpop.ts'
import { createFakeServer, now } from './support/fake-server.ts'
import { api } from './support/setup.ts'

interface Key {
  readonly jwk: JWK
  readonly privateKey: CryptoKey
}

const url = `${api}/notes`
const clock = { now: () => now }
let key: Key
let other: Key
let jkt: string

async function makeKey(): Promise<Key> {
  const { publicKey, privateKey } = await generateKeyPair('ES256')
  return { jwk: await exportJWK(publicKey), privateKey }
}

beforeAll(async () => {
  key = await makeKey()
  other = await makeKey()
  jkt = await calculateJwkThumbprint(key.jwk)
})

async function setUpDpop(options: DpopOptions = {}) {
  const server = await createFakeServer()
  const constraint = dpop({ clock, ...options })
  const verifier = server.verifierWith({ senderConstraints: [constraint] })
  const bound = await server.sign({ cnf: { jkt } })
  const handler = protect({ verifier })((_, token) => Response.json({ jkt: token.cnf?.jkt }))
  const call = async (headers: Record<string, string>, target = url, method = 'GET') => {
    const response = await handler(new Request(target, { headers, method }))
    const text = await response.text()
    return {
      status: response.status,
      challenge: response.headers.get('www-authenticate'),
      nonce: response.headers.get('dpop-nonce'),
      exposed: response.headers.get('access-control-expose-headers'),
      body: text === '' ? undefined : JSON.parse(text),
    }
  }
  const prove = (claims: object = {}, header: object = {}, signer = key) =>
    new SignJWT({
      jti: randomUUID(),
      htm: 'GET',
      htu: url,
      iat: now,
      ath: hashOf(bound),
      ...claims,
    })
      .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk: key.jwk, ...header })
      .sign(signer.privateKey)
  const send = (proof: string, scheme = 'DPoP') => call({ authorization: `${scheme} ${bound}`, dpop: proof })
  return { ...server, constraint, bound, call, prove, send }
}

describe('a resource with dpop()', () => {
  it('a resource with dpop() accepts a bound token with a good proof, once (D16, D38)', async () => {
    const { prove, send } = await setUpDpop()
    const proof = await prove()
    expect(await send(proof)).toMatchObject({ status: 200, body: { jkt }, nonce: null })
    expect(await send(proof)).toMatchObject({ status: 401, body: { error: 'invalid_dpop_proof' } })
  })

  it('a resource with dpop() accepts one of fifty uses of a proof at the same time (D16, D38)', async () => {
    const { prove, send } = await setUpDpop()
    const proof = await prove()
    const answers = await Promise.all(Array.from({ length: 50 }, () => send(proof)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  })

  it('a resource with dpop() refuses a bound token without a proof, and names the algorithms in the challenge of DPoP (D18, D38)', async () => {
    const { call, bound } = await setUpDpop()
    const { status, challenge } = await call({ authorization: `DPoP ${bound}` })
    expect(status).toBe(401)
    expect(challenge).toMatch(/^DPoP error="invalid_token", .*algs="ES256 EdDSA Ed25519 PS256"$/)
  })

  it('a resource with dpop() refuses a bound token as a bearer token, with a proof as well (D26, D38)', async () => {
    const { prove, send } = await setUpDpop()
    expect(await send(await prove(), 'Bearer')).toMatchObject({ status: 401, body: { error: 'invalid_token' } })
  })

  it('a resource with dpop() refuses a proof of another key than that of the token as invalid_token (D15, D38)', async () => {
    const { prove, send } = await setUpDpop()
    const proof = await prove({}, { jwk: other.jwk }, other)
    expect(await send(proof)).toMatchObject({ status: 401, body: { error: 'invalid_token' } })
  })

  it.each<[string, object]>([
    ['another method', { htm: 'POST' }],
    ['a method in lower case', { htm: 'get' }],
    ['another path', { htu: `${api}/other` }],
    ['another host', { htu: 'https://evil.example/notes' }],
    ['a user in the URL', { htu: 'https://user@api.example.com/notes' }],
    ['no URL', { htu: undefined }],
    ['the hash of another token', { ath: hashOf('other') }],
    ['no hash of the token', { ath: undefined }],
    ['no jti', { jti: undefined }],
    ['an empty jti', { jti: '' }],
    ['no iat', { iat: undefined }],
    ['an iat of an hour ago', { iat: 1 }],
    ['an iat in the future', { iat: 9_999_999_999 }],
    ['an exp in the past', { exp: 1 }],
    ['an nbf in the future', { nbf: 9_999_999_999 }],
  ])('a resource with dpop() refuses a proof with %s (D09 to D14, D38)', async (_, claims) => {
    const { prove, send } = await setUpDpop()
    expect(await send(await prove(claims))).toMatchObject({ status: 401, body: { error: 'invalid_dpop_proof' } })
  })

  it('a resource with dpop() refuses wrong headers, foreign signatures, private keys and texts that are no proof (D03 to D08, D38)', async () => {
    const { prove, send } = await setUpDpop()
    const proof = await prove()
    const rsa = await generateKeyPair('PS256', { modulusLength: 2048, extractable: true })
    const weak = { kty: 'RSA', e: 'AQAB', n: `${'A'.repeat(300)}${'_'.repeat(42)}` }
    const rsaProof = (jwk: object) => prove({}, { alg: 'PS256', jwk }, { jwk: {}, privateKey: rsa.privateKey })
    const bad = [
      ...['', 'x', `${proof}.a.b`, `${proof}, ${proof}`, proof.slice(0, -4), `${proof}${'A'.repeat(9000)}`],
      await prove({}, { typ: 'JWT' }),
      await prove({}, { typ: undefined }),
      await prove({}, { jwk: undefined }),
      await prove({}, { jwk: { ...key.jwk, d: 'AQ' } }),
      await prove({}, { jwk: { kty: 'oct', k: 'AQ' } }),
      await prove({}, { jwk: { ...key.jwk, crv: 'P-384' } }),
      await prove({}, { jwk: { ...key.jwk, x: 'AQ' } }),
      await prove({}, {}, other),
      await rsaProof(weak),
      await rsaProof({ ...weak, n: 'A_'.repeat(600) }),
      `${Buffer.from('{"alg":"none","typ":"dpop+jwt","jwk":{}}').toString('base64url')}.e30.AA`,
    ]
    for (const text of bad) {
      expect(await send(text)).toMatchObject({ status: 401, body: { error: 'invalid_dpop_proof' } })
    }
    expect(await send(await rsaProof(await exportJWK(rsa.publicKey)))).toMatchObject({
      body: { error: 'invalid_token' },
    })
  })

  it('a resource with dpop() compares the URL under the origin of the resource, whatever the Host of the request is (D11, D38)', async () => {
    const { prove, bound, call } = await setUpDpop()
    const at = async (htu: string) =>
      (await call({ authorization: `DPoP ${bound}`, dpop: await prove({ htu }) }, 'http://10.0.0.7:8080/notes?a=b'))
        .status
    expect(await at('http://10.0.0.7:8080/notes')).toBe(401)
    for (const htu of [url, `${url}?a=b#c`, 'HTTPS://API.EXAMPLE.COM:443/x/../%6eotes']) expect(await at(htu)).toBe(200)
  })

  it('a resource with dpop() names both schemes without a token, and DPoP alone where it is required (D29, D38)', async () => {
    const both = await (await setUpDpop()).call({})
    expect(both.challenge).toMatch(/^Bearer realm="[^"]+", DPoP algs="[^"]+"$/)
    expect((await (await setUpDpop({ required: true })).call({})).challenge).toMatch(/^DPoP algs="[^"]+"$/)
  })

  it('a resource with dpop() refuses unbound tokens where it is required, under either scheme (D38)', async () => {
    const { sign, call, prove, send } = await setUpDpop({ required: true })
    const token = await sign()
    for (const scheme of ['Bearer', 'DPoP']) {
      expect(
        (await call({ authorization: `${scheme} ${token}`, dpop: await prove({ ath: hashOf(token) }) })).status,
      ).toBe(401)
    }
    expect((await send(await prove())).status).toBe(200)
    const bearer = await setUpDpop()
    expect((await bearer.call({ authorization: `Bearer ${await bearer.sign()}` })).status).toBe(200)
  })
})

describe('nonces of a resource', () => {
  const nonceSecret = 'a-secret-of-the-resource-with-32-characters'

  it('a resource with a nonceSecret refuses a proof without a nonce with use_dpop_nonce, and accepts the next one, which scripts can read (D30, D38)', async () => {
    const { prove, send } = await setUpDpop({ nonceSecret })
    const refused = await send(await prove())
    expect(refused).toMatchObject({ status: 401, body: { error: 'use_dpop_nonce' } })
    expect(refused.challenge).toMatch(/^DPoP error="use_dpop_nonce"/)
    expect(refused.exposed).toContain('DPoP-Nonce')
    const accepted = await send(await prove({ nonce: refused.nonce }))
    expect([accepted.status, accepted.nonce]).toEqual([200, refused.nonce])
  })

  it('a resource with a nonceSecret sends the newest nonce with every refusal of a proof that has one (D30, D38)', async () => {
    const { prove, send } = await setUpDpop({ nonceSecret })
    const { nonce } = await send(await prove())
    const used = await prove({ nonce })
    expect((await send(used)).status).toBe(200)
    const stranger = await prove({ nonce }, { jwk: other.jwk }, other)
    for (const proof of [used, stranger, await prove({ nonce, iat: 1 }), await prove({ nonce }, {}, other)]) {
      const refused = await send(proof)
      expect([refused.status, refused.nonce]).toEqual([401, nonce])
      expect(refused.exposed).toContain('DPoP-Nonce')
    }
  })

  it('a resource with a nonceSecret accepts the nonce of another process, and under the older of two secrets, and no other (D30, D38)', async () => {
    const { nonce } = await (async () => {
      const { prove, send } = await setUpDpop({ nonceSecret })
      return send(await prove())
    })()
    const rotated = await setUpDpop({ nonceSecret: ['another-secret-of-32-characters-or-so', nonceSecret] })
    expect((await rotated.send(await rotated.prove({ nonce }))).status).toBe(200)
    for (const wrong of [`x${nonce}`, '', 7, undefined, nonce?.split('.')[0]]) {
      const answer = await rotated.send(await rotated.prove({ nonce: wrong }))
      expect(answer.body).toMatchObject({ error: 'use_dpop_nonce' })
    }
    const foreign = await setUpDpop({ nonceSecret: 'a-foreign-secret-of-the-test-with-32' })
    expect((await foreign.send(await foreign.prove({ nonce }))).body).toMatchObject({ error: 'use_dpop_nonce' })
  })
})

describe('the store of used proofs', () => {
  it('a store of the host gets a hash and a time, and its answer decides (D16, D38)', async () => {
    const claims: [string, number][] = []
    const replays = { claim: async (id: string, until: number) => claims.push([id, until]) === 1 }
    const { prove, send } = await setUpDpop({ replays })
    expect((await send(await prove())).status).toBe(200)
    expect((await send(await prove())).body).toMatchObject({ error: 'invalid_dpop_proof' })
    expect(claims[0]).toEqual([expect.stringMatching(/^[\w-]{43}$/), now + 71])
  })

  it('a store that fails, or answers otherwise than true, lets nothing through (D16, D38)', async () => {
    const failing = await setUpDpop({ replays: { claim: () => Promise.reject(new Error('down')) } })
    expect((await failing.send(await failing.prove())).status).toBe(503)
    const odd = await setUpDpop({ replays: { claim: () => 1 as unknown as boolean } })
    expect((await odd.send(await odd.prove())).status).toBe(401)
  })
})

describe('the options of dpop()', () => {
  it.each<[object, string]>([
    [{ nonce: true }, 'dpop: there is no option nonce'],
    [{ signingAlgorithms: ['HS256'] }, 'dpop: signingAlgorithms must be some of'],
    [{ signingAlgorithms: [] }, 'dpop: signingAlgorithms must be some of'],
    [{ maxAge: 5 }, 'dpop: maxAge: must be a number of seconds from 10 to 3600'],
    [{ nonceSecret: 'short' }, 'dpop: nonceSecret must be'],
    [{ nonceSecret: [] }, 'dpop: nonceSecret must be'],
    [{ replays: {} }, 'dpop: replays needs a function claim'],
    [{ required: 'yes' }, 'dpop: required must be true or false'],
  ])('dpop(%o) is refused', (options, problem) => {
    expect(() => dpop(options as DpopOptions)).toThrow(problem)
  })

  it('the metadata document names the algorithms, and that DPoP is required (D38)', async () => {
    const metadataOf = async (options: DpopOptions): Promise<object> => {
      const resource = createProtectedResource({
        resource: api,
        authorizationServer: 'https://id.example.com/auth',
        senderConstraints: [dpop(options)],
      })
      return (await resource.metadata({ method: 'GET' })).json() as Promise<object>
    }
    const algorithms = { dpop_signing_alg_values_supported: ['ES256', 'EdDSA', 'Ed25519', 'PS256'] }
    expect(await metadataOf({})).toMatchObject(algorithms)
    expect(await metadataOf({})).not.toHaveProperty('dpop_bound_access_tokens_required')
    expect(await metadataOf({ required: true })).toMatchObject({
      ...algorithms,
      dpop_bound_access_tokens_required: true,
    })
  })

  it.each(['urn:example:api', 'notes-api', 'https://user@api.example.com', 'https:api.example.com'])(
    'a verifier with dpop() for the resource %s is refused, since only the Host of a request would say what a proof is for (D11, D38)',
    (audience) => {
      const make = (senderConstraints: readonly SenderConstraint[]) =>
        createTokenVerifier({ audience, verifyWith: async () => undefined, senderConstraints })
      expect(() => make([dpop()])).toThrow(`dpop: ${audience} must be an http or https URL`)
      expect(() => make([])).not.toThrow()
    },
  )

  it('a bound token that is verified without its request is refused (D38)', async () => {
    const { sign, verifierWith } = await createFakeServer()
    const verifier = verifierWith({ senderConstraints: [dpop({ clock })] })
    await expect(verifier.verify(await sign({ cnf: { jkt } }))).rejects.toMatchObject({ code: 'invalid_token' })
  })
})
