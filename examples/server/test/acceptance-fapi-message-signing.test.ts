import type { ClientInput, Storage } from '@oauth/core'
import { dpop } from '@oauth/core/features/dpop'
import { encryptedResponses } from '@oauth/core/features/encrypted-responses'
import { fapi2MessageSigning } from '@oauth/core/features/fapi2'
import { jarm } from '@oauth/core/features/jarm'
import { jwtIntrospection } from '@oauth/core/features/jwt-introspection'
import { jwtSecuredRequests } from '@oauth/core/features/jwt-secured-requests'
import { privateKeyJwt } from '@oauth/core/features/private-key-jwt'
import { pushedAuthorizationRequests } from '@oauth/core/features/pushed-authorization-requests'
import * as oauth from 'oauth4webapi'
import * as openid from 'openid-client'
import { describe, expect, test } from 'vitest'
import {
  authorizationUrl,
  configure,
  consentPage,
  makeDecryptionKey,
  makeKeys,
  makeRequest,
  withNonce,
} from './acceptance-clients.ts'
import { gift, payments, paymentsApi, rent } from './acceptance-payments.ts'
import { http, metadata, redirectUri, serve, startProvider, storageNames, timeout, user } from './acceptance-support.ts'

// FAPI 2.0 Message Signing with all that the libraries can do, in one flow: a signed request object that is pushed, keys
// proved with the server's nonces, rich details, a signed response, an encrypted ID token, signed and encrypted userinfo,
// signed introspection, and a refresh with another key.

/** Starts a provider with the profile and payments, and an API that books the payments. */
async function start(storage: Storage) {
  const running = await startProvider(storage, (baseUrl) => {
    const resource = `${baseUrl}/payments`
    return {
      options: {
        validAudiences: [resource],
        features: [
          privateKeyJwt(),
          pushedAuthorizationRequests(),
          dpop({ requireNonce: true }),
          jwtSecuredRequests(),
          jarm(),
          jwtIntrospection(),
          encryptedResponses(),
          payments(resource),
          fapi2MessageSigning(),
        ],
        idTokenSigningAlgorithm: 'PS256',
        accessTokenSigningAlgorithm: 'PS256',
        refreshTokenReuseWindowSeconds: 60,
      },
      handlers: (provider) => paymentsApi(resource, provider),
    }
  })
  return { ...running, resource: `${running.baseUrl}/payments` }
}

/** What the client registers, and what its library must know of it. */
const algorithms = {
  id_token_signed_response_alg: 'PS256',
  userinfo_signed_response_alg: 'PS256',
  authorization_signed_response_alg: 'PS256',
} as const

const fapiClient: ClientInput = {
  ...metadata,
  ...algorithms,
  skip_consent: undefined,
  token_endpoint_auth_method: 'private_key_jwt',
  id_token_encrypted_response_alg: 'ECDH-ES',
  id_token_encrypted_response_enc: 'A256GCM',
  userinfo_encrypted_response_alg: 'ECDH-ES',
  userinfo_encrypted_response_enc: 'A256GCM',
  authorization_details_types: ['payment_initiation'],
}

describe.each(storageNames)('FAPI 2.0 Message Signing with independent client libraries, on %s', (name) => {
  const served = serve(name, start)

  /** Registers a client that signs and decrypts, and the API, which introspects with a signed response. */
  const register = async () => {
    const { provider, resource } = served()
    const [signing, decryption, ofApi] = [await makeKeys(), await makeDecryptionKey('ECDH-ES'), await makeKeys()]
    const jwks = { keys: [...signing.jwks.keys, ...decryption.jwks.keys] }
    const { client_id } = await provider.registerClient({ ...fapiClient, jwks })
    const api = await provider.registerClient({
      grant_types: [],
      resources: [resource],
      token_endpoint_auth_method: 'private_key_jwt',
      introspection_signed_response_alg: 'PS256',
      jwks: ofApi.jwks,
    })
    return { client_id, signer: signing.signer, decryption, api: { id: api.client_id, signer: ofApi.signer } }
  }

  const asked = { authorization_details: JSON.stringify([rent, gift]) }
  const granted = { authorization_details: JSON.stringify([rent, null]) }

  test('oauth4webapi, unmodified, runs PAR, JAR, DPoP with nonces, RAR, JARM, JWE and RFC 9701 in one flow (D39, P11, P29, R08, A14)', {
    timeout,
  }, async () => {
    const { as, resource } = served()
    const { client_id, signer, decryption, api } = await register()
    const client: oauth.Client = { client_id, ...algorithms }
    const auth = oauth.PrivateKeyJwt(signer)
    const withKey = { ...http, DPoP: oauth.DPoP(client, await oauth.generateKeyPair('ES256')) }
    const decrypting = { ...http, [oauth.jweDecrypt]: decryption.decrypt }
    const { state, nonce, verifier, parameters } = await makeRequest({ response_mode: 'jwt', resource, ...asked })
    const request = await oauth.issueRequestObject(as, client, parameters, signer)
    const { value: pushed, repeated } = await withNonce(async () =>
      oauth.processPushedAuthorizationResponse(
        as,
        client,
        await oauth.pushedAuthorizationRequest(as, client, auth, new URLSearchParams({ request }), withKey),
      ),
    )
    expect(repeated).toBe(true)
    const url = authorizationUrl(as, { client_id, request_uri: pushed.request_uri })
    const { accept } = await consentPage(served(), url)
    const location = await accept(granted)
    expect([...location.searchParams.keys()]).toEqual(['response'])
    const callback = await oauth.validateJwtAuthResponse(as, client, location, state, http)
    const { value: tokens } = await withNonce(async () =>
      oauth.processAuthorizationCodeResponse(
        as,
        client,
        await oauth.authorizationCodeGrantRequest(as, client, auth, callback, redirectUri, verifier, withKey),
        { ...decrypting, expectedNonce: nonce, requireIdToken: true },
      ),
    )
    expect(tokens.token_type).toBe('dpop')
    expect(tokens.authorization_details).toEqual([rent])
    expect(tokens.id_token?.split('.')).toHaveLength(5)
    const subject = String(oauth.getValidatedIdTokenClaims(tokens)?.sub)
    const { value: about } = await withNonce(async () => {
      const answer = await oauth.userInfoRequest(as, client, tokens.access_token, withKey)
      return oauth.processUserInfoResponse(as, client, subject, answer, decrypting)
    })
    expect(about.email).toBe(user.email)

    const another = { ...http, DPoP: oauth.DPoP(client, await oauth.generateKeyPair('ES256')) }
    const { value: fresh } = await withNonce(async () =>
      oauth.processRefreshTokenResponse(
        as,
        client,
        await oauth.refreshTokenGrantRequest(as, client, auth, String(tokens.refresh_token), {
          ...another,
          additionalParameters: { resource },
        }),
        decrypting,
      ),
    )
    const book = (by: typeof another) =>
      oauth.protectedResourceRequest(fresh.access_token, 'POST', new URL(resource), undefined, undefined, by)
    expect(await (await book(another)).json()).toEqual({ booked: [rent], all: [rent] })
    await expect(book(withKey)).rejects.toMatchObject({ status: 401 })

    const apiClient: oauth.Client = { client_id: api.id, introspection_signed_response_alg: 'PS256' }
    const answer = await oauth.introspectionRequest(
      as,
      apiClient,
      oauth.PrivateKeyJwt(api.signer),
      fresh.access_token,
      { ...http, requestJwtResponse: true },
    )
    const introspection = await oauth.processIntrospectionResponse(as, apiClient, answer)
    await oauth.validateApplicationLevelSignature(as, answer, http)
    expect(introspection).toMatchObject({ active: true, client_id, authorization_details: [rent] })
    expect(introspection.cnf?.jkt).toBe(await another.DPoP.calculateThumbprint())
  })

  test('openid-client, unmodified, runs the same flow, and pushes the request object that it built (D23, D39, P11, P29, R08, A14)', {
    timeout,
  }, async () => {
    const { resource } = served()
    const { client_id, signer, decryption, api } = await register()
    const config = await configure(served(), client_id, openid.PrivateKeyJwt(signer), {
      metadata: algorithms,
      execute: [openid.useJwtResponseMode, openid.enableNonRepudiationChecks],
    })
    openid.enableDecryptingResponses(config, ['A256GCM'], { key: decryption.privateKey, alg: 'ECDH-ES', kid: 'enc-1' })
    const DPoP = openid.getDPoPHandle(config, await openid.randomDPoPKeyPair())
    const { parameters, checks } = await makeRequest({ resource, ...asked })
    const signed = await openid.buildAuthorizationUrlWithJAR(config, parameters, signer)
    const url = await openid.buildAuthorizationUrlWithPAR(config, signed.searchParams, { DPoP })
    const { accept } = await consentPage(served(), url)
    const tokens = await openid.authorizationCodeGrant(config, await accept(granted), checks, undefined, { DPoP })
    expect(tokens.token_type).toBe('dpop')
    expect(tokens.authorization_details).toEqual([rent])
    expect(tokens.id_token?.split('.')).toHaveLength(5)
    const another = openid.getDPoPHandle(config, await openid.randomDPoPKeyPair())
    const fresh = await openid.refreshTokenGrant(config, String(tokens.refresh_token), undefined, { DPoP: another })
    const subject = String(tokens.claims()?.sub)
    const about = await openid.fetchUserInfo(config, tokens.access_token, subject, { DPoP })
    expect(about.email).toBe(user.email)
    const narrow = await openid.refreshTokenGrant(config, String(fresh.refresh_token), { resource }, { DPoP: another })
    const book = (by: openid.DPoPHandle) =>
      openid.fetchProtectedResource(config, narrow.access_token, new URL(resource), 'POST', undefined, undefined, {
        DPoP: by,
      })
    expect(await (await book(another)).json()).toEqual({ booked: [rent], all: [rent] })
    await expect(book(DPoP)).rejects.toMatchObject({ status: 401 })

    const apiConfig = await configure(served(), api.id, openid.PrivateKeyJwt(api.signer), {
      metadata: { introspection_signed_response_alg: 'PS256' },
      execute: [openid.enableNonRepudiationChecks],
    })
    const introspection = await openid.tokenIntrospection(apiConfig, narrow.access_token)
    expect(introspection).toMatchObject({ active: true, client_id, authorization_details: [rent] })
    expect(introspection.cnf?.jkt).toBe(await another.calculateThumbprint())
  })
})
