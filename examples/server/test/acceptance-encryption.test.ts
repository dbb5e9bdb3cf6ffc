import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { type ClientInput, createProvider, type OAuthEvent, type Provider, type Storage } from '@oauth/core'
import { encryptedResponses } from '@oauth/core/features/encrypted-responses'
import { jwtSecuredRequests } from '@oauth/core/features/jwt-secured-requests'
import { memoryStorage } from '@oauth/core/memory'
import { sqliteStorage } from '@oauth/kysely/sqlite'
import { CompactEncrypt, compactDecrypt, type JWK } from 'jose'
import * as oauth from 'oauth4webapi'
import * as openid from 'openid-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const redirectUri = 'https://rp.example/callback'
const http = { [oauth.allowInsecureRequests]: true } as const
const timeout = 60_000
const user = { id: 'ada', email: 'ada@example.com', emailVerified: true }

/** Starts a provider whose user is always signed in, and whose clients need no consent. */
async function start(storage: Storage) {
  const events: OAuthEvent[] = []
  let provider: Provider | undefined
  const listener = getRequestListener((request) => (provider as Provider).fetch(request))
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  provider = createProvider({
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    secret: 'a-secret-for-tests-with-enough-characters',
    storage,
    authentication: {
      getSession: () => ({ user, session: { id: 's', authTime: Math.floor(Date.now() / 1000) } }),
      getUser: () => user,
    },
    loginUrl: '/login',
    consentUrl: '/consent',
    features: [encryptedResponses(), jwtSecuredRequests({ encryptionAlgorithms: ['RSA-OAEP-256', 'ECDH-ES'] })],
    onEvent: (event) => events.push(event),
  })
  const stop = async (): Promise<void> => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return { provider, events, stop }
}

/** Makes an encryption key of a client, and the metadata by which the client has everything encrypted. */
async function encryptedClient(alg: 'RSA-OAEP-256' | 'ECDH-ES') {
  const parameters =
    alg === 'ECDH-ES'
      ? { name: 'ECDH', namedCurve: 'P-256' }
      : { name: 'RSA-OAEP', hash: 'SHA-256', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) }
  const usages: KeyUsage[] = alg === 'ECDH-ES' ? ['deriveBits'] : ['decrypt', 'unwrapKey']
  const { publicKey, privateKey } = (await crypto.subtle.generateKey(
    parameters,
    true,
    alg === 'ECDH-ES' ? usages : [...usages, 'encrypt', 'wrapKey'],
  )) as CryptoKeyPair
  const { key_ops: _, ext: _ext, ...jwk } = await crypto.subtle.exportKey('jwk', publicKey)
  const metadata: ClientInput = {
    redirect_uris: [redirectUri],
    grant_types: ['authorization_code', 'refresh_token'],
    scope: 'openid email offline_access',
    skip_consent: true,
    token_endpoint_auth_method: 'client_secret_post',
    jwks: { keys: [{ ...jwk, alg, use: 'enc', kid: 'enc-1' }] },
    id_token_encrypted_response_alg: alg,
    id_token_encrypted_response_enc: 'A256GCM',
    userinfo_signed_response_alg: 'RS256',
    userinfo_encrypted_response_alg: alg,
  }
  return { metadata, privateKey }
}

type KeyUsage = 'deriveBits' | 'decrypt' | 'unwrapKey' | 'encrypt' | 'wrapKey'

/** Follows the authorization request to the callback, as a browser whose user is signed in. */
async function callbackOf(url: URL): Promise<URL> {
  const response = await fetch(url, { redirect: 'manual' })
  return new URL(String(response.headers.get('location')))
}

describe.each([
  ['memory', () => memoryStorage()],
  ['SQLite', () => sqliteStorage(':memory:')],
])('encrypted ID tokens and userinfo with independent client libraries (%s)', (_, storage) => {
  let running: Awaited<ReturnType<typeof start>>
  let as: oauth.AuthorizationServer

  beforeAll(async () => {
    running = await start(storage())
    const issuer = new URL(running.provider.issuer)
    as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, http))
  }, timeout)

  afterAll(async () => {
    await running?.stop()
    expect(running?.events.filter(({ type }) => type === 'request.failed')).toEqual([])
  })

  test('oauth4webapi, unmodified, sends an encrypted request object and decrypts the ID token and userinfo (J11)', {
    timeout,
  }, async () => {
    const { metadata, privateKey } = await encryptedClient('RSA-OAEP-256')
    const signing = await oauth.generateKeyPair('ES256', { extractable: true })
    const signingJwk = { ...(await crypto.subtle.exportKey('jwk', signing.publicKey)), kid: 'sig-1', use: 'sig' }
    const registered = await running.provider.registerClient({
      ...metadata,
      jwks: { keys: [...(metadata.jwks?.keys ?? []), signingJwk] },
      request_object_encryption_alg: 'ECDH-ES',
    })
    const client: oauth.Client = {
      client_id: registered.client_id,
      id_token_signed_response_alg: 'RS256',
      userinfo_signed_response_alg: 'RS256',
    }
    const auth = oauth.ClientSecretPost(String(registered.client_secret))
    const options = {
      ...http,
      [oauth.jweDecrypt]: async (jwe: string) => {
        const allowed = { keyManagementAlgorithms: ['RSA-OAEP-256'] }
        const { plaintext } = await compactDecrypt(jwe, privateKey, allowed)
        return new TextDecoder().decode(plaintext)
      },
    }
    const verifier = oauth.generateRandomCodeVerifier()
    const state = oauth.generateRandomState()
    const nonce = oauth.generateRandomNonce()
    const signed = await oauth.issueRequestObject(
      as,
      client,
      {
        redirect_uri: redirectUri,
        response_type: 'code',
        scope: 'openid email offline_access',
        ...{ state, nonce },
        code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      },
      { key: signing.privateKey, kid: 'sig-1' },
    )
    const { keys } = (await (await fetch(String(as.jwks_uri))).json()) as { readonly keys: readonly JWK[] }
    const published = keys.find(({ use, kty }) => use === 'enc' && kty === 'EC')
    const header = { alg: 'ECDH-ES', enc: 'A128CBC-HS256', cty: 'JWT', kid: String(published?.kid) }
    const request = await new CompactEncrypt(new TextEncoder().encode(signed))
      .setProtectedHeader(header)
      .encrypt(published as object)
    const query = new URLSearchParams({ client_id: client.client_id, request })
    const callback = await callbackOf(new URL(`${as.authorization_endpoint}?${query}`))
    const parameters = oauth.validateAuthResponse(as, client, callback, state)
    const tokens = await oauth.processAuthorizationCodeResponse(
      as,
      client,
      await oauth.authorizationCodeGrantRequest(as, client, auth, parameters, redirectUri, verifier, http),
      { ...options, expectedNonce: nonce, requireIdToken: true },
    )
    expect(tokens.id_token?.split('.')).toHaveLength(5)
    const claims = oauth.getValidatedIdTokenClaims(tokens)
    expect(claims?.sub).toBe(user.id)
    const answer = await oauth.userInfoRequest(as, client, tokens.access_token, http)
    expect(answer.headers.get('content-type')).toBe('application/jwt')
    const info = await oauth.processUserInfoResponse(as, client, String(claims?.sub), answer, options)
    expect(info.email).toBe(user.email)
  })

  test('openid-client, unmodified, decrypts the ID token, that of a refresh, and userinfo with enableDecryptingResponses', {
    timeout,
  }, async () => {
    for (const alg of ['ECDH-ES', 'RSA-OAEP-256'] as const) {
      const { metadata, privateKey } = await encryptedClient(alg)
      const registered = await running.provider.registerClient(metadata)
      const config = await openid.discovery(
        new URL(running.provider.issuer),
        registered.client_id,
        { userinfo_signed_response_alg: 'RS256' },
        openid.ClientSecretPost(String(registered.client_secret)),
        { execute: [openid.allowInsecureRequests] },
      )
      openid.enableDecryptingResponses(config, ['A256GCM', 'A128CBC-HS256'], { key: privateKey, alg, kid: 'enc-1' })
      const verifier = openid.randomPKCECodeVerifier()
      const state = openid.randomState()
      const nonce = openid.randomNonce()
      const url = openid.buildAuthorizationUrl(config, {
        redirect_uri: redirectUri,
        scope: 'openid email offline_access',
        ...{ state, nonce },
        code_challenge: await openid.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      })
      const tokens = await openid.authorizationCodeGrant(config, await callbackOf(url), {
        pkceCodeVerifier: verifier,
        expectedState: state,
        expectedNonce: nonce,
        idTokenExpected: true,
      })
      expect(tokens.claims()?.sub).toBe(user.id)
      const refreshed = await openid.refreshTokenGrant(config, String(tokens.refresh_token))
      expect(refreshed.claims()?.sub).toBe(user.id)
      const info = await openid.fetchUserInfo(config, refreshed.access_token, user.id)
      expect(info.email).toBe(user.email)
    }
  })
})
