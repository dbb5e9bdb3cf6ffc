import type { ClientRecord } from '@oauth/core'
import { expect } from 'vitest'
import type { Browser } from './browser.ts'
import { type Answer, authorizeUrl, createPkce, type Parameters, type Pkce } from './client.ts'
import type { World } from './world.ts'

/** Sends one authorization request and does not follow redirects. */
export function ask(
  world: World,
  client: { readonly client_id: string },
  parameters: Parameters = {},
  options: { readonly browser?: Browser; readonly pkce?: Pkce | undefined } = {},
): Promise<Response> {
  const pkce = 'pkce' in options ? options.pkce : createPkce()
  return (options.browser ?? world.browser()).request(authorizeUrl(world, client, pkce, parameters))
}

/** Expects an error page of the server that does not redirect. Returns its HTML. */
export async function expectErrorPage(response: Response, status: number, error: string): Promise<string> {
  const html = await response.text()
  expect(response.headers.get('location')).toBeNull()
  expect(response.headers.get('refresh')).toBeNull()
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
  expect(html).toContain(`Error: ${error}`)
  expect(response.status).toBe(status)
  return html
}

/** Expects a redirect to the client's redirect URI with an error. Returns its parameters. */
export function expectErrorRedirect(world: World, response: Response, redirectUri: string, error: string) {
  const location = response.headers.get('location') ?? ''
  expect([302, 303]).toContain(response.status)
  expect(location.startsWith(redirectUri)).toBe(true)
  const parameters = new URL(location).searchParams
  expect(parameters.get('error')).toBe(error)
  expect(parameters.get('iss')).toBe(world.issuer)
  expect(parameters.has('code')).toBe(false)
  return parameters
}

/** Expects an OAuth error as JSON, with the headers that every such response has. */
export function expectJsonError(answer: Answer, status: number, error: string): void {
  expect({ status: answer.status, error: answer.body?.error }).toEqual({ status, error })
  expect(answer.headers.get('content-type')).toBe('application/json')
  expect(answer.headers.get('cache-control')).toBe('no-store')
  expect(answer.body.error_description ?? '').toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]*$/)
}

/** Changes the stored record of a client without the checks of registration. */
export async function editClient(
  world: World,
  clientId: string,
  change: (client: ClientRecord) => Partial<ClientRecord>,
): Promise<void> {
  const client = await world.storage.clients.find(clientId)
  if (client === undefined) throw new Error(`no client ${clientId}`)
  const changed = { ...client, ...change(client), version: client.version + 1 }
  expect(await world.storage.clients.replace(changed, client.version)).toBe('won')
  // A process caches a client for a few seconds.
  world.clock.advance(6)
}

/** Sends a request as it is, and parses the body of the response as JSON if there is one. */
export async function send(world: World, url: string, init: RequestInit = {}): Promise<Answer> {
  const response = await world.provider.fetch(new Request(url, init))
  const text = await response.text()
  const isJson = text !== '' && response.headers.get('content-type') === 'application/json'
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text }
}
