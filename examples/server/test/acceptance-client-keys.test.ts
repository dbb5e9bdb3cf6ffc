import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { type ClientInput, createProvider, type OAuthEvent, type Provider } from '@oauth/core'
import { jwtSecuredRequests } from '@oauth/core/features/jwt-secured-requests'
import { privateKeyJwt } from '@oauth/core/features/private-key-jwt'
import { memoryStorage } from '@oauth/core/memory'
import * as oauth from 'oauth4webapi'
import * as openid from 'openid-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const redirectUri = 'https://rp.example/callback'
const http = { [oauth.allowInsecureRequests]: true } as const
const timeout = 60_000
const user = { id: 'ada', email: 'ada@example.com', emailVerified: true }

/** Starts a provider whose user is always signed in, and whose client needs no consent. */
async function startProvider() {
  const events: OAuthEvent[] = []
  let provider: Provider | undefined
  const listener = getRequestListener((request) => (provider as Provider).fetch(request))
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  provider = createProvider({
    logger: false,
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    secret: 'a-secret-for-tests-with-enough-characters',
    storage: memoryStorage(),
    authentication: {
      getSession: () => ({ user, session: { id: 's', authTime: Math.floor(Date.now() / 1000) } }),
      getUser: () => user,
    },
    loginUrl: '/login',
    consentUrl: '/consent',
    features: [privateKeyJwt({ clientSecretJwt: true }), jwtSecuredRequests()],
    dangerouslyAllowPrivateAddresses: true,
    onEvent: (event) => events.push(event),
  })
  const stop = async (): Promise<void> => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return { provider, events, stop }
}

/** Starts a web server that publishes one document. */
async function publish(mediaType: string, text: () => string) {
  const server = createServer((_, response) => response.writeHead(200, { 'content-type': mediaType }).end(text()))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/document`,
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function makeKeys(algorithm: string) {
  const { publicKey, privateKey } = await oauth.generateKeyPair(algorithm, { extractable: true })
  const kid = `${algorithm}-1`
  const jwk = { ...(await crypto.subtle.exportKey('jwk', publicKey)), kid, alg: algorithm }
  return { jwks: { keys: [jwk as Record<string, unknown>] }, signer: { key: privateKey, kid } }
}

const metadata: ClientInput = {
  redirect_uris: [redirectUri],
  grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
  scope: 'openid email offline_access',
  skip_consent: true,
}

describe('keys of clients, with independent client libraries', () => {
  let running: Awaited<ReturnType<typeof startProvider>>
  let as: oauth.AuthorizationServer

  beforeAll(async () => {
    running = await startProvider()
    const issuer = new URL(running.provider.issuer)
    as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, http))
  }, timeout)

  afterAll(async () => {
    await running?.stop()
    expect(running?.events.filter(({ type }) => type === 'request.failed')).toEqual([])
  })

  const machine = async (client: oauth.Client, auth: oauth.ClientAuth) => {
    const parameters = new URLSearchParams()
    const response = await oauth.clientCredentialsGrantRequest(as, client, auth, parameters, http)
    return oauth.processClientCredentialsResponse(as, client, response)
  }

  test.each(['RS256', 'PS256', 'ES256', 'Ed25519'])(
    'oauth4webapi authenticates with private_key_jwt and %s',
    { timeout },
    async (algorithm) => {
      const { jwks, signer } = await makeKeys(algorithm)
      const registered = await running.provider.registerClient({
        ...metadata,
        token_endpoint_auth_method: 'private_key_jwt',
        token_endpoint_auth_signing_alg: algorithm,
        jwks,
      })
      const client: oauth.Client = { client_id: registered.client_id }
      const auth = oauth.PrivateKeyJwt(signer)
      const { access_token } = await machine(client, auth)
      const introspection = await oauth.introspectionRequest(as, client, auth, access_token, http)
      const said = await oauth.processIntrospectionResponse(as, client, introspection)
      expect(said).toMatchObject({ active: true, client_id: client.client_id })
      await oauth.processRevocationResponse(await oauth.revocationRequest(as, client, auth, access_token, http))
      const after = await oauth.introspectionRequest(as, client, auth, access_token, http)
      expect((await oauth.processIntrospectionResponse(as, client, after)).active).toBe(false)
    },
  )

  test('oauth4webapi authenticates with client_secret_jwt', { timeout }, async () => {
    const { client_id, client_secret } = await running.provider.registerClient({
      ...metadata,
      token_endpoint_auth_method: 'client_secret_jwt',
    })
    expect((await machine({ client_id }, oauth.ClientSecretJwt(String(client_secret)))).token_type).toBe('bearer')
    await expect(machine({ client_id }, oauth.ClientSecretJwt('x'.repeat(43)))).rejects.toMatchObject({
      error: 'invalid_client',
      status: 401,
    })
  })

  test('oauth4webapi sends a request object by value, and reads signed userinfo', { timeout }, async () => {
    const { jwks, signer } = await makeKeys('PS256')
    const registered = await running.provider.registerClient({
      ...metadata,
      token_endpoint_auth_method: 'private_key_jwt',
      request_object_signing_alg: 'PS256',
      userinfo_signed_response_alg: 'RS256',
      require_signed_request_object: true,
      jwks,
    })
    const client: oauth.Client = { client_id: registered.client_id, userinfo_signed_response_alg: 'RS256' }
    const auth = oauth.PrivateKeyJwt(signer)
    const [state, nonce, verifier] = [
      oauth.generateRandomState(),
      oauth.generateRandomNonce(),
      oauth.generateRandomCodeVerifier(),
    ]
    const parameters = new URLSearchParams({
      ...{
        client_id: client.client_id,
        redirect_uri: redirectUri,
        response_type: 'code',
        scope: 'openid email',
        state,
        nonce,
      },
      ...{ code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256' },
      ...{ max_age: '3600', claims: '{"userinfo":{"email":null}}', resource: running.provider.issuer },
    })
    const request = await oauth.issueRequestObject(as, client, parameters, signer)
    const url = new URL(String(as.authorization_endpoint))
    url.search = new URLSearchParams({ client_id: client.client_id, request }).toString()
    const location = (await fetch(url, { redirect: 'manual' })).headers.get('location')
    const callback = oauth.validateAuthResponse(as, client, new URL(String(location)), state)
    const response = await oauth.authorizationCodeGrantRequest(as, client, auth, callback, redirectUri, verifier, http)
    const tokens = await oauth.processAuthorizationCodeResponse(as, client, response, {
      expectedNonce: nonce,
      requireIdToken: true,
    })
    const about = await oauth.userInfoRequest(as, client, tokens.access_token, http)
    expect(await oauth.processUserInfoResponse(as, client, user.id, about)).toMatchObject({
      sub: user.id,
      email: user.email,
    })
    // Check the signature of the JWT that oauth4webapi has just read.
    await oauth.validateApplicationLevelSignature(as, about, http)
  })

  test('openid-client authenticates with private_key_jwt by jwks_uri, sends a request object by value, and refreshes', {
    timeout,
  }, async () => {
    const { jwks, signer } = await makeKeys('ES256')
    const keys = await publish('application/jwk-set+json', () => JSON.stringify(jwks))
    try {
      const { client_id } = await running.provider.registerClient({
        ...metadata,
        token_endpoint_auth_method: 'private_key_jwt',
        request_object_signing_alg: 'ES256',
        jwks_uri: keys.url,
      })
      const config = await openid.discovery(
        new URL(running.provider.issuer),
        client_id,
        undefined,
        openid.PrivateKeyJwt(signer),
        { execute: [openid.allowInsecureRequests] },
      )
      const [verifier, state] = [openid.randomPKCECodeVerifier(), openid.randomState()]
      const parameters = {
        ...{ redirect_uri: redirectUri, scope: 'openid offline_access', state },
        ...{ code_challenge: await openid.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256' },
      }
      const url = await openid.buildAuthorizationUrlWithJAR(config, parameters, signer)
      expect([...url.searchParams.keys()].sort()).toEqual(['client_id', 'request'])
      const location = (await fetch(url, { redirect: 'manual' })).headers.get('location')
      const checks = { pkceCodeVerifier: verifier, expectedState: state, idTokenExpected: true }
      const tokens = await openid.authorizationCodeGrant(config, new URL(String(location)), checks)
      expect(tokens.claims()?.sub).toBe(user.id)
      const refreshed = await openid.refreshTokenGrant(config, String(tokens.refresh_token))
      expect(refreshed.access_token).not.toBe(tokens.access_token)
    } finally {
      await keys.stop()
    }
  })

  test('openid-client sends a request object by a registered request_uri', { timeout }, async () => {
    const { jwks, signer } = await makeKeys('RS256')
    let request = ''
    const published = await publish('application/oauth-authz-req+jwt', () => request)
    try {
      const { client_id, client_secret } = await running.provider.registerClient({
        ...metadata,
        token_endpoint_auth_method: 'client_secret_post',
        jwks,
        request_uris: [published.url],
      })
      const config = await openid.discovery(new URL(running.provider.issuer), client_id, client_secret, undefined, {
        execute: [openid.allowInsecureRequests],
      })
      const [verifier, state] = [openid.randomPKCECodeVerifier(), openid.randomState()]
      const challenge = await openid.calculatePKCECodeChallenge(verifier)
      const parameters = {
        redirect_uri: redirectUri,
        scope: 'openid',
        state,
        code_challenge: challenge,
        code_challenge_method: 'S256',
      }
      request = String(
        (await openid.buildAuthorizationUrlWithJAR(config, parameters, signer)).searchParams.get('request'),
      )
      const url = openid.buildAuthorizationUrl(config, { request_uri: published.url, response_type: 'code' })
      const location = (await fetch(url, { redirect: 'manual' })).headers.get('location')
      const checks = { pkceCodeVerifier: verifier, expectedState: state, idTokenExpected: true }
      const tokens = await openid.authorizationCodeGrant(config, new URL(String(location)), checks)
      expect(tokens.claims()?.aud).toBe(client_id)
    } finally {
      await published.stop()
    }
  })
})
