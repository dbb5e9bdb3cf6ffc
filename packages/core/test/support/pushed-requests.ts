import type { RegisteredClient } from '@oauth/core'
import {
  type PushedAuthorizationRequestsOptions,
  pushedAuthorizationRequests,
} from '@oauth/core/features/pushed-authorization-requests'
import type { Browser, Visit } from './browser.ts'
import { type Answer, createPkce, type Parameters, type Pkce, postAs, redirectUri } from './client.ts'
import { createQuickWorld } from './tokens.ts'
import { alice, type World, type WorldOptions } from './world.ts'

export const pushPath = '/oauth2/par'

/** A server with pushed authorization requests, and further features. */
export function pushWorld(
  options: PushedAuthorizationRequestsOptions = {},
  { features = [], ...world }: WorldOptions = {},
): World {
  return createQuickWorld({ features: [...features, pushedAuthorizationRequests(options)], ...world })
}

/** The parameters of a valid authorization request, with these changes. */
export function requestOf(client: RegisteredClient, pkce: Pkce, changes: Parameters = {}): Parameters {
  return {
    response_type: 'code',
    client_id: client.client_id,
    redirect_uri: redirectUri,
    scope: 'openid profile email offline_access',
    state: 'pushed-state',
    code_challenge: pkce.challenge,
    code_challenge_method: 'S256',
    ...changes,
  }
}

/** Pushes a valid request with these changes, with the credentials of the client. */
export function push(
  world: World,
  client: RegisteredClient,
  changes: Parameters = {},
  pkce: Pkce = createPkce(),
): Promise<Answer> {
  return postAs(world, client, pushPath, requestOf(client, pkce, changes))
}

export interface Pushed {
  readonly pkce: Pkce
  readonly requestUri: string
  /** The URL for the browser. */
  readonly url: string
}

/** Pushes a request that the server takes, and returns the URL for the browser. */
export async function pushed(world: World, client: RegisteredClient, changes: Parameters = {}): Promise<Pushed> {
  const pkce = createPkce()
  const { status, body } = await push(world, client, changes, pkce)
  if (status !== 201) throw new Error(`not pushed: ${status} ${JSON.stringify(body)}`)
  return { pkce, requestUri: body.request_uri, url: authorizeWith(world, client, body.request_uri) }
}

/** The URL of the authorization endpoint for a pushed request, with further parameters. */
export function authorizeWith(
  world: World,
  client: { readonly client_id: string },
  requestUri: string,
  others: Readonly<Record<string, string>> = {},
): string {
  const parameters = { client_id: client.client_id, request_uri: requestUri, ...others }
  return `${world.issuer}/oauth2/authorize?${new URLSearchParams(parameters)}`
}

/** Visits the URL as Alice, who signs in and answers the consent page, and returns the parameters of the answer. */
export async function answerTo(browser: Browser, url: string, visit: Visit = {}): Promise<URLSearchParams> {
  const { url: end, response } = await browser.visit(url, { user: alice, accept: true, ...visit })
  if (!end.startsWith(redirectUri)) throw new Error(`no answer: ${end} ${response.status} ${await response.text()}`)
  return new URL(end).searchParams
}

/** Whether the storage has the pushed request. */
export async function isStored(world: World, requestUri: string): Promise<boolean> {
  const bytes = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(`${requestUri} ${world.issuer}`))
  const id = Buffer.from(bytes).toString('base64url')
  return (await world.storage.records.find({ kind: 'pushed_authorization_request', id })) !== undefined
}
