import type { ClientInput } from '@oauth/core'
import { encryptedResponses } from '@oauth/core/features/encrypted-responses'
import { jwtSecuredRequests } from '@oauth/core/features/jwt-secured-requests'
import { CompactEncrypt, type JWK } from 'jose'
import * as oauth from 'oauth4webapi'
import * as openid from 'openid-client'
import { describe, expect, test } from 'vitest'
import {
  authorizationUrl,
  callbackOf,
  configure,
  makeDecryptionKey,
  makeKeys,
  makeRequest,
} from './acceptance-clients.ts'
import { http, metadata, redirectUri, serve, startProvider, storageNames, timeout, user } from './acceptance-support.ts'

const options = {
  features: [encryptedResponses(), jwtSecuredRequests({ encryptionAlgorithms: ['RSA-OAEP-256', 'ECDH-ES'] })],
}

/** The metadata by which a client has everything encrypted. */
const encryptedBy = (alg: 'RSA-OAEP-256' | 'ECDH-ES') =>
  ({
    ...metadata,
    token_endpoint_auth_method: 'client_secret_post',
    id_token_encrypted_response_alg: alg,
    id_token_encrypted_response_enc: 'A256GCM',
    userinfo_signed_response_alg: 'RS256',
    userinfo_encrypted_response_alg: alg,
  }) satisfies ClientInput

describe.each(storageNames)('encrypted ID tokens and userinfo with independent client libraries (%s)', (name) => {
  const served = serve(name, (storage) => startProvider(storage, () => ({ options })))

  test('oauth4webapi, unmodified, sends an encrypted request object and decrypts the ID token and userinfo (J11)', {
    timeout,
  }, async () => {
    const { provider, as } = served()
    const [signing, decryption] = [await makeKeys(), await makeDecryptionKey('RSA-OAEP-256')]
    const { client_id, client_secret } = await provider.registerClient({
      ...encryptedBy('RSA-OAEP-256'),
      jwks: { keys: [...decryption.jwks.keys, ...signing.jwks.keys] },
      request_object_encryption_alg: 'ECDH-ES',
    })
    const client: oauth.Client = {
      client_id,
      id_token_signed_response_alg: 'RS256',
      userinfo_signed_response_alg: 'RS256',
    }
    const auth = oauth.ClientSecretPost(String(client_secret))
    const decrypting = { ...http, [oauth.jweDecrypt]: decryption.decrypt }
    const { state, nonce, verifier, parameters } = await makeRequest()
    const signed = await oauth.issueRequestObject(as, client, parameters, signing.signer)
    const { keys } = (await (await fetch(String(as.jwks_uri))).json()) as { readonly keys: readonly JWK[] }
    const published = keys.find(({ use, kty }) => use === 'enc' && kty === 'EC')
    const header = { alg: 'ECDH-ES', enc: 'A128CBC-HS256', cty: 'JWT', kid: String(published?.kid) }
    const request = await new CompactEncrypt(new TextEncoder().encode(signed))
      .setProtectedHeader(header)
      .encrypt(published as object)
    const callback = await callbackOf(authorizationUrl(as, { client_id, request }))
    const response = oauth.validateAuthResponse(as, client, callback, state)
    const tokens = await oauth.processAuthorizationCodeResponse(
      as,
      client,
      await oauth.authorizationCodeGrantRequest(as, client, auth, response, redirectUri, verifier, http),
      { ...decrypting, expectedNonce: nonce, requireIdToken: true },
    )
    expect(tokens.id_token?.split('.')).toHaveLength(5)
    const claims = oauth.getValidatedIdTokenClaims(tokens)
    expect(claims?.sub).toBe(user.id)
    const answer = await oauth.userInfoRequest(as, client, tokens.access_token, http)
    expect(answer.headers.get('content-type')).toBe('application/jwt')
    const info = await oauth.processUserInfoResponse(as, client, String(claims?.sub), answer, decrypting)
    expect(info.email).toBe(user.email)
  })

  test('openid-client, unmodified, decrypts the ID token, that of a refresh, and userinfo with enableDecryptingResponses', {
    timeout,
  }, async () => {
    for (const alg of ['ECDH-ES', 'RSA-OAEP-256'] as const) {
      const { jwks, privateKey } = await makeDecryptionKey(alg)
      const { client_id, client_secret } = await served().provider.registerClient({ ...encryptedBy(alg), jwks })
      const config = await configure(served(), client_id, openid.ClientSecretPost(String(client_secret)), {
        metadata: { userinfo_signed_response_alg: 'RS256' },
      })
      openid.enableDecryptingResponses(config, ['A256GCM', 'A128CBC-HS256'], { key: privateKey, alg, kid: 'enc-1' })
      const { parameters, checks } = await makeRequest()
      const callback = await callbackOf(openid.buildAuthorizationUrl(config, parameters))
      const tokens = await openid.authorizationCodeGrant(config, callback, checks)
      expect(tokens.claims()?.sub).toBe(user.id)
      const refreshed = await openid.refreshTokenGrant(config, String(tokens.refresh_token))
      expect(refreshed.claims()?.sub).toBe(user.id)
      const info = await openid.fetchUserInfo(config, refreshed.access_token, user.id)
      expect(info.email).toBe(user.email)
    }
  })
})
