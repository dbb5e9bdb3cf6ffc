import { privateKeyJwt } from '@oauth/core/features/private-key-jwt'
import { describe, expect, test } from 'vitest'
import { authorizeUrl, createPkce, postAs } from '../../support/client.ts'
import { clientDocument, documentClient, startDocuments } from '../../support/client-documents.ts'
import { alice } from '../../support/world.ts'

interface Agent {
  readonly name: string
  readonly url: string
  readonly document: object
  /** The redirect URI that the agent really uses. */
  readonly redirectUri: string
}

/** What agents publish, as far as public source code and issue reports tell. */
const agents: readonly Agent[] = [
  {
    name: 'Claude',
    url: 'https://claude.ai/oauth/mcp-oauth-client-metadata',
    document: {
      client_uri: 'https://claude.ai',
      redirect_uris: ['https://claude.ai/api/mcp/auth_callback'],
      grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:jwt-bearer'],
      response_types: ['code'],
    },
    redirectUri: 'https://claude.ai/api/mcp/auth_callback',
  },
  {
    name: 'Claude Code',
    url: 'https://claude.ai/oauth/claude-code-client-metadata',
    document: { redirect_uris: ['http://localhost/callback', 'http://127.0.0.1/callback'] },
    redirectUri: 'http://localhost:51234/callback',
  },
  {
    name: 'ChatGPT',
    url: 'https://chatgpt.com/oauth/abc123/client.json',
    document: {
      redirect_uris: ['https://chatgpt.com/connector/oauth/abc123'],
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_methods_supported: ['none', 'private_key_jwt'],
      token_endpoint_auth_signing_alg: 'RS256',
      jwks_uri: 'https://chatgpt.com/oauth/jwks.json',
    },
    redirectUri: 'https://chatgpt.com/connector/oauth/abc123',
  },
  {
    name: 'Codex',
    url: 'https://chatgpt.com/oauth/codex/client.json',
    document: { redirect_uris: ['http://127.0.0.1/callback', 'http://localhost/callback'], application_type: 'native' },
    redirectUri: 'http://127.0.0.1:1455/callback',
  },
  {
    name: 'opencode',
    url: 'https://opencode.ai/oauth/opencode/client.json',
    document: {
      client_uri: 'https://opencode.ai',
      logo_uri: 'https://opencode.ai/web-app-manifest-512x512.png',
      application_type: 'native',
      redirect_uris: ['http://127.0.0.1/callback', 'http://localhost/callback'],
      response_types: ['code'],
      token_endpoint_auth_methods_supported: ['none'],
    },
    redirectUri: 'http://127.0.0.1:19876/callback',
  },
  {
    name: 'VS Code',
    url: 'https://vscode.dev/oauth/client-metadata.json',
    document: {
      redirect_uris: ['https://vscode.dev/redirect', 'http://127.0.0.1/', 'http://localhost/'],
      grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
    },
    redirectUri: 'http://127.0.0.1:33418/',
  },
]

describe.each([
  ['without keys of clients', () => []],
  ['with keys of clients', () => [privateKeyJwt()]],
])('documents that agents publish, at a server %s', (_, others) => {
  test.each(agents)('$name signs a user in at the first try and refreshes (K15, K16)', async (agent) => {
    const { world, publish } = await startDocuments({ others: others(), refreshTokensWithoutOfflineAccess: true })
    publish(agent.url, clientDocument({ client_name: agent.name, ...agent.document }, agent.url))
    const client = documentClient(agent.url)
    const pkce = createPkce()
    const asked = { redirect_uri: agent.redirectUri, scope: 'openid' }
    const { url } = await world.browser().visit(authorizeUrl(world, client, pkce, asked), { user: alice, accept: true })
    const answer = await postAs(world, client, '/oauth2/token', {
      grant_type: 'authorization_code',
      code: new URL(url).searchParams.get('code') ?? url,
      redirect_uri: agent.redirectUri,
      code_verifier: pkce.verifier,
    })
    expect(answer.status).toBe(200)
    const form = { grant_type: 'refresh_token', refresh_token: answer.body.refresh_token }
    expect((await postAs(world, client, '/oauth2/token', form)).status).toBe(200)
  })
})
