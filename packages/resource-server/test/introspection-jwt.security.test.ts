import { jwtIntrospection } from '@oauth/core/features/jwt-introspection'
import { describe, expect, it } from 'vitest'
import { createFakeServer, credentials, goodAnswer, now } from './support/fake-server.ts'
import { api, opaqueFor, refusal, refusalCode, registerApi, setUp, userTokens } from './support/setup.ts'

const mediaType = 'application/token-introspection+jwt'
const introspection = { ...credentials, signedResponses: true }

describe('introspection with signedResponses at a real provider', () => {
  it('an opaque token is valid by a signed response, until it is revoked (RFC 9701)', async () => {
    const setup = await setUp({}, { storage: opaqueFor(api), features: [jwtIntrospection()] })
    const own = { ...(await registerApi(setup.world)), signedResponses: true }
    const verifier = setup.verifierWith({ introspection: own })
    const { access_token } = await userTokens(setup, 'notes:read', {})
    expect(await verifier.verify(access_token)).toMatchObject({ source: 'introspection', scopes: ['notes:read'] })
    expect(setup.network.requests).toContain('GET /auth/jwks')
    const grantId = (await setup.world.provider.verifyAccessToken(access_token))?.grantId ?? ''
    await setup.world.provider.revokeGrant(grantId)
    expect(await refusalCode(verifier.verify(access_token))).toBe('invalid_token')
  })

  it('a server without the feature answers JSON, which is not taken (RFC 9701)', async () => {
    const setup = await setUp({}, { storage: opaqueFor(api) })
    const own = { ...(await registerApi(setup.world)), signedResponses: true }
    const { access_token } = await userTokens(setup, 'notes:read', {})
    const error = await refusal(setup.verifierWith({ introspection: own }).verify(access_token))
    expect(error).toMatchObject({ code: 'temporarily_unavailable', status: 503 })
  })
})

describe('introspection with signedResponses at a server whose answers are chosen', () => {
  async function answering(claims: object = {}, header: object = {}, contentType = mediaType) {
    const server = await createFakeServer()
    const requests: Request[] = []
    const left: object = { sub: undefined, client_id: undefined, scope: undefined, jti: undefined, exp: undefined }
    const jwt = await server.sign(
      { ...left, aud: credentials.clientId, token_introspection: goodAnswer, ...claims },
      { typ: 'token-introspection+jwt', ...header },
    )
    server.answers.set('/introspect', (request) => {
      requests.push(request)
      return new Response(jwt, { headers: { 'content-type': contentType } })
    })
    return { server, requests, jwt, verifier: server.verifierWith({ introspection }) }
  }

  it('a good response is taken, and the request asks for it alone', async () => {
    const { verifier, requests } = await answering({}, {}, `${mediaType}; charset=utf-8`)
    expect(await verifier.verify('opaque')).toMatchObject({ clientId: 'a-client', source: 'introspection' })
    expect(requests[0]?.headers.get('accept')).toBe(mediaType)
  })

  it.each<[string, object, object?, string?]>([
    ['another audience', { aud: 'another-api' }],
    ['the token as the audience', { aud: api }],
    ['another issuer', { iss: 'https://evil.example' }],
    ['no iat', { iat: undefined }],
    ['an iat before the request', { iat: now - 6 }],
    ['no introspection', { token_introspection: undefined }],
    ['an introspection that is a list', { token_introspection: [goodAnswer] }],
    ['an introspection that is a text', { token_introspection: JSON.stringify(goodAnswer) }],
    ['the typ of an access token', {}, { typ: 'at+jwt' }],
    ['no typ', {}, { typ: undefined }],
    ['an unknown key', {}, { kid: 'key-2' }],
    ['the media type of JSON', {}, {}, 'application/json'],
    ['the media type of any JWT', {}, {}, 'application/jwt'],
  ])('a response with %s is temporarily_unavailable', async (_what, claims, header, contentType) => {
    const { verifier } = await answering(claims, header, contentType)
    expect(await refusalCode(verifier.verify('opaque'))).toBe('temporarily_unavailable')
  })

  it('a changed response, an unsigned one and JSON are temporarily_unavailable', async () => {
    const { server, jwt, verifier } = await answering({ token_introspection: { active: false } })
    const [header, payload = '', signature] = jwt.split('.')
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString())
    const forged = Buffer.from(JSON.stringify({ ...claims, token_introspection: goodAnswer })).toString('base64url')
    const none = Buffer.from('{"alg":"none","typ":"token-introspection+jwt"}').toString('base64url')
    for (const body of [`${header}.${forged}.${signature}`, `${none}.${forged}.`, JSON.stringify(goodAnswer)]) {
      server.answers.set('/introspect', () => new Response(body, { headers: { 'content-type': mediaType } }))
      expect(await refusalCode(verifier.verify('opaque'))).toBe('temporarily_unavailable')
    }
  })

  it('a signed response that the token is inactive, expired or for another resource is invalid_token', async () => {
    for (const changes of [{ active: false }, { exp: now - 60 }, { aud: 'https://other.example.com' }]) {
      const { verifier } = await answering({ token_introspection: { ...goodAnswer, ...changes } })
      expect(await refusalCode(verifier.verify('opaque'))).toBe('invalid_token')
    }
  })

  it('without the option a signed response is read as before, and JSON is asked for', async () => {
    const server = await createFakeServer()
    const accepted: (string | null)[] = []
    server.answers.set('/introspect', (request) => {
      accepted.push(request.headers.get('accept'))
      return Response.json(goodAnswer)
    })
    await server.verifierWith({ introspection: credentials }).verify('opaque')
    expect(accepted).toEqual(['application/json'])
  })
})
