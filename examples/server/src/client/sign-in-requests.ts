import * as oauth from 'oauth4webapi'
import { type Payment, paymentType } from '../payments/payment.ts'
import type { Log } from './log.ts'
import { endpointOf, type ProviderLink } from './provider-link.ts'
import { clientScope, signInScope } from './registration.ts'
import { type Tokens, toTokens, withResource } from './tokens.ts'

/** The values that the client keeps while the user is at the provider. */
export interface SignIn {
  readonly state: string
  readonly nonce: string
  readonly codeVerifier: string
  /** The API that the access token is for. Without it, the token is opaque. */
  readonly resource: string | undefined
}

/** What a sign-in asks for beside the scopes. */
export interface SignInWishes {
  /** The API that the access token is for. */
  readonly resource?: string | undefined
  /** `login` asks for the password again, `create` for a new account, `none` for no page at all. */
  readonly prompt?: Prompt | undefined
}

export const prompts = ['login', 'create', 'none'] as const
export type Prompt = (typeof prompts)[number]

/** Where to send the browser, and the values to keep until it comes back. */
export interface Begun {
  readonly url: URL
  readonly signIn: SignIn
}

/** The requests that pass through the browser: the code flow with PKCE, `state`, `nonce` and `iss`, and sign-out. */
export function signInRequests(link: ProviderLink) {
  const { client, authentication, registration } = link

  async function newRequest(redirectUri: string, scope: string, resource: string | undefined) {
    const signIn: SignIn = {
      state: oauth.generateRandomState(),
      nonce: oauth.generateRandomNonce(),
      codeVerifier: oauth.generateRandomCodeVerifier(),
      resource,
    }
    const parameters = {
      response_type: 'code',
      client_id: client.client_id,
      redirect_uri: redirectUri,
      scope,
      state: signIn.state,
      nonce: signIn.nonce,
      code_challenge: await oauth.calculatePKCECodeChallenge(signIn.codeVerifier),
      code_challenge_method: 'S256',
    }
    return { signIn, parameters }
  }

  /** Makes the URL of the authorization endpoint, and writes down that the browser goes there. */
  async function authorizationUrl(log: Log, what: string, parameters: Readonly<Record<string, string>>): Promise<URL> {
    const url = endpointOf(await link.server(log), 'authorization_endpoint')
    url.search = new URLSearchParams(parameters).toString()
    log.browser(what, url)
    return url
  }

  return {
    async begin(log: Log, { resource, prompt }: SignInWishes): Promise<Begun> {
      // The server has one API: a request with its scope would get a token for it, also without `resource`.
      const scope = resource === undefined ? signInScope : clientScope
      const { signIn, parameters } = await newRequest(registration.redirectUri, scope, resource)
      const wishes = prompt === undefined ? parameters : { ...parameters, prompt }
      return { url: await authorizationUrl(log, 'Sends you to Example ID to sign in', wishes), signIn }
    },

    /**
     * Asks for a newer sign-in, because an API demands one
     * ({@link https://www.rfc-editor.org/rfc/rfc9470#section-5 RFC 9470 section 5}).
     * @param maxAge how old the sign-in may be, in seconds
     */
    async beginConfirmation(log: Log, resource: string, maxAge: number): Promise<Begun> {
      const { signIn, parameters } = await newRequest(registration.confirmationRedirectUri, clientScope, resource)
      const url = await authorizationUrl(log, 'Sends you to Example ID to sign in again', {
        ...parameters,
        max_age: String(maxAge),
      })
      return { url, signIn }
    },

    /**
     * Asks for one payment. The request is pushed ({@link https://www.rfc-editor.org/rfc/rfc9126 RFC 9126}): no URL has the
     * payment, and nobody on the way through the browser can change it. `openid` says who approved it.
     */
    async beginPayment(log: Log, payment: Payment, resource: string): Promise<Begun> {
      const as = await link.server(log)
      const { signIn, parameters } = await newRequest(registration.paymentRedirectUri, 'openid', resource)
      const authorization_details = JSON.stringify([{ type: paymentType, ...payment }])
      const response = await oauth.pushedAuthorizationRequest(
        as,
        client,
        authentication,
        { ...parameters, authorization_details },
        link.http(log, 'Pushes the request for the payment, so that no URL has it'),
      )
      const { request_uri } = await oauth.processPushedAuthorizationResponse(as, client, response)
      const pushed = { client_id: client.client_id, request_uri }
      return { url: await authorizationUrl(log, 'Sends you to Example ID to approve the payment', pushed), signIn }
    },

    /** Validates the response at the redirect URI and redeems its code. Throws when anything is wrong with it. */
    async finish(log: Log, callback: URL, signIn: SignIn): Promise<Tokens> {
      log.browser('You come back with the response', callback)
      const as = await link.server(log)
      const parameters = oauth.validateAuthResponse(as, client, callback, signIn.state)
      const redirectUri = callback.origin + callback.pathname
      const response = await oauth.authorizationCodeGrantRequest(
        as,
        client,
        authentication,
        parameters,
        redirectUri,
        signIn.codeVerifier,
        { ...link.http(log, 'Exchanges the code for tokens'), ...withResource(signIn.resource) },
      )
      const tokens = await oauth.processAuthorizationCodeResponse(as, client, response, {
        expectedNonce: signIn.nonce,
        requireIdToken: true,
      })
      // The ID token comes directly from the token endpoint, so this check of its signature is optional. It costs little.
      await oauth.validateApplicationLevelSignature(as, response, link.http(log, 'Reads the signing keys'))
      return toTokens(tokens)
    },

    /**
     * Returns the URL that ends the session at the provider
     * ({@link https://openid.net/specs/openid-connect-rpinitiated-1_0.html#RPLogout RP-Initiated Logout section 2}), and
     * the `state` of the response.
     */
    async signOut(log: Log, idTokenHint: string | undefined): Promise<{ readonly url: URL; readonly state: string }> {
      const state = oauth.generateRandomState()
      const url = endpointOf(await link.server(log), 'end_session_endpoint')
      url.search = new URLSearchParams({
        client_id: client.client_id,
        ...(idTokenHint === undefined ? {} : { id_token_hint: idTokenHint }),
        post_logout_redirect_uri: registration.postLogoutRedirectUri,
        state,
      }).toString()
      log.browser('Sends you to Example ID to end the session there', url)
      return { url, state }
    },
  }
}
