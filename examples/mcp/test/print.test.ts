import { decodeJwt } from 'jose'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createSdkClient } from './sdk-client.ts'
import { type Example, secretOf, startExample } from './start.ts'

// An MCP server that calls another API for its user, over real HTTP: it exchanges the token of the user for a narrower one.

const exchangeName = 'urn:ietf:params:oauth:grant-type:token-exchange'

let example: Example
beforeEach(async () => {
  example = await startExample()
})
afterEach(async () => {
  await example.stop()
  expect(example.failures).toEqual([])
})

/** Exchanges a token as an MCP server does. */
async function exchange(clientId: string, resource: string, subject_token: string, form: Record<string, string> = {}) {
  const response = await fetch(`${example.issuer}/oauth2/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${clientId}:${encodeURIComponent(secretOf(resource))}`)}` },
    body: new URLSearchParams({
      grant_type: exchangeName,
      subject_token,
      subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      resource: example.printApi,
      scope: 'notes:read',
      ...form,
    }),
  })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

const print = (token: unknown): Promise<Response> =>
  fetch(example.printApi, { method: 'POST', headers: { authorization: `Bearer ${token}` }, body: 'one\ntwo' })

test('a tool prints for the user: the token of the user stays at the MCP server, which exchanges it for a narrower one', async () => {
  const client = createSdkClient(example, { grantTypes: ['authorization_code'] })
  await client.call('add_note', { text: 'Read the margins.' })
  expect(await client.call('print_notes')).toBe('Printed, order 1.')
  const userToken = client.provider.tokens()?.access_token ?? ''
  expect(decodeJwt(userToken)).toMatchObject({ aud: example.notes, scope: 'notes:read notes:write' })
  expect(example.events).toContainEqual(
    expect.objectContaining({
      type: 'token.exchanged',
      clientId: 'notes-mcp',
      userId: 'u1',
      subjectTokenId: decodeJwt(userToken).jti,
      mode: 'delegation',
      actor: 'notes-mcp',
      resources: [example.printApi],
      scopes: ['notes:read'],
    }),
  )
  // The user was asked for the tools of the MCP server and for nothing else.
  expect(client.asked.map((url) => url.searchParams.get('resource'))).toEqual([example.notes, example.notes])
})

test('the token in exchange names the user and the MCP server, is good for a minute at one API, and ends with the sign-in', async () => {
  const client = createSdkClient(example)
  await client.call('list_notes')
  const userToken = client.provider.tokens()?.access_token ?? ''
  const { status, body } = await exchange('notes-mcp', example.notes, userToken)
  expect([status, body.scope, body.expires_in, body.refresh_token]).toEqual([200, 'notes:read', 60, undefined])
  const claims = decodeJwt(String(body.access_token))
  expect(claims).toMatchObject({ sub: 'u1', aud: example.printApi, client_id: 'notes-mcp', act: { sub: 'notes-mcp' } })
  expect(await (await print(body.access_token)).json()).toEqual({
    ...{ order: 1, owner: 'u1', sentBy: 'notes-mcp', lines: 2 },
  })
  const { provider } = example.authorizationServer
  await provider.revokeUserGrants('u1')
  expect(await provider.verifyAccessToken(String(body.access_token))).toBeUndefined()
  expect((await exchange('notes-mcp', example.notes, userToken)).status).toBe(400)
})

test('the print API refuses the token of the user, and one that another MCP server got in exchange', async () => {
  const client = createSdkClient(example)
  await client.call('list_notes')
  const userToken = client.provider.tokens()?.access_token ?? ''
  expect((await print(userToken)).status).toBe(401)

  const other = createSdkClient(example)
  await other.call('list_notes', {}, example.other)
  const otherToken = other.provider.tokens()?.access_token ?? ''
  // A token for one MCP server is none that the other can exchange.
  expect((await exchange('other-mcp', example.other, userToken)).status).toBe(400)
  const { status, body } = await exchange('other-mcp', example.other, otherToken)
  expect(status).toBe(200)
  expect((await print(body.access_token)).status).toBe(403)
})

test('nobody exchanges for an API that is not on the list, for more scopes, or without the secret of an MCP server', async () => {
  const client = createSdkClient(example)
  await client.call('add_note', { text: 'Read the margins.' })
  const userToken = client.provider.tokens()?.access_token ?? ''
  const ask = (form: Record<string, string>) => exchange('notes-mcp', example.notes, userToken, form)
  expect((await ask({ resource: example.other })).body.error).toBe('invalid_request')
  expect((await ask({ resource: 'https://elsewhere.example' })).body.error).toBe('invalid_target')
  expect((await ask({ scope: 'notes:write' })).body.error).toBe('invalid_scope')
  const wrong = await exchange('notes-mcp', 'the secret of nobody', userToken)
  expect([wrong.status, wrong.body.error]).toEqual([401, 'invalid_client'])
  const { client_id = '' } = (await client.provider.clientInformation()) ?? {}
  const response = await fetch(`${example.issuer}/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: exchangeName, client_id, subject_token: userToken }),
  })
  expect([response.status, await response.json()]).toMatchObject([400, { error: 'unauthorized_client' }])
})
