import { decodeJwt } from 'jose'
import { describe, expect, test } from 'vitest'
import { type Access, asRegistered, connect, register, secretByBasic, secretByPost, signIn } from '../../src/connect.ts'
import { useServers } from './servers.ts'

const servers = useServers()

const codeAndRefresh = { grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'] }

/** Registers as a product does, and expects that the answer keeps the redirect URIs and the two grant types. */
async function registered(body: Readonly<Record<string, unknown>>): Promise<Record<string, string>> {
  const response = await register(servers(), body)
  const answer = await response.json()
  expect([response.status, answer]).toMatchObject([201, { redirect_uris: body.redirect_uris }])
  expect(answer.grant_types).toEqual(expect.arrayContaining(['authorization_code', 'refresh_token']))
  return answer
}

/** Expects that a client signs in, calls a tool, refreshes and calls again, with tokens for the MCP server alone. */
async function expectToWork(access: Access): Promise<void> {
  const { tokens, refreshed } = await connect(servers(), access)
  for (const { access_token } of [tokens, refreshed]) {
    expect(decodeJwt(access_token)).toMatchObject({
      iss: servers().issuer,
      aud: servers().resource,
      client_id: access.clientId,
      sub: 'ada',
    })
  }
  expect(tokens.scope?.split(' ')).toContain('notes:read')
  expect(refreshed.scope).toBe(tokens.scope)
}

describe('Claude.ai and Claude Desktop', () => {
  const redirectUri = 'https://claude.ai/api/mcp/auth_callback'
  const body = {
    ...{ client_name: 'Claude', redirect_uris: [redirectUri], response_types: ['code'] },
    grant_types: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_method: 'client_secret_post',
  }

  test('Claude.ai registers with client_secret_post and no scope, asks for a scope of the resource, and authenticates as the answer says', async () => {
    const answer = await registered(body)
    const { client_id: clientId = '' } = answer
    await expectToWork({ clientId, redirectUri, scope: 'notes:read', authenticate: asRegistered(answer) })
  })

  test('Claude.ai registers with the JWT bearer grant type beside the others, which the server may leave out', async () => {
    const grantTypes = [...body.grant_types, 'urn:ietf:params:oauth:grant-type:jwt-bearer']
    const answer = await registered({ ...body, grant_types: grantTypes })
    const { client_id: clientId = '' } = answer
    await expectToWork({ clientId, redirectUri, scope: 'notes:read', authenticate: asRegistered(answer) })
  })

  test('Claude.ai registers twice for one connection, and both clients work', async () => {
    const answers = [await registered(body), await registered(body)]
    expect(answers[0]?.client_id).not.toBe(answers[1]?.client_id)
    for (const answer of answers) {
      const { client_id: clientId = '' } = answer
      await expectToWork({ clientId, redirectUri, scope: 'notes:read', authenticate: asRegistered(answer) })
    }
  })
})

test.each(['http://localhost:54212/callback', 'http://127.0.0.1:61002/callback'])(
  'Claude Code registers loopback redirect URIs without a port, and signs in at %s',
  async (redirectUri) => {
    const { client_id: clientId = '' } = await registered({
      client_name: 'Claude Code',
      redirect_uris: ['http://localhost/callback', 'http://127.0.0.1/callback'],
      ...codeAndRefresh,
      token_endpoint_auth_method: 'none',
    })
    await expectToWork({ clientId, redirectUri, scope: 'notes:read' })
  },
)

test('ChatGPT registers its callback where it uses no metadata document', async () => {
  const redirectUri = 'https://chatgpt.com/connector/oauth/abc123'
  const { client_id: clientId = '' } = await registered({
    ...{ client_name: 'ChatGPT', redirect_uris: [redirectUri], ...codeAndRefresh },
    token_endpoint_auth_method: 'none',
  })
  await expectToWork({ clientId, redirectUri, scope: 'notes:read' })
})

test.each([
  'cursor://anysphere.cursor-mcp/oauth/callback',
  'https://www.cursor.com/agents/mcp/oauth/callback',
  'http://localhost:8787/callback',
])(
  'Cursor registers a private-use, an https and a loopback redirect URI in one body, and signs in at %s',
  async (redirectUri) => {
    const { client_id: clientId = '' } = await registered({
      client_name: 'Cursor',
      redirect_uris: [
        'cursor://anysphere.cursor-mcp/oauth/callback',
        'https://www.cursor.com/agents/mcp/oauth/callback',
        'http://localhost:8787/callback',
      ],
      ...codeAndRefresh,
      token_endpoint_auth_method: 'none',
    })
    await expectToWork({ clientId, redirectUri, scope: 'notes:read' })
  },
)

test.each(['https://vscode.dev/redirect', 'http://127.0.0.1:33419/', 'http://localhost/'])(
  'VS Code registers as a native application with the grant types of the metadata, and signs in at %s',
  async (redirectUri) => {
    const wanted = ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code']
    const metadata = await (await fetch(`${servers().issuer}/.well-known/openid-configuration`)).json()
    const { client_id: clientId = '' } = await registered({
      ...{ client_name: 'Visual Studio Code', client_uri: 'https://code.visualstudio.com' },
      grant_types: wanted.filter((type) => metadata.grant_types_supported.includes(type)),
      response_types: ['code'],
      redirect_uris: [
        ...['https://insiders.vscode.dev/redirect', 'https://vscode.dev/redirect'],
        ...['http://localhost/', 'http://127.0.0.1/', 'http://localhost:33418/', 'http://127.0.0.1:33418/'],
      ],
      ...{ token_endpoint_auth_method: 'none', application_type: 'native' },
    })
    await expectToWork({ clientId, redirectUri, scope: 'notes:read' })
  },
)

describe('Gemini CLI', () => {
  const redirectUri = 'http://localhost:7777/oauth/callback'
  const body = {
    ...{ client_name: 'Gemini CLI MCP Client', redirect_uris: [redirectUri], ...codeAndRefresh },
    token_endpoint_auth_method: 'none',
  }

  test('Gemini CLI registers with all scopes that the server advertises, and asks for all of them', async () => {
    const { scopes_supported } = await (await fetch(`${servers().issuer}/.well-known/openid-configuration`)).json()
    const scope = scopes_supported.join(' ')
    const answer = await registered({ ...body, scope })
    expect(answer.scope?.split(' ').sort()).toEqual([...scopes_supported].sort())
    const { client_id: clientId = '' } = answer
    await expectToWork({ clientId, redirectUri, scope })
  })

  test('Gemini CLI registers with an empty scope when it knows none, and sends the exact resource', async () => {
    const { client_id: clientId = '' } = await registered({ ...body, scope: '' })
    await expectToWork({ clientId, redirectUri, resource: servers().resource })
  })
})

describe('Copilot Studio', () => {
  const redirectUri = 'https://global.consent.azure-apim.net/redirect/abc-123'

  test('Copilot Studio with a client of the host posts the secret of a client that is registered for Basic', async () => {
    const { client_id: clientId, client_secret = '' } = await servers().provider.registerClient({
      ...{
        client_name: 'Copilot Studio',
        redirect_uris: [redirectUri],
        scope: 'notes:read notes:write offline_access',
      },
      ...{ grant_types: ['authorization_code', 'refresh_token'], token_endpoint_auth_method: 'client_secret_basic' },
    })
    await expectToWork({
      clientId,
      redirectUri,
      scope: 'notes:read',
      authenticate: secretByPost(clientId, client_secret),
    })
  })

  test('Copilot Studio with a client of the host sends the secret of a client that is registered for post as Basic', async () => {
    const { client_id: clientId, client_secret = '' } = await servers().provider.registerClient({
      ...{
        client_name: 'Copilot Studio',
        redirect_uris: [redirectUri],
        scope: 'notes:read notes:write offline_access',
      },
      ...{ grant_types: ['authorization_code', 'refresh_token'], token_endpoint_auth_method: 'client_secret_post' },
    })
    await expectToWork({
      clientId,
      redirectUri,
      scope: 'notes:read',
      authenticate: secretByBasic(clientId, client_secret),
    })
  })

  test('Copilot Studio registers itself without an authentication method, and authenticates as the answer says', async () => {
    const answer = await registered({ client_name: 'Copilot Studio', redirect_uris: [redirectUri], ...codeAndRefresh })
    const { client_id: clientId = '' } = answer
    await expectToWork({ clientId, redirectUri, scope: 'notes:read', authenticate: asRegistered(answer) })
  })
})

test.each([undefined, 'notes:read', 'notes:read notes:write offline_access'])(
  'the MCP SDK registers a loopback client without scope, and asks for the scope %s',
  async (scope) => {
    const redirectUri = 'http://localhost:8090/callback'
    const { client_id: clientId = '' } = await registered({
      ...{ client_name: 'MCP client', redirect_uris: [redirectUri], ...codeAndRefresh },
      token_endpoint_auth_method: 'none',
    })
    await expectToWork({ clientId, redirectUri, ...(scope !== undefined && { scope }) })
  },
)

test('mcp-remote registers client_uri and software_id, with the scopes that it found', async () => {
  const redirectUri = 'http://127.0.0.1:3334/oauth/callback'
  const { client_id: clientId = '' } = await registered({
    ...{ redirect_uris: [redirectUri], ...codeAndRefresh, token_endpoint_auth_method: 'none' },
    ...{ client_name: 'MCP CLI Proxy', client_uri: 'https://github.com/geelen/mcp-remote' },
    ...{ software_id: '2e6dc280-f3c3-4e01-99a7-8181dbd1d23d', software_version: '0.15.1' },
    scope: 'openid email profile',
  })
  await expectToWork({ clientId, redirectUri, scope: 'notes:read offline_access' })
})

test('twenty agents of one product register from one address within a minute, under the default limits', async () => {
  const body = { redirect_uris: ['https://claude.ai/api/mcp/auth_callback'], token_endpoint_auth_method: 'none' }
  const answers = await Promise.all(Array.from({ length: 20 }, () => register(servers(), body)))
  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 201))
})

test.each(['Bearer a-token-of-another-server', 'Bearer '])(
  'a client that sends the stray header "Authorization: %s" registers and signs in',
  async (authorization) => {
    const redirectUri = 'http://localhost:6274/oauth/callback'
    const body = { redirect_uris: [redirectUri], token_endpoint_auth_method: 'none', ...codeAndRefresh }
    const response = await register(servers(), body, { authorization })
    expect(response.status).toBe(201)
    const { client_id: clientId } = await response.json()
    await expectToWork({
      ...{ clientId, redirectUri, scope: 'notes:read' },
      authenticate: (form, headers) => {
        form.set('client_id', clientId)
        headers.set('authorization', authorization)
      },
    })
  },
)

test('a client that registered one foreign scope and an http logo gets a client without them', async () => {
  const redirectUri = 'http://localhost:6274/oauth/callback'
  const answer = await registered({
    ...{ redirect_uris: [redirectUri], token_endpoint_auth_method: 'none', ...codeAndRefresh },
    ...{ scope: 'notes:read mail:send', logo_uri: 'http://tools.example/logo.svg', policy_uri: '', contacts: [] },
  })
  expect(answer).not.toHaveProperty('logo_uri')
  expect(answer.scope?.split(' ')).not.toContain('mail:send')
  const { client_id: clientId = '' } = answer
  expect((await signIn(servers(), { clientId, redirectUri, scope: 'notes:read' })).scope).toBe('notes:read')
})
