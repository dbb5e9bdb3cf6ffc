import { dpop } from '@oauth/core/features/dpop'
import { describe, expect, test } from 'vitest'
import { registerConfidential, registerPublic } from '../../support/client.ts'
import { makeProof, thumbprintOf } from '../../support/dpop.ts'
import { expectJsonError } from '../../support/expectations.ts'
import {
  authorizeForCertificate,
  certificateIn,
  mutualTlsWorld,
  over,
  postOver,
  refreshOver,
} from '../../support/mutual-tls.ts'
import type { World } from '../../support/world.ts'

const bound = { tls_client_certificate_bound_access_tokens: true } as const
const bothWays = (): World => mutualTlsWorld({}, { features: [dpop()] })

describe('DPoP beside a certificate', () => {
  test('a client with certificate-bound tokens that sends a DPoP proof gets invalid_request, and its code stays good (M15)', async () => {
    const world = bothWays()
    const client = await registerConfidential(world, bound)
    const connection = over(certificateIn(world, 'ada'))
    const redeem = await authorizeForCertificate(world, client)
    const refused = await redeem({ ...connection, dpop: await makeProof(world) })
    expectJsonError(refused, 400, 'invalid_request')
    expect(refused.body.error_description).toContain('send no proof of another key')
    expect((await redeem(connection)).body.token_type).toBe('Bearer')
  })

  test('a client without certificate-bound tokens gets DPoP tokens, bound to the key alone, whatever certificate it has (M15)', async () => {
    const world = bothWays()
    const client = await registerConfidential(world)
    const connection = over(certificateIn(world, 'ada'))
    const { body } = await postOver(world, client, { ...connection, dpop: await makeProof(world) })
    const verified = await world.provider.verifyAccessToken(body.access_token)
    expect([body.token_type, verified?.extra?.cnf]).toEqual(['DPoP', { jkt: await thumbprintOf() }])
  })

  test('a client that registered both ways to bind tokens gets invalid_request with one key and with two (M15)', async () => {
    const world = bothWays()
    const client = await registerConfidential(world, { ...bound, dpop_bound_access_tokens: true })
    const connection = over(certificateIn(world, 'ada'))
    for (const headers of [{}, connection, { ...connection, dpop: await makeProof(world) }]) {
      expectJsonError(await postOver(world, client, headers), 400, 'invalid_request')
    }
  })

  test('a refresh token that is bound to a certificate gets no token for another key (M15)', async () => {
    const world = bothWays()
    const client = await registerPublic(world, bound)
    const connection = over(certificateIn(world, 'ada'))
    const redeem = await authorizeForCertificate(world, client)
    const { refresh_token } = (await redeem(connection)).body
    const mixed = { ...connection, dpop: await makeProof(world) }
    expectJsonError(await refreshOver(world, client, mixed, refresh_token), 400, 'invalid_request')
    const alone = { dpop: await makeProof(world) }
    expectJsonError(await refreshOver(world, client, alone, refresh_token), 400, 'invalid_request')
    expect((await refreshOver(world, client, connection, refresh_token)).status).toBe(200)
  })
})
