import { clientIdMetadataDocuments } from '@oauth/core/features/client-id-metadata-documents'
import { jwtSecuredRequests } from '@oauth/core/features/jwt-secured-requests'
import { privateKeyJwt } from '@oauth/core/features/private-key-jwt'
import { pushedAuthorizationRequests } from '@oauth/core/features/pushed-authorization-requests'
import { describe, expect, test } from 'vitest'
import { authorizeUrl, createPkce, post, registerConfidential } from '../support/client.ts'
import { clientDocument, documentClient } from '../support/client-documents.ts'
import { createFuzz } from '../support/fuzz.ts'
import { openWorld, register } from '../support/registration.ts'

const metadata = [
  ...['redirect_uris', 'token_endpoint_auth_method', 'token_endpoint_auth_methods_supported', 'grant_types'],
  ...['token_endpoint_auth_signing_alg', 'response_types', 'scope', 'application_type', 'client_name', 'client_uri'],
  ...['logo_uri', 'contacts', 'post_logout_redirect_uris', 'initiate_login_uri', 'id_token_signed_response_alg'],
  ...['default_max_age', 'default_acr_values', 'userinfo_signed_response_alg', 'subject_type', 'jwks', 'jwks_uri'],
  ...['sector_identifier_uri', 'require_pkce', 'allowed_cors_origins', 'metadata', 'request_uris', 'software_id'],
  ...['resources', 'introspect_without_resource'],
  ...['request_object_signing_alg', 'require_signed_request_object', '__proto__', 'constructor', 'toString'],
]
const parameters = [
  ...['redirect_uri', 'scope', 'response_type', 'state', 'nonce', 'resource', 'prompt', 'max_age', 'claims', 'display'],
  ...['acr_values', 'code_challenge', 'code_challenge_method', 'response_mode', 'ui_locales', 'login_hint', 'request'],
  ...['id_token_hint', 'request_uri', 'registration', 'client_id', 'audience', '__proto__', 'constructor'],
]

/** A server with everything that reads metadata. It fetches what `serve` returns. */
function lenientWorld(serve: () => string = () => '[]') {
  return openWorld({
    clientRegistrationSubstitutes: true,
    audienceParameter: 'resource',
    pairwiseSecret: 'a-pairwise-secret-with-32-characters',
    features: [
      privateKeyJwt({ clientSecretJwt: true }),
      jwtSecuredRequests(),
      pushedAuthorizationRequests(),
      clientIdMetadataDocuments({ fetchLimits: { perMinute: 1000, perMinuteAndHost: 1000 } }),
    ],
    outboundFetch: async () => new Response(serve(), { headers: { 'content-type': 'application/json' } }),
  })
}

describe('whatever is sent, the server has no fault', () => {
  test('odd client metadata are registered or refused (G01)', async () => {
    const fuzz = createFuzz(1)
    const world = lenientWorld()
    const statuses = new Set<number>()
    for (let round = 0; round < 300; round++) {
      const body = `{${['"redirect_uris":["https://app.example.com/cb"]', ...fuzz.members(metadata)].join(',')}}`
      statuses.add((await register(world, body)).status)
    }
    expect(statuses).toEqual(new Set([201, 400]))
  })

  test('odd documents are clients or refused (K12)', async () => {
    const fuzz = createFuzz(2)
    let text = ''
    const world = lenientWorld(() => text)
    const statuses = new Set<number>()
    for (let round = 0; round < 300; round++) {
      const url = `https://app.example.com/${round}`
      const usual = JSON.stringify(clientDocument({}, url)).slice(1, -1)
      text = `{${[usual, ...fuzz.members(metadata)].join(',')}}`
      const asked = new Request(authorizeUrl(world, documentClient(url), createPkce()))
      statuses.add((await world.provider.fetch(asked)).status)
    }
    expect(statuses).toEqual(new Set([302, 400]))
  })

  test('odd parameters are an error or a page, never a fault (A01)', async () => {
    const fuzz = createFuzz(3)
    const world = lenientWorld()
    const client = await registerConfidential(world)
    for (let round = 0; round < 400; round++) {
      const url = new URL(authorizeUrl(world, client, createPkce()))
      for (let changes = 0; changes < 3; changes++)
        if (fuzz.pick([true, false])) url.searchParams.set(fuzz.pick(parameters), fuzz.text())
        else url.searchParams.append(fuzz.pick(parameters), fuzz.text())
      const response = await world.provider.fetch(new Request(url))
      const fault = response.status >= 500 || (response.headers.get('location') ?? '').includes('error=server_error')
      expect(fault ? [url.href, world.events.at(-1)] : []).toEqual([])
    }
  })

  test('odd token requests are refused (A01)', async () => {
    const fuzz = createFuzz(4)
    const world = lenientWorld()
    const names = [
      'grant_type',
      'code',
      'code_verifier',
      'refresh_token',
      'resource',
      'scope',
      'client_id',
      'client_secret',
    ]
    const assertions = ['client_assertion', 'client_assertion_type', 'assertion', 'redirect_uri']
    for (let round = 0; round < 300; round++) {
      const form: Record<string, string> = { grant_type: 'authorization_code', client_id: 'unknown' }
      for (let changes = 0; changes < 4; changes++) form[fuzz.pick([...names, ...assertions])] = fuzz.text()
      const { status } = await post(world, '/oauth2/token', form)
      expect([form, status >= 400 && status < 500]).toEqual([form, true])
    }
  })
})
