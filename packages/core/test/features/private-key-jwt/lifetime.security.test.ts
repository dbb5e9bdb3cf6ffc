import type { PrivateKeyJwtOptions } from '@oauth/core/features/private-key-jwt'
import { describe, expect, test } from 'vitest'
import {
  assertion,
  assertionClaims,
  clientKey,
  keysWorld,
  lastReason,
  postWith,
  registerWithKey,
  signJwt,
} from '../../support/client-keys.ts'
import { expectJsonError } from '../../support/expectations.ts'

const issuer = 'https://id.example.com/auth'
const tokenEndpoint = `${issuer}/oauth2/token`
const hour = 3600

async function start(options: PrivateKeyJwtOptions = {}) {
  const world = keysWorld(options)
  const key = await clientKey()
  const client = await registerWithKey(world, key)
  /** Signs an assertion whose times are seconds from now. */
  const make = (aud: unknown, { iat = 0, exp = hour } = {}) => {
    const now = world.clock.now()
    return assertion(world, client, key, { aud, iat: now + iat, nbf: now + iat, exp: now + exp })
  }
  return { world, client, key, make }
}

describe('assertions as libraries sign them (H07)', () => {
  test.each<[string, unknown, number]>([
    ['the SDKs of MCP: the issuer, five minutes', issuer, 300],
    ['a list of the issuer, five minutes', [issuer], 300],
    ['Nimbus: the token endpoint, five minutes', tokenEndpoint, 300],
    ['Authlib: the token endpoint, an hour', tokenEndpoint, hour],
    ['zitadel/oidc: a list of the issuer, an hour', [issuer], hour],
  ])('an assertion of %s is accepted where the endpoints are (H07)', async (_name, aud, exp) => {
    const { world, make } = await start({ audiences: 'endpoints' })
    expect((await postWith(world, await make(aud, { exp }))).status).toBe(200)
  })

  test('an hour is for clients that may name the endpoints: others have ten minutes, and the event names the option (H07)', async () => {
    const { world, make } = await start()
    for (const aud of [issuer, [issuer]]) {
      expectJsonError(await postWith(world, await make(aud)), 401, 'invalid_client')
      expect(lastReason(world)).toBe(
        'assertion: exp is more than 600 s away (see the options audiences and maxLifetimeSeconds of privateKeyJwt)',
      )
      expect((await postWith(world, await make(aud, { exp: 600 }))).status).toBe(200)
    }
  })

  test('client_secret_jwt has the same hour (H07)', async () => {
    const world = keysWorld({ audiences: 'endpoints', clientSecretJwt: true })
    const { client_id, client_secret } = await world.provider.registerClient({
      grant_types: ['client_credentials'],
      scope: 'notes:read',
      token_endpoint_auth_method: 'client_secret_jwt',
    })
    const exp = world.clock.now() + hour
    const claims = { ...assertionClaims(world, client_id), aud: tokenEndpoint, exp }
    const made = await signJwt(new TextEncoder().encode(client_secret), { alg: 'HS256' }, claims)
    expect((await postWith(world, made)).status).toBe(200)
  })
})

describe('the bounds of the hour (H07)', () => {
  test.each<[string, { iat?: number; exp: number }, boolean]>([
    ['ends in an hour and the tolerance for clocks is accepted', { exp: hour + 10 }, true],
    ['ends later than that is refused', { exp: hour + 11 }, false],
    ['was signed for an hour, ten minutes ago, is accepted', { iat: -600, exp: hour - 600 }, true],
    ['was signed for a day and is in its last minute is refused', { iat: 60 - 86_400, exp: 60 }, false],
    ['was signed for an hour and a minute, an hour ago, is refused', { iat: -hour, exp: 60 }, false],
  ])('an assertion that %s (H07)', async (_name, times, good) => {
    const { world, make } = await start({ audiences: 'endpoints' })
    const answer = await postWith(world, await make(tokenEndpoint, times))
    expect(answer.status).toBe(good ? 200 : 401)
    if (!good) expect(lastReason(world)).toMatch(/^assertion: exp is more than 3600 s (away|after iat)/)
  })

  test('maxLifetimeSeconds bounds clients with endpoints, too', async () => {
    const { world, make } = await start({ audiences: 'endpoints', maxLifetimeSeconds: 300 })
    expect((await postWith(world, await make(tokenEndpoint, { exp: 300 }))).status).toBe(200)
    expectJsonError(await postWith(world, await make(tokenEndpoint)), 401, 'invalid_client')
    expect(lastReason(world)).toMatch('exp is more than 300 s away')
  })

  test('a rule by client gives the hour to no other client (H07)', async () => {
    const world = keysWorld({ audiences: ({ metadata }) => (metadata.software_id === 'old' ? 'endpoints' : 'issuer') })
    const key = await clientKey()
    const exp = world.clock.now() + hour
    const old = await registerWithKey(world, key, { software_id: 'old' })
    const other = await registerWithKey(world, key)
    expect((await postWith(world, await assertion(world, old, key, { exp }))).status).toBe(200)
    expectJsonError(await postWith(world, await assertion(world, other, key, { exp })), 401, 'invalid_client')
  })

  test('the server remembers an assertion for its whole hour, also after a purge (H08)', async () => {
    const { world, make } = await start({ audiences: 'endpoints' })
    const made = await make(tokenEndpoint)
    expect((await postWith(world, made)).status).toBe(200)
    for (const seconds of [600, hour - 600, 9]) {
      world.clock.advance(seconds)
      await world.provider.purgeExpired()
      expectJsonError(await postWith(world, made), 401, 'invalid_client')
      expect(lastReason(world)).toBe('assertion: replayed')
    }
    world.clock.advance(1)
    await world.provider.purgeExpired()
    expectJsonError(await postWith(world, made), 401, 'invalid_client')
    expect(lastReason(world)).toBe('assertion: expired')
  })
})
