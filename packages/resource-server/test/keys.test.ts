import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createFakeServer, type FakeServer, now } from './support/fake-server.ts'
import { machineToken, refusal, refusalCode, type Setup, setUp } from './support/setup.ts'

beforeEach(() => {
  // jose measures the age of its cached keys by the system's clock.
  vi.useFakeTimers({ toFake: ['Date'], now: now * 1000 })
})

afterEach(() => {
  vi.useRealTimers()
})

function advance(setup: Setup, seconds: number): void {
  setup.world.clock.advance(seconds)
  vi.setSystemTime(setup.world.clock.now() * 1000)
}

/** Makes a server whose clock moves together with the faked clock of the system. */
async function movingServer(): Promise<{ server: FakeServer; clock: { now(): number } }> {
  return { server: await createFakeServer(), clock: { now: () => Math.floor(Date.now() / 1000) } }
}

describe('the keys', () => {
  it('the keys are fetched once for many tokens, also for concurrent ones', async () => {
    const setup = await setUp()
    const tokens = await Promise.all([1, 2, 3, 4].map(() => machineToken(setup)))
    await Promise.all(tokens.map((token) => setup.verifier.verify(token)))
    for (const token of tokens) await setup.verifier.verify(token)
    expect(setup.network.requests).toEqual(['GET /.well-known/oauth-authorization-server/auth', 'GET /auth/jwks'])
  })

  it('the verifier finds rotated keys without a restart, and tokens of the old keys still verify (E08)', async () => {
    const setup = await setUp()
    const before = await machineToken(setup)
    await setup.verifier.verify(before)
    advance(setup, 31)
    await setup.world.provider.rotateSigningKeys({ activateAfter: 0 })
    const after = await machineToken(setup)
    expect(after.split('.')[0]).not.toBe(before.split('.')[0])
    expect((await setup.verifier.verify(after)).source).toBe('jwt')
    expect((await setup.verifier.verify(before)).source).toBe('jwt')
    expect(setup.network.count('/jwks')).toBe(2)
  })

  it('a withdrawn key is refused once the cache has expired (E08)', async () => {
    const { server, clock } = await movingServer()
    const verifier = server.verifierWith({ clock, jwksCacheSeconds: 100 })
    const token = await server.sign({ exp: now + 3600 })
    await verifier.verify(token)
    server.answers.set('/jwks', () => Response.json({ keys: [] }))
    vi.setSystemTime((now + 99) * 1000)
    expect((await verifier.verify(token)).source).toBe('jwt')
    vi.setSystemTime((now + 101) * 1000)
    expect(await refusalCode(verifier.verify(token))).toBe('invalid_token')
  })

  it('many unknown key ids cause one fetch of the keys in jwksCooldownSeconds (E01)', async () => {
    const setup = await setUp()
    const good = await machineToken(setup)
    await setup.verifier.verify(good)
    const attacker = await createFakeServer()
    const flood = async () => {
      for (let round = 0; round < 20; round++) {
        const forged = await attacker.sign({ iss: setup.world.issuer }, { kid: `made-up-${round}` })
        expect(await refusalCode(setup.verifier.verify(forged))).toBe('invalid_token')
      }
    }
    await flood()
    expect(setup.network.count('/jwks')).toBe(1)
    advance(setup, 31)
    await flood()
    expect(setup.network.count('/jwks')).toBe(2)
    expect((await setup.verifier.verify(good)).source).toBe('jwt')
  })

  it('the verifier refuses a token that no key could verify, without a fetch of the keys', async () => {
    const setup = await setUp()
    for (const bad of ['a.b.c', 'eyJhbGciOiJub25lIn0.e30.', 'opaque', 'x'.repeat(20_000), 'with space', '']) {
      expect(await refusalCode(setup.verifier.verify(bad))).toBe('invalid_token')
    }
    expect(setup.network.requests).toEqual([])
  })

  it('when the keys cannot be fetched, the verifier answers 503, and waits before the next fetch', async () => {
    const { server, clock } = await movingServer()
    const verifier = server.verifierWith({ clock })
    const token = await server.sign()
    server.answers.set('/jwks', () => new Response('oops', { status: 500 }))
    for (let round = 0; round < 5; round++) {
      expect(await refusal(verifier.verify(token))).toMatchObject({ code: 'temporarily_unavailable', status: 503 })
    }
    expect(server.network.count('/jwks')).toBe(1)
    server.answers.delete('/jwks')
    vi.setSystemTime((now + 6) * 1000)
    expect(await refusalCode(verifier.verify(token))).toBe('temporarily_unavailable')
    expect(server.network.count('/jwks')).toBe(2)
  })

  it('cached keys verify tokens while the authorization server is down, and unknown key ids get 503', async () => {
    const setup = await setUp()
    const token = await machineToken(setup)
    await setup.verifier.verify(token)
    setup.network.down = true
    advance(setup, 31)
    const unknown = await (await createFakeServer()).sign({ iss: setup.world.issuer }, { kid: 'unknown' })
    expect(await refusalCode(setup.verifier.verify(unknown))).toBe('temporarily_unavailable')
    expect((await setup.verifier.verify(token)).source).toBe('jwt')
    // The cached keys are too old: an attacker with a withdrawn key could block the server to keep the key valid.
    advance(setup, 600)
    expect(await refusalCode(setup.verifier.verify(token))).toBe('temporarily_unavailable')
    setup.network.down = false
    advance(setup, 6)
    expect((await setup.verifier.verify(token)).source).toBe('jwt')
  })

  it('with jwksUri the keys are fetched without metadata', async () => {
    const server = await createFakeServer()
    const verifier = server.verifierWith({ jwksUri: 'https://as.example/jwks' })
    await verifier.verify(await server.sign())
    expect(server.network.requests).toEqual(['GET /jwks'])
  })

  it('a token without a kid that several keys fit is refused, so that a token costs at most one verification (D16)', async () => {
    const { server, clock } = await movingServer()
    const keys = Array.from({ length: 249 }, () => ({
      kty: 'EC',
      crv: 'P-256',
      x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
      y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
    }))
    server.answers.set('/jwks', () => Response.json({ keys }))
    const verify = vi.spyOn(crypto.subtle, 'verify')
    const token = await server.sign({ exp: now + 3600 }, { kid: undefined })
    expect(await refusalCode(server.verifierWith({ clock }).verify(token))).toBe('invalid_token')
    expect(verify).not.toHaveBeenCalled()
    verify.mockRestore()
  })

  it('the verifier refuses the JWTs of a server without a jwks_uri', async () => {
    const server = await createFakeServer()
    delete server.metadata.jwks_uri
    expect(await refusalCode(server.verifierWith().verify(await server.sign()))).toBe('invalid_token')
  })
})
