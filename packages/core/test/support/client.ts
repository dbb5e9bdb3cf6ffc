import { createHash, randomBytes } from 'node:crypto'
import type { ClientInput, RegisteredClient } from '@oauth/core'
import { decodeJwt, type JWTPayload } from 'jose'
import type { Browser } from './browser.ts'
import { alice, type TestUser, type World } from './world.ts'

export const redirectUri = 'https://app.example.com/callback'
export const allGrants = ['authorization_code', 'refresh_token', 'client_credentials'] as const

/** Registers a confidential client with every grant type. */
export function registerConfidential(world: World, input: ClientInput = {}): Promise<RegisteredClient> {
  return world.provider.registerClient({
    redirect_uris: [redirectUri],
    grant_types: [...allGrants],
    scope: 'openid profile email offline_access notes:read notes:write',
    client_name: 'Notes',
    ...input,
  })
}

/** Registers a public client, as a single-page or native app is. */
export function registerPublic(world: World, input: ClientInput = {}): Promise<RegisteredClient> {
  return world.provider.registerClient({
    redirect_uris: [redirectUri],
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code', 'refresh_token'],
    scope: 'openid profile email offline_access notes:read',
    client_name: 'Notes for the desktop',
    ...input,
  })
}

export interface Pkce {
  readonly verifier: string
  readonly challenge: string
}

export function createPkce(): Pkce {
  const verifier = randomBytes(32).toString('base64url')
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') }
}

export type Parameters = Readonly<Record<string, string | undefined>>

/** The URL of an authorization request. A parameter that is `undefined` is left out. */
export function authorizeUrl(
  world: World,
  client: { readonly client_id: string },
  pkce: Pkce | undefined,
  parameters: Parameters = {},
): string {
  const url = new URL(`${world.issuer}/oauth2/authorize`)
  const all: Parameters = {
    response_type: 'code',
    client_id: client.client_id,
    redirect_uri: redirectUri,
    scope: 'openid profile email offline_access',
    state: 'client-state',
    ...(pkce && { code_challenge: pkce.challenge, code_challenge_method: 'S256' }),
    ...parameters,
  }
  for (const [name, value] of Object.entries(all)) if (value !== undefined) url.searchParams.set(name, value)
  return url.href
}

export interface Authorized {
  readonly code: string
  readonly pkce: Pkce
  readonly parameters: URLSearchParams
  readonly browser: Browser
}

/** Runs an authorization request to its code. The user signs in and consents on the way. */
export async function authorize(
  world: World,
  client: RegisteredClient,
  parameters: Parameters = {},
  options: { readonly user?: TestUser; readonly browser?: Browser } = {},
): Promise<Authorized> {
  const pkce = createPkce()
  const browser = options.browser ?? world.browser()
  const { url, response } = await browser.visit(authorizeUrl(world, client, pkce, parameters), {
    user: options.user ?? alice,
    accept: true,
  })
  const answer = new URL(url).searchParams
  const code = answer.get('code')
  if (code === null) throw new Error(`no code: ${url} ${response.status} ${await response.text()}`)
  return { code, pkce, parameters: answer, browser }
}

/** The client's credentials for its registered method: the Basic header, or members of the form. */
export function credentials(client: RegisteredClient): {
  readonly headers: Record<string, string>
  readonly form: Record<string, string>
} {
  const { client_id, client_secret = '', token_endpoint_auth_method } = client
  if (token_endpoint_auth_method === 'none') return { headers: {}, form: { client_id } }
  if (token_endpoint_auth_method === 'client_secret_post') return { headers: {}, form: { client_id, client_secret } }
  const encoded = `${encodeURIComponent(client_id)}:${encodeURIComponent(client_secret)}`
  return { headers: { authorization: `Basic ${btoa(encoded)}` }, form: {} }
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: whatever the server answered, read by assertions
  readonly body: any
}

/** Posts a form to an endpoint without adding credentials. */
export async function post(
  world: World,
  path: string,
  form: Parameters | URLSearchParams | string,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const body =
    typeof form === 'string'
      ? form
      : form instanceof URLSearchParams
        ? form.toString()
        : new URLSearchParams(
            Object.entries(form).filter((pair): pair is [string, string] => pair[1] !== undefined),
          ).toString()
  const response = await world.provider.fetch(
    new Request(world.issuer + path, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body,
    }),
  )
  const text = await response.text()
  const isJwt = response.headers.get('content-type')?.endsWith('jwt') === true
  return {
    status: response.status,
    headers: response.headers,
    body: text === '' || isJwt ? text || undefined : JSON.parse(text),
  }
}

/** Posts a form to an endpoint with the credentials of this client. */
export function postAs(world: World, client: RegisteredClient, path: string, form: Parameters): Promise<Answer> {
  const { headers, form: own } = credentials(client)
  return post(world, path, { ...own, ...form }, headers)
}

export function exchangeCode(
  world: World,
  client: RegisteredClient,
  authorized: Authorized,
  parameters: Parameters = {},
): Promise<Answer> {
  return postAs(world, client, '/oauth2/token', {
    grant_type: 'authorization_code',
    code: authorized.code,
    redirect_uri: redirectUri,
    code_verifier: authorized.pkce.verifier,
    ...parameters,
  })
}

export function refresh(
  world: World,
  client: RegisteredClient,
  refreshToken: string,
  parameters: Parameters = {},
): Promise<Answer> {
  return postAs(world, client, '/oauth2/token', {
    grant_type: 'refresh_token',
    refresh_token: refreshToken,
    ...parameters,
  })
}

/** Runs an authorization, redeems the code and returns the tokens of the new grant. */
export async function getTokens(
  world: World,
  client: RegisteredClient,
  parameters: Parameters = {},
  token: Parameters = {},
): Promise<Answer['body']> {
  const answer = await exchangeCode(world, client, await authorize(world, client, parameters), token)
  if (answer.status !== 200) throw new Error(`no tokens: ${JSON.stringify(answer.body)}`)
  return answer.body
}

export async function userinfo(world: World, accessToken: string): Promise<Answer> {
  const response = await world.provider.fetch(
    new Request(`${world.issuer}/oauth2/userinfo`, { headers: { authorization: `Bearer ${accessToken}` } }),
  )
  return { status: response.status, headers: response.headers, body: await response.json() }
}

export async function isActive(world: World, accessToken: string): Promise<boolean> {
  return (await world.provider.verifyAccessToken(accessToken)) !== undefined
}

export function claimsOf(jwt: string): JWTPayload {
  return decodeJwt(jwt)
}
