import { decodeJwt } from 'jose'
import { beforeEach, describe, expect, test } from 'vitest'
import { type Access, authorizationUrl, connect, register, signIn } from '../../src/connect.ts'
import { approve } from '../../src/server.ts'
import { useServers } from './servers.ts'

const servers = useServers()
const redirectUri = 'http://127.0.0.1:33418/callback'

let access: Access
beforeEach(async () => {
  const answer = await register(servers(), {
    ...{ redirect_uris: [redirectUri], token_endpoint_auth_method: 'none' },
    ...{ grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'] },
  })
  access = { clientId: (await answer.json()).client_id, redirectUri, scope: 'notes:read' }
})

const audience = (accessToken: string) => decodeJwt(accessToken).aud

test.each([
  ['with a slash at the end', () => `${servers().resource}/`],
  ['with upper case in scheme and host', () => servers().resource.replace('http://localhost', 'HTTP://LOCALHOST')],
  ['exactly', () => servers().resource],
])('an agent that writes the resource %s gets tokens that the MCP server accepts', async (_how, resource) => {
  const { tokens, refreshed } = await connect(servers(), { ...access, resource: resource() })
  expect([audience(tokens.access_token), audience(refreshed.access_token)]).toEqual([
    servers().resource,
    servers().resource,
  ])
})

test('an agent that names no resource gets tokens for the only MCP server', async () => {
  const { tokens, refreshed } = await connect(servers(), { ...access, resource: undefined })
  expect([audience(tokens.access_token), audience(refreshed.access_token)]).toEqual([
    servers().resource,
    servers().resource,
  ])
})

test('an agent that names an unknown resource is told so at the redirect URI before the user signs in', async () => {
  const resource = 'https://unknown.example/mcp'
  const url = authorizationUrl(servers(), { ...access, resource }, { verifier: 'x'.repeat(43), state: 's' })
  const page = await servers().browser.open(url, redirectUri)
  expect(page.url.href.startsWith(redirectUri)).toBe(true)
  expect(page.url.searchParams.get('error')).toBe('invalid_target')
})

describe('scopes at the authorization endpoint', () => {
  test('an agent that asks for no scope gets a token that the MCP server accepts', async () => {
    const { scope: _, ...without } = access
    expect((await signIn(servers(), without)).scope?.split(' ')).toContain('notes:read')
  })

  test('an agent that registered without scope may ask for every scope that the server advertises', async () => {
    const { scopes_supported } = await (await fetch(`${servers().issuer}/.well-known/openid-configuration`)).json()
    for (const scope of scopes_supported) {
      const asked = [...new Set(['notes:read', scope])].join(' ')
      const page = await approve(
        servers(),
        authorizationUrl(servers(), { ...access, scope: asked }, { verifier: 'x'.repeat(43), state: 's' }),
      )
      expect([scope, page.url.searchParams.get('error')]).toEqual([scope, null])
    }
  })
})
