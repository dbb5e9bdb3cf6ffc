import { afterAll, beforeAll, expect, test } from 'vitest'
import { authorize } from './sdk-client.ts'
import { type Example, startExample } from './start.ts'

/** The origin of the MCP Inspector, a client in a browser: each of its requests must pass CORS. */
const origin = 'http://localhost:6274'

let example: Example
beforeAll(async () => {
  example = await startExample()
})
afterAll(async () => {
  await example.stop()
})

async function preflight(url: string, method: string, headers: string): Promise<Headers> {
  const response = await fetch(url, {
    method: 'OPTIONS',
    headers: { origin, 'access-control-request-method': method, 'access-control-request-headers': headers },
  })
  expect(response.status, url).toBe(204)
  return response.headers
}

const allows = (headers: Headers, name: 'origin' | 'headers' | 'methods') =>
  headers.get(`access-control-allow-${name}`)?.toLowerCase() ?? ''

test.each([
  ['the resource metadata', () => example.notes.replace('/mcp', '/.well-known/oauth-protected-resource/mcp')],
  ['the server metadata', () => example.issuer.replace('/auth', '/.well-known/oauth-authorization-server/auth')],
  ['the OpenID metadata, inserted', () => example.issuer.replace('/auth', '/.well-known/openid-configuration/auth')],
  ['the OpenID metadata, appended', () => `${example.issuer}/.well-known/openid-configuration`],
])('a script may read %s, with the header that the SDK sends', async (_name, url) => {
  const headers = await preflight(url(), 'GET', 'mcp-protocol-version')
  expect(['*', origin]).toContain(allows(headers, 'origin'))
  expect(allows(headers, 'headers')).toMatch(/\*|mcp-protocol-version/)
  const response = await fetch(url(), { headers: { origin, 'mcp-protocol-version': '2025-11-25' } })
  expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([200, '*'])
})

test('a script registers, exchanges its code and calls a tool', async () => {
  const redirectUri = 'http://localhost:6274/oauth/callback'
  const registrationUrl = `${example.issuer}/oauth2/register`
  expect(allows(await preflight(registrationUrl, 'POST', 'content-type'), 'origin')).toBe('*')
  const registration = await fetch(registrationUrl, {
    method: 'POST',
    headers: { origin, 'content-type': 'application/json' },
    body: JSON.stringify({ redirect_uris: [redirectUri], token_endpoint_auth_method: 'none' }),
  })
  expect(registration.headers.get('access-control-allow-origin')).toBe('*')
  const { client_id } = await registration.json()

  const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
  const query = new URLSearchParams({
    ...{ response_type: 'code', client_id, redirect_uri: redirectUri, resource: example.notes, scope: 'notes:read' },
    ...{ code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256' },
  })
  const answer = await authorize(example.agent, new URL(`${example.issuer}/oauth2/authorize?${query}`), redirectUri)
  const code = answer.searchParams.get('code') ?? ''
  const token = await fetch(`${example.issuer}/oauth2/token`, {
    method: 'POST',
    headers: { origin },
    body: new URLSearchParams({
      ...{ grant_type: 'authorization_code', code, client_id, redirect_uri: redirectUri, resource: example.notes },
      code_verifier: verifier,
    }),
  })
  expect(token.headers.get('access-control-allow-origin')).toBe(origin)
  const { access_token } = await token.json()

  const asked = 'authorization, content-type, mcp-protocol-version, mcp-method'
  const headers = await preflight(example.notes, 'POST', asked)
  expect(allows(headers, 'origin')).toBe(origin)
  expect(allows(headers, 'methods')).toContain('post')
  for (const header of asked.split(', ')) expect(allows(headers, 'headers')).toContain(header)
  const refused = await fetch(example.notes, { method: 'POST', headers: { origin } })
  expect(refused.status).toBe(401)
  expect(refused.headers.get('access-control-allow-origin')).toBe(origin)
  expect(refused.headers.get('access-control-expose-headers')).toContain('WWW-Authenticate')
  const tools = await fetch(example.notes, {
    method: 'POST',
    headers: {
      ...{ origin, authorization: `Bearer ${access_token}`, 'content-type': 'application/json' },
      accept: 'application/json, text/event-stream',
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }),
  })
  expect([tools.status, tools.headers.get('access-control-allow-origin')]).toEqual([200, origin])
  expect(await tools.text()).toContain('list_notes')
})

test('a preflight from an unknown origin gets no CORS headers', async () => {
  const response = await fetch(example.notes, {
    method: 'OPTIONS',
    headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' },
  })
  expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([403, null])
})
