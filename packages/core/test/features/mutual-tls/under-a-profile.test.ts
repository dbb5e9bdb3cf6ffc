import { dpop } from '@oauth/core/features/dpop'
import { fapi2SecurityProfile } from '@oauth/core/features/fapi2'
import { pushedAuthorizationRequests } from '@oauth/core/features/pushed-authorization-requests'
import { expect, test } from 'vitest'
import { makeProof, thumbprintOf } from '../../support/dpop.ts'
import { expectJsonError } from '../../support/expectations.ts'
import { certificateIn, mutualTlsWorld, over, postOver, registerTls } from '../../support/mutual-tls.ts'
import type { World } from '../../support/world.ts'

const profileWorld = (clients: 'all' | 'chosen'): World =>
  mutualTlsWorld(
    {},
    {
      features: [dpop(), pushedAuthorizationRequests(), fapi2SecurityProfile({ clients })],
      refreshTokenReuseWindowSeconds: 60,
    },
  )

const confirmationOf = async (world: World, token: string) =>
  (await world.provider.verifyAccessToken(token))?.extra?.cnf

test('a client of FAPI 2.0 that presents its certificate gets tokens that are bound to it, without asking for them (F07, M11)', async () => {
  const world = profileWorld('all')
  const client = await registerTls(world, 'ada')
  const certificate = certificateIn(world, 'ada')
  const { status, body } = await postOver(world, client, over(certificate))
  expect([status, body.token_type]).toEqual([200, 'Bearer'])
  expect(await confirmationOf(world, body.access_token)).toEqual({ 'x5t#S256': certificate.thumbprint })
})

test('a client of FAPI 2.0 that sends a DPoP proof beside its certificate gets DPoP tokens (F07, M15)', async () => {
  const world = profileWorld('all')
  const client = await registerTls(world, 'ada')
  const headers = { ...over(certificateIn(world, 'ada')), dpop: await makeProof(world) }
  const { body } = await postOver(world, client, headers)
  expect(body.token_type).toBe('DPoP')
  expect(await confirmationOf(world, body.access_token)).toEqual({ jkt: await thumbprintOf() })
})

test('a client of FAPI 2.0 that registered dpop_bound_access_tokens gets no token for its certificate alone (F07, M15)', async () => {
  const world = profileWorld('all')
  const client = await registerTls(world, 'ada', { dpop_bound_access_tokens: true })
  expectJsonError(await postOver(world, client, over(certificateIn(world, 'ada'))), 400, 'invalid_request')
})

test('a client without the profile gets unbound tokens unless it asks for bound ones (M10)', async () => {
  const world = profileWorld('chosen')
  const client = await registerTls(world, 'ada')
  const { body } = await postOver(world, client, over(certificateIn(world, 'ada')))
  expect(await confirmationOf(world, body.access_token)).toBeUndefined()
})
