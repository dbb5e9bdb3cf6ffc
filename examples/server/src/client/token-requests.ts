import * as oauth from 'oauth4webapi'
import type { Log } from './log.ts'
import type { ProviderLink } from './provider-link.ts'
import { type Tokens, toTokens, withResource } from './tokens.ts'

/** A request to an API, and what it is for. */
export interface ApiCall {
  readonly url: string
  readonly what: string
  /** Posted as JSON. Without it, the request is a GET. */
  readonly body?: object
}

/** The requests that the application's server makes with its tokens. */
export function tokenRequests(link: ProviderLink) {
  const { client, authentication } = link
  return {
    async refresh(log: Log, refreshToken: string, resource: string | undefined): Promise<Tokens> {
      const as = await link.server(log)
      const response = await oauth.refreshTokenGrantRequest(as, client, authentication, refreshToken, {
        ...link.http(log, 'Gets new tokens with the refresh token'),
        ...withResource(resource),
      })
      return toTokens(await oauth.processRefreshTokenResponse(as, client, response))
    },

    async userinfo(log: Log, accessToken: string, subject: string): Promise<oauth.UserInfoResponse> {
      const as = await link.server(log)
      const http = link.http(log, 'Asks userinfo who you are')
      return oauth.processUserInfoResponse(
        as,
        client,
        subject,
        await oauth.userInfoRequest(as, client, accessToken, http),
      )
    },

    async introspect(log: Log, token: string): Promise<oauth.IntrospectionResponse> {
      const as = await link.server(log)
      const http = link.http(log, 'Asks the provider what the access token is worth')
      const response = await oauth.introspectionRequest(as, client, authentication, token, http)
      return oauth.processIntrospectionResponse(as, client, response)
    },

    async revoke(log: Log, token: string): Promise<void> {
      const http = link.http(log, 'Tells the provider to withdraw the tokens')
      const response = await oauth.revocationRequest(await link.server(log), client, authentication, token, http)
      await oauth.processRevocationResponse(response)
    },

    /** Calls an API with the access token. Throws `WWWAuthenticateChallengeError` if the API refuses the token. */
    async call(log: Log, accessToken: string, { url, what, body }: ApiCall): Promise<unknown> {
      const response = await oauth.protectedResourceRequest(
        accessToken,
        body === undefined ? 'GET' : 'POST',
        new URL(url),
        new Headers({ 'content-type': 'application/json' }),
        body === undefined ? undefined : JSON.stringify(body),
        link.http(log, what) as oauth.ProtectedResourceRequestOptions,
      )
      if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`)
      return response.json()
    },
  }
}
