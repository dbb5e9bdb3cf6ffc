import { expect, test } from 'vitest'
import { type Connected, callMcp, connect, register } from '../../src/connect.ts'
import { useServers } from './servers.ts'

const servers = useServers()

/** A web client, as the hook use-mcp makes one. */
const origin = 'https://inspector.example'
const redirectUri = `${origin}/oauth/callback`
const tracing = ['traceparent', 'sentry-trace', 'baggage', 'x-requested-with']

const wellKnown = (url: string, name: string) => {
  const { origin: at, pathname } = new URL(url)
  return `${at}/.well-known/${name}${pathname}`
}

/** Each document and endpoint that a script reads, with the method and the headers that it sends. */
const requests: readonly (readonly [string, () => string, string, readonly string[]])[] = [
  ['the resource metadata', () => wellKnown(servers().resource, 'oauth-protected-resource'), 'GET', []],
  ['the server metadata', () => wellKnown(servers().issuer, 'oauth-authorization-server'), 'GET', []],
  ['the OpenID metadata, inserted', () => wellKnown(servers().issuer, 'openid-configuration'), 'GET', []],
  ['the OpenID metadata, appended', () => `${servers().issuer}/.well-known/openid-configuration`, 'GET', []],
  ['the registration endpoint', () => `${servers().issuer}/oauth2/register`, 'POST', ['content-type']],
  ['the token endpoint', () => `${servers().issuer}/oauth2/token`, 'POST', ['content-type']],
]

const body = {
  ...{ client_name: 'use-mcp', client_uri: origin, redirect_uris: [redirectUri], token_endpoint_auth_method: 'none' },
  ...{ grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'] },
}

test.each(requests)('a script of a web client may call %s with tracing headers', async (name, url, method, own) => {
  // The token endpoint knows the origins of clients alone.
  await register(servers(), body)
  const asked = ['mcp-protocol-version', ...tracing, ...own]
  const response = await fetch(url(), {
    method: 'OPTIONS',
    headers: {
      ...{ origin, 'access-control-request-method': method },
      'access-control-request-headers': asked.join(','),
    },
  })
  expect([name, response.status]).toEqual([name, 204])
  expect(['*', origin]).toContain(response.headers.get('access-control-allow-origin'))
  const allowed = response.headers.get('access-control-allow-headers')?.toLowerCase().split(/, */) ?? []
  for (const header of asked) expect(allowed.includes(header) || allowed.includes('*'), header).toBe(true)
  if (method === 'POST') expect(response.headers.get('access-control-allow-methods')).toContain(method)
  expect(response.headers.get('access-control-allow-credentials')).toBeNull()
})

test('a script of a web client reads what it registered, its tokens, and the error when its client is gone', async () => {
  const registration = await register(servers(), body, { origin, 'mcp-protocol-version': '2025-11-25' })
  expect(['*', origin]).toContain(registration.headers.get('access-control-allow-origin'))
  const { client_id: clientId } = await registration.json()
  const { refreshed }: Connected = await connect(servers(), { clientId, redirectUri, scope: 'notes:read' })
  expect((await callMcp(servers(), refreshed.access_token)).status).toBe(200)

  const refresh = () =>
    fetch(`${servers().issuer}/oauth2/token`, {
      method: 'POST',
      headers: { origin },
      body: new URLSearchParams({
        ...{ grant_type: 'refresh_token', client_id: clientId, resource: servers().resource },
        refresh_token: refreshed.refresh_token ?? '',
      }),
    })
  const answer = await refresh()
  expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([200, origin])

  await servers().provider.deleteClient(clientId)
  const refused = await refresh()
  expect([refused.status, (await refused.json()).error]).toEqual([401, 'invalid_client'])
  expect(['*', origin]).toContain(refused.headers.get('access-control-allow-origin'))
})

test('a script of another origin reads no token answer of a client', async () => {
  const { client_id } = await (await register(servers(), body)).json()
  const answer = await fetch(`${servers().issuer}/oauth2/token`, {
    method: 'POST',
    headers: { origin: 'https://evil.example' },
    body: new URLSearchParams({ grant_type: 'authorization_code', code: 'none', client_id, redirect_uri: redirectUri }),
  })
  expect(answer.headers.get('access-control-allow-origin')).toBeNull()
})
