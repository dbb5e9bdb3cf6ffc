import type { ClientInput } from '@oauth/core'
import { dpop } from '@oauth/core/features/dpop'
import { fapi2SecurityProfile } from '@oauth/core/features/fapi2'
import { privateKeyJwt } from '@oauth/core/features/private-key-jwt'
import { pushedAuthorizationRequests } from '@oauth/core/features/pushed-authorization-requests'
import * as oauth from 'oauth4webapi'
import * as openid from 'openid-client'
import { describe, expect, test } from 'vitest'
import { authorizationUrl, callbackOf, configure, makeKeys, makeRequest, withNonce } from './acceptance-clients.ts'
import { http, metadata, redirectUri, serve, startProvider, storageNames, timeout, user } from './acceptance-support.ts'

// The FAPI 2.0 Security Profile as docs/profiles.md sets it up: pushed requests, keys that are proved with the server's
// nonces at each endpoint, and clients that authenticate with a key.

const scope = 'openid email offline_access notes:read'
const options = {
  scopes: ['notes:read'],
  features: [privateKeyJwt(), pushedAuthorizationRequests(), dpop({ requireNonce: true }), fapi2SecurityProfile()],
  idTokenSigningAlgorithm: 'PS256',
  accessTokenSigningAlgorithm: 'PS256',
  refreshTokenReuseWindowSeconds: 60,
} as const

const fapiClient: ClientInput = { ...metadata, scope, token_endpoint_auth_method: 'private_key_jwt' }

describe.each(storageNames)('the FAPI 2.0 Security Profile with independent client libraries, on %s', (name) => {
  const served = serve(name, (storage) => startProvider(storage, () => ({ options })))

  test('oauth4webapi gets its first nonce by a push, and proves its key there, for tokens and at userinfo (D39, P29)', {
    timeout,
  }, async () => {
    const { provider, as } = served()
    const { jwks, signer } = await makeKeys()
    const { client_id } = await provider.registerClient({ ...fapiClient, jwks })
    const client: oauth.Client = { client_id }
    const auth = oauth.PrivateKeyJwt(signer)
    const withKey = { ...http, DPoP: oauth.DPoP(client, await oauth.generateKeyPair('ES256')) }
    const { state, nonce, verifier, parameters } = await makeRequest({ scope })
    const { value: pushed, repeated } = await withNonce(async () =>
      oauth.processPushedAuthorizationResponse(
        as,
        client,
        await oauth.pushedAuthorizationRequest(as, client, auth, new URLSearchParams(parameters), withKey),
      ),
    )
    expect(repeated).toBe(true)
    const url = authorizationUrl(as, { client_id, request_uri: pushed.request_uri })
    const callback = oauth.validateAuthResponse(as, client, await callbackOf(url), state)
    const redeemWith = (by: typeof withKey) => async () =>
      oauth.processAuthorizationCodeResponse(
        as,
        client,
        await oauth.authorizationCodeGrantRequest(as, client, auth, callback, redirectUri, verifier, by),
        { expectedNonce: nonce, requireIdToken: true },
      )
    // Without a proof of the key of the push, the code is worth nothing, and is not used up.
    const stolen = { ...http, DPoP: oauth.DPoP(client, await oauth.generateKeyPair('ES256')) }
    await expect(withNonce(redeemWith(stolen))).rejects.toMatchObject({ error: 'invalid_grant' })
    const { value: tokens } = await withNonce(redeemWith(withKey))
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
    const { client_id } = await served().provider.registerClient({ ...fapiClient, jwks })
    const config = await configure(served(), client_id, openid.PrivateKeyJwt(signer))
    const DPoP = openid.getDPoPHandle(config, await openid.randomDPoPKeyPair())
    const { parameters, checks } = await makeRequest({ scope })
    const url = await openid.buildAuthorizationUrlWithPAR(config, parameters, { DPoP })
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

  test('openid-client is refused a request that it did not push, and a token request without a proof (P24)', {
    timeout,
  }, async () => {
    const { jwks, signer } = await makeKeys()
    const { client_id } = await served().provider.registerClient({ ...fapiClient, jwks })
    const config = await configure(served(), client_id, openid.PrivateKeyJwt(signer))
    const { parameters, checks } = await makeRequest({ scope })
    const direct = await fetch(openid.buildAuthorizationUrl(config, parameters), { redirect: 'manual' })
    expect(direct.headers.get('location') ?? '').not.toContain('code=')
    const url = await openid.buildAuthorizationUrlWithPAR(config, parameters)
    const callback = await callbackOf(url)
    const unproved = openid.authorizationCodeGrant(config, callback, checks)
    await expect(unproved).rejects.toMatchObject({ error: 'invalid_request' })
  })
})
