import type { ClientInput } from '@oauth/core'
import { dpop } from '@oauth/core/features/dpop'
import { fapi2MessageSigning } from '@oauth/core/features/fapi2'
import { jarm } from '@oauth/core/features/jarm'
import { jwtIntrospection } from '@oauth/core/features/jwt-introspection'
import { jwtSecuredRequests } from '@oauth/core/features/jwt-secured-requests'
import { privateKeyJwt } from '@oauth/core/features/private-key-jwt'
import { pushedAuthorizationRequests } from '@oauth/core/features/pushed-authorization-requests'
import * as oauth from 'oauth4webapi'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  callbackOf,
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
import { connect, finish, start } from './fapi2-client.ts'

// FAPI 2.0 Message Signing as a profile, with everything that it demands at once.

const options = {
  features: [
    privateKeyJwt(),
    pushedAuthorizationRequests(),
    dpop({ requireNonce: true }),
    jwtSecuredRequests(),
    jarm(),
    jwtIntrospection(),
    fapi2MessageSigning(),
  ],
  idTokenSigningAlgorithm: 'PS256',
  accessTokenSigningAlgorithm: 'PS256',
  refreshTokenReuseWindowSeconds: 60,
} as const

const algorithms = { authorization_signed_response_alg: 'PS256', introspection_signed_response_alg: 'PS256' }

const metadata: ClientInput = {
  redirect_uris: [redirectUri],
  grant_types: ['authorization_code', 'refresh_token'],
  scope: 'openid email offline_access',
  skip_consent: true,
  token_endpoint_auth_method: 'private_key_jwt',
  ...algorithms,
}

describe.each(storageNames)('FAPI 2.0 Message Signing with independent client libraries, on %s', (name) => {
  let opened: OpenedStorage
  let running: Running
  let as: oauth.AuthorizationServer

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

  /** Runs a request again with the nonce that the server has just sent, as the library demands of its user. */
  async function withNonce<Value>(request: () => Promise<Value>): Promise<Value> {
    try {
      return await request()
    } catch (error) {
      expect(oauth.isDPoPNonceError(error)).toBe(true)
      return request()
    }
  }

  test('oauth4webapi pushes a signed request with a proof, reads the signed response, and introspects with a signature (P29, R10, D39)', {
    timeout,
  }, async () => {
    const { jwks, signer } = await makeKeys()
    const { client_id } = await running.provider.registerClient({ ...metadata, jwks })
    const client: oauth.Client = { client_id, ...algorithms }
    const auth = oauth.PrivateKeyJwt(signer)
    const withKey = { ...http, DPoP: oauth.DPoP(client, await oauth.generateKeyPair('ES256')) }
    const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()]
    const verifier = oauth.generateRandomCodeVerifier()
    const parameters = new URLSearchParams({
      ...{ redirect_uri: redirectUri, response_type: 'code', response_mode: 'jwt' },
      ...{ scope: String(metadata.scope), state, nonce },
      ...{ code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256' },
    })
    const pushed = await withNonce(async () => {
      const request = await oauth.issueRequestObject(as, client, parameters, signer)
      const form = new URLSearchParams({ request })
      const response = await oauth.pushedAuthorizationRequest(as, client, auth, form, withKey)
      return oauth.processPushedAuthorizationResponse(as, client, response)
    })
    const url = new URL(String(as.authorization_endpoint))
    url.search = new URLSearchParams({ client_id, request_uri: pushed.request_uri }).toString()
    const callback = await oauth.validateJwtAuthResponse(as, client, await callbackOf(url), state, http)
    const tokens = await withNonce(async () => {
      const response = await oauth.authorizationCodeGrantRequest(
        as,
        client,
        auth,
        callback,
        redirectUri,
        verifier,
        withKey,
      )
      return oauth.processAuthorizationCodeResponse(as, client, response, {
        expectedNonce: nonce,
        requireIdToken: true,
      })
    })
    expect(tokens.token_type).toBe('dpop')
    const asJwt = { ...http, requestJwtResponse: true }
    const answer = await oauth.introspectionRequest(as, client, auth, tokens.access_token, asJwt)
    const introspection = await oauth.processIntrospectionResponse(as, client, answer)
    await oauth.validateApplicationLevelSignature(as, answer, http)
    expect(introspection).toMatchObject({ active: true, token_type: 'DPoP', cnf: { jkt: expect.any(String) } })
    const subject = String(oauth.getValidatedIdTokenClaims(tokens)?.sub)
    const about = await withNonce(async () => {
      const response = await oauth.userInfoRequest(as, client, tokens.access_token, withKey)
      return oauth.processUserInfoResponse(as, client, subject, response)
    })
    expect(about.email).toBe(user.email)
  })

  test('openid-client, as docs/profiles.md shows it, signs in (P29, R10, D39)', { timeout }, async () => {
    const { publicKey, privateKey } = await oauth.generateKeyPair('PS256', { extractable: true })
    const jwks = { keys: [{ ...(await crypto.subtle.exportKey('jwk', publicKey)), alg: 'PS256' }] }
    const redirect_uris = ['https://app.example.com/callback']
    await running.provider.registerClient({ ...metadata, client_id: 'accounts-app', redirect_uris, jwks })
    const client = await connect(new URL(running.provider.issuer), privateKey, true)
    const { url, checks } = await start(client)
    const { tokens, about } = await finish(client, await callbackOf(url), checks)
    expect([tokens.token_type, about.email]).toEqual(['dpop', user.email])
  })
})
