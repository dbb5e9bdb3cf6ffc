import { expect, test } from 'vitest'
import { useServers } from './servers.ts'

const servers = useServers()

/** Puts the well-known name between the host and the path of a URL (RFC 8414 section 3.1, RFC 9728 section 3.1). */
const inserted = (url: string, name: string) => {
  const { origin, pathname } = new URL(url)
  return `${origin}/.well-known/${name}${pathname}`
}

test('an agent that knows only the URL of the MCP server finds the resource metadata in the challenge', async () => {
  const response = await fetch(servers().resource, { method: 'POST' })
  expect(response.status).toBe(401)
  const [, url = ''] = /resource_metadata="([^"]+)"/.exec(response.headers.get('www-authenticate') ?? '') ?? []
  expect(url).toBe(inserted(servers().resource, 'oauth-protected-resource'))
  const metadata = await (await fetch(url)).json()
  expect(metadata).toMatchObject({ resource: servers().resource, authorization_servers: [servers().issuer] })
})

test.each([
  ['of RFC 8414', () => inserted(servers().issuer, 'oauth-authorization-server')],
  ['of OpenID, with the name before the path', () => inserted(servers().issuer, 'openid-configuration')],
  ['of OpenID, with the name after the path', () => `${servers().issuer}/.well-known/openid-configuration`],
])('the metadata document %s has everything that an agent looks for', async (_which, url) => {
  const response = await fetch(url())
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/json'])
  const metadata = await response.json()
  expect(metadata).toMatchObject({
    issuer: servers().issuer,
    authorization_endpoint: `${servers().issuer}/oauth2/authorize`,
    token_endpoint: `${servers().issuer}/oauth2/token`,
    registration_endpoint: `${servers().issuer}/oauth2/register`,
    response_types_supported: expect.arrayContaining(['code']),
    grant_types_supported: expect.arrayContaining(['authorization_code', 'refresh_token']),
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: expect.arrayContaining(['none']),
    scopes_supported: expect.arrayContaining(['notes:read', 'notes:write', 'offline_access']),
    authorization_response_iss_parameter_supported: true,
  })
})

test('the documents are also served with a slash at the end', async () => {
  for (const name of ['oauth-authorization-server', 'openid-configuration']) {
    expect((await fetch(`${inserted(servers().issuer, name)}/`)).status).toBe(200)
  }
})
