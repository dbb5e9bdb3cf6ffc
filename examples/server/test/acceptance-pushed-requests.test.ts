import type { ClientInput } from '@oauth/core'
import { jwtSecuredRequests } from '@oauth/core/features/jwt-secured-requests'
import { privateKeyJwt } from '@oauth/core/features/private-key-jwt'
import { pushedAuthorizationRequests } from '@oauth/core/features/pushed-authorization-requests'
import * as oauth from 'oauth4webapi'
import * as openid from 'openid-client'
import { describe, expect, test } from 'vitest'
import { authorizationUrl, callbackOf, configure, makeKeys, makeRequest } from './acceptance-clients.ts'
import { http, metadata, redirectUri, serve, startProvider, storageNames, timeout, user } from './acceptance-support.ts'

/** Clients must push their requests. */
const options = {
  validAudiences: ['https://api.example.com'],
  features: [privateKeyJwt(), jwtSecuredRequests(), pushedAuthorizationRequests({ required: true })],
}

describe.each(storageNames)('pushed authorization requests with independent client libraries, on %s', (name) => {
  const served = serve(name, (storage) => startProvider(storage, () => ({ options })))

  test('oauth4webapi pushes with private_key_jwt, signs in, and the request_uri works once (P29)', {
    timeout,
  }, async () => {
    const { provider, as } = served()
    const { jwks, signer } = await makeKeys()
    const input = { ...metadata, token_endpoint_auth_method: 'private_key_jwt', jwks } as const
    const { client_id } = await provider.registerClient(input)
    const client: oauth.Client = { client_id }
    const auth = oauth.PrivateKeyJwt(signer)
    const { state, nonce, verifier, parameters } = await makeRequest({
      ...{ scope: 'openid email', claims: '{"userinfo":{"email":null}}', resource: 'https://api.example.com' },
    })
    const answer = await oauth.pushedAuthorizationRequest(as, client, auth, new URLSearchParams(parameters), http)
    const { request_uri, expires_in } = await oauth.processPushedAuthorizationResponse(as, client, answer)
    expect(expires_in).toBe(60)
    const url = authorizationUrl(as, { client_id, request_uri })
    const callback = oauth.validateAuthResponse(as, client, await callbackOf(url), state)
    const response = await oauth.authorizationCodeGrantRequest(as, client, auth, callback, redirectUri, verifier, http)
    const expected = { expectedNonce: nonce, requireIdToken: true }
    const tokens = await oauth.processAuthorizationCodeResponse(as, client, response, expected)
    expect(oauth.getValidatedIdTokenClaims(tokens)?.sub).toBe(user.id)
    const again = await fetch(url, { redirect: 'manual' })
    expect([again.status, again.headers.get('location')]).toEqual([400, null])
  })

  test('oauth4webapi reads the error of a push, for public clients too (P29)', { timeout }, async () => {
    const { provider, as } = served()
    const { client_id } = await provider.registerClient({ ...metadata, token_endpoint_auth_method: 'none' })
    const client: oauth.Client = { client_id }
    const parameters = new URLSearchParams({ redirect_uri: redirectUri, response_type: 'code', scope: 'openid' })
    const answer = await oauth.pushedAuthorizationRequest(as, client, oauth.None(), parameters, http)
    await expect(oauth.processPushedAuthorizationResponse(as, client, answer)).rejects.toMatchObject({
      error: 'invalid_request',
      status: 400,
    })
  })

  test('openid-client builds its URL by a push, with a secret and as a public client (P29)', { timeout }, async () => {
    for (const method of ['client_secret_basic', 'client_secret_post', 'none'] as const) {
      const input: ClientInput = { ...metadata, token_endpoint_auth_method: method }
      const { client_id, client_secret } = await served().provider.registerClient(input)
      const auth = {
        client_secret_basic: openid.ClientSecretBasic(client_secret),
        client_secret_post: openid.ClientSecretPost(client_secret),
        none: openid.None(),
      }[method]
      const config = await configure(served(), client_id, auth)
      const { parameters, checks } = await makeRequest({ scope: 'openid offline_access' })
      const url = await openid.buildAuthorizationUrlWithPAR(config, parameters)
      expect([...url.searchParams.keys()].sort()).toEqual(['client_id', 'request_uri'])
      const tokens = await openid.authorizationCodeGrant(config, await callbackOf(url), checks)
      expect(tokens.claims()?.sub).toBe(user.id)
    }
  })

  test('oauth4webapi pushes a signed request object (P11, P29)', { timeout }, async () => {
    const { provider, as } = served()
    const { jwks, signer } = await makeKeys()
    const input = { ...metadata, token_endpoint_auth_method: 'private_key_jwt', jwks } as const
    const { client_id } = await provider.registerClient({ ...input, require_signed_request_object: true })
    const client: oauth.Client = { client_id }
    const { state, parameters } = await makeRequest()
    const request = await oauth.issueRequestObject(as, client, parameters, signer)
    const auth = oauth.PrivateKeyJwt(signer)
    const answer = await oauth.pushedAuthorizationRequest(as, client, auth, new URLSearchParams({ request }), http)
    const { request_uri } = await oauth.processPushedAuthorizationResponse(as, client, answer)
    const callback = await callbackOf(authorizationUrl(as, { client_id, request_uri }))
    expect(oauth.validateAuthResponse(as, client, callback, state).has('code')).toBe(true)
  })

  test('a client library that does not push learns from the error that it must (P24)', { timeout }, async () => {
    const { client_id } = await served().provider.registerClient({ ...metadata, token_endpoint_auth_method: 'none' })
    const config = await configure(served(), client_id, openid.None())
    expect(config.serverMetadata().require_pushed_authorization_requests).toBe(true)
    const url = openid.buildAuthorizationUrl(config, { redirect_uri: redirectUri, scope: 'openid' })
    expect((await callbackOf(url)).searchParams.get('error')).toBe('invalid_request')
  })
})
