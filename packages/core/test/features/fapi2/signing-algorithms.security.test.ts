import type { ClientInput, Feature } from '@oauth/core'
import { fapi2MessageSigning } from '@oauth/core/features/fapi2'
import { jarm } from '@oauth/core/features/jarm'
import { jwtIntrospection } from '@oauth/core/features/jwt-introspection'
import { jwtSecuredRequests } from '@oauth/core/features/jwt-secured-requests'
import { tokenExchange } from '@oauth/core/features/token-exchange'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { describe, expect, test } from 'vitest'
import { type Answer, redirectUri } from '../../support/client.ts'
import { userinfoAs } from '../../support/dpop.ts'
import { expectErrorRedirect, expectJsonError } from '../../support/expectations.ts'
import {
  clientOf,
  codeOf,
  type FapiClient,
  fapiClient,
  fapiFeatures,
  fapiWorld,
  plainWorld,
  pushAs,
  tokenAs,
} from '../../support/fapi2.ts'
import { answerTo, authorizeWith, pushPath } from '../../support/pushed-requests.ts'
import { requestClaims, signRequest } from '../../support/signed-messages.ts'
import { chat, mcp, tokenExchangeName, type } from '../../support/token-exchange.ts'
import { createQuickWorld } from '../../support/tokens.ts'
import { alice, type World, type WorldOptions } from '../../support/world.ts'

/** A server with RS256, the default of the standards, beside an algorithm that FAPI allows. */
const algorithms = {
  idTokenSigningAlgorithm: 'RS256',
  idTokenSigningAlgorithms: ['ES256'],
  refreshTokenReuseWindowSeconds: 60,
} as const
const signing = [jwtSecuredRequests(), jarm(), jwtIntrospection()]
const idTokens: ClientInput = { id_token_signed_response_alg: 'ES256' }
const whole: ClientInput = { ...idTokens, authorization_signed_response_alg: 'ES256' }

/** A client that was registered before the server had a profile, and the same client once it has. */
async function fromBefore(
  input: ClientInput,
  after: (options: WorldOptions) => World = (options) => fapiWorld({}, options),
  features: readonly Feature[] = [],
): Promise<{ readonly before: FapiClient; readonly client: FapiClient }> {
  const world = plainWorld({ ...algorithms, features })
  const before = await fapiClient(world, input)
  const { registered, key } = before
  return { before, client: clientOf(after({ ...algorithms, beside: world, storage: world.storage }), registered, key) }
}

const signedWorld = (options: WorldOptions): World =>
  createQuickWorld({ ...options, features: [...fapiFeatures(), ...signing, fapi2MessageSigning()] })

async function pushSigned(client: FapiClient): Promise<Answer> {
  const request = await signRequest(client, requestClaims(client).claims)
  return client.post(pushPath, { client_id: client.registered.client_id, request }, { proof: undefined })
}

describe('what the server signs for a client from before its profile', () => {
  test.each<[string, ClientInput]>([
    ['by default', {}],
    ['as the client registered', { id_token_signed_response_alg: 'RS256' }],
  ])('ID tokens are not signed with RS256 %s (F12)', async (_, input) => {
    const { before, client } = await fromBefore(input)
    const { form } = await codeOf(before)
    const { world, registered } = client
    const { body } = await pushAs(client)
    const browser = world.browser()
    browser.signIn(alice)
    const response = await browser.request(authorizeWith(world, registered, body.request_uri))
    expectErrorRedirect(world, response, redirectUri, 'unauthorized_client')
    expectJsonError(await tokenAs(client, form), 400, 'unauthorized_client')
    expect((await tokenAs(before, form)).status).toBe(200)
  })

  test('a client that gets no ID token is served (F12)', async () => {
    const { client } = await fromBefore({})
    const { form } = await codeOf(client, { scope: 'email' })
    expect((await tokenAs(client, form)).status).toBe(200)
  })

  test('userinfo is not signed with RS256 (F12)', async () => {
    const { client } = await fromBefore({
      id_token_signed_response_alg: 'ES256',
      userinfo_signed_response_alg: 'RS256',
    })
    const { form } = await codeOf(client, { scope: 'openid email' })
    const { access_token } = (await tokenAs(client, form)).body
    const { status, headers } = await userinfoAs(client.world, access_token)
    expect([status, headers.get('content-type')]).toEqual([400, 'application/json'])
  })

  test.each<[string, ClientInput]>([
    ['by default', idTokens],
    ['as the client registered', whole],
  ])(
    'authorization responses are signed with ES256 %s, where RS256 would be the default (F12, F19)',
    async (_, input) => {
      const { client } = await fromBefore(input, signedWorld, signing)
      const { body } = await pushSigned(client)
      const { world, registered } = client
      const answer = await answerTo(world.browser(), authorizeWith(world, registered, body.request_uri))
      const response = answer.get('response') ?? ''
      expect(decodeProtectedHeader(response).alg).toBe('ES256')
      expect(decodeJwt(response)).toMatchObject({ iss: world.issuer, code: expect.any(String), state: 'signed-state' })
    },
  )

  test('an ID-JAG is signed with an algorithm that the profile allows, and not with the default of ID tokens (F12)', async () => {
    const entry = { audience: chat, clients: { 'notes-at-idp': 'notes' }, scopes: ['chat.read'], resources: [mcp] }
    const features = [tokenExchange({ idJag: { audiences: [entry] } })]
    const world = fapiWorld({}, { ...algorithms, features })
    const grant_types = ['authorization_code', tokenExchangeName] as const
    const client = await fapiClient(world, { client_id: 'notes-at-idp', grant_types, ...idTokens })
    const { id_token } = (await tokenAs(client, (await codeOf(client)).form)).body
    const { status, body } = await tokenAs(client, {
      grant_type: tokenExchangeName,
      requested_token_type: type('id-jag'),
      subject_token_type: type('id_token'),
      subject_token: id_token,
      audience: chat,
    })
    expect([status, decodeProtectedHeader(body.access_token ?? '').alg]).toEqual([200, 'ES256'])
  })
})
