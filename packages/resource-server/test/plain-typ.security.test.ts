import { createTokenVerifier } from '@oauth/resource-server'
import { decodeProtectedHeader } from 'jose'
import { describe, expect, it } from 'vitest'
import { getTokens, registerConfidential } from '../../core/test/support/client.ts'
import { api, machineToken, refusalCode, registerApi, setUp, userTokens } from './support/setup.ts'

const plain = { resourceOptions: { [api]: { accessTokenTyp: 'JWT' } } } as const

describe('the algorithms of the authorization server', () => {
  it.each(['RS256', 'PS256', 'ES256', 'EdDSA'] as const)(
    'the verifier accepts %s, the algorithm of the resource, without an option',
    async (accessTokenSigningAlgorithm) => {
      const setup = await setUp({}, { resourceOptions: { [api]: { accessTokenSigningAlgorithm } } })
      const token = await machineToken(setup)
      expect(decodeProtectedHeader(token).alg).toBe(accessTokenSigningAlgorithm)
      expect((await setup.verifier.verify(token)).source).toBe('jwt')
    },
  )
})

describe('a resource whose access tokens have the typ JWT (E02)', () => {
  it('the verifier refuses such tokens with the keys of the server, because an ID token has the same header (E02)', async () => {
    const setup = await setUp({}, plain)
    const { access_token, id_token } = await userTokens(setup)
    expect(decodeProtectedHeader(access_token)).toEqual(decodeProtectedHeader(id_token))
    for (const token of [access_token, id_token])
      expect(await refusalCode(setup.verifier.verify(token))).toBe('invalid_token')
    const introspection = { ...(await registerApi(setup.world, 'the-api')), jwts: true }
    for (const token of [access_token, id_token]) {
      expect(await refusalCode(setup.verifierWith({ introspection }).verify(token))).toBe('invalid_token')
    }
  })

  it('the provider of the same process tells them apart: the access token works, and no ID token does (E02)', async () => {
    const setup = await setUp({}, plain)
    const { world } = setup
    const verifier = createTokenVerifier({
      audience: api,
      clock: world.clock,
      verifyWith: world.provider.verifyAccessToken,
    })
    const { access_token, id_token } = await userTokens(setup)
    expect((await verifier.verify(access_token)).source).toBe('local')
    expect(await refusalCode(verifier.verify(id_token))).toBe('invalid_token')
  })

  it('the verifier refuses an ID token for a client whose id is the audience, whatever the typ of the access tokens (E02)', async () => {
    const { world, verifier } = await setUp()
    const client = await registerConfidential(world, { client_id: api })
    const { id_token } = await getTokens(world, client, { scope: 'openid' })
    expect(await refusalCode(verifier.verify(id_token))).toBe('invalid_token')
  })
})
