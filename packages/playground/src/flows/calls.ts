import { type App, credentials, presentToken } from '../world/apps.ts'
import { get, postForm } from '../world/exchange.ts'
import { endpoint, places } from '../world/places.ts'
import type { World } from '../world/world.ts'
import { need, oidc, type RequestStep, rfc } from './flow.ts'
import type { Memory, SignIn } from './sign-in.ts'

export const noToken = 'The app has no token: an earlier request was refused. Start again.'

/** The app reads the keys of the server, with which it verifies an ID token. */
export function keysStep(): RequestStep {
  return {
    kind: 'request',
    id: 'keys',
    title: 'The app verifies the ID token',
    why: 'The app reads the public keys of the server and checks the signature, iss, aud, exp and its nonce. Then it knows who the user is.',
    section: oidc('IDTokenValidation', 'ID Token Validation'),
    from: 'app',
    to: 'server',
    request: () => get(endpoint('/jwks')),
  }
}

export function userinfoStep(
  { world, app, memory }: Omit<SignIn, 'scope'>,
  changes: Partial<RequestStep> = {},
): RequestStep {
  const url = endpoint('/oauth2/userinfo')
  return {
    kind: 'request',
    id: 'userinfo',
    title: 'The app asks for claims',
    why: 'The access token opens the userinfo endpoint, which answers the claims that the granted scopes cover.',
    section: oidc('UserInfo', 'UserInfo Endpoint'),
    from: 'app',
    to: 'server',
    async request() {
      const accessToken = need(memory.accessToken, noToken)
      return get(url, {}, await presentToken(world, app, { method: 'GET', url, accessToken }))
    },
    ...changes,
  }
}

/** The app calls the API. With opaque tokens the API has to ask the server about the token, and that request is shown. */
export function apiStep(world: World, app: App, memory: Memory, changes: Partial<RequestStep> = {}): RequestStep {
  return {
    kind: 'request',
    id: 'api',
    title: 'The app calls the API',
    why: 'The token is a JWT for this API (aud). The API verifies it by itself, and looks at scope to decide what the app may do.',
    section: rfc(9068, 'section 4', 'Validating JWT Access Tokens'),
    from: 'app',
    to: 'api',
    async request() {
      const accessToken = need(memory.accessToken, noToken)
      return get(places.api, {}, await presentToken(world, app, { method: 'GET', url: places.api, accessToken }))
    },
    ...changes,
  }
}

/** An API, or any other client, asks the server what a token is. */
export function introspectStep(
  asker: App,
  token: () => string | undefined,
  changes: Partial<RequestStep> = {},
): RequestStep {
  return {
    kind: 'request',
    id: 'introspect',
    title: 'The API asks what the token is',
    why: 'An opaque token says nothing by itself. The API authenticates and asks the server, which answers whether the token is good, for whom, and for what.',
    section: rfc(7662, 'section 2.1', 'Introspection Request'),
    from: 'api',
    to: 'server',
    request() {
      const { headers, parameters } = credentials(asker)
      return postForm(endpoint('/oauth2/introspect'), { token: need(token(), noToken), ...parameters }, headers)
    },
    ...changes,
  }
}
