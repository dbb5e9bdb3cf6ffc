import { createLocalJWKSet, type JWTPayload, jwtVerify } from 'jose'
import { createScriptedBrowser, type Page, type ScriptedBrowser, send, type TlsSide } from './scripted-browser.ts'
import type { Host } from './start.ts'

export const callback = 'https://suite.example.com/callback'
export const afterLogout = 'https://suite.example.com/post_logout'

// biome-ignore lint/suspicious/noExplicitAny: whatever the server answered, read by assertions
export type Answer = { readonly status: number; readonly headers: Page['headers']; readonly body: any }

/** Sends a request without a browser. A caller with a certificate presents it. */
export async function call(
  host: Pick<Host, 'ca'> & { readonly certificate?: TlsSide | undefined },
  method: string,
  url: string,
  headers: Record<string, string> = {},
  body?: string,
): Promise<Answer> {
  const page = await send(
    new URL(url),
    { method, headers, ...(body !== undefined && { body }) },
    { ca: host.ca, ...host.certificate },
  )
  const isJson = String(page.headers['content-type'] ?? '').startsWith('application/json')
  return { status: page.status, headers: page.headers, body: isJson ? JSON.parse(page.body) : page.body }
}

export async function discover(host: Host): Promise<Answer['body']> {
  return (await call(host, 'GET', `${host.issuer}/.well-known/openid-configuration`)).body
}

/** Registers a client as suites do, without a session and without an initial access token. */
export async function register(host: Host, metadata: object = {}): Promise<Answer> {
  const { registration_endpoint } = await discover(host)
  const body = JSON.stringify({ redirect_uris: [callback], ...metadata })
  return call(host, 'POST', registration_endpoint, { 'content-type': 'application/json' }, body)
}

export interface Flow {
  readonly browser: ScriptedBrowser
  readonly page: Page
}

/** Sends an authorization request, and opens the first page. */
export async function ask(
  host: Host,
  client: { readonly client_id: string },
  parameters: Readonly<Record<string, string>> = {},
  browser: ScriptedBrowser = createScriptedBrowser(host.ca),
): Promise<Flow> {
  const url = new URL((await discover(host)).authorization_endpoint)
  const all = {
    response_type: 'code',
    client_id: client.client_id,
    redirect_uri: callback,
    scope: 'openid',
    ...parameters,
  }
  for (const [name, value] of Object.entries(all)) url.searchParams.set(name, value)
  return { browser, page: await browser.open(url.href, callback) }
}

/** Signs in, answers the consent page, and returns to the client. */
export async function authorize(
  host: Host,
  client: { readonly client_id: string },
  parameters: Readonly<Record<string, string>> = {},
  answer: 'accept' | 'deny' = 'accept',
): Promise<Flow & { readonly answer: URLSearchParams }> {
  const { browser, page } = await ask(host, client, parameters)
  const consent = await browser.press(page, 'submit', { login: 'alice', password: 'alice-password' }, callback)
  const end = await browser.press(consent, answer, {}, callback)
  return { browser, page: end, answer: end.url.searchParams }
}

/** Redeems a code with HTTP Basic and no verifier. */
export async function redeem(
  host: Host,
  client: Answer['body'],
  code: string,
  redirectUri = callback,
): Promise<Answer> {
  const { token_endpoint } = await discover(host)
  const body = new URLSearchParams({ grant_type: 'authorization_code', code, redirect_uri: redirectUri }).toString()
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    authorization: `Basic ${btoa(`${client.client_id}:${client.client_secret}`)}`,
  }
  return call(host, 'POST', token_endpoint, headers, body)
}

export async function verifyIdToken(host: Host, client: Answer['body'], token: string): Promise<JWTPayload> {
  const { jwks_uri } = await discover(host)
  const { body } = await call(host, 'GET', jwks_uri)
  const keys = createLocalJWKSet(typeof body === 'string' ? JSON.parse(body) : body)
  return (await jwtVerify(token, keys, { issuer: host.issuer, audience: client.client_id, algorithms: ['RS256'] }))
    .payload
}
