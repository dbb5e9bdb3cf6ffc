import { afterEach, beforeEach, expect, test } from 'vitest'
import { type McpRemote, startMcpRemote } from '../../src/mcp-remote.ts'
import { type Servers, startServers } from '../../src/server.ts'

let servers: Servers
let remote: McpRemote
beforeEach(async () => {
  servers = await startServers()
  remote = await startMcpRemote(servers)
})
afterEach(async () => {
  await remote.stop()
  await servers.stop()
  expect(servers.events.filter(({ type }) => type === 'request.failed')).toEqual([])
})

const call = async (name: string, input: Record<string, unknown> = {}) => {
  const { content } = await remote.client.callTool({ name, arguments: input })
  return (content as readonly { readonly text?: string }[]).map(({ text }) => text).join('\n')
}
const posts = (path: string) => servers.seen.filter((seen) => seen.method === 'POST' && seen.path === path)

test('mcp-remote registers, opens the browser once, lists the tools and calls one', async () => {
  expect((await remote.client.listTools()).tools.map(({ name }) => name)).toEqual(['read', 'write'])
  expect(await call('read')).toBe('There are no notes.')

  expect(posts('/oauth2/register').map(({ status }) => status)).toEqual([201])
  expect(posts('/oauth2/register')[0]?.parameters).toMatchObject({ token_endpoint_auth_method: 'none' })
  expect(posts('/oauth2/register')[0]?.parameters).toHaveProperty('client_uri')
  expect(remote.asked).toHaveLength(1)
  expect(remote.asked[0]?.searchParams.get('resource')).toBe(servers.resource)
})

test('mcp-remote refreshes an expired access token without opening the browser', async () => {
  await call('read')
  servers.expireAccessTokens()
  expect(await call('read')).toBe('There are no notes.')
  expect(remote.asked).toHaveLength(1)
  expect(posts('/oauth2/token').map(({ parameters, status }) => [parameters.grant_type, status])).toEqual([
    ['authorization_code', 200],
    ['refresh_token', 200],
  ])
})

test('mcp-remote opens the browser for more scopes when a tool needs them', async () => {
  await call('read')
  expect(await call('write', { text: 'Read the margins.' })).toBe('Noted.')
  expect(await call('read')).toBe('Read the margins.')
  expect(remote.asked.map((url) => url.searchParams.get('scope'))).toEqual([
    'notes:read offline_access',
    'notes:read offline_access notes:write',
  ])
})

test('mcp-remote throws its client away on invalid_client, and registers again', async () => {
  await call('read')
  const { answer } = posts('/oauth2/register')[0] ?? {}
  await servers.provider.deleteClient(String(answer?.client_id))
  servers.expireAccessTokens()
  expect(await call('read')).toBe('There are no notes.')
  expect(posts('/oauth2/token').map(({ answer: { error } }) => error)).toEqual([undefined, 'invalid_client', undefined])
  expect(posts('/oauth2/register').map(({ status }) => status)).toEqual([201, 201])
})
