import type { Feature, RegisteredClient } from '@oauth/core'
import { dpop } from '@oauth/core/features/dpop'
import { fapi2SecurityProfile } from '@oauth/core/features/fapi2'
import { privateKeyJwt } from '@oauth/core/features/private-key-jwt'
import { pushedAuthorizationRequests } from '@oauth/core/features/pushed-authorization-requests'
import { expect, test } from 'vitest'
import { type Answer, createPkce, redirectUri } from '../../support/client.ts'
import { makeProof, thumbprintOf } from '../../support/dpop.ts'
import { expectJsonError } from '../../support/expectations.ts'
import { fapiClient, fapiOptions, tokenAs } from '../../support/fapi2.ts'
import {
  certificateIn,
  machine,
  mutualTlsWorld,
  over,
  postOver,
  registerTls,
  userinfoOver,
} from '../../support/mutual-tls.ts'
import { answerTo, authorizeWith, pushPath, requestOf } from '../../support/pushed-requests.ts'
import type { World } from '../../support/world.ts'

const withCertificates = (...features: readonly Feature[]): World =>
  mutualTlsWorld({}, { ...fapiOptions, features: [pushedAuthorizationRequests(), ...features, fapi2SecurityProfile()] })

const cnfOf = async (world: World, { body }: Answer): Promise<unknown> =>
  (await world.provider.verifyAccessToken(body.access_token))?.extra?.cnf

/** Pushes a request over a connection, and redeems its code over another one. */
async function journey(world: World, client: RegisteredClient, connection: Record<string, string>): Promise<Answer> {
  const pkce = createPkce()
  const request = requestOf(client, pkce, { scope: 'openid email' })
  const { body } = await postOver(world, client, connection, request, pushPath)
  const answer = await answerTo(world.browser(), authorizeWith(world, client, body.request_uri))
  const form = { grant_type: 'authorization_code', redirect_uri: redirectUri, code_verifier: pkce.verifier }
  return postOver(world, client, connection, { ...form, code: answer.get('code') ?? '' })
}

test('with certificates alone, a client with tls_client_auth gets tokens that are bound to its certificate (F01, F07)', async () => {
  const world = withCertificates()
  const client = await registerTls(world, 'ada')
  const certificate = certificateIn(world, 'ada')
  const answer = await journey(world, client, over(certificate))
  expect([answer.status, await cnfOf(world, answer)]).toEqual([200, { 'x5t#S256': certificate.thumbprint }])
  expect((await userinfoOver(world, over(certificate), answer.body.access_token)).status).toBe(200)
  expect((await userinfoOver(world, over(certificateIn(world, 'ada')), answer.body.access_token)).status).toBe(401)
})

test('beside DPoP, a proof counts and not the certificate, and a client that registered one key keeps to it (F07)', async () => {
  const world = withCertificates(dpop(), privateKeyJwt())
  const connection = over(certificateIn(world, 'ada'))
  const client = await registerTls(world, 'ada')
  const proved = await postOver(world, client, { ...connection, dpop: await makeProof(world) })
  expect(await cnfOf(world, proved)).toEqual({ jkt: await thumbprintOf() })
  expect((await postOver(world, client, connection)).body.token_type).toBe('Bearer')
  const assertion = await fapiClient(world)
  const nothing = await tokenAs(assertion, machine, { proof: undefined })
  expectJsonError(nothing, 400, 'invalid_request')
  expect(nothing.body.error_description).toContain('by a DPoP proof or a client certificate')
  const bound = await registerTls(world, 'ada', { dpop_bound_access_tokens: true })
  expectJsonError(await postOver(world, bound, connection, machine), 400, 'invalid_request')
})
