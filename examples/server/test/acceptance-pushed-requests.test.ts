import type { ClientInput } from '@oauth/core'
import { jwtSecuredRequests } from '@oauth/core/features/jwt-secured-requests'
import { privateKeyJwt } from '@oauth/core/features/private-key-jwt'
import { pushedAuthorizationRequests } from '@oauth/core/features/pushed-authorization-requests'
import * as oauth from 'oauth4webapi'
import * as openid from 'openid-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  discover,
  http,
  makeKeys,
  type OpenedStorage,
  openStorage,
  type Running,
  redirectUri,
  startProvider,
  storageNames,
  timeout,
  user,
} from './acceptance-support.ts'

/** Clients must push their requests. */
const options = {
  validAudiences: ['https://api.example.com'],
  features: [privateKeyJwt(), jwtSecuredRequests(), pushedAuthorizationRequests({ required: true })],
}

const metadata: ClientInput = {
  redirect_uris: [redirectUri],
  grant_types: ['authorization_code', 'refresh_token'],
  scope: 'openid email offline_access',
  skip_consent: true,
}

describe.each(storageNames)('pushed authorization requests with independent client libraries, on %s', (name) => {
  let running: Running
  let as: oauth.AuthorizationServer
  let opened: OpenedStorage

  beforeAll(async () => {
    opened = await openStorage(name)
    running = await startProvider(opened.storage, () => ({ options }))
    as = await discover(running)
  }, timeout)

  afterAll(async () => {
    await running?.stop()
    await opened?.close()
    expect(running?.failures()).toEqual([])
  })

  const browse = async (url: URL): Promise<Response> => fetch(url, { redirect: 'manual' })

  test('oauth4webapi pushes with private_key_jwt, signs in, and the request_uri works once (P29)', {
    timeout,
  }, async () => {
    const { jwks, signer } = await makeKeys()
    const input = { ...metadata, token_endpoint_auth_method: 'private_key_jwt', jwks } as const
    const client: oauth.Client = { client_id: (await running.provider.registerClient(input)).client_id }
    const auth = oauth.PrivateKeyJwt(signer)
    const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()]
    const verifier = oauth.generateRandomCodeVerifier()
    const parameters = new URLSearchParams({
      ...{ redirect_uri: redirectUri, response_type: 'code', scope: 'openid email', state, nonce },
      ...{ code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256' },
      ...{ claims: '{"userinfo":{"email":null}}', resource: 'https://api.example.com' },
    })
    const answer = await oauth.pushedAuthorizationRequest(as, client, auth, parameters, http)
    const { request_uri, expires_in } = await oauth.processPushedAuthorizationResponse(as, client, answer)
    expect(expires_in).toBe(60)
    const url = new URL(String(as.authorization_endpoint))
    url.search = new URLSearchParams({ client_id: client.client_id, request_uri }).toString()
    const location = (await browse(url)).headers.get('location')
    const callback = oauth.validateAuthResponse(as, client, new URL(String(location)), state)
    const response = await oauth.authorizationCodeGrantRequest(as, client, auth, callback, redirectUri, verifier, http)
    const expected = { expectedNonce: nonce, requireIdToken: true }
    const tokens = await oauth.processAuthorizationCodeResponse(as, client, response, expected)
    expect(oauth.getValidatedIdTokenClaims(tokens)?.sub).toBe(user.id)
    const again = await browse(url)
    expect([again.status, again.headers.get('location')]).toEqual([400, null])
  })

  test('oauth4webapi reads the error of a push, for public clients too (P29)', { timeout }, async () => {
    const { client_id } = await running.provider.registerClient({ ...metadata, token_endpoint_auth_method: 'none' })
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
      const { client_id, client_secret } = await running.provider.registerClient(input)
      const auth = {
        client_secret_basic: openid.ClientSecretBasic(client_secret),
        client_secret_post: openid.ClientSecretPost(client_secret),
        none: openid.None(),
      }[method]
      const config = await openid.discovery(new URL(running.provider.issuer), client_id, undefined, auth, {
        execute: [openid.allowInsecureRequests],
      })
      const [verifier, state] = [openid.randomPKCECodeVerifier(), openid.randomState()]
      const url = await openid.buildAuthorizationUrlWithPAR(config, {
        ...{ redirect_uri: redirectUri, scope: 'openid offline_access', state },
        ...{ code_challenge: await openid.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256' },
      })
      expect([...url.searchParams.keys()].sort()).toEqual(['client_id', 'request_uri'])
      const location = (await browse(url)).headers.get('location')
      const checks = { pkceCodeVerifier: verifier, expectedState: state, idTokenExpected: true }
      const tokens = await openid.authorizationCodeGrant(config, new URL(String(location)), checks)
      expect(tokens.claims()?.sub).toBe(user.id)
    }
  })

  test('oauth4webapi pushes a signed request object (P11, P29)', { timeout }, async () => {
    const { jwks, signer } = await makeKeys()
    const input = { ...metadata, token_endpoint_auth_method: 'private_key_jwt', jwks } as const
    const registered = await running.provider.registerClient({ ...input, require_signed_request_object: true })
    const client: oauth.Client = { client_id: registered.client_id }
    const state = oauth.generateRandomState()
    const parameters = new URLSearchParams({
      ...{ redirect_uri: redirectUri, response_type: 'code', scope: 'openid', state },
      code_challenge: await oauth.calculatePKCECodeChallenge(oauth.generateRandomCodeVerifier()),
      code_challenge_method: 'S256',
    })
    const request = await oauth.issueRequestObject(as, client, parameters, signer)
    const auth = oauth.PrivateKeyJwt(signer)
    const answer = await oauth.pushedAuthorizationRequest(as, client, auth, new URLSearchParams({ request }), http)
    const { request_uri } = await oauth.processPushedAuthorizationResponse(as, client, answer)
    const url = new URL(String(as.authorization_endpoint))
    url.search = new URLSearchParams({ client_id: client.client_id, request_uri }).toString()
    const location = (await browse(url)).headers.get('location')
    expect(oauth.validateAuthResponse(as, client, new URL(String(location)), state).has('code')).toBe(true)
  })

  test('a client library that does not push learns from the error that it must (P24)', { timeout }, async () => {
    const { client_id } = await running.provider.registerClient({ ...metadata, token_endpoint_auth_method: 'none' })
    const config = await openid.discovery(new URL(running.provider.issuer), client_id, undefined, openid.None(), {
      execute: [openid.allowInsecureRequests],
    })
    expect(config.serverMetadata().require_pushed_authorization_requests).toBe(true)
    const url = openid.buildAuthorizationUrl(config, { redirect_uri: redirectUri, scope: 'openid' })
    const location = new URL(String((await browse(url)).headers.get('location')))
    expect(location.searchParams.get('error')).toBe('invalid_request')
  })
})
