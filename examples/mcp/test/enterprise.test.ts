import type { AddressInfo } from 'node:net'
import {
  Client,
  CrossAppAccessProvider,
  discoverAndRequestJwtAuthGrant,
  StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client'
import { createProvider, type OAuthEvent, type Provider } from '@oauth/core'
import { jwtBearer } from '@oauth/core/features/jwt-bearer'
import { tokenExchange } from '@oauth/core/features/token-exchange'
import { memoryStorage } from '@oauth/core/memory'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { listen } from '../src/listen.ts'
import { createMcpServer } from '../src/mcp-server/mcp-server.ts'

// Enterprise-managed authorization of MCP, over real HTTP and with the client of the SDK: an identity provider, the
// authorization server of an MCP server, and the MCP server. The user signs in at the identity provider alone.

const scopes = ['notes:read', 'notes:write']
const secret = 'a-secret-of-the-tests-0123456789-abcdef'
/** Ada, as the identity provider knows her, and as the authorization server of the MCP server does. */
const [adaAtIdp, adaAtNotes] = ['employee-7', 'account-42']
const redirectUri = 'http://127.0.0.1:9/callback'

const platformResponse = globalThis.Response
const stops: (() => Promise<unknown>)[] = []
const events: OAuthEvent[] = []

let idp: Provider
let authorizationServer: Provider
let resource: string
let idToken: string
let employed = true

beforeAll(async () => {
  const [idpPort, notesPort, mcpPort] = [await open(), await open(), await open()]
  resource = `${mcpPort.origin}/mcp`
  idp = createProvider({
    baseUrl: idpPort.origin,
    secret,
    storage: memoryStorage(),
    loginUrl: '/login',
    consentUrl: '/consent',
    idTokenSigningAlgorithm: 'ES256',
    authentication: {
      getSession: () => ({ user: { id: adaAtIdp }, session: { id: 's1', authTime: Math.floor(Date.now() / 1000) } }),
      getUser: (id) => (id === adaAtIdp && employed ? { id } : undefined),
    },
    features: [
      tokenExchange({
        idJag: {
          audiences: [
            {
              audience: `${notesPort.origin}/auth`,
              clients: { 'agent-at-idp': 'agent-at-notes' },
              scopes: ['notes:read'],
              resources: [resource],
            },
          ],
        },
      }),
    ],
  })
  authorizationServer = createProvider({
    baseUrl: notesPort.origin,
    secret,
    storage: memoryStorage(),
    loginUrl: '/login',
    consentUrl: '/consent',
    scopes,
    validAudiences: [resource],
    // The identity provider of this test is on this machine.
    dangerouslyAllowPrivateAddresses: true,
    onEvent: (event) => events.push(event),
    authentication: { getSession: () => undefined, getUser: (id) => (id === adaAtNotes ? { id } : undefined) },
    features: [
      jwtBearer({
        issuers: [
          {
            profile: 'id-jag',
            issuer: idp.issuer,
            jwksUri: `${idp.issuer}/jwks`,
            mapClaims: ({ sub }) => (sub === adaAtIdp ? { userId: adaAtNotes } : undefined),
          },
        ],
      }),
    ],
  })
  idpPort.serve(idp.fetch)
  notesPort.serve(authorizationServer.fetch)
  const options = {
    resource,
    issuer: authorizationServer.issuer,
    clientId: 'notes-mcp',
    secret: `${secret}-of-the-resource`,
    allowedOrigins: [],
  }
  mcpPort.serve(createMcpServer(options).fetch)

  await authorizationServer.registerClient({
    ...{ client_id: 'notes-mcp', client_secret: options.secret },
    ...{ grant_types: [], resources: [resource] },
  })
  await authorizationServer.registerClient({
    client_id: 'agent-at-notes',
    client_secret: `${secret}-at-notes`,
    grant_types: ['urn:ietf:params:oauth:grant-type:jwt-bearer'],
    scope: scopes.join(' '),
  })
  await idp.registerClient({
    client_id: 'agent-at-idp',
    client_secret: `${secret}-at-idp`,
    token_endpoint_auth_method: 'client_secret_post',
    redirect_uris: [redirectUri],
    grant_types: ['authorization_code', 'urn:ietf:params:oauth:grant-type:token-exchange'],
    scope: 'openid',
    require_pkce: false,
    skip_consent: true,
  })
  idToken = await signIn()
})

afterAll(async () => {
  for (const stop of stops) await stop()
})

/** Signs the user in at the identity provider, as any OpenID Connect client does. */
async function signIn(): Promise<string> {
  const url = new URL(`${idp.issuer}/oauth2/authorize`)
  url.search = new URLSearchParams({
    response_type: 'code',
    client_id: 'agent-at-idp',
    redirect_uri: redirectUri,
    scope: 'openid',
    nonce: 'n',
  }).toString()
  const { headers } = await fetch(url, { redirect: 'manual' })
  const code = new URL(headers.get('location') ?? '').searchParams.get('code') ?? ''
  const form = { grant_type: 'authorization_code', code, redirect_uri: redirectUri }
  const credentials = { client_id: 'agent-at-idp', client_secret: `${secret}-at-idp` }
  const answer = await fetch(`${idp.issuer}/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams({ ...form, ...credentials }),
  })
  return (await answer.json()).id_token
}

/** Connects as the SDK does it: metadata of the resource, ID-JAG of the identity provider, access token, call. */
async function connect(clientSecret = `${secret}-at-notes`): Promise<Client> {
  const authProvider = new CrossAppAccessProvider({
    clientId: 'agent-at-notes',
    clientSecret,
    expectedIssuer: authorizationServer.issuer,
    assertion: async ({ authorizationServerUrl, resourceUrl, scope, fetchFn }) => {
      const { jwtAuthGrant } = await discoverAndRequestJwtAuthGrant({
        idpUrl: idp.issuer,
        audience: authorizationServerUrl,
        resource: resourceUrl,
        idToken,
        clientId: 'agent-at-idp',
        clientSecret: `${secret}-at-idp`,
        fetchFn,
        ...(scope !== undefined && { scope }),
      })
      return jwtAuthGrant
    },
  })
  const client = new Client({ name: 'agent', version: '1.0.0' })
  await client.connect(new StreamableHTTPClientTransport(new URL(resource), { authProvider }))
  return client
}

test('the client of the MCP SDK calls a tool for a user who only signed in at the enterprise identity provider (I01, I15)', async () => {
  const client = await connect()
  const { content } = await client.callTool({ name: 'list_notes', arguments: {} })
  expect(content).toEqual([{ type: 'text', text: 'There are no notes.' }])
  await client.close()
  expect(events).toContainEqual(
    expect.objectContaining({ type: 'jwt_bearer.accepted', issuer: idp.issuer, userId: adaAtNotes }),
  )
  expect((await authorizationServer.listGrants(adaAtNotes)).map(({ scopes }) => scopes)).toContainEqual(['notes:read'])
})

test('what the identity provider does not allow is out of reach, whatever the client asks for (I09, I17)', async () => {
  const client = await connect()
  await expect(client.callTool({ name: 'add_note', arguments: { text: 'x' } })).rejects.toThrow()
  await client.close()
  expect((await authorizationServer.listGrants(adaAtNotes)).flatMap(({ scopes }) => scopes)).not.toContain(
    'notes:write',
  )
})

test('a user who has left the company gets no further ID-JAG (I15)', async () => {
  employed = false
  try {
    await expect(connect()).rejects.toThrow(/no longer available/)
  } finally {
    employed = true
  }
})

test('the ID-JAG is worth nothing without the credentials of the client that it names (I05)', async () => {
  await expect(connect('another-secret')).rejects.toThrow()
})

type Fetch = (request: Request) => Response | Promise<Response>

/** Listens on a free port, which is part of the URLs, so it must be known before the servers are created. */
async function open() {
  let serving: Fetch | undefined
  const { server, stop } = await listen(0, (request) => serving?.(request) ?? new Response('starting', { status: 503 }))
  // The adaptor replaces it, and the client of the SDK, in the same process, wants the platform's.
  globalThis.Response = platformResponse
  stops.push(() => {
    server.closeAllConnections()
    return stop()
  })
  const serve = (fetch: Fetch) => {
    serving = fetch
  }
  return { origin: `http://localhost:${(server.address() as AddressInfo).port}`, serve }
}
