import { Client, StreamableHTTPClientTransport, UnauthorizedError } from '@modelcontextprotocol/client'
import { decodeJwt } from 'jose'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createMemoryClient } from '../src/client/oauth-client-provider.ts'
import { authorize, createSdkClient, redirectUrl } from './sdk-client.ts'
import { type Example, startExample } from './start.ts'

let example: Example
beforeEach(async () => {
  example = await startExample()
})
afterEach(async () => {
  await example.stop()
  expect(example.failures).toEqual([])
})

const scopeOf = (url: URL | undefined) => url?.searchParams.get('scope')

describe("the SDK's client", () => {
  test("the SDK's client finds the authorization server, registers itself, signs in with PKCE and resource, and calls a tool", async () => {
    const client = createSdkClient(example)
    expect(await client.call('list_notes')).toBe('There are no notes.')

    const [authorization] = client.asked
    expect(authorization?.href).toMatch(`${example.issuer}/oauth2/authorize?`)
    expect(Object.fromEntries(authorization?.searchParams ?? [])).toMatchObject({
      response_type: 'code',
      redirect_uri: redirectUrl,
      code_challenge_method: 'S256',
      scope: 'notes:read',
      resource: example.notes,
    })
    const { access_token = '', scope } = client.provider.tokens() ?? {}
    expect(decodeJwt(access_token)).toMatchObject({ iss: example.issuer, aud: example.notes, sub: 'u1', scope })
    expect(scope).toBe('notes:read')

    // A new connection uses the same token, so the user is not asked again.
    expect(await client.call('list_notes')).toBe('There are no notes.')
    expect(client.asked).toHaveLength(1)
  })

  test("the SDK's client uses the resource of the metadata, with or without a slash at the end of the user's URL", async () => {
    const client = createSdkClient(example, { resource: (server) => new URL(`${server.href}/`) })
    expect(await client.call('list_notes')).toBe('There are no notes.')
    expect(client.asked[0]?.searchParams.get('resource')).toBe(`${example.notes}/`)
    expect(decodeJwt(client.provider.tokens()?.access_token ?? '').aud).toBe(example.notes)
  })

  test("the SDK's client asks the user for more scopes when a tool needs them", async () => {
    const client = createSdkClient(example, { grantTypes: ['authorization_code'] })
    await client.call('list_notes')
    expect(client.provider.tokens()).not.toHaveProperty('refresh_token')
    expect(await client.call('add_note', { text: 'Read the margins.' })).toBe('Noted.')
    expect(client.asked.map(scopeOf)).toEqual(['notes:read', 'notes:read notes:write'])
    expect(await client.call('list_notes')).toBe('Read the margins.')
    expect(client.asked).toHaveLength(2)
  })

  test("the SDK's client asks the user for more scopes also with a refresh token, although the SDK refreshes first", async () => {
    const client = createSdkClient(example)
    await client.call('list_notes')
    const { refresh_token } = client.provider.tokens() ?? {}
    expect(refresh_token).toMatch(/^r/)
    expect(await client.call('add_note', { text: 'Read the margins.' })).toBe('Noted.')
    expect(client.asked.map(scopeOf)).toEqual(['notes:read', 'notes:read notes:write'])
  })

  test("the SDK's client refreshes an expired access token without asking the user", async () => {
    const client = createSdkClient(example)
    await client.call('list_notes')
    const before = client.provider.tokens()
    example.advance(700)
    expect(await client.call('list_notes')).toBe('There are no notes.')
    const after = client.provider.tokens()
    expect(after?.access_token).not.toBe(before?.access_token)
    expect(after?.refresh_token).not.toBe(before?.refresh_token)
    expect(decodeJwt(after?.access_token ?? '').aud).toBe(example.notes)
    expect(client.asked).toHaveLength(1)
  })

  test("the SDK's client asks the user again when it has no refresh token", async () => {
    const client = createSdkClient(example, { grantTypes: ['authorization_code'] })
    await client.call('list_notes')
    example.advance(700)
    expect(await client.call('list_notes')).toBe('There are no notes.')
    expect(client.asked).toHaveLength(2)
  })

  test("the SDK's client meets no rate limit with a valid token", async () => {
    const client = createSdkClient(example)
    for (let times = 0; times < 40; times++) expect(await client.call('list_notes')).toBe('There are no notes.')
    expect(client.asked).toHaveLength(1)
  }, 120_000)

  test("the SDK's client registers again after the server has deleted it", async () => {
    const client = createSdkClient(example)
    await client.call('list_notes')
    const before = (await client.provider.clientInformation())?.client_id ?? ''
    await example.authorizationServer.provider.deleteClient(before)
    example.advance(700)
    expect(await client.call('list_notes')).toBe('There are no notes.')
    expect((await client.provider.clientInformation())?.client_id).not.toBe(before)
  })
})

describe("the SDK's next version (2.x) against the same servers", () => {
  test('version 2 of the SDK signs in, refreshes and asks for more scopes by itself, and checks iss', async () => {
    const asked: URL[] = []
    const provider = createMemoryClient({ redirectUrl, open: (url) => asked.push(url) })
    const call = async (name: string, input: Record<string, unknown> = {}) => {
      const client = new Client({ name: 'example', version: '1.0.0' })
      const transport = new StreamableHTTPClientTransport(new URL(example.notes), { authProvider: provider })
      try {
        await client.connect(transport)
        return (await client.callTool({ name, arguments: input })).content
      } catch (error) {
        if (!(error instanceof UnauthorizedError)) throw error
        const answer = await authorize(example.agent, asked.at(-1) as URL)
        await transport.finishAuth(answer.searchParams)
        return 'signed in'
      } finally {
        await client.close()
      }
    }
    expect(await call('list_notes')).toBe('signed in')
    expect(await call('list_notes')).toEqual([{ type: 'text', text: 'There are no notes.' }])
    example.advance(700)
    expect(await call('list_notes')).toEqual([{ type: 'text', text: 'There are no notes.' }])
    expect(await call('add_note', { text: 'Read the margins.' })).toBe('signed in')
    expect(await call('add_note', { text: 'Read the margins.' })).toEqual([{ type: 'text', text: 'Noted.' }])
    expect(asked.map(scopeOf)).toEqual(['notes:read offline_access', 'notes:read offline_access notes:write'])
  })
})
