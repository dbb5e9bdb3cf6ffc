import { createTokenVerifier } from '@oauth/resource-server'
import { describe, expect, it } from 'vitest'
import { boundedFetch } from '../src/outbound.ts'
import { createFakeServer, credentials, fakeIssuer, goodAnswer, now } from './support/fake-server.ts'
import { createNetwork } from './support/network.ts'
import { api, refusal, refusalCode } from './support/setup.ts'

const insecure = [
  'http://localhost.evil.example',
  'http://127.0.0.1.evil.example',
  'http://localhost@evil.example',
  'http://localhost:80@evil.example',
  'http://evil.example',
  'http://10.0.0.1',
  'http://169.254.169.254',
  'http://0.0.0.0',
  'ftp://localhost',
  'file:///etc/passwd',
  'https://user:password@as.example',
  'as.example',
]

describe('addresses', () => {
  it.each(insecure)('the verifier refuses %s as issuer, key set and introspection endpoint (S15, G02)', (address) => {
    const options = { issuer: fakeIssuer, audience: api }
    expect(() => createTokenVerifier({ ...options, issuer: address })).toThrow(TypeError)
    expect(() => createTokenVerifier({ ...options, jwksUri: address })).toThrow(TypeError)
    const introspection = { ...credentials, endpoint: address }
    expect(() => createTokenVerifier({ ...options, introspection })).toThrow(TypeError)
  })

  it.each([...insecure, 'http://localhost:9000/x'])(
    'the verifier does not fetch %s when the metadata contain it (S15, G02)',
    async (address) => {
      const server = await createFakeServer()
      server.metadata.jwks_uri = address
      server.metadata.introspection_endpoint = address
      const verifier = server.verifierWith({ introspection: credentials })
      expect(await refusalCode(verifier.verify(await server.sign()))).toBe('temporarily_unavailable')
      expect(await refusalCode(verifier.verify('opaque'))).toBe('temporarily_unavailable')
      expect(server.network.requests).toEqual(['GET /.well-known/oauth-authorization-server'])
    },
  )

  it.each(['http://localhost:9000', 'http://127.0.0.1:9000', 'http://127.1:9000', 'http://[::1]:9000'])(
    'the verifier accepts http for %s, a loopback host (S15)',
    async (address) => {
      const network = createNetwork(async () => Response.json({ ...goodAnswer, iss: undefined }))
      const verifier = createTokenVerifier({
        issuer: address,
        audience: api,
        clock: { now: () => now },
        fetch: network.fetch,
        introspection: { ...credentials, endpoint: `${address}/introspect` },
      })
      expect((await verifier.verify('opaque')).source).toBe('introspection')
    },
  )

  it.each([`${fakeIssuer}?a`, `${fakeIssuer}#a`, `${fakeIssuer}#`])('the verifier refuses the issuer %s', (issuer) => {
    expect(() => createTokenVerifier({ issuer, audience: api })).toThrow(TypeError)
  })
})

it.each(insecure)('the verifier refuses an outbound request to %s (S15, G02)', async (address) => {
  const network = createNetwork(async () => new Response())
  await expect(boundedFetch(network.fetch, 5)(address, { method: 'GET', headers: {} })).rejects.toThrow(TypeError)
  expect(network.requests).toEqual([])
})

describe('the metadata', () => {
  it("the verifier reads the metadata of OpenID Connect when RFC 8414's URL has none, or when the options demand them", async () => {
    const server = await createFakeServer()
    server.answers.delete('/.well-known/oauth-authorization-server')
    server.answers.set('/.well-known/openid-configuration', () => Response.json(server.metadata))
    await server.verifierWith().verify(await server.sign())
    await server.verifierWith({ discovery: 'oidc' }).verify(await server.sign())
    expect(await refusalCode(server.verifierWith({ discovery: 'oauth2' }).verify(await server.sign()))).toBe(
      'temporarily_unavailable',
    )
    expect(server.network.requests).toEqual([
      'GET /.well-known/oauth-authorization-server',
      'GET /.well-known/openid-configuration',
      'GET /jwks',
      'GET /.well-known/openid-configuration',
      'GET /jwks',
      'GET /.well-known/oauth-authorization-server',
    ])
  })

  it.each(['https://evil.example', `${fakeIssuer}/`, undefined])(
    'the verifier refuses metadata of the issuer %s',
    async (issuer) => {
      const server = await createFakeServer()
      server.metadata.issuer = issuer
      expect(await refusalCode(server.verifierWith().verify(await server.sign()))).toBe('temporarily_unavailable')
      expect(server.network.count('/jwks')).toBe(0)
    },
  )

  it('the verifier fetches metadata again after metadataCacheSeconds, and keeps the old ones when that fails', async () => {
    const server = await createFakeServer()
    let time = now
    const verifier = server.verifierWith({ clock: { now: () => time }, metadataCacheSeconds: 10 })
    const token = await server.sign()
    await verifier.verify(token)
    time = now + 11
    server.answers.set('/.well-known/oauth-authorization-server', () => new Response('oops', { status: 500 }))
    server.answers.set('/.well-known/openid-configuration', () => new Response('oops', { status: 500 }))
    expect((await verifier.verify(token)).source).toBe('jwt')
    expect((await verifier.verify(token)).source).toBe('jwt')
    expect(server.network.count('/oauth-authorization-server')).toBe(2)
    time = now + 17
    server.answers.set('/.well-known/oauth-authorization-server', () =>
      Response.json({ ...server.metadata, jwks_uri: `${fakeIssuer}/other` }),
    )
    expect(await refusalCode(verifier.verify(token))).toBe('temporarily_unavailable')
    expect(server.network.count('/other')).toBe(1)
  })

  it('the verifier waits before it requests unavailable metadata again, however many requests come (G03)', async () => {
    const server = await createFakeServer()
    let time = now
    const verifier = server.verifierWith({ clock: { now: () => time } })
    const token = await server.sign()
    server.network.down = true
    for (let round = 0; round < 5; round++) {
      expect(await refusalCode(verifier.verify(token))).toBe('temporarily_unavailable')
    }
    expect(server.network.requests.length).toBe(1)
    server.network.down = false
    time = now + 5
    expect((await verifier.verify(token)).source).toBe('jwt')
  })
})

describe('a response of the authorization server (G03)', () => {
  it('the verifier does not wait for a response that never comes or never ends (G03)', async () => {
    const server = await createFakeServer()
    const verifier = server.verifierWith({ timeout: 0.05, introspection: credentials })
    await verifier.verify(await server.sign())
    const endless = () => new Response(new ReadableStream({ pull: () => new Promise(() => undefined) }))
    for (const answer of [() => new Promise<Response>(() => undefined), endless]) {
      server.answers.set('/introspect', answer)
      const started = performance.now()
      const error = await refusal(verifier.verify('opaque'))
      expect(error).toMatchObject({ code: 'temporarily_unavailable', cause: { name: 'TimeoutError' } })
      expect(performance.now() - started).toBeLessThan(1000)
    }
  })

  it('the verifier stops reading a response that is too large (G03)', async () => {
    const server = await createFakeServer()
    let sent = 0
    let cancelled = false
    const body = () =>
      new ReadableStream({
        pull(controller) {
          sent += 65_536
          controller.enqueue(new Uint8Array(65_536).fill(32))
          if (sent > 4_000_000) controller.close()
        },
        cancel() {
          cancelled = true
        },
      })
    server.answers.set('/jwks', () => new Response(body(), { headers: { 'content-type': 'application/json' } }))
    const error = await refusal(server.verifierWith().verify(await server.sign()))
    expect(error).toMatchObject({ code: 'temporarily_unavailable', cause: { message: expect.stringMatching(/bytes/) } })
    expect(cancelled).toBe(true)
    expect(sent).toBeLessThan(2_000_000)
  })

  it('the verifier treats a response that is not a key set as a failure (G03)', async () => {
    for (const keys of ['<html>', '{"keys":"none"}', '[]', '{"keys":[1]}']) {
      const server = await createFakeServer()
      server.answers.set('/jwks', () => new Response(keys))
      expect(await refusalCode(server.verifierWith().verify(await server.sign()))).toBe('temporarily_unavailable')
    }
  })
})
