import * as oauth from 'oauth4webapi'
import { createUserAgent, type UserAgent } from '../examples/server/test/user-agent.ts'

const redirectUri = 'http://localhost:9/callback'
const credentials = { email: 'ada@example.com', password: 'demo-password' }
const insecure = { [oauth.allowInsecureRequests]: true }

export interface SignIn {
  /** The host's pages that the user visited. */
  readonly pages: readonly string[]
  readonly claims: Readonly<Record<string, unknown>>
}

/**
 * Runs the journey of a public client and its user at an example: discovery, login, consent, code exchange, userinfo and
 * refresh. It uses oauth4webapi, over real HTTP.
 */
export async function signInAtClient(issuer: string, clientId: string): Promise<SignIn> {
  const identifier = new URL(issuer)
  const discovery = await oauth.discoveryRequest(identifier, insecure)
  const server = await oauth.processDiscoveryResponse(identifier, discovery)
  const client: oauth.Client = { client_id: clientId }
  const verifier = oauth.generateRandomCodeVerifier()
  const state = oauth.generateRandomState()
  const nonce = oauth.generateRandomNonce()
  const url = new URL(server.authorization_endpoint ?? '')
  url.search = new URLSearchParams({
    ...{ response_type: 'code', client_id: clientId, redirect_uri: redirectUri, state, nonce },
    scope: 'openid profile email offline_access',
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  }).toString()
  const { pages, callback } = await authorize(createUserAgent(), url)

  const answer = oauth.validateAuthResponse(server, client, callback, state)
  const none = oauth.None()
  const exchange = await oauth.authorizationCodeGrantRequest(
    server,
    client,
    none,
    answer,
    redirectUri,
    verifier,
    insecure,
  )
  const tokens = await oauth.processAuthorizationCodeResponse(server, client, exchange, {
    expectedNonce: nonce,
    requireIdToken: true,
  })
  const subject = oauth.getValidatedIdTokenClaims(tokens)?.sub ?? ''
  const userinfo = await oauth.userInfoRequest(server, client, tokens.access_token, insecure)
  const claims = await oauth.processUserInfoResponse(server, client, subject, userinfo)
  const refresh = await oauth.refreshTokenGrantRequest(server, client, none, tokens.refresh_token ?? '', insecure)
  await oauth.processRefreshTokenResponse(server, client, refresh)
  return { pages, claims }
}

async function authorize(agent: UserAgent, url: URL): Promise<{ readonly pages: string[]; readonly callback: URL }> {
  const pages: string[] = []
  let page = await agent.open(url, redirectUri)
  while (!page.url.href.startsWith(redirectUri)) {
    pages.push(page.url.pathname)
    if (page.status !== 200 || pages.length > 4) throw new Error(`${pages}: ${page.status} ${page.body}`)
    page = page.url.pathname.startsWith('/login')
      ? await agent.submit(page, 'Sign in', credentials, redirectUri)
      : await agent.submit(page, 'Allow', {}, redirectUri)
  }
  return { pages, callback: page.url }
}
