import type { KeyObject } from 'node:crypto'
import { decodeJwt, SignJWT } from 'jose'
import { describe, expect, test } from 'vitest'
import { type Access, type Authenticate, connect } from '../../src/connect.ts'
import { chatGptId, chatGptKey, claudeCodeId, claudeId, codexId, vsCodeId } from '../../src/documents.ts'
import { useServers } from './servers.ts'

const servers = useServers()

/** Expects that a client whose id is the URL of its document works without a registration. */
async function expectToWork(access: Access): Promise<void> {
  const { tokens, refreshed } = await connect(servers(), access)
  for (const { access_token } of [tokens, refreshed]) {
    expect(decodeJwt(access_token)).toMatchObject({ aud: servers().resource, client_id: access.clientId, sub: 'ada' })
  }
  expect(servers().seen.filter(({ path }) => path === '/oauth2/register')).toEqual([])
  expect(servers().fetched).toContain(access.clientId)
}

test('the server metadata tells Claude, ChatGPT, Codex and VS Code that their documents are read, and offers none', async () => {
  const metadata = await (await fetch(`${servers().issuer}/.well-known/openid-configuration`)).json()
  expect(metadata.client_id_metadata_document_supported).toBe(true)
  expect(metadata.token_endpoint_auth_methods_supported).toContain('none')
})

test('Claude.ai signs in with the URL of its metadata document', () =>
  expectToWork({ clientId: claudeId, redirectUri: 'https://claude.ai/api/mcp/auth_callback', scope: 'notes:read' }))

test.each(['http://localhost:49731/callback', 'http://127.0.0.1:3118/callback'])(
  'Claude Code signs in with the URL of its metadata document at any loopback port, such as %s',
  (redirectUri) => expectToWork({ clientId: claudeCodeId, redirectUri, scope: 'notes:read' }),
)

describe('ChatGPT', () => {
  const access = { clientId: chatGptId, redirectUri: 'https://chatgpt.com/connector/oauth/abc123', scope: 'notes:read' }

  test('ChatGPT signs in as a public client, because its document also offers none', () => expectToWork(access))

  test.each([
    ['the token endpoint', () => `${servers().issuer}/oauth2/token`],
    ['the issuer', () => servers().issuer],
  ])('ChatGPT signs in with assertions that are addressed to %s', (_name, audience) =>
    expectToWork({ ...access, authenticate: assertion(audience) }),
  )

  test('an assertion in the name of ChatGPT that another key signed is invalid_client', async () => {
    const other = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify'])
    const signIn = expectToWork({ ...access, authenticate: assertion(() => servers().issuer, other.privateKey) })
    await expect(signIn).rejects.toThrow('authorization_code: 401 {"error":"invalid_client"')
  })
})

test.each(['http://127.0.0.1:40001/callback', 'http://127.0.0.1:40002/callback', 'http://localhost:40003/callback'])(
  'Codex signs in with the URL of its metadata document at another port each time, such as %s',
  (redirectUri) => expectToWork({ clientId: codexId, redirectUri, scope: 'notes:read' }),
)

test.each(['http://127.0.0.1:33418/', 'http://127.0.0.1:51515/', 'https://vscode.dev/redirect'])(
  'VS Code, whose document names a grant type that the server may lack, signs in at %s',
  (redirectUri) => expectToWork({ clientId: vsCodeId, redirectUri, scope: 'notes:read' }),
)

test('the document of a client is fetched once for a sign-in, a refresh and a second user at the same time', async () => {
  const access = { clientId: claudeCodeId, redirectUri: 'http://localhost:49731/callback', scope: 'notes:read' }
  await Promise.all([expectToWork(access), fetch(`${servers().issuer}/oauth2/authorize?client_id=${claudeCodeId}`)])
  expect(servers().fetched.filter((url) => url === claudeCodeId)).toHaveLength(1)
})

test('a URL without a document gets a page that names the problem, and no redirect', async () => {
  const clientId = 'https://unknown.example/client.json'
  const query = new URLSearchParams({
    client_id: clientId,
    redirect_uri: 'https://unknown.example/',
    response_type: 'code',
  })
  const response = await fetch(`${servers().issuer}/oauth2/authorize?${query}`, { redirect: 'manual' })
  expect([response.status, response.headers.get('location')]).toEqual([400, null])
  expect(servers().fetched).toEqual([clientId])
})

function assertion(audience: () => string, key: CryptoKey | KeyObject = chatGptKey.privateKey) {
  const authenticate: Authenticate = async (form) => {
    const jwt = await new SignJWT({ jti: crypto.randomUUID() })
      .setProtectedHeader({ alg: 'ES256', kid: chatGptKey.kid })
      .setIssuer(chatGptId)
      .setSubject(chatGptId)
      .setAudience(audience())
      .setIssuedAt(servers().now())
      .setExpirationTime(servers().now() + 60)
      .sign(key)
    form.set('client_id', chatGptId)
    form.set('client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer')
    form.set('client_assertion', jwt)
  }
  return authenticate
}
