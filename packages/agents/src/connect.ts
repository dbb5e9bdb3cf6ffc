import { createHash, randomBytes } from 'node:crypto'
import { approve, type Servers } from './server.ts'

/** Puts what a client authenticates with into a token request. */
export type Authenticate = (form: URLSearchParams, headers: Headers) => void | Promise<void>

/** What one product sends, beside what each of them does. */
export interface Access {
  readonly clientId: string
  readonly redirectUri: string
  /** Default: the authorization request has no `scope`. */
  readonly scope?: string
  /** Default: the URL of the MCP server; `undefined` for a client that sends none. */
  readonly resource?: string | undefined
  /** Default: a public client, which sends its id alone. */
  readonly authenticate?: Authenticate
  /** Further parameters of the authorization request. */
  readonly also?: Readonly<Record<string, string>>
}

export interface TokenAnswer {
  readonly access_token: string
  readonly refresh_token?: string
  readonly scope?: string
}

export interface Connected {
  /** The answer to the code. */
  readonly tokens: TokenAnswer
  /** The answer to the first refresh. */
  readonly refreshed: TokenAnswer
}

/** Registers a client with the body that a product sends. */
export function register(
  { issuer }: Servers,
  body: Readonly<Record<string, unknown>>,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return fetch(`${issuer}/oauth2/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
    body: JSON.stringify(body),
  })
}

/** The whole way of a product after its registration: the code, a call, the token's end, a refresh and a call. */
export async function connect(servers: Servers, access: Access): Promise<Connected> {
  const tokens = await signIn(servers, access)
  await requireAnswer(servers, tokens.access_token, 200)
  servers.expireAccessTokens()
  await requireAnswer(servers, tokens.access_token, 401)
  const refreshed = await refresh(servers, access, tokens)
  await requireAnswer(servers, refreshed.access_token, 200)
  return { tokens, refreshed }
}

export async function signIn(servers: Servers, access: Access): Promise<TokenAnswer> {
  const verifier = randomBytes(32).toString('base64url')
  const state = randomBytes(16).toString('base64url')
  const page = await approve(servers, authorizationUrl(servers, access, { verifier, state }))
  const answer = page.url.searchParams
  const code = answer.get('code')
  if (!page.url.href.startsWith(access.redirectUri) || code === null)
    throw new Error(`the authorization ended at ${page.url} (${page.status}):\n${page.body}`)
  if (answer.get('state') !== state || answer.get('iss') !== servers.issuer)
    throw new Error(`a wrong answer: ${page.url}`)
  const { redirectUri } = access
  return token(servers, access, {
    ...{ grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: verifier },
  })
}

export function authorizationUrl(
  servers: Servers,
  access: Access,
  { verifier, state }: { readonly verifier: string; readonly state: string },
): URL {
  const url = new URL(`${servers.issuer}/oauth2/authorize`)
  const challenge = createHash('sha256').update(verifier).digest('base64url')
  const parameters = {
    ...{ response_type: 'code', client_id: access.clientId, redirect_uri: access.redirectUri, state },
    ...{ code_challenge: challenge, code_challenge_method: 'S256', scope: access.scope },
    ...{ resource: resourceOf(servers, access), ...access.also },
  }
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) url.searchParams.set(name, value)
  return url
}

export async function refresh(servers: Servers, access: Access, tokens: TokenAnswer): Promise<TokenAnswer> {
  if (tokens.refresh_token === undefined) throw new Error('there is no refresh token')
  return token(servers, access, { grant_type: 'refresh_token', refresh_token: tokens.refresh_token })
}

/** A token request. Throws when the answer is an error. */
async function token(servers: Servers, access: Access, members: Record<string, string>): Promise<TokenAnswer> {
  const body = new URLSearchParams(members)
  const resource = resourceOf(servers, access)
  if (resource !== undefined) body.set('resource', resource)
  const headers = new Headers({ accept: 'application/json' })
  await (access.authenticate ?? publicClient(access.clientId))(body, headers)
  const response = await fetch(`${servers.issuer}/oauth2/token`, { method: 'POST', headers, body })
  if (response.status !== 200) throw new Error(`${members.grant_type}: ${response.status} ${await response.text()}`)
  return response.json()
}

function resourceOf({ resource }: Servers, access: Access): string | undefined {
  return 'resource' in access ? access.resource : resource
}

/** Calls the MCP server and returns the status. */
export async function callMcp({ resource }: Servers, accessToken: string, tool = 'read'): Promise<Response> {
  const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }
  const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: tool, arguments: { text: 'a note' } } }
  return fetch(resource, {
    method: 'POST',
    headers: { ...headers, authorization: `Bearer ${accessToken}` },
    body: JSON.stringify(call),
  })
}

async function requireAnswer(servers: Servers, accessToken: string, status: number): Promise<void> {
  const response = await callMcp(servers, accessToken)
  if (response.status !== status) throw new Error(`the MCP server answered ${response.status}, not ${status}`)
}

export function publicClient(clientId: string): Authenticate {
  return (form) => form.set('client_id', clientId)
}

export function secretByPost(clientId: string, secret: string): Authenticate {
  return (form) => {
    form.set('client_id', clientId)
    form.set('client_secret', secret)
  }
}

export function secretByBasic(clientId: string, secret: string): Authenticate {
  return (_form, headers) => headers.set('authorization', `Basic ${btoa(`${clientId}:${secret}`)}`)
}

/** Authenticates by the transport that the registration answer names, as Claude does. */
export function asRegistered(answer: Readonly<Record<string, string>>): Authenticate {
  const { client_id = '', client_secret = '', token_endpoint_auth_method: method } = answer
  if (method === 'none') return publicClient(client_id)
  return method === 'client_secret_post'
    ? secretByPost(client_id, client_secret)
    : secretByBasic(client_id, client_secret)
}
