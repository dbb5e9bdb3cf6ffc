import { describe, expect, test } from 'vitest'
import { authorize, exchangeCode, getTokens, refresh } from '../support/client.ts'
import { ask } from '../support/expectations.ts'
import { fromOwnPage, openWorld, register } from '../support/registration.ts'
import type { World } from '../support/world.ts'

const jwtBearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
const codeAndRefresh = ['authorization_code', 'refresh_token']

interface Agent {
  readonly name: string
  readonly body: Readonly<Record<string, unknown>>
  /** The redirect URI of the authorization request, where it is not the first one of the body. */
  readonly returnsTo?: string
  readonly registered: Readonly<Record<string, unknown>>
  /** What the event lists. */
  readonly substituted?: readonly { readonly member: string; readonly value: string }[]
}

/** What agents send to a registration endpoint, rebuilt from their public source code and from reports of issues. */
const agents: readonly Agent[] = [
  {
    name: 'Claude.ai',
    body: {
      client_name: 'Claude',
      redirect_uris: ['https://claude.ai/api/mcp/auth_callback'],
      grant_types: [...codeAndRefresh, jwtBearer],
      response_types: ['code'],
      token_endpoint_auth_method: 'client_secret_post',
    },
    registered: {
      grant_types: codeAndRefresh,
      token_endpoint_auth_method: 'none',
      application_type: 'web',
    },
    substituted: [
      { member: 'token_endpoint_auth_method', value: 'client_secret_post' },
      { member: 'grant_types', value: jwtBearer },
    ],
  },
  {
    name: 'Claude Code',
    body: {
      client_name: 'Claude Code (notes)',
      redirect_uris: ['http://localhost/callback', 'http://127.0.0.1/callback'],
      grant_types: codeAndRefresh,
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      application_type: 'native',
    },
    returnsTo: 'http://localhost:53412/callback',
    registered: { application_type: 'native', grant_types: codeAndRefresh },
  },
  {
    name: 'Cursor',
    body: {
      client_name: 'Cursor',
      redirect_uris: [
        'cursor://anysphere.cursor-mcp/oauth/callback',
        'https://www.cursor.com/agents/mcp/oauth/callback',
        'http://localhost:8787/callback',
      ],
      grant_types: codeAndRefresh,
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    },
    registered: { application_type: 'native' },
  },
  {
    name: 'VS Code',
    body: {
      client_name: 'Visual Studio Code',
      client_uri: 'https://code.visualstudio.com',
      redirect_uris: [
        'https://insiders.vscode.dev/redirect',
        'https://vscode.dev/redirect',
        'http://localhost/',
        'http://127.0.0.1/',
        'http://localhost:33418/',
        'http://127.0.0.1:33418/',
      ],
      grant_types: [...codeAndRefresh, 'urn:ietf:params:oauth:grant-type:device_code'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      application_type: 'native',
    },
    returnsTo: 'http://127.0.0.1:61234/',
    registered: { application_type: 'native', grant_types: codeAndRefresh },
    substituted: [{ member: 'grant_types', value: 'urn:ietf:params:oauth:grant-type:device_code' }],
  },
  {
    name: 'Gemini CLI that knows no scope',
    body: {
      client_name: 'Gemini CLI MCP Client',
      redirect_uris: ['http://localhost:7777/oauth/callback'],
      grant_types: codeAndRefresh,
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      scope: '',
    },
    registered: {
      application_type: 'native',
      scope: 'openid profile email address phone offline_access notes:read notes:write',
    },
  },
  {
    name: 'Copilot Studio',
    body: {
      client_name: 'Copilot Studio',
      redirect_uris: ['https://global.consent.azure-apim.net/redirect/notes-5f'],
      grant_types: codeAndRefresh,
      response_types: ['code'],
      token_endpoint_auth_method: 'client_secret_post',
    },
    registered: { token_endpoint_auth_method: 'none' },
    substituted: [{ member: 'token_endpoint_auth_method', value: 'client_secret_post' }],
  },
  {
    name: 'the MCP SDK for TypeScript',
    body: {
      client_name: 'simple-client',
      redirect_uris: ['http://localhost:8090/callback'],
      grant_types: codeAndRefresh,
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    },
    registered: { application_type: 'native' },
  },
  {
    name: 'mcp-remote',
    body: {
      client_name: 'MCP CLI Proxy',
      client_uri: 'https://github.com/modelcontextprotocol/mcp-cli',
      redirect_uris: ['http://127.0.0.1:3334/oauth/callback'],
      grant_types: codeAndRefresh,
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      software_id: '2e6dc280-f3c3-4e01-99a7-8181dbd1d23d',
      software_version: '0.1.37',
    },
    registered: { software_version: '0.1.37' },
  },
  {
    name: 'use-mcp in a browser',
    body: {
      client_name: 'use-mcp',
      client_uri: 'http://inspector.example.com',
      redirect_uris: ['https://inspector.example.com/oauth/callback'],
      grant_types: codeAndRefresh,
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    },
    registered: { application_type: 'web' },
    substituted: [{ member: 'client_uri', value: 'http://inspector.example.com' }],
  },
]

function agentWorld(): World {
  return openWorld({ clientRegistrationSubstitutes: true, refreshTokensWithoutOfflineAccess: true })
}

describe.each(agents)('$name', ({ body, returnsTo, registered, substituted }) => {
  const [redirectUri] = body.redirect_uris as readonly string[]

  test('registers with what it may have, and the answer and an event say what that is', async () => {
    const world = agentWorld()
    const answer = await register(world, body, { origin: 'https://agent.example' })
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([201, '*'])
    const left = Object.entries(body).filter(
      ([name, value]) => value !== '' && substituted?.some(({ member }) => member === name) !== true,
    )
    expect(answer.body).toMatchObject({ ...Object.fromEntries(left), ...registered, response_types: ['code'] })
    const { metadata } = (await world.provider.getClient(answer.body.client_id)) ?? {}
    for (const [name, value] of Object.entries(metadata ?? {})) expect(answer.body[name]).toEqual(value)
    const events = world.events.filter(({ type }) => type === 'client.metadata_substituted')
    const expected = { type: 'client.metadata_substituted', clientId: answer.body.client_id, substituted }
    expect(events).toEqual(substituted === undefined ? [] : [expected])
  })

  test('asks for a scope of the server that it did not register, and gets and refreshes tokens', async () => {
    const world = agentWorld()
    const { body: client } = await register(world, body)
    const redirect_uri = returnsTo ?? redirectUri
    const tokens = await getTokens(world, client, { scope: 'notes:read', redirect_uri }, { redirect_uri })
    expect(tokens).toMatchObject({ scope: 'notes:read', refresh_token: expect.any(String) })
    const refreshed = await refresh(world, client, tokens.refresh_token)
    expect([refreshed.status, refreshed.body.scope]).toEqual([200, 'notes:read'])
  })
})

test('an agent that registers all advertised scopes gets those that it may have', async () => {
  const world = openWorld({
    clientRegistrationSubstitutes: true,
    clientRegistrationAllowedScopes: ['openid', 'notes:read'],
  })
  const scopes = world.provider.metadata.scopes_supported as readonly string[]
  const { status, body } = await register(world, {
    redirect_uris: ['http://localhost:7777/oauth/callback'],
    scope: scopes.join(' '),
  })
  expect([status, body.scope]).toEqual([201, 'openid notes:read'])
})

test('a user who registers such a client gets one with a secret', async () => {
  const world = agentWorld()
  const [claude] = agents
  const { body } = await register(world, claude?.body ?? {}, fromOwnPage(world))
  expect(body).toMatchObject({ token_endpoint_auth_method: 'client_secret_post', grant_types: codeAndRefresh })
  const asked = { redirect_uri: body.redirect_uris[0] }
  const authorized = await authorize(world, body, { scope: 'notes:read', ...asked })
  expect(await exchangeCode(world, body, authorized, asked)).toMatchObject({
    status: 200,
    body: { scope: 'notes:read' },
  })
})

test('without the option the server refuses what a client may not have, and names it', async () => {
  const world = openWorld()
  const refusals = await Promise.all(agents.map(async ({ body }) => (await register(world, body)).body))
  expect(refusals.map(({ error_description }) => error_description).filter(Boolean)).toEqual([
    expect.stringContaining(`unsupported grant_type ${jwtBearer}`),
    expect.stringContaining('unsupported grant_type urn:ietf:params:oauth:grant-type:device_code'),
  ])
  const { body: client } = await register(world, agents[1]?.body ?? {})
  const answer = await ask(world, client, { scope: 'notes:read', redirect_uri: 'http://localhost:1/callback' })
  expect(answer.headers.get('location')).toContain('error=invalid_scope')
})
