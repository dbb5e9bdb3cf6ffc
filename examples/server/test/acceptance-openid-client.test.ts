import * as client from 'openid-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { authorize } from './journey.ts'
import { type Example, startExample } from './start.ts'
import { createUserAgent } from './user-agent.ts'

const redirectUri = 'https://rp.example/callback'
const timeout = 60_000

describe('openid-client, unmodified, against the running example', () => {
  let example: Example
  let config: client.Configuration

  beforeAll(async () => {
    example = await startExample()
    config = await configure({
      client_name: 'Acceptance',
      redirect_uris: [redirectUri],
      scope: 'openid profile email offline_access',
      grant_types: ['authorization_code', 'refresh_token'],
      token_endpoint_auth_method: 'client_secret_post',
    })
    // This setting also checks the signatures of ID tokens.
    client.enableNonRepudiationChecks(config)
  }, timeout)

  afterAll(async () => {
    await example?.stop()
    expect(example?.failures).toEqual([])
  })

  async function configure(
    metadata: Parameters<Example['provider']['registerClient']>[0],
  ): Promise<client.Configuration> {
    const registered = await example.provider.registerClient(metadata)
    return client.discovery(new URL(example.issuer), registered.client_id, registered.client_secret, undefined, {
      execute: [client.allowInsecureRequests],
    })
  }

  async function signIn() {
    const [verifier, state, nonce] = [client.randomPKCECodeVerifier(), client.randomState(), client.randomNonce()]
    const url = client.buildAuthorizationUrl(config, {
      redirect_uri: redirectUri,
      scope: 'openid email offline_access',
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      ...{ state, nonce },
    })
    const callback = await authorize(createUserAgent(), url, redirectUri)
    const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true }
    return { redeem: () => client.authorizationCodeGrant(config, callback, checks) }
  }

  test('openid-client runs the code flow, userinfo, refresh and revocation', { timeout }, async () => {
    const tokens = await (await signIn()).redeem()
    const subject = String(tokens.claims()?.sub)
    const about = await client.fetchUserInfo(config, tokens.access_token, subject)
    expect(about).toEqual({ sub: subject, email: 'demo@example.com', email_verified: true })

    const fresh = await client.refreshTokenGrant(config, String(tokens.refresh_token))
    expect(fresh.access_token).not.toBe(tokens.access_token)
    expect(fresh.claims()?.sub ?? subject).toBe(subject)

    await client.tokenRevocation(config, String(fresh.refresh_token))
    await expect(client.refreshTokenGrant(config, String(fresh.refresh_token))).rejects.toMatchObject({
      error: 'invalid_grant',
    })
    await expect(client.fetchUserInfo(config, fresh.access_token, subject)).rejects.toMatchObject({ status: 401 })
  })

  test('a replayed code is invalid_grant, and the tokens that it gave are revoked', { timeout }, async () => {
    const { redeem } = await signIn()
    const tokens = await redeem()
    await expect(redeem()).rejects.toMatchObject({ error: 'invalid_grant' })
    const subject = String(tokens.claims()?.sub)
    await expect(client.fetchUserInfo(config, tokens.access_token, subject)).rejects.toMatchObject({ status: 401 })
  })

  test('openid-client gets a token by client_credentials', async () => {
    const machine = await configure({
      grant_types: ['client_credentials'],
      scope: 'notes:read',
      token_endpoint_auth_method: 'client_secret_basic',
    })
    // openid-client posts a secret unless it is told otherwise, whatever the client is registered for.
    const secret = String(machine.clientMetadata().client_secret)
    const basic = new client.Configuration(
      machine.serverMetadata(),
      machine.clientMetadata().client_id,
      {},
      client.ClientSecretBasic(secret),
    )
    client.allowInsecureRequests(basic)
    expect((await client.clientCredentialsGrant(machine)).scope).toBe('notes:read')
    const tokens = await client.clientCredentialsGrant(basic, { resource: `${example.baseUrl}/api` })
    expect(tokens.scope).toBe('notes:read')
    const answer = await client.fetchProtectedResource(
      basic,
      tokens.access_token,
      new URL(`${example.baseUrl}/api/notes`),
      'GET',
    )
    expect(answer.status).toBe(200)
  })
})
