import { mutualTls } from '@oauth/core/features/mutual-tls'
import { describe, expect, test } from 'vitest'
import { claimsOf, registerConfidential, registerPublic } from '../../support/client.ts'
import { expectJsonError } from '../../support/expectations.ts'
import {
  authorizeForCertificate,
  certificateIn,
  machine,
  mutualTlsWorld,
  over,
  postOver,
  refreshOver,
  registerTls,
  userinfoOver,
} from '../../support/mutual-tls.ts'
import { api, createQuickWorld, introspect, registerResourceServer } from '../../support/tokens.ts'

const bound = { tls_client_certificate_bound_access_tokens: true } as const

describe('tokens that are bound to a certificate', () => {
  test('discovery says that access tokens can be bound to certificates (M10)', () => {
    expect(mutualTlsWorld().provider.metadata.tls_client_certificate_bound_access_tokens).toBe(true)
    expect(createQuickWorld().provider.metadata).not.toHaveProperty('tls_client_certificate_bound_access_tokens')
  })

  test.each([
    ['opaque', {}],
    ['JWT', { resource: api }],
  ])(
    'a token of a client that asked for it has cnf with the thumbprint alone, and the type Bearer (%s) (M10, M11)',
    async (kind, more) => {
      const world = mutualTlsWorld()
      const client = await registerConfidential(world, bound)
      const certificate = certificateIn(world, 'ada')
      const redeem = await authorizeForCertificate(world, client)
      const { body } = await redeem(over(certificate), more)
      const cnf = { 'x5t#S256': certificate.thumbprint }
      expect([body.token_type, body.access_token.includes('.')]).toEqual(['Bearer', kind === 'JWT'])
      expect(cnf['x5t#S256']).toMatch(/^[\w-]{43}$/)
      if (kind === 'JWT') expect(claimsOf(body.access_token).cnf).toEqual(cnf)
      const seen = (await introspect(world, client, body.access_token)).body
      expect([seen.active, seen.token_type, seen.cnf]).toEqual([true, 'Bearer', cnf])
      if (kind === 'opaque') return
      const resourceServer = (await introspect(world, await registerResourceServer(world), body.access_token)).body
      expect([resourceServer.token_type, resourceServer.cnf]).toEqual(['Bearer', cnf])
    },
  )

  test('a client that did not ask for bound tokens gets others, even when it authenticates by its certificate (M10)', async () => {
    const world = mutualTlsWorld()
    const client = await registerTls(world, 'ada')
    const { body } = await postOver(world, client, over(certificateIn(world, 'ada')))
    expect((await world.provider.verifyAccessToken(body.access_token))?.extra?.cnf).toBeUndefined()
  })

  test('a client that asked for bound tokens gets invalid_request without a certificate, and its code stays good (M12)', async () => {
    const world = mutualTlsWorld()
    const client = await registerConfidential(world, bound)
    expectJsonError(await postOver(world, client, {}), 400, 'invalid_request')
    const redeem = await authorizeForCertificate(world, client)
    expectJsonError(await redeem({}), 400, 'invalid_request')
    const expired = certificateIn(world, 'ada', { notAfter: world.clock.now() - 1 })
    expectJsonError(await redeem(over(expired)), 400, 'invalid_request')
    const { status, body } = await redeem(over(certificateIn(world, 'ada')))
    expect(status).toBe(200)
    expectJsonError(await refreshOver(world, client, {}, body.refresh_token), 400, 'invalid_request')
    expect((await refreshOver(world, client, over(certificateIn(world, 'ada')), body.refresh_token)).status).toBe(200)
  })

  test('the option required demands a certificate of every client (M12)', async () => {
    const world = mutualTlsWorld({ required: true })
    const client = await registerConfidential(world)
    expectJsonError(await postOver(world, client, {}), 400, 'invalid_request')
    const { body } = await postOver(world, client, over(certificateIn(world, 'ada'), false))
    expect((await world.provider.verifyAccessToken(body.access_token))?.extra).toHaveProperty('cnf')
  })

  test('a resource in requiredForResources is for clients with bound tokens alone (M12)', async () => {
    const world = mutualTlsWorld({ requiredForResources: [api] })
    const [plain, asking] = [await registerConfidential(world), await registerConfidential(world, bound)]
    const connection = over(certificateIn(world, 'ada'))
    const refused = await postOver(world, plain, connection, { ...machine, resource: api })
    expectJsonError(refused, 400, 'invalid_request')
    expect(refused.body.error_description).toContain('tls_client_certificate_bound_access_tokens')
    expect((await postOver(world, plain, connection)).status).toBe(200)
    expect((await postOver(world, asking, connection, { ...machine, resource: api })).status).toBe(200)
    expect(() => mutualTlsWorld({ requiredForResources: ['https://typo.example.com'] })).toThrow(
      'mutualTls: requiredForResources has https://typo.example.com, which is not in validAudiences: add it there',
    )
  })

  test('access and refresh tokens of a public client are bound, and a refused refresh consumes nothing (M13)', async () => {
    const world = mutualTlsWorld()
    const client = await registerPublic(world, bound)
    const certificate = certificateIn(world, 'ada')
    const redeem = await authorizeForCertificate(world, client)
    const { body } = await redeem(over(certificate, false))
    const verified = await world.provider.verifyAccessToken(body.access_token)
    expect(verified?.extra?.cnf).toEqual({ 'x5t#S256': certificate.thumbprint })
    const thief = over(certificateIn(world, 'ada'))
    expectJsonError(await refreshOver(world, client, thief, body.refresh_token), 400, 'invalid_grant')
    expectJsonError(await refreshOver(world, client, {}, body.refresh_token), 400, 'invalid_request')
    const next = await refreshOver(world, client, over(certificate, false), body.refresh_token)
    expect(next.status).toBe(200)
    expectJsonError(await refreshOver(world, client, thief, next.body.refresh_token), 400, 'invalid_grant')
  })

  test('a confidential client may refresh with a renewed certificate, which binds the new access token (M13)', async () => {
    const world = mutualTlsWorld()
    const client = await registerTls(world, 'ada', bound)
    const redeem = await authorizeForCertificate(world, client)
    const { body } = await redeem(over(certificateIn(world, 'ada')))
    const renewed = certificateIn(world, 'ada')
    const next = await refreshOver(world, client, over(renewed), body.refresh_token)
    const verified = await world.provider.verifyAccessToken(next.body.access_token)
    expect(verified?.extra?.cnf).toEqual({ 'x5t#S256': renewed.thumbprint })
  })

  test('userinfo accepts a bound token with its certificate alone; otherwise it is invalid_token and 401 (M14)', async () => {
    const world = mutualTlsWorld()
    const client = await registerConfidential(world, bound)
    const certificate = certificateIn(world, 'ada')
    const redeem = await authorizeForCertificate(world, client)
    const { access_token } = (await redeem(over(certificate))).body
    expect((await userinfoOver(world, over(certificate, false), access_token)).body.email).toBe('alice@example.com')
    const garbage = over(new Uint8Array([48, 1]))
    for (const headers of [{}, over(certificateIn(world, 'ada')), garbage]) {
      const answer = await userinfoOver(world, headers, access_token)
      expectJsonError(answer, 401, 'invalid_token')
      expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer .*error="invalid_token"/)
    }
    world.clock.advance(3601)
    expectJsonError(await userinfoOver(world, over(certificate), access_token), 401, 'invalid_token')
  })

  test('a token that is not bound works at userinfo with any certificate, and with one that cannot be read (M14)', async () => {
    const world = mutualTlsWorld()
    const redeem = await authorizeForCertificate(world, await registerConfidential(world))
    const { access_token } = (await redeem({})).body
    for (const headers of [over(certificateIn(world, 'ada')), over(new Uint8Array([48, 1]))]) {
      expect((await userinfoOver(world, headers, access_token)).status).toBe(200)
    }
  })

  test('a code is bound by PKCE alone: it is redeemed with the certificate of the token request (M17)', async () => {
    const world = mutualTlsWorld()
    const client = await registerTls(world, 'ada', bound)
    const redeem = await authorizeForCertificate(world, client)
    const connection = over(certificateIn(world, 'ada'))
    expectJsonError(await redeem(connection, { code_verifier: 'x'.repeat(43) }), 400, 'invalid_grant')
    expect((await redeem(connection)).status).toBe(200)
  })
})

describe('a process without the feature', () => {
  test('a process without the feature refuses bound tokens, refresh tokens and clients that have certificates (M14)', async () => {
    const world = mutualTlsWorld()
    const certificate = certificateIn(world, 'ada')
    const client = await registerPublic(world, bound)
    const redeem = await authorizeForCertificate(world, client)
    const { access_token, refresh_token } = (await redeem(over(certificate))).body
    const other = createQuickWorld({ storage: world.storage, beside: world })
    expectJsonError(await userinfoOver(other, over(certificate), access_token), 401, 'invalid_token')
    expectJsonError(await refreshOver(other, client, over(certificate), refresh_token), 400, 'unauthorized_client')
    const seen = await introspect(other, await registerConfidential(other), access_token)
    expect(seen.body).toEqual({ active: false })
    const authenticating = await registerTls(world, 'ada')
    expectJsonError(await postOver(other, authenticating, over(certificate)), 401, 'invalid_client')
    expect((await refreshOver(world, client, over(certificate), refresh_token)).status).toBe(200)
  })

  test('a process without the feature sends a client with bound tokens back with unauthorized_client (M12)', async () => {
    const world = mutualTlsWorld()
    const client = await registerConfidential(world, bound)
    const other = createQuickWorld({ storage: world.storage, beside: world })
    await expect(authorizeForCertificate(other, client)).rejects.toThrow('unauthorized_client')
  })
})

describe('the options of mutualTls', () => {
  test.each<[object, string]>([
    [{}, 'mutualTls: clientCertificate'],
    [{ clientCertificate: 'X-Client-Cert' }, 'mutualTls: clientCertificate must be a function'],
    [{ clientCertificate: () => undefined, header: 'X-Client-Cert' }, 'mutualTls: header is not known'],
    [{ clientCertificate: () => undefined, required: 'yes' }, 'mutualTls: required'],
  ])('mutualTls refuses the options %o', (options, problem) => {
    expect(() => mutualTls(options as never)).toThrow(problem)
  })
})
