import { generateKeyPairSync } from 'node:crypto'
import { redirectUrl } from './client-host.ts'

/** The key of ChatGPT's client in these tests. */
const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
export const chatGptKey = { privateKey: pair.privateKey, kid: 'chatgpt-key' }

export const claudeId = 'https://claude.ai/oauth/mcp-oauth-client-metadata'
export const claudeCodeId = 'https://claude.ai/oauth/claude-code-client-metadata'
export const chatGptId = 'https://chatgpt.com/oauth/abc123/client.json'
export const codexId = 'https://chatgpt.com/oauth/codex/client.json'
export const vsCodeId = 'https://vscode.dev/oauth/client-metadata.json'

/** The document of a program that uses a client of `src/libraries.ts`. */
export const programId = 'https://program.example/oauth/client.json'

const codeAndRefresh = { grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'] }

/** The metadata documents of products, by the URLs at which they publish them. */
export const documents: Readonly<Record<string, () => Response>> = {
  [programId]: metadata({
    ...{ client_id: programId, client_name: 'A program of the tests', redirect_uris: [redirectUrl] },
    ...codeAndRefresh,
    ...{ token_endpoint_auth_method: 'none', application_type: 'native' },
  }),
  [claudeId]: metadata({
    ...{ client_id: claudeId, client_name: 'Claude', client_uri: 'https://claude.ai' },
    redirect_uris: ['https://claude.ai/api/mcp/auth_callback'],
    ...codeAndRefresh,
    token_endpoint_auth_method: 'none',
  }),
  [claudeCodeId]: metadata({
    ...{ client_id: claudeCodeId, client_name: 'Claude Code', client_uri: 'https://claude.ai' },
    redirect_uris: ['http://localhost/callback', 'http://127.0.0.1/callback'],
    ...codeAndRefresh,
    token_endpoint_auth_method: 'none',
  }),
  [chatGptId]: metadata({
    ...{ client_id: chatGptId, client_name: 'ChatGPT', client_uri: 'https://chatgpt.com' },
    redirect_uris: ['https://chatgpt.com/connector/oauth/abc123'],
    ...codeAndRefresh,
    token_endpoint_auth_method: 'private_key_jwt',
    token_endpoint_auth_methods_supported: ['none', 'private_key_jwt'],
    token_endpoint_auth_signing_alg: 'ES256',
    jwks_uri: 'https://chatgpt.com/oauth/jwks.json',
  }),
  'https://chatgpt.com/oauth/jwks.json': metadata({
    keys: [{ ...pair.publicKey.export({ format: 'jwk' }), kid: chatGptKey.kid, alg: 'ES256', use: 'sig' }],
  }),
  [codexId]: metadata({
    ...{ client_id: codexId, client_name: 'Codex', client_uri: 'https://chatgpt.com/codex' },
    redirect_uris: ['http://127.0.0.1/callback', 'http://localhost/callback'],
    ...codeAndRefresh,
    ...{ token_endpoint_auth_method: 'none', application_type: 'native' },
  }),
  [vsCodeId]: metadata({
    ...{ client_id: vsCodeId, client_name: 'Visual Studio Code', client_uri: 'https://vscode.dev/product' },
    redirect_uris: ['http://127.0.0.1:33418/', 'https://vscode.dev/redirect'],
    grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
    response_types: ['code'],
    ...{ token_endpoint_auth_method: 'none', application_type: 'native' },
  }),
}

function metadata(document: Readonly<Record<string, unknown>>): () => Response {
  return () => Response.json(document, { headers: { 'cache-control': 'max-age=3600' } })
}
