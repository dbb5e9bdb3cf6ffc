import type { ClientRecord } from '@oauth/core'
import { expect } from 'vitest'
import type { Browser } from './browser.ts'
import { type Answer, authorizeUrl, createPkce, type Parameters, type Pkce } from './client.ts'
import type { World } from './world.ts'

/** One authorization request, not followed. */
export function ask(
  world: World,
  client: { readonly client_id: string },
  parameters: Parameters = {},
  options: { readonly browser?: Browser; readonly pkce?: Pkce | undefined } = {},
): Promise<Response> {
  const pkce = 'pkce' in options ? options.pkce : createPkce()
  return (options.browser ?? world.browser()).request(authorizeUrl(world, client, pkce, parameters))
}

/** An error page of ours, and no way to anywhere else. Answers with its HTML. */
export async function expectErrorPage(response: Response, status: number, error: string): Promise<string> {
  const html = await response.text()
  expect(response.headers.get('location')).toBeNull()
  expect(response.headers.get('refresh')).toBeNull()
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
  expect(html).toContain(`Error: ${error}`)
  expect(response.status).toBe(status)
  return html
}

/** An error that goes to the client's redirect URI. Answers with its parameters. */
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

/** An OAuth error as JSON, with what every such answer carries. */
export function expectJsonError(answer: Answer, status: number, error: string): void {
  expect({ status: answer.status, error: answer.body?.error }).toEqual({ status, error })
  expect(answer.headers.get('content-type')).toBe('application/json')
  expect(answer.headers.get('cache-control')).toBe('no-store')
  expect(answer.body.error_description ?? '').toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]*$/)
}

/** Writes into a client's row by hand, past everything that registration checks. */
export async function editClient(
  world: World,
  clientId: string,
  change: (client: ClientRecord) => Partial<ClientRecord>,
): Promise<void> {
  const client = await world.storage.clients.find(clientId)
  if (client === undefined) throw new Error(`no client ${clientId}`)
  const changed = { ...client, ...change(client), version: client.version + 1 }
  expect(await world.storage.clients.replace(changed, client.version)).toBe('won')
  // What a process has read of a client it may use for a few seconds.
  world.clock.advance(6)
}

/** A request as it is, answered as JSON where there is a body. */
export async function send(world: World, url: string, init: RequestInit = {}): Promise<Answer> {
  const response = await world.provider.fetch(new Request(url, init))
  const text = await response.text()
  const isJson = text !== '' && response.headers.get('content-type') === 'application/json'
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text }
}
