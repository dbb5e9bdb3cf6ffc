import { createHash } from 'node:crypto'
import type { RegisteredClient, SigningAlgorithm } from '@oauth/core'
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose'
import { beforeAll, describe, expect, test } from 'vitest'
import { authorize, claimsOf, exchangeCode, getTokens, refresh, registerConfidential } from '../support/client.ts'
import { ask } from '../support/expectations.ts'
import { fetchJwks } from '../support/keys.ts'
import { createQuickWorld } from '../support/tokens.ts'
import { createWorld, type World } from '../support/world.ts'

const algorithms = ['RS256', 'PS256', 'ES256', 'EdDSA'] as const
const keyTypes = { RS256: 'RSA', PS256: 'RSA', ES256: 'EC', EdDSA: 'OKP' }
const scope = 'openid offline_access'

/** Verifies a token as a client does: with the current JWKS and the algorithm that the client registered. */
async function verify(world: World, jwt: string, algorithm: string) {
  const { keys } = await fetchJwks(world)
  const options = { currentDate: new Date(world.clock.now() * 1000), issuer: world.issuer, algorithms: [algorithm] }
  return (await jwtVerify(jwt, createLocalJWKSet({ keys: [...keys] }), options)).payload
}

function atHash(accessToken: string, algorithm: SigningAlgorithm): string {
  const digest = createHash(algorithm === 'EdDSA' ? 'sha512' : 'sha256')
    .update(accessToken)
    .digest()
  return digest.subarray(0, digest.length / 2).toString('base64url')
}

const kidOf = (jwt: string) => decodeProtectedHeader(jwt).kid as string

describe('several algorithms at once', () => {
  let world: World
  const clients = new Map<SigningAlgorithm, RegisteredClient>()

  beforeAll(async () => {
    world = createWorld({ idTokenSigningAlgorithms: [...algorithms] })
    for (const id_token_signed_response_alg of algorithms) {
      clients.set(id_token_signed_response_alg, await registerConfidential(world, { id_token_signed_response_alg }))
    }
    await fetchJwks(world)
  }, 60_000)

  const clientOf = (algorithm: SigningAlgorithm) => clients.get(algorithm) as RegisteredClient

  test('discovery lists them, the default first, and there is one key for each, by its name and kind', async () => {
    expect(world.provider.metadata.id_token_signing_alg_values_supported).toEqual([...algorithms])
    const { keys } = await fetchJwks(world)
    const described = keys.map(({ alg, kty, use, crv }) => ({ alg, kty, use, ...(kty === 'OKP' && { crv }) }))
    expect(described).toHaveLength(4)
    expect(described).toEqual(
      expect.arrayContaining(
        algorithms.map((alg) => ({
          alg,
          kty: keyTypes[alg],
          use: 'sig',
          ...(alg === 'EdDSA' && { crv: 'Ed25519' }),
        })),
      ),
    )
    expect(new Set(keys.map(({ kid }) => kid)).size).toBe(4)
  })

  test.each(algorithms)(
    'a client that registered %s gets it, at_hash by its hash, after a refresh too',
    async (alg) => {
      const first = await getTokens(world, clientOf(alg), { scope })
      const { body: second } = await refresh(world, clientOf(alg), first.refresh_token)
      for (const tokens of [first, second]) {
        expect(decodeProtectedHeader(tokens.id_token)).toMatchObject({ alg, typ: 'JWT' })
        const claims = await verify(world, tokens.id_token, alg)
        expect(claims).toMatchObject({ aud: clientOf(alg).client_id, at_hash: atHash(tokens.access_token, alg) })
      }
    },
  )

  test('a client that registered none gets the default', async () => {
    const { id_token } = await getTokens(world, await registerConfidential(world), { scope })
    expect(decodeProtectedHeader(id_token).alg).toBe('RS256')
  })

  test.each(algorithms)('an id_token_hint in %s means its user', async (alg) => {
    const authorized = await authorize(world, clientOf(alg), { scope })
    const { id_token } = (await exchangeCode(world, clientOf(alg), authorized)).body
    const silent = { scope, prompt: 'none', id_token_hint: id_token }
    const good = await ask(world, clientOf(alg), silent, { browser: authorized.browser })
    expect(good.headers.get('location')).toContain('code=')
    const [other] = algorithms.filter((one) => one !== alg)
    const foreign = await ask(world, clientOf(other as SigningAlgorithm), silent, { browser: authorized.browser })
    expect(foreign.headers.get('location')).toContain('error=login_required')
  })

  // This test is the last one, since it changes the keys of the world.
  test('rotation: each new key is published before it signs, each old token verifies after (E08)', async () => {
    const mint = async () =>
      new Map(
        await Promise.all(
          algorithms.map(async (alg) => [alg, (await getTokens(world, clientOf(alg), { scope })).id_token] as const),
        ),
      )
    const before = await mint()
    await world.provider.rotateSigningKeys({ activateAfter: 400 })
    const published = (await fetchJwks(world)).keys.map(({ kid }) => kid)
    expect(published).toHaveLength(8)
    world.clock.advance(399)
    const waiting = await mint()
    world.clock.advance(1)
    const after = await mint()
    for (const alg of algorithms) {
      const [old, still, fresh] = [before.get(alg), waiting.get(alg), after.get(alg)] as [string, string, string]
      expect(kidOf(still)).toBe(kidOf(old))
      expect(kidOf(fresh)).not.toBe(kidOf(old))
      expect(published).toContain(kidOf(fresh))
      for (const token of [old, still, fresh]) await verify(world, token, alg)
    }
    const now = (await fetchJwks(world)).keys.map(({ kid }) => kid)
    expect([...now].sort()).toEqual([...published].sort())
  }, 60_000)
})

describe('which algorithms a client may register', () => {
  test('by default clients may register the algorithms of ID tokens and of JWT access tokens', async () => {
    const world = createWorld()
    expect(world.provider.metadata.id_token_signing_alg_values_supported).toEqual(['RS256', 'ES256'])
  })

  test('with the option clients may register those that it names and the default, once each', async () => {
    const named = createWorld({ idTokenSigningAlgorithms: ['PS256', 'RS256', 'PS256'] })
    expect(named.provider.metadata.id_token_signing_alg_values_supported).toEqual(['RS256', 'PS256'])
    const none = createQuickWorld({ idTokenSigningAlgorithms: [], accessTokenSigningAlgorithm: 'EdDSA' })
    expect(none.provider.metadata.id_token_signing_alg_values_supported).toEqual(['ES256'])
    // The keys for access tokens are still published.
    expect((await fetchJwks(none)).keys.map(({ alg }) => alg).sort()).toEqual(['ES256', 'EdDSA'])
  })

  test.each(['PS256', 'EdDSA', 'HS256', 'none', 'rs256'])(
    '%s is invalid_client_metadata where it is not named',
    async (id_token_signed_response_alg) => {
      const world = createQuickWorld({ idTokenSigningAlgorithms: [] })
      const registered = registerConfidential(world, { id_token_signed_response_alg })
      await expect(registered).rejects.toMatchObject({ code: 'invalid_client_metadata' })
    },
  )

  test('an algorithm that nobody can have is refused at start-up', () => {
    for (const algorithm of ['HS256', 'none', 'Ed25519']) {
      expect(() => createQuickWorld({ idTokenSigningAlgorithms: [algorithm as SigningAlgorithm] })).toThrow(
        /idTokenSigningAlgorithms/,
      )
    }
  })

  test('under disableJwtPlugin there is HS256 and nothing else', async () => {
    const world = createWorld({ disableJwtPlugin: true, idTokenSigningAlgorithms: ['PS256'] })
    expect(world.provider.metadata.id_token_signing_alg_values_supported).toEqual(['HS256'])
    const client = await registerConfidential(world)
    const { id_token, access_token } = await getTokens(world, client, { scope: 'openid' })
    expect(claimsOf(id_token).at_hash).toBe(atHash(access_token, 'RS256'))
  })
})
