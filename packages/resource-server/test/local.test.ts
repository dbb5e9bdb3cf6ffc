import { createProtectedResource, createTokenVerifier, protect } from '@oauth/resource-server'
import { describe, expect, it } from 'vitest'
import { alice, type World } from '../../core/test/support/world.ts'
import { api, files, machineToken, opaqueFor, refusal, refusalCode, setUp, userTokens } from './support/setup.ts'

async function setUpLocal(audience = api) {
  const setup = await setUp({}, { storage: opaqueFor(api) })
  const { provider, clock } = setup.world
  const verifier = createTokenVerifier({ audience, clock, verifyWith: provider.verifyAccessToken })
  return { ...setup, verifier }
}

describe('a resource whose authorizationServer is the provider itself', () => {
  const notesOf = (world: World, options: object = {}) => {
    const resource = createProtectedResource({ resource: api, authorizationServer: world.provider, ...options })
    return async (token: string): Promise<number> => {
      const request = new Request(api, { headers: { authorization: `Bearer ${token}` } })
      return (await resource.withAuth(() => new Response('notes'))(request)).status
    }
  }

  it.each([
    ['years behind', -10 * 365 * 86_400],
    ['years ahead', 10 * 365 * 86_400],
  ])('measures by the clock of the provider, which is %s', async (_where, seconds) => {
    const setup = await setUp({}, { storage: opaqueFor(api) })
    setup.world.clock.advance(seconds)
    expect(setup.world.provider.clock.now()).toBe(setup.world.clock.now())
    const notes = notesOf(setup.world, { onError: false })
    const { access_token } = await userTokens(setup)
    expect(await notes(access_token)).toBe(200)
    setup.world.clock.advance(3600)
    expect(await notes(access_token)).toBe(401)
  })

  it('measures the age of the login by it as well', async () => {
    const setup = await setUp({}, { storage: opaqueFor(api) })
    setup.world.clock.advance(10 * 365 * 86_400)
    const notes = notesOf(setup.world, { maxAge: 300, onError: false })
    const { access_token } = await userTokens(setup)
    expect(await notes(access_token)).toBe(200)
    setup.world.clock.advance(400)
    expect(await notes(access_token)).toBe(401)
  })
})

describe('a resource in the process of its provider', () => {
  it("a resource in the provider's process verifies JWTs and opaque tokens without a network", async () => {
    const setup = await setUpLocal()
    const { access_token: jwt } = await userTokens(setup)
    const { access_token: opaque } = await userTokens(setup, 'notes:read', {})
    expect(opaque).not.toContain('.')
    const signedIn = { authTime: setup.world.clock.now(), amr: ['pwd'] }
    const common = { subject: alice.id, clientId: setup.client.client_id, ...signedIn, source: 'local' }
    expect(await setup.verifier.verify(jwt)).toMatchObject({ ...common, claims: { iss: setup.world.issuer } })
    expect(await setup.verifier.verify(opaque)).toMatchObject({ ...common, scopes: ['notes:read'], audience: [api] })
    const machine = await setup.verifier.verify(await machineToken(setup))
    expect(machine.subject).toBe(setup.client.client_id)
    expect(setup.network.requests).toEqual([])
  })

  it("a resource in the provider's process may write its identifier with a slash at the end or with capital letters (E04)", async () => {
    for (const audience of [`${api}/`, 'https://API.example.com']) {
      const setup = await setUpLocal(audience)
      const token = await machineToken(setup)
      expect((await setup.verifier.verify(token)).audience).toEqual([api])
      const { verifyAccessToken } = setup.world.provider
      for (const other of [`${api}//`, `${api}/v1`, 'https://api.example.com.evil.example', '']) {
        expect([other, await verifyAccessToken(token, { audience: other })]).toEqual([other, undefined])
      }
    }
  })

  it("a resource in the provider's process sees a revocation at once", async () => {
    const setup = await setUpLocal()
    const { access_token } = await userTokens(setup)
    await setup.verifier.verify(access_token)
    const grantId = (await setup.world.provider.verifyAccessToken(access_token))?.grantId ?? ''
    await setup.world.provider.revokeGrant(grantId)
    expect(await refusalCode(setup.verifier.verify(access_token))).toBe('invalid_token')
  })

  it('a token for another resource is refused, also when verifyWith accepts it (E04)', async () => {
    const setup = await setUpLocal(files)
    const token = await machineToken(setup)
    expect(await refusalCode(setup.verifier.verify(token))).toBe('invalid_token')
    const { provider, clock } = setup.world
    const careless = createTokenVerifier({
      audience: files,
      clock,
      verifyWith: (text) => provider.verifyAccessToken(text),
    })
    expect(await refusal(careless.verify(token))).toMatchObject({
      code: 'invalid_token',
      description: 'the access token is not for this resource',
    })
  })

  it('a resource refuses a token that is bound to a key, because it may be stolen and the resource checks no proof (E04)', async () => {
    const cnf = { jkt: 'thumbprint' }
    for (const said of [{ extra: { cnf } }, { claims: { cnf } }]) {
      const setup = await setUpLocal()
      const { provider, clock } = setup.world
      const verifyWith: typeof provider.verifyAccessToken = async (text) => {
        const found = await provider.verifyAccessToken(text)
        return found && { ...found, ...said }
      }
      const verifier = createTokenVerifier({ audience: api, clock, verifyWith })
      expect(await refusal(verifier.verify(await machineToken(setup)))).toMatchObject({
        code: 'invalid_token',
        description: 'the access token is bound to a key',
      })
    }
  })

  it('a resource answers 503 when verifyWith fails', async () => {
    const cause = new Error('the database is gone')
    for (const verifyWith of [
      () => Promise.reject(cause),
      () => {
        throw cause
      },
    ]) {
      const verifier = createTokenVerifier({ audience: api, verifyWith })
      expect(await refusal(verifier.verify('token'))).toMatchObject({ code: 'temporarily_unavailable', cause })
      const handler = protect({ verifier })(() => new Response())
      const request = new Request(api, { headers: { authorization: 'Bearer token' } })
      expect((await handler(request)).status).toBe(503)
    }
  })

  it('verifyWith together with options of remote verification is refused', () => {
    const options = { audience: api, verifyWith: async () => undefined, issuer: 'https://as.example' }
    expect(() => createTokenVerifier(options as never)).toThrow('there is no option issuer')
  })
})
