import { decodeJwt } from 'jose'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createSdkClient, openConsent, redirectUrl } from './sdk-client.ts'
import { type Example, startExample } from './start.ts'

let example: Example
beforeEach(async () => {
  example = await startExample()
})
afterEach(async () => {
  await example.stop()
  expect(example.failures).toEqual([])
})

const listNotes = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'list_notes', arguments: {} } }
const addNote = { ...listNotes, params: { name: 'add_note', arguments: { text: 'x' } } }

function post(url: string, token: string | undefined, body: unknown = listNotes, headers = {}): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...headers,
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
}

/** Signs in with the SDK's client, and returns its access token. */
async function accessToken(scope: 'read' | 'write' = 'read'): Promise<string> {
  const client = createSdkClient(example)
  await client.call('list_notes')
  if (scope === 'write') await client.call('add_note', { text: 'one' })
  return client.provider.tokens()?.access_token ?? ''
}

function metadataUrlOf(resource: string): string {
  return resource.replace('/mcp', '/.well-known/oauth-protected-resource/mcp')
}

describe('the MCP server refuses', () => {
  test.each(['POST', 'GET', 'DELETE'])(
    'the MCP server refuses a %s without a token, and says where to get one',
    async (method) => {
      const response = await fetch(example.notes, { method })
      expect(response.status).toBe(401)
      const metadataUrl = metadataUrlOf(example.notes)
      expect(response.headers.get('www-authenticate')).toBe(
        `Bearer scope="notes:read", resource_metadata="${metadataUrl}"`,
      )
      expect(await (await fetch(metadataUrl)).json()).toEqual({
        resource: example.notes,
        authorization_servers: [example.issuer],
        scopes_supported: ['notes:read'],
        resource_name: 'Notes',
        bearer_methods_supported: ['header'],
      })
    },
  )

  test('the MCP server refuses a token in the query', async () => {
    const response = await post(`${example.notes}?access_token=${await accessToken()}`, undefined)
    expect(response.status).toBe(400)
  })

  test('the MCP server refuses a token for another MCP server of the same authorization server', async () => {
    const token = await accessToken()
    expect((await post(example.notes, token)).status).toBe(200)
    const response = await post(example.other, token)
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toMatch(/error="invalid_token".*resource_metadata="/)
  })

  test('the MCP server refuses a revoked token, and a token whose grant was revoked', async () => {
    const client = createSdkClient(example)
    await client.call('list_notes')
    const { access_token = '' } = client.provider.tokens() ?? {}
    const client_id = (await client.provider.clientInformation())?.client_id ?? ''
    const body = new URLSearchParams({ client_id, token: access_token })
    expect((await fetch(`${example.issuer}/oauth2/revoke`, { method: 'POST', body })).status).toBe(200)
    expect((await post(example.notes, access_token)).status).toBe(401)

    const other = await accessToken()
    await example.authorizationServer.provider.revokeUserGrants('u1')
    expect((await post(example.notes, other)).status).toBe(401)
    // The refresh token was revoked with its grant, so the client asks the user.
    await client.call('list_notes')
    expect(client.asked).toHaveLength(2)
  })

  test('the MCP server refuses an expired token, a forged token and a text that is no token', async () => {
    const token = await accessToken()
    const [header, payload = '', signature] = token.split('.')
    const wider = { ...decodeJwt(token), scope: 'notes:read notes:write' }
    const forged = [header, Buffer.from(JSON.stringify(wider)).toString('base64url'), signature].join('.')
    const unsigned = [Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url'), payload, ''].join('.')
    for (const bad of [forged, unsigned, 'opaque']) expect((await post(example.notes, bad)).status, bad).toBe(401)
    example.advance(700)
    expect((await post(example.notes, token)).status).toBe(401)
  })

  test('the MCP server refuses a tool that needs more scopes, alone or in a batch, with all of them in one challenge', async () => {
    const token = await accessToken()
    for (const body of [addNote, [listNotes, addNote]]) {
      const response = await post(example.notes, token, body)
      expect(response.status).toBe(403)
      expect(response.headers.get('www-authenticate')).toMatch(
        /error="insufficient_scope".*scope="notes:read notes:write", resource_metadata="/,
      )
    }
    expect(await (await post(example.notes, token)).text()).toContain('There are no notes.')
    expect((await post(example.notes, await accessToken('write'), addNote)).status).toBe(200)
  })

  test('the MCP server refuses bodies that are no JSON, no JSON-RPC or too long, without a failure', async () => {
    const token = await accessToken()
    for (const body of ['{', '{}', 'null', '"x"', '{"method":"tools/call","params":{"name":{}}}'])
      expect((await post(example.notes, token, body)).status, body).toBe(400)
    expect((await post(example.notes, token, JSON.stringify('x'.repeat(300_000)))).status).toBe(413)
    expect((await fetch(example.notes, { headers: { authorization: `Bearer ${token}` } })).status).toBe(405)
  })

  test('the MCP server refuses scripts of unknown origins, even with a token', async () => {
    const token = await accessToken()
    const response = await post(example.notes, token, listNotes, { origin: 'https://evil.example' })
    expect(response.status).toBe(403)
    expect(response.headers.get('access-control-allow-origin')).toBeNull()
  })
})

describe('the authorization server', () => {
  test('a client that names no resource gets a token that no MCP server accepts', async () => {
    const client = createSdkClient(example, { resource: () => undefined })
    await expect(client.call('list_notes')).rejects.toThrow('401')
    expect(client.asked[0]?.searchParams.has('resource')).toBe(false)
    const { access_token = '' } = client.provider.tokens() ?? {}
    expect(access_token).not.toContain('.')
    for (const url of [example.notes, example.other]) expect((await post(url, access_token)).status).toBe(401)
  })

  test('the consent page names no MCP server for a token without a resource', async () => {
    const client = createSdkClient(example, { resource: () => undefined })
    await client.call('list_notes').catch(() => undefined)
    const page = await openConsent(example.agent, client.asked[0] as URL)
    expect(page.body).not.toContain('It gets this access at')
  })

  test('the authorization server refuses an unknown resource, and a resource that the user has not approved', async () => {
    const unknown = createSdkClient(example, { resource: () => new URL('https://evil.example/mcp') })
    await expect(unknown.call('list_notes')).rejects.toThrow('the resource is unknown or not allowed')

    const client = createSdkClient(example)
    await client.call('list_notes')
    const { refresh_token = '' } = client.provider.tokens() ?? {}
    const client_id = (await client.provider.clientInformation())?.client_id ?? ''
    const form = { grant_type: 'refresh_token', refresh_token, client_id, resource: example.other }
    const response = await fetch(`${example.issuer}/oauth2/token`, { method: 'POST', body: new URLSearchParams(form) })
    expect([response.status, await response.json()]).toMatchObject([400, { error: 'invalid_target' }])
  })

  test('the consent page names the resource and the redirect host, and marks a client that registered itself (F06)', async () => {
    const client = createSdkClient(example)
    await client.call('list_notes')
    const page = await openConsent(example.agent, client.asked[0] as URL)
    expect(page.url.pathname).toBe('/consent')
    expect(page.body).toContain('Unverified: this application registered itself.')
    expect(page.body).toContain(`<code>${example.notes}</code>`)
    expect(page.body).toContain('a program on this computer (<strong><bdi>127.0.0.1:45454</bdi></strong>)')
    expect(page.body).toContain('Read your notes')
    expect(page.body).not.toContain('Write notes for you')
    expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'none'.*frame-ancestors 'none'$/)
    expect(page.headers.get('cache-control')).toBe('no-store')
  })

  test('the pages escape the metadata of a client (F05)', async () => {
    const { registerClient } = example.authorizationServer.provider
    const client_name = `<img src=x onerror=alert(1)>"'</title><script>alert(1)</script>`
    const { client_id } = await registerClient({
      ...{ client_name, redirect_uris: [redirectUrl], scope: 'notes:read', token_endpoint_auth_method: 'none' },
    })
    const query = new URLSearchParams({
      ...{ response_type: 'code', client_id, redirect_uri: redirectUrl, login_hint: '"><script>alert(2)</script>' },
      ...{ code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256' },
    })
    const url = `${example.issuer}/oauth2/authorize?${query}`
    const login = await example.agent.open(url)
    const consent = await openConsent(example.agent, new URL(url))
    expect([login.url.pathname, consent.url.pathname]).toEqual(['/login', '/consent'])
    for (const { body } of [login, consent]) {
      expect(body).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
      expect(body).not.toMatch(/<script|<img/)
    }
    // The host has registered this client itself.
    expect(consent.body).not.toContain('Unverified')
  })

  test('the server refuses a login form from another site, with a wrong password, or after its request has ended', async () => {
    const client = createSdkClient(example)
    await client.call('list_notes')
    const agent = example.agent
    const page = await agent.open(`${client.asked[0]?.href}&prompt=login`)
    const wrong = await agent.submit(page, 'Confirm', { email: 'demo@example.com', password: 'guess' })
    expect([wrong.status, wrong.body.includes('No account has this e-mail address and password.')]).toEqual([422, true])
    const body = new URLSearchParams({ email: 'demo@example.com', password: 'demo-password' })
    const foreign = { method: 'POST', body, headers: { origin: 'https://evil.example' } }
    const refused = await fetch(page.url, foreign)
    const stranger = await fetch(page.url, { ...foreign, headers: { origin: example.baseUrl } })
    for (const { status, headers } of [refused, stranger]) {
      expect([status, headers.getSetCookie().join().includes('session=')]).toEqual([403, false])
    }
  })

  test('the session cookie is new at each sign-in, and scripts cannot read it (F08, F09)', async () => {
    const client = createSdkClient(example)
    await client.call('list_notes')
    const before = example.agent.cookie('session')
    const page = await example.agent.open(`${client.asked[0]?.href}&prompt=login`)
    const form_token = /name="form_token" value="([^"]*)"/.exec(page.body)?.[1] ?? ''
    const body = new URLSearchParams({ email: 'demo@example.com', password: 'demo-password', form_token })
    const cookie = ['session', 'oauth_browser', 'oauth_form']
      .map((name) => `${name}=${example.agent.cookie(name)}`)
      .join('; ')
    const headers = { origin: example.baseUrl, cookie }
    const response = await fetch(page.url, { method: 'POST', body, headers, redirect: 'manual' })
    const [line = ''] = response.headers.getSetCookie()
    expect(line).toMatch(/^session=[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; SameSite=Lax$/)
    expect(line).not.toContain(before)
    example.agent.setCookie('session', before ?? '')
    expect((await openConsentPath(client.asked[0] as URL)).pathname).toBe('/login')
  })

  test('registration is open, for public clients of these scopes, and limited (G01)', async () => {
    const register = (metadata: object) =>
      fetch(`${example.issuer}/oauth2/register`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ redirect_uris: [redirectUrl], ...metadata }),
      })
    const first = await register({ token_endpoint_auth_method: 'client_secret_basic', scope: 'notes:read' })
    const offered = 'notes:read notes:write offline_access'
    expect(await first.json()).toMatchObject({ token_endpoint_auth_method: 'none', scope: offered })
    // Agents register what other servers have: they get what this one offers.
    expect(await (await register({ scope: 'files:read' })).json()).toMatchObject({ scope: offered })
    expect((await register({ skip_consent: true })).status).toBe(400)
    const statuses = []
    for (let times = 0; times < 29; times++) statuses.push((await register({})).status)
    // The limit is thirty registrations a minute. Refused requests count, too.
    expect(statuses).toEqual([...Array.from({ length: 27 }, () => 201), 429, 429])
  })

  test('an unused client is deleted a day later, and a used client is not', async () => {
    const client = createSdkClient(example)
    await client.call('list_notes')
    const used = (await client.provider.clientInformation())?.client_id ?? ''
    const unused = createSdkClient(example)
    const noAnswer = { ...unused.provider, redirectToAuthorization: () => undefined }
    const { auth } = await import('@modelcontextprotocol/sdk/client/auth.js')
    expect(await auth(noAnswer, { serverUrl: example.notes })).toBe('REDIRECT')
    const never = (await unused.provider.clientInformation())?.client_id ?? ''
    const { provider, purgeExpired } = example.authorizationServer
    expect(await provider.getClient(never)).toBeDefined()
    example.advance(24 * 3600 + 1)
    await purgeExpired()
    expect(await provider.getClient(never)).toBeUndefined()
    expect(await provider.getClient(used)).toBeDefined()
  })
})

async function openConsentPath(url: URL): Promise<URL> {
  return (await example.agent.open(url)).url
}
