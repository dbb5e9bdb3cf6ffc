import { describe, expect, it } from 'vitest'
import { postAs } from '../../core/test/support/client.ts'
import { alice } from '../../core/test/support/world.ts'
import { createFakeServer, credentials, fakeIssuer, goodAnswer, now } from './support/fake-server.ts'
import {
  api,
  files,
  machineToken,
  opaqueFor,
  refusal,
  refusalCode,
  registerApi,
  setUp,
  userTokens,
} from './support/setup.ts'

async function setUpOpaque(audience = api) {
  const setup = await setUp({}, { storage: opaqueFor(audience) })
  const introspection = await registerApi(setup.world, audience)
  return { ...setup, introspection, verifier: setup.verifierWith({ introspection }) }
}

describe('an opaque token at a real provider', () => {
  it('an opaque token is valid while the authorization server says that it is active', async () => {
    const setup = await setUpOpaque()
    // With `enable_end_session`, the client's tokens have a `sid`.
    await setup.world.provider.updateClient(setup.client.client_id, { enable_end_session: true })
    const { access_token } = await userTokens(setup, 'notes:read offline_access', {})
    expect(await setup.verifier.verify(access_token)).toMatchObject({
      subject: alice.id,
      clientId: setup.client.client_id,
      scopes: ['notes:read', 'offline_access'],
      audience: [api],
      issuedAt: setup.world.clock.now(),
      expiresAt: setup.world.clock.now() + 3600,
      sessionId: expect.stringMatching(/^[\w-]{40,}$/),
      authTime: setup.world.clock.now(),
      amr: ['pwd'],
      source: 'introspection',
    })
    expect(setup.network.requests).toEqual([
      'GET /.well-known/oauth-authorization-server/auth',
      'POST /auth/oauth2/introspect',
    ])
  })

  it('a revoked opaque token is refused at once', async () => {
    const setup = await setUpOpaque()
    const token = await machineToken(setup, { resource: undefined })
    expect((await setup.verifier.verify(token)).subject).toBe(setup.client.client_id)
    expect((await postAs(setup.world, setup.client, '/oauth2/revoke', { token })).status).toBe(200)
    expect(await refusalCode(setup.verifier.verify(token))).toBe('invalid_token')
  })

  it('an opaque token that has expired or never existed is refused', async () => {
    const setup = await setUpOpaque()
    const token = await machineToken(setup, { resource: undefined })
    expect(await refusalCode(setup.verifier.verify(`${token.slice(0, -4)}AAAA`))).toBe('invalid_token')
    setup.world.clock.advance(3600)
    expect(await refusalCode(setup.verifier.verify(token))).toBe('invalid_token')
  })

  it('an opaque token for another resource is refused, whichever client introspects it (E04)', async () => {
    const setup = await setUpOpaque(files)
    const token = await machineToken(setup, { resource: undefined })
    // With the credentials of the resource that the token is for, the server answers, but the audience is not ours.
    const error = await refusal(setup.verifier.verify(token))
    expect(error).toMatchObject({ code: 'invalid_token', description: 'the access token is not for this resource' })
    // With our own credentials, the server does not reveal that the token exists (E05).
    const own = setup.verifierWith({ introspection: await registerApi(setup.world) })
    expect(await refusal(own.verify(token))).toMatchObject({ description: 'the access token is not valid' })
  })

  it('an opaque token without an audience is refused (E04)', async () => {
    const setup = await setUp()
    const { client_id: clientId, client_secret: clientSecret = '' } = setup.client
    const verifier = setup.verifierWith({ introspection: { clientId, clientSecret } })
    const token = await machineToken(setup, { resource: undefined })
    expect(await refusal(verifier.verify(token))).toMatchObject({
      code: 'invalid_token',
      description: 'the access token is not for this resource',
    })
  })

  it('a refresh token is refused as an access token, although the server knows it (E02)', async () => {
    const setup = await setUp()
    const { client_id: clientId, client_secret: clientSecret = '' } = setup.client
    const verifier = setup.verifierWith({ introspection: { clientId, clientSecret } })
    const { refresh_token } = await userTokens(setup)
    expect(await refusalCode(verifier.verify(refresh_token))).toBe('invalid_token')
  })

  it('the verifier answers 503 while the authorization server is down or refuses the credentials', async () => {
    const setup = await setUpOpaque()
    const token = await machineToken(setup, { resource: undefined })
    const wrong = setup.verifierWith({ introspection: { ...setup.introspection, clientSecret: 'wrong' } })
    expect(await refusal(wrong.verify(token))).toMatchObject({ code: 'temporarily_unavailable', status: 503 })
    setup.network.down = true
    expect(await refusal(setup.verifier.verify(token))).toMatchObject({ code: 'temporarily_unavailable', status: 503 })
    setup.world.clock.advance(6)
    setup.network.down = false
    expect((await setup.verifier.verify(token)).source).toBe('introspection')
    setup.network.down = true
    expect(await refusalCode(setup.verifier.verify(token))).toBe('temporarily_unavailable')
  })
})

describe('a JWT with introspection.jwts', () => {
  it('a JWT is refused after its grant was revoked, with introspection.jwts', async () => {
    const setup = await setUp()
    const introspection = { ...(await registerApi(setup.world)), jwts: true }
    const verifier = setup.verifierWith({ introspection })
    const { access_token } = await userTokens(setup)
    expect(await verifier.verify(access_token)).toMatchObject({ subject: alice.id, source: 'introspection' })
    const grantId = (await setup.world.provider.verifyAccessToken(access_token))?.grantId ?? ''
    await setup.world.provider.revokeGrant(grantId)
    expect(await refusalCode(verifier.verify(access_token))).toBe('invalid_token')
  })

  it('a JWT is not introspected when its signature is wrong, nor without introspection.jwts', async () => {
    const server = await createFakeServer()
    const forged = await (await createFakeServer()).sign()
    const verifier = server.verifierWith({ introspection: { ...credentials, jwts: true } })
    expect(await refusalCode(verifier.verify(forged))).toBe('invalid_token')
    await server.verifierWith({ introspection: credentials }).verify(await server.sign())
    expect(server.network.count('/introspect')).toBe(0)
  })
})

describe('the response of an introspection endpoint', () => {
  async function answered(answer: Record<string, unknown>) {
    const server = await createFakeServer()
    server.answers.set('/introspect', () => Response.json(answer))
    return server.verifierWith({ introspection: credentials }).verify('opaque')
  }

  it('an introspection response without sub gives a token whose subject is the client', async () => {
    expect(await answered({ ...goodAnswer, sub: undefined, iat: undefined, iss: undefined })).toMatchObject({
      subject: 'a-client',
      issuedAt: now,
      tokenId: 'a-token',
      scopes: ['notes:read'],
    })
  })

  it.each<[string, Record<string, unknown>]>([
    ['inactive', { active: false }],
    ['without exp', { exp: undefined }],
    ['expired', { exp: now - 5 }],
    ['of another issuer', { iss: 'https://evil.example' }],
    ['without an audience', { aud: undefined }],
    ['for another audience', { aud: ['https://other.example'] }],
    ['not valid yet', { nbf: now + 6 }],
    ['of another type', { token_type: 'DPoP' }],
    ['bound to a key', { cnf: { jkt: 'thumbprint' } }],
    ['without a client', { client_id: undefined }],
  ])('an introspection response is refused when it is %s (S15)', async (_, change) => {
    expect(await refusalCode(answered({ ...goodAnswer, ...change }))).toBe('invalid_token')
  })

  it.each<[string, () => Response]>([
    ['an error', () => new Response('oops', { status: 500 })],
    ['a page', () => new Response('<html>', { headers: { 'content-type': 'text/html' } })],
    ['no boolean', () => Response.json({ ...goodAnswer, active: 'true' })],
    ['a list', () => Response.json([goodAnswer])],
  ])('the verifier answers 503 to an introspection response that is %s', async (_, answer) => {
    const server = await createFakeServer()
    server.answers.set('/introspect', answer)
    const verifier = server.verifierWith({ introspection: credentials })
    expect(await refusalCode(verifier.verify('opaque'))).toBe('temporarily_unavailable')
  })
})

describe('the introspection request', () => {
  async function asked(authMethod: 'client_secret_basic' | 'client_secret_post') {
    const server = await createFakeServer()
    let question: { form: string; authorization: string | null } | undefined
    server.answers.set('/introspect', async (request) => {
      question = { form: await request.text(), authorization: request.headers.get('authorization') }
      return Response.json(goodAnswer)
    })
    const introspection = {
      clientId: 'api:1',
      clientSecret: 's%cret',
      authMethod,
      endpoint: `${fakeIssuer}/introspect`,
    }
    await server.verifierWith({ introspection }).verify('opaque+token')
    expect(server.network.requests).toEqual(['POST /introspect'])
    return question
  }

  it('the introspection request has the credentials by the registered method, and the token in the form', async () => {
    expect(await asked('client_secret_basic')).toEqual({
      form: 'token_type_hint=access_token&token=opaque%2Btoken',
      authorization: `Basic ${btoa('api%3A1:s%25cret')}`,
    })
    expect(await asked('client_secret_post')).toEqual({
      form: 'token_type_hint=access_token&token=opaque%2Btoken&client_id=api%3A1&client_secret=s%25cret',
      authorization: null,
    })
  })
})

describe('cacheSeconds', () => {
  async function setUpCache(cacheSeconds: number | undefined, answer: object = goodAnswer) {
    const server = await createFakeServer()
    server.answers.set('/introspect', () => Response.json(answer))
    let time = now
    const verifier = server.verifierWith({
      clock: { now: () => time },
      clockTolerance: 0,
      introspection: { ...credentials, ...(cacheSeconds !== undefined && { cacheSeconds }) },
    })
    const asked = async (at: number, token = 'opaque') => {
      time = now + at
      const before = server.network.count('/introspect')
      const code = await verifier.verify(token).then(
        () => 'good',
        (error) => error.code,
      )
      return `${code} ${server.network.count('/introspect') - before}`
    }
    return asked
  }

  it('by default every request introspects its token', async () => {
    const asked = await setUpCache(undefined)
    expect([await asked(0), await asked(0)]).toEqual(['good 1', 'good 1'])
  })

  it('cacheSeconds saves introspection requests for the same token for that time', async () => {
    const asked = await setUpCache(10)
    expect([await asked(0), await asked(9), await asked(9, 'other'), await asked(10)]).toEqual([
      'good 1',
      'good 0',
      'good 1',
      'good 1',
    ])
  })

  it("a cached response is not used beyond the token's expiry", async () => {
    const asked = await setUpCache(100)
    expect([await asked(0), await asked(59), await asked(60)]).toEqual(['good 1', 'good 0', 'invalid_token 1'])
  })

  it('negative responses are not cached, and cacheSeconds is at most five minutes', async () => {
    const asked = await setUpCache(100, { active: false })
    expect([await asked(0), await asked(1)]).toEqual(['invalid_token 1', 'invalid_token 1'])
    await expect(setUpCache(301)).rejects.toThrow('introspection.cacheSeconds')
  })
})
