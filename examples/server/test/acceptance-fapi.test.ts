import type { ClientInput } from '@oauth/core'
import { dpop } from '@oauth/core/features/dpop'
import { privateKeyJwt } from '@oauth/core/features/private-key-jwt'
import { pushedAuthorizationRequests } from '@oauth/core/features/pushed-authorization-requests'
import * as oauth from 'oauth4webapi'
import * as openid from 'openid-client'
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

// What FAPI 2.0 asks for, all together: pushed requests, keys that are proved with the server's nonces at each endpoint,
// and clients that authenticate with a key.

const options = {
  scopes: ['notes:read'],
  features: [
    privateKeyJwt({ audiences: 'issuer-string' }),
    pushedAuthorizationRequests({ required: true }),
    dpop({ requireNonce: true, required: true }),
  ],
}

const metadata: ClientInput = {
  redirect_uris: [redirectUri],
  grant_types: ['authorization_code', 'refresh_token'],
  scope: 'openid email offline_access notes:read',
  skip_consent: true,
  token_endpoint_auth_method: 'private_key_jwt',
}

describe.each(storageNames)('the requirements of FAPI 2.0 with independent client libraries, on %s', (name) => {
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
  async function withNonce<Value>(request: () => Promise<Value>): Promise<{ value: Value; repeated: boolean }> {
    try {
      return { value: await request(), repeated: false }
    } catch (error) {
      expect(oauth.isDPoPNonceError(error)).toBe(true)
      return { value: await request(), repeated: true }
    }
  }

  test('oauth4webapi gets its first nonce by a push, and proves its key there, for tokens and at userinfo (D39, P29)', {
    timeout,
  }, async () => {
    const { jwks, signer } = await makeKeys()
    const client: oauth.Client = { client_id: (await running.provider.registerClient({ ...metadata, jwks })).client_id }
    const auth = oauth.PrivateKeyJwt(signer)
    const withKey = { ...http, DPoP: oauth.DPoP(client, await oauth.generateKeyPair('ES256')) }
    const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()]
    const verifier = oauth.generateRandomCodeVerifier()
    const parameters = new URLSearchParams({
      ...{ redirect_uri: redirectUri, response_type: 'code', scope: String(metadata.scope), state, nonce },
      ...{ code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256' },
    })
    const push = async () =>
      oauth.processPushedAuthorizationResponse(
        as,
        client,
        await oauth.pushedAuthorizationRequest(as, client, auth, parameters, withKey),
      )
    const { value: pushed, repeated } = await withNonce(push)
    expect(repeated).toBe(true)
    const url = new URL(String(as.authorization_endpoint))
    url.search = new URLSearchParams({ client_id: client.client_id, request_uri: pushed.request_uri }).toString()
    const callback = oauth.validateAuthResponse(as, client, await callbackOf(url), state)
    const redeem = async () =>
      oauth.processAuthorizationCodeResponse(
        as,
        client,
        await oauth.authorizationCodeGrantRequest(as, client, auth, callback, redirectUri, verifier, withKey),
        { expectedNonce: nonce, requireIdToken: true },
      )
    // Without a proof of the key of the push, the code is worth nothing, and is not used up.
    const stolen = { ...http, DPoP: oauth.DPoP(client, await oauth.generateKeyPair('ES256')) }
    const steal = async () =>
      oauth.processAuthorizationCodeResponse(
        as,
        client,
        await oauth.authorizationCodeGrantRequest(as, client, auth, callback, redirectUri, verifier, stolen),
      )
    await expect(withNonce(steal)).rejects.toMatchObject({ error: 'invalid_grant' })
    const { value: tokens } = await withNonce(redeem)
    expect(tokens.token_type).toBe('dpop')
    const subject = String(oauth.getValidatedIdTokenClaims(tokens)?.sub)
    const { value: about } = await withNonce(async () =>
      oauth.processUserInfoResponse(
        as,
        client,
        subject,
        await oauth.userInfoRequest(as, client, tokens.access_token, withKey),
      ),
    )
    expect(about.email).toBe(user.email)
  })

  test('openid-client runs the flow by pushes, refreshes with another key, and reads userinfo (D23, D39, P29)', {
    timeout,
  }, async () => {
    const { jwks, signer } = await makeKeys()
    const { client_id } = await running.provider.registerClient({ ...metadata, jwks })
    const config = await openid.discovery(
      new URL(running.provider.issuer),
      client_id,
      undefined,
      openid.PrivateKeyJwt(signer),
      { execute: [openid.allowInsecureRequests] },
    )
    const DPoP = openid.getDPoPHandle(config, await openid.randomDPoPKeyPair())
    const [verifier, state] = [openid.randomPKCECodeVerifier(), openid.randomState()]
    const parameters = {
      ...{ redirect_uri: redirectUri, scope: String(metadata.scope), state },
      ...{ code_challenge: await openid.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256' },
    }
    const url = await openid.buildAuthorizationUrlWithPAR(config, parameters, { DPoP })
    const checks = { pkceCodeVerifier: verifier, expectedState: state, idTokenExpected: true }
    const tokens = await openid.authorizationCodeGrant(config, await callbackOf(url), checks, undefined, { DPoP })
    expect(tokens.token_type).toBe('dpop')
    const another = openid.getDPoPHandle(config, await openid.randomDPoPKeyPair())
    const fresh = await openid.refreshTokenGrant(config, String(tokens.refresh_token), undefined, { DPoP: another })
    expect(fresh.token_type).toBe('dpop')
    const subject = String(tokens.claims()?.sub)
    const about = await openid.fetchUserInfo(config, fresh.access_token, subject, { DPoP: another })
    expect(about.email).toBe(user.email)
    await expect(openid.fetchUserInfo(config, fresh.access_token, subject, { DPoP })).rejects.toThrow()
  })
})
