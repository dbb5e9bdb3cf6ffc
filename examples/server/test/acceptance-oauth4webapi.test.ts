import { createRemoteJWKSet, jwtVerify } from 'jose'
import * as oauth from 'oauth4webapi'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { expectOpenToBrowsers } from '../../../test/example-cors.ts'
import { authorize } from './journey.ts'
import { type Example, startExample } from './start.ts'
import { createUserAgent } from './user-agent.ts'

const redirectUri = 'https://rp.example/callback'
const http = { [oauth.allowInsecureRequests]: true } as const
const timeout = 60_000

describe('oauth4webapi, unmodified, against the running example', () => {
  let example: Example
  let as: oauth.AuthorizationServer
  let client: oauth.Client
  let auth: oauth.ClientAuth
  let api: string

  beforeAll(async () => {
    example = await startExample()
    api = `${example.baseUrl}/api`
    as = await discover('oidc')
    const registered = await example.provider.registerClient({
      client_name: 'Acceptance',
      redirect_uris: [redirectUri],
      scope: 'openid profile email offline_access notes:read',
      grant_types: ['authorization_code', 'refresh_token'],
      token_endpoint_auth_method: 'client_secret_basic',
    })
    client = { client_id: registered.client_id }
    auth = oauth.ClientSecretBasic(String(registered.client_secret))
  }, timeout)

  afterAll(async () => {
    await example?.stop()
    expect(example?.failures).toEqual([])
  })

  async function discover(algorithm: 'oidc' | 'oauth2'): Promise<oauth.AuthorizationServer> {
    const issuer = new URL(example.issuer)
    return oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { algorithm, ...http }))
  }

  /** Runs a code flow as a client, from the authorization request to the tokens. */
  async function signIn(scope: string, resource?: string) {
    const [state, nonce, verifier] = [
      oauth.generateRandomState(),
      oauth.generateRandomNonce(),
      oauth.generateRandomCodeVerifier(),
    ]
    const url = new URL(String(as.authorization_endpoint))
    url.search = new URLSearchParams({
      ...{ client_id: client.client_id, redirect_uri: redirectUri, response_type: 'code', scope, state, nonce },
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    }).toString()
    const callback = oauth.validateAuthResponse(as, client, await authorize(createUserAgent(), url, redirectUri), state)
    const redeem = () =>
      oauth.authorizationCodeGrantRequest(as, client, auth, callback, redirectUri, verifier, {
        ...http,
        ...(resource === undefined ? {} : { additionalParameters: { resource } }),
      })
    const response = await redeem()
    const tokens = await oauth.processAuthorizationCodeResponse(as, client, response, {
      expectedNonce: nonce,
      requireIdToken: true,
    })
    await oauth.validateApplicationLevelSignature(as, response, http)
    return { tokens, redeem, claims: oauth.getValidatedIdTokenClaims(tokens) }
  }

  const callApi = (token?: string) =>
    fetch(`${api}/notes`, token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } })
  const metadataUrl = () => `${example.baseUrl}/.well-known/oauth-protected-resource/api`
  const userinfo = (token: string) => oauth.userInfoRequest(as, client, token, http)

  test('both discovery documents name the issuer and the same endpoints', async () => {
    const plain = await discover('oauth2')
    expect(as.issuer).toBe(example.issuer)
    expect(plain.token_endpoint).toBe(as.token_endpoint)
    expect(as.userinfo_endpoint).toBeDefined()
    expect(as.code_challenge_methods_supported).toEqual(['S256'])
    expect(as.authorization_response_iss_parameter_supported).toBe(true)
  })

  test('scripts of other origins may call the example API, and read its challenge', async () => {
    await expectOpenToBrowsers(`${api}/notes`)
  })

  test('oauth4webapi runs the code flow, userinfo and a refresh with rotation', { timeout }, async () => {
    const { tokens, claims } = await signIn('openid profile email offline_access')
    expect(claims).toMatchObject({ iss: example.issuer, aud: client.client_id, amr: ['pwd'] })
    expect(claims?.auth_time).toBeTypeOf('number')

    const about = await oauth.processUserInfoResponse(
      as,
      client,
      String(claims?.sub),
      await userinfo(tokens.access_token),
    )
    expect(about).toEqual({
      sub: claims?.sub,
      name: 'Demo Person',
      updated_at: expect.any(Number),
      email: 'demo@example.com',
      email_verified: true,
    })

    const response = await oauth.refreshTokenGrantRequest(as, client, auth, String(tokens.refresh_token), http)
    const fresh = await oauth.processRefreshTokenResponse(as, client, response)
    expect(fresh.access_token).not.toBe(tokens.access_token)
    expect((await userinfo(fresh.access_token)).status).toBe(200)
  })

  test('the API accepts the JWT that was issued for it, and refuses an opaque token', {
    timeout,
  }, async () => {
    const { tokens, claims } = await signIn('openid notes:read', api)
    const keys = createRemoteJWKSet(new URL(String(as.jwks_uri)))
    const verified = await jwtVerify(tokens.access_token, keys, { issuer: as.issuer, audience: api, typ: 'at+jwt' })
    expect(verified.payload).toMatchObject({ sub: claims?.sub, client_id: client.client_id })

    const accepted = await callApi(tokens.access_token)
    expect(accepted.status).toBe(200)
    expect(await accepted.json()).toMatchObject({ reader: claims?.sub, client: client.client_id })

    // The only API of the server stands in for a resource, unless the request just signs the user in.
    expect((await callApi((await signIn('openid notes:read')).tokens.access_token)).status).toBe(200)

    const opaque = await signIn('openid')
    expect(opaque.tokens.access_token).not.toContain('.')
    const refused = await callApi(opaque.tokens.access_token)
    expect(refused.status).toBe(401)
    expect(refused.headers.get('www-authenticate')).toMatch(/^Bearer realm="notes", error="invalid_token"/)
  })

  test('the API challenges a request without a token or without the scope', { timeout }, async () => {
    const without = await callApi()
    expect(without.status).toBe(401)
    const challenge = `realm="notes", scope="notes:read", resource_metadata="${metadataUrl()}"`
    expect(without.headers.get('www-authenticate')).toContain(`Bearer ${challenge}`)
    expect(without.headers.get('www-authenticate')).toMatch(/\bDPoP realm="notes",.* algs="/)

    const { tokens } = await signIn('openid profile', api)
    const refused = await callApi(tokens.access_token)
    expect(refused.status).toBe(403)
    expect(refused.headers.get('www-authenticate')).toContain(
      `Bearer realm="notes", error="insufficient_scope", error_description="the access token lacks a scope", scope="notes:read", resource_metadata="${metadataUrl()}"`,
    )
  })

  test('a client that knows only the API finds the authorization server by the challenge and gets a token', async () => {
    const [challenge] = await oauth
      .protectedResourceRequest('unknown', 'GET', new URL(`${api}/notes`), undefined, undefined, http)
      .then(() => [])
      .catch((error: unknown) => (error instanceof oauth.WWWAuthenticateChallengeError ? error.cause : []))
    expect(challenge?.parameters).toMatchObject({ error: 'invalid_token', resource_metadata: metadataUrl() })

    const resource = new URL(api)
    const found = await oauth.resourceDiscoveryRequest(resource, http)
    expect(found.url).toBe(challenge?.parameters.resource_metadata)
    const described = await oauth.processResourceDiscoveryResponse(resource, found)
    expect(described).toMatchObject({ resource: api, scopes_supported: ['notes:read'] })
    expect(described.authorization_servers).toEqual([example.issuer])

    const issuer = new URL(String(described.authorization_servers?.[0]))
    const server = await oauth.processDiscoveryResponse(
      issuer,
      await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...http }),
    )
    expect(server.token_endpoint).toBe(as.token_endpoint)

    // Only the resource serves this document. The provider does not.
    expect((await fetch(`${example.baseUrl}/.well-known/oauth-protected-resource`)).status).toBe(404)
    expect((await fetch(`${example.baseUrl}/.well-known/oauth-protected-resource/auth`)).status).toBe(404)
  })

  test('the API refuses a token after its revocation', { timeout }, async () => {
    const { tokens } = await signIn('openid notes:read', api)
    expect((await callApi(tokens.access_token)).status).toBe(200)
    await oauth.processRevocationResponse(await oauth.revocationRequest(as, client, auth, tokens.access_token, http))
    const refused = await callApi(tokens.access_token)
    expect(refused.status).toBe(401)
    expect(refused.headers.get('www-authenticate')).toContain('error="invalid_token"')
  })

  test('the API refuses an ID token and a JWT whose signature was changed', { timeout }, async () => {
    const { tokens } = await signIn('openid notes:read', api)
    const [header, payload, signature = ''] = tokens.access_token.split('.')
    const forged = `${header}.${payload}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`
    for (const token of [String(tokens.id_token), forged]) {
      const refused = await callApi(token)
      expect(refused.status).toBe(401)
      expect(refused.headers.get('www-authenticate')).toContain('error="invalid_token"')
    }
  })

  test('a replayed code is invalid_grant, and the tokens that it gave are revoked', { timeout }, async () => {
    const { tokens, redeem } = await signIn('openid offline_access')
    expect((await userinfo(tokens.access_token)).status).toBe(200)

    const replay = oauth.processAuthorizationCodeResponse(as, client, await redeem())
    await expect(replay).rejects.toMatchObject({ error: 'invalid_grant', status: 400 })

    expect((await userinfo(tokens.access_token)).status).toBe(401)
    const refresh = oauth.refreshTokenGrantRequest(as, client, auth, String(tokens.refresh_token), http)
    const refreshed = oauth.processRefreshTokenResponse(as, client, await refresh)
    await expect(refreshed).rejects.toMatchObject({ error: 'invalid_grant' })
  })

  test('a client calls the API with a token by client_credentials', async () => {
    const machine = await example.provider.registerClient({
      client_name: 'Machine',
      grant_types: ['client_credentials'],
      scope: 'notes:read',
      token_endpoint_auth_method: 'client_secret_post',
    })
    const self = { client_id: machine.client_id }
    const response = await oauth.clientCredentialsGrantRequest(
      as,
      self,
      oauth.ClientSecretPost(String(machine.client_secret)),
      { resource: api },
      http,
    )
    const tokens = await oauth.processClientCredentialsResponse(as, self, response)
    const answer = await callApi(tokens.access_token)
    expect(await answer.json()).toMatchObject({ reader: machine.client_id })
  })
})
