import { createTokenVerifier, protect, ResourceError, type SenderConstraint } from '@oauth/resource-server'
import { describe, expect, it } from 'vitest'
import { fakeConstraint, proven } from './support/fake-constraint.ts'
import { createFakeServer, credentials, goodAnswer, now } from './support/fake-server.ts'
import { api } from './support/setup.ts'

const url = `${api}/notes`

async function setUpBound(change: Partial<SenderConstraint> = {}) {
  const server = await createFakeServer()
  const constraint = fakeConstraint(change)
  const verifier = server.verifierWith({ senderConstraints: [constraint], introspection: credentials })
  const bound = await server.sign({ cnf: { jkt: 'key' } })
  const handler = protect({ verifier, scopes: ['notes:read'] })((_, token) => Response.json({ cnf: token.cnf }))
  const get = async (headers: Record<string, string>, target = url) => {
    const response = await handler(new Request(target, { headers }))
    return {
      status: response.status,
      challenge: response.headers.get('www-authenticate'),
      nonce: response.headers.get('dpop-nonce'),
      exposed: response.headers.get('access-control-expose-headers'),
      body: await response.json(),
    }
  }
  return { ...server, constraint, verifier, bound, get }
}

describe('a resource with a sender constraint', () => {
  it('a bound token works with a proof of its key, and the response has the headers of the proof', async () => {
    const { get, bound, constraint } = await setUpBound()
    expect(await get(proven(bound, { url }))).toEqual({
      status: 200,
      challenge: null,
      nonce: 'next',
      exposed: 'DPoP-Nonce',
      body: { cnf: { jkt: 'key' } },
    })
    expect(constraint.calls).toEqual([{ method: 'GET', url, accessToken: bound }])
  })

  it('the scheme of a bound token is compared without case (dpop-26)', async () => {
    const { get, bound } = await setUpBound()
    const headers = { ...proven(bound, { url }), authorization: `dPoP ${bound}` }
    expect((await get(headers)).status).toBe(200)
  })

  it('a bound token without a proof, or with a proof of another key, is refused in the challenge of its scheme (dpop-15, dpop-18)', async () => {
    const { get, bound } = await setUpBound()
    for (const headers of [{ authorization: `DPoP ${bound}` }, proven(bound, { url, key: 'another' })]) {
      expect(await get(headers)).toMatchObject({
        status: 401,
        challenge:
          'DPoP error="invalid_token", error_description="the access token is bound to a key that the request does not ' +
          'prove", scope="notes:read", algs="ES256"',
      })
    }
  })

  it('a bound token is refused as a bearer token, also beside a valid proof (dpop-26)', async () => {
    const { get, bound, constraint } = await setUpBound()
    const headers = { ...proven(bound, { url }), authorization: `Bearer ${bound}` }
    expect(await get(headers)).toMatchObject({ status: 401, body: { error: 'invalid_token' } })
    expect(constraint.calls).toEqual([])
  })

  it('a token that is not bound is refused under the scheme of a constraint, and works as a bearer token (dpop-27)', async () => {
    const { get, sign } = await setUpBound()
    const token = await sign()
    expect(await get(proven(token, { url }))).toMatchObject({ status: 401, body: { error: 'invalid_token' } })
    expect(await get({ authorization: `Bearer ${token}` })).toMatchObject({ status: 200, nonce: null })
  })

  it('a request without a token gets a challenge of each scheme, without an error code (dpop-29)', async () => {
    const { get } = await setUpBound()
    expect(await get({})).toMatchObject({
      status: 401,
      challenge: 'Bearer scope="notes:read", DPoP scope="notes:read", algs="ES256"',
    })
  })

  it('two schemes in one request are invalid_request (dpop-28)', async () => {
    const { get, bound } = await setUpBound()
    const authorization = `DPoP ${bound}, Bearer ${bound}`
    expect(await get({ ...proven(bound, { url }), authorization })).toMatchObject({ status: 400 })
  })

  it('the error of a proof is answered with its code and its headers, which scripts may read (dpop-18, dpop-30)', async () => {
    const { get, bound } = await setUpBound()
    expect(await get(proven(bound, { url, used: 'old' }))).toMatchObject({
      status: 401,
      challenge: 'DPoP error="use_dpop_nonce", algs="ES256"',
      nonce: 'the-nonce',
      exposed: expect.stringContaining('DPoP-Nonce'),
    })
    const other = await get(proven(bound, { url: `${api}/other` }))
    expect(other).toMatchObject({ status: 401, body: { error: 'invalid_dpop_proof' } })
  })

  it('the URL that a proof must match has the origin of the resource, whatever host the request names (dpop-11)', async () => {
    const { get, bound, constraint } = await setUpBound()
    await get(proven(bound, { url: 'http://evil.example/notes?x=1' }), 'http://evil.example/notes?x=1')
    expect(constraint.calls).toMatchObject([{ url: `${api}/notes?x=1` }])
  })

  it('a proof is looked at only when the token is valid, so that it is not used up for nothing (dpop-16)', async () => {
    const { get, sign, constraint } = await setUpBound()
    const expired = await sign({ cnf: { jkt: 'key' }, exp: now - 60 })
    const foreign = await sign({ cnf: { jkt: 'key' }, aud: 'https://files.example.com' })
    for (const token of [expired, foreign]) expect((await get(proven(token, { url }))).status).toBe(401)
    expect(constraint.calls).toEqual([])
  })

  it.each([
    { 'x5t#S256': 'certificate' },
    { jkt: 'key', 'x5t#S256': 'certificate' },
    {},
    'key',
    null,
    ['jkt'],
    { jkt: 1 },
    { jkt: undefined },
  ])('a token whose cnf %j has a part that no constraint checks is refused', async (cnf) => {
    const { get, sign } = await setUpBound()
    const token = await sign({ cnf })
    expect((await get(proven(token, { url }))).status).toBe(401)
    if (cnf !== undefined) expect((await get({ authorization: `Bearer ${token}` })).status).toBe(401)
  })

  it('a bound token is refused without its request, and by a verifier without constraints', async () => {
    const { bound, verifier, verifierWith } = await setUpBound()
    await expect(verifier.verify(bound)).rejects.toMatchObject({ code: 'invalid_token' })
    const request = new Request(url, { headers: proven(bound, { url }) })
    await expect(verifierWith().verify(request)).rejects.toMatchObject({ code: 'missing_token' })
    await expect(verifierWith().verify(bound)).rejects.toMatchObject({ code: 'invalid_token' })
  })

  it('a constraint that fails, or whose headers are none, is answered with 503 and not with 500', async () => {
    const broken: SenderConstraint['prove'][] = [
      async () => Promise.reject(new Error('no database')),
      async () => ({ confirmation: 'key', headers: { 'not a name': 'x' } }),
      async () => ({ confirmation: 'key', headers: { 'x-nonce': 'a\nb' } }),
      async () => Promise.reject(new ResourceError('use_dpop_nonce', { headers: { 'x-nonce': 'a\nb' } })),
    ]
    for (const prove of broken) {
      const { get, bound } = await setUpBound({ prove })
      expect((await get(proven(bound, { url }))).status).toBe(503)
    }
    const { get, bound } = await setUpBound({ prove: (() => ({ confirmation: undefined })) as never })
    expect((await get(proven(bound, { url }))).status).toBe(401)
  })

  it('an opaque token is bound by the cnf of its introspection response, also from the cache', async () => {
    const server = await createFakeServer()
    const constraint = fakeConstraint()
    const introspection = { ...credentials, cacheSeconds: 60 }
    const verifier = server.verifierWith({ senderConstraints: [constraint], introspection })
    const answer = { ...goodAnswer, token_type: 'DPoP', cnf: { jkt: 'key' } }
    server.answers.set('/introspect', () => Response.json(answer))
    const verify = (headers: Record<string, string>) => verifier.verify(new Request(url, { headers }))
    expect(await verify(proven('opaque', { url }))).toMatchObject({ cnf: { jkt: 'key' }, source: 'introspection' })
    await expect(verify({ authorization: 'DPoP opaque' })).rejects.toMatchObject({ code: 'invalid_token' })
    await expect(verify({ authorization: 'Bearer opaque' })).rejects.toMatchObject({ code: 'invalid_token' })
    expect(server.network.count('/introspect')).toBe(1)
  })

  it('an introspection response with the token type of a constraint and without a key is refused', async () => {
    const { verifier, answers } = await setUpBound()
    answers.set('/introspect', () => Response.json({ ...goodAnswer, token_type: 'DPoP' }))
    for (const scheme of ['Bearer', 'DPoP']) {
      const request = new Request(url, { headers: { authorization: `${scheme} opaque` } })
      await expect(verifier.verify(request)).rejects.toMatchObject({ code: 'invalid_token' })
    }
  })

  it('a JWT stays bound to the key in its claims when the introspection response names none', async () => {
    const server = await createFakeServer()
    const introspection = { ...credentials, jwts: true }
    const bound = await server.sign({ cnf: { jkt: 'key' } })
    const verifier = server.verifierWith({ senderConstraints: [fakeConstraint()], introspection })
    const verify = (headers: Record<string, string>) => verifier.verify(new Request(url, { headers }))
    await expect(verify({ authorization: `Bearer ${bound}` })).rejects.toMatchObject({ code: 'invalid_token' })
    expect(await verify(proven(bound, { url }))).toMatchObject({ cnf: { jkt: 'key' } })
    await expect(server.verifierWith({ introspection }).verify(bound)).rejects.toMatchObject({ code: 'invalid_token' })
  })

  it('a token of the same process is bound by what features of the provider say of it', async () => {
    const local = { clientId: 'a', scopes: [], audience: [api], issuedAt: now, expiresAt: now + 60 }
    const verifier = createTokenVerifier({
      audience: api,
      clock: { now: () => now },
      senderConstraints: [fakeConstraint()],
      verifyWith: async () => ({ ...local, extra: { cnf: { jkt: 'key' } } }),
    })
    const verify = (headers: Record<string, string>) => verifier.verify(new Request(url, { headers }))
    await expect(verify({ authorization: 'Bearer opaque' })).rejects.toMatchObject({ code: 'invalid_token' })
    expect(await verify(proven('opaque', { url }))).toMatchObject({ cnf: { jkt: 'key' }, source: 'local' })
  })

  it('a constraint outside of the Authorization header binds bearer tokens', async () => {
    const prove: SenderConstraint['prove'] = ({ headers }) => {
      const confirmation = headers.get('x-certificate')
      return confirmation === null ? undefined : { confirmation }
    }
    const { get, sign } = await setUpBound({ confirmation: 'x5t#S256', scheme: 'Bearer', prove })
    const bearer = { authorization: `Bearer ${await sign({ cnf: { 'x5t#S256': 'one' } })}` }
    expect((await get({ ...bearer, 'x-certificate': 'one' })).status).toBe(200)
    expect((await get({ ...bearer, 'x-certificate': 'two' })).status).toBe(401)
    expect((await get(bearer)).status).toBe(401)
  })

  it('two constraints for one member of cnf, and a scheme that is none, are refused at start', async () => {
    const { verifierWith } = await createFakeServer()
    const wrong = [[fakeConstraint(), fakeConstraint()], [fakeConstraint({ scheme: 'D PoP' })], [{} as never]]
    for (const senderConstraints of wrong)
      expect(() => verifierWith({ senderConstraints })).toThrow('senderConstraints')
  })
})
