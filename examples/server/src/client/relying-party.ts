import * as oauth from 'oauth4webapi'
import { type Payment, paymentType } from '../payments/payment.ts'
import type { Registration } from './registration.ts'
import { clientScope, signInScope } from './registration.ts'

/** The values that a client needs before discovery: the issuer, and its id and secret from the registration. */
export interface RelyingPartyOptions extends Registration {
  readonly issuer: string
}

/** The values that the client keeps while the user is at the provider. */
export interface SignIn {
  readonly state: string
  readonly nonce: string
  readonly codeVerifier: string
  /** The API that the access token is for. Without it, the token is opaque. */
  readonly resource: string | undefined
}

export interface Tokens {
  readonly accessToken: string
  readonly refreshToken: string | undefined
  readonly scope: string | undefined
  /** Seconds since the epoch. */
  readonly expiresAt: number | undefined
  readonly idToken: oauth.IDToken | undefined
  /** The encoded ID token, which the client sends as `id_token_hint` at sign-out. */
  readonly idTokenHint: string | undefined
}

export type RelyingParty = ReturnType<typeof createRelyingParty>

/** A complete confidential client: discovery, authorization code with PKCE, state, nonce and `iss`, all over HTTP. */
export function createRelyingParty(options: RelyingPartyOptions) {
  const client: oauth.Client = { client_id: options.clientId }
  const authentication = oauth.ClientSecretBasic(options.clientSecret)
  // Allow plain http only for a provider on this machine.
  const http = options.issuer.startsWith('http:') ? { [oauth.allowInsecureRequests]: true } : {}

  let discovered: Promise<oauth.AuthorizationServer> | undefined
  function server(): Promise<oauth.AuthorizationServer> {
    discovered ??= discover(new URL(options.issuer)).catch((error: unknown) => {
      discovered = undefined
      throw error
    })
    return discovered
  }
  async function discover(issuer: URL): Promise<oauth.AuthorizationServer> {
    return oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { algorithm: 'oidc', ...http }))
  }

  async function newRequest(redirectUri: string, scope: string, resource: string | undefined) {
    const signIn: SignIn = {
      state: oauth.generateRandomState(),
      nonce: oauth.generateRandomNonce(),
      codeVerifier: oauth.generateRandomCodeVerifier(),
      resource,
    }
    const parameters = {
      response_type: 'code',
      client_id: options.clientId,
      redirect_uri: redirectUri,
      scope,
      state: signIn.state,
      nonce: signIn.nonce,
      code_challenge: await oauth.calculatePKCECodeChallenge(signIn.codeVerifier),
      code_challenge_method: 'S256',
    }
    return { signIn, parameters }
  }

  return {
    /** Returns where to send the browser, and the values to keep until it comes back. */
    async begin(resource: string | undefined): Promise<{ readonly url: URL; readonly signIn: SignIn }> {
      // The server has one API: a request with its scope would get a token for it, also without `resource`.
      const scope = resource === undefined ? signInScope : clientScope
      const { signIn, parameters } = await newRequest(options.redirectUri, scope, resource)
      const url = new URL(endpoint(await server(), 'authorization_endpoint'))
      url.search = new URLSearchParams(parameters).toString()
      return { url, signIn }
    },

    /**
     * Asks for one payment. The request is pushed ({@link https://www.rfc-editor.org/rfc/rfc9126 RFC 9126}): no URL has the
     * payment, and nobody on the way through the browser can change it. `openid` says who approved it.
     */
    async beginPayment(payment: Payment, resource: string): Promise<{ readonly url: URL; readonly signIn: SignIn }> {
      const as = await server()
      const { signIn, parameters } = await newRequest(options.paymentRedirectUri, 'openid', resource)
      const authorization_details = JSON.stringify([{ type: paymentType, ...payment }])
      const response = await oauth.pushedAuthorizationRequest(
        as,
        client,
        authentication,
        { ...parameters, authorization_details },
        http,
      )
      const { request_uri } = await oauth.processPushedAuthorizationResponse(as, client, response)
      const url = new URL(endpoint(as, 'authorization_endpoint'))
      url.search = new URLSearchParams({ client_id: options.clientId, request_uri }).toString()
      return { url, signIn }
    },

    /** Validates the response at the redirect URI and redeems its code. Throws when anything is wrong with it. */
    async finish(callback: URL, signIn: SignIn): Promise<Tokens> {
      const as = await server()
      const parameters = oauth.validateAuthResponse(as, client, callback, signIn.state)
      const redirectUri = callback.origin + callback.pathname
      const response = await oauth.authorizationCodeGrantRequest(
        as,
        client,
        authentication,
        parameters,
        redirectUri,
        signIn.codeVerifier,
        { ...http, ...withResource(signIn.resource) },
      )
      const tokens = await oauth.processAuthorizationCodeResponse(as, client, response, {
        expectedNonce: signIn.nonce,
        requireIdToken: true,
      })
      // The ID token comes directly from the token endpoint, so this check of its signature is optional. It costs little.
      await oauth.validateApplicationLevelSignature(as, response, http)
      return toTokens(tokens)
    },

    async refresh(refreshToken: string, resource: string | undefined): Promise<Tokens> {
      const as = await server()
      const response = await oauth.refreshTokenGrantRequest(as, client, authentication, refreshToken, {
        ...http,
        ...withResource(resource),
      })
      return toTokens(await oauth.processRefreshTokenResponse(as, client, response))
    },

    async userinfo(accessToken: string, subject: string): Promise<oauth.UserInfoResponse> {
      const as = await server()
      const response = await oauth.userInfoRequest(as, client, accessToken, http)
      return oauth.processUserInfoResponse(as, client, subject, response)
    },

    /**
     * Returns the URL that ends the session at the provider
     * ({@link https://openid.net/specs/openid-connect-rpinitiated-1_0.html#RPLogout RP-Initiated Logout section 2}), and
     * the `state` of the response.
     */
    async signOut(idTokenHint: string | undefined): Promise<{ readonly url: URL; readonly state: string }> {
      const state = oauth.generateRandomState()
      const url = new URL(endpoint(await server(), 'end_session_endpoint'))
      url.search = new URLSearchParams({
        client_id: options.clientId,
        ...(idTokenHint === undefined ? {} : { id_token_hint: idTokenHint }),
        post_logout_redirect_uri: options.postLogoutRedirectUri,
        state,
      }).toString()
      return { url, state }
    },

    async revoke(token: string): Promise<void> {
      const response = await oauth.revocationRequest(await server(), client, authentication, token, http)
      await oauth.processRevocationResponse(response)
    },

    /**
     * Calls a resource with the access token, and posts `body` if there is one. Throws `WWWAuthenticateChallengeError` if the
     * resource refuses the token.
     */
    async call(accessToken: string, url: string, body?: object): Promise<unknown> {
      const response = await oauth.protectedResourceRequest(
        accessToken,
        body === undefined ? 'GET' : 'POST',
        new URL(url),
        new Headers({ 'content-type': 'application/json' }),
        body === undefined ? undefined : JSON.stringify(body),
        http,
      )
      if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`)
      return response.json()
    },
  }
}

function withResource(resource: string | undefined) {
  return resource === undefined ? {} : { additionalParameters: { resource } }
}

function endpoint(as: oauth.AuthorizationServer, name: 'authorization_endpoint' | 'end_session_endpoint'): string {
  const url = as[name]
  if (url === undefined) throw new Error(`The discovery document has no ${name}.`)
  return url
}

function toTokens(response: oauth.TokenEndpointResponse): Tokens {
  return {
    accessToken: response.access_token,
    refreshToken: response.refresh_token,
    scope: response.scope,
    expiresAt: response.expires_in === undefined ? undefined : Math.floor(Date.now() / 1000) + response.expires_in,
    idToken: oauth.getValidatedIdTokenClaims(response),
    idTokenHint: response.id_token,
  }
}
