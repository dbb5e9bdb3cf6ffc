import * as oauth from 'oauth4webapi'
import * as openid from 'openid-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Callback, startCallback } from './callback.ts'
import { signIn } from './journey.ts'
import { type Example, startExample } from './start.ts'
import { createUserAgent } from './user-agent.ts'

const timeout = 60_000
const claims = JSON.stringify({
  userinfo: { name: { essential: true } },
  id_token: { email: null, email_verified: { essential: true }, auth_time: { essential: true } },
})
const learnt = { email: 'demo@example.com', email_verified: true, auth_time: expect.any(Number) }

describe('form_post and the claims parameter, with unmodified clients, over HTTP', () => {
  let example: Example
  let callback: Callback

  beforeAll(async () => {
    example = await startExample()
    callback = await startCallback()
  }, timeout)

  afterAll(async () => {
    await callback?.stop()
    await example?.stop()
    expect(example?.failures).toEqual([])
  })

  async function register() {
    return example.provider.registerClient({
      client_name: 'Acceptance',
      redirect_uris: [callback.url],
      application_type: 'web',
      scope: 'openid profile email',
      token_endpoint_auth_method: 'client_secret_post',
      default_max_age: 3600,
      require_auth_time: true,
    })
  }

  /** Signs in, allows, lets the page post to the callback, and returns the request that arrives there. */
  async function authorize(url: URL, button = 'Allow'): Promise<Request> {
    const agent = createUserAgent()
    const consent = await signIn(agent, await agent.open(url))
    expect(consent.body).toContain('See your name (it says that it needs this)')
    const page = await agent.submit(consent, button)
    const before = callback.received.length
    const end = await agent.submit(page, 'Continue')
    expect(end.url.href).toBe(callback.end)
    expect(callback.received.length).toBe(before + 1)
    return (callback.received.at(-1) as Request).clone() as Request
  }

  test('openid-client reads the posted response and gets the requested claims', { timeout }, async () => {
    const registered = await register()
    const config = await openid.discovery(
      new URL(example.issuer),
      registered.client_id,
      { client_secret: registered.client_secret, default_max_age: 3600, require_auth_time: true } as never,
      undefined,
      { execute: [openid.allowInsecureRequests] },
    )
    expect(config.serverMetadata().response_modes_supported).toContain('form_post')
    const [verifier, state, nonce] = [openid.randomPKCECodeVerifier(), 's'.repeat(128), 'n'.repeat(64)]
    const url = openid.buildAuthorizationUrl(config, {
      redirect_uri: callback.url,
      scope: 'openid',
      response_mode: 'form_post',
      code_challenge: await openid.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      ...{ state, nonce, claims },
    })
    const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true }
    const tokens = await openid.authorizationCodeGrant(config, await authorize(url), { ...checks, maxAge: 3600 })
    expect(tokens.claims()).toMatchObject(learnt)
    const about = await openid.fetchUserInfo(config, tokens.access_token, String(tokens.claims()?.sub))
    expect(about).toEqual({ sub: tokens.claims()?.sub, name: 'Demo Person' })

    const again = openid.buildAuthorizationUrl(config, { ...Object.fromEntries(url.searchParams), prompt: 'consent' })
    const denied = openid.authorizationCodeGrant(config, await authorize(again, 'Deny'), checks)
    await expect(denied).rejects.toMatchObject({ error: 'access_denied' })
  })

  test('oauth4webapi validates the posted response and gets the requested claims', { timeout }, async () => {
    const http = { [oauth.allowInsecureRequests]: true } as const
    const issuer = new URL(example.issuer)
    const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, http))
    expect(as.claims_parameter_supported).toBe(true)
    const registered = await register()
    const client: oauth.Client = {
      client_id: registered.client_id,
      id_token_signed_response_alg: 'RS256',
      require_auth_time: true,
      default_max_age: 3600,
    }
    const [state, nonce, verifier] = [
      oauth.generateRandomState(),
      oauth.generateRandomNonce(),
      oauth.generateRandomCodeVerifier(),
    ]
    const url = new URL(String(as.authorization_endpoint))
    url.search = new URLSearchParams({
      ...{ client_id: client.client_id, redirect_uri: callback.url, response_type: 'code', response_mode: 'form_post' },
      ...{ scope: 'openid', state, nonce, claims },
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    }).toString()
    const posted = new URLSearchParams(await (await authorize(url)).text())
    const parameters = oauth.validateAuthResponse(as, client, posted, state)
    const auth = oauth.ClientSecretPost(String(registered.client_secret))
    const response = await oauth.authorizationCodeGrantRequest(
      as,
      client,
      auth,
      parameters,
      callback.url,
      verifier,
      http,
    )
    const tokens = await oauth.processAuthorizationCodeResponse(as, client, response, {
      expectedNonce: nonce,
      requireIdToken: true,
    })
    const idToken = oauth.getValidatedIdTokenClaims(tokens)
    expect(idToken).toMatchObject(learnt)
    const answer = await oauth.userInfoRequest(as, client, tokens.access_token, http)
    const about = await oauth.processUserInfoResponse(as, client, String(idToken?.sub), answer)
    expect(about).toEqual({ sub: idToken?.sub, name: 'Demo Person' })
  })
})
