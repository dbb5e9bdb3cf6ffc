import { afterEach, beforeEach, expect, test } from 'vitest'
import { createAgent } from '../../src/agent.ts'
import { createClientHost } from '../../src/client-host.ts'
import { programId } from '../../src/documents.ts'
import { client24, sdk123, sdk132 } from '../../src/libraries.ts'
import { type Servers, startServers } from '../../src/server.ts'

let servers: Servers
beforeEach(async () => {
  servers = await startServers()
})
afterEach(async () => {
  await servers.stop()
  expect(servers.events.filter(({ type }) => type === 'request.failed')).toEqual([])
})

test.each([
  ['@modelcontextprotocol/sdk 1.23', sdk123],
  ['@modelcontextprotocol/sdk 1.32', sdk132],
  ['@modelcontextprotocol/client 2.4', client24],
] as const)(
  '%s uses the metadata document of its program instead of a registration, and refreshes',
  async (_name, library) => {
    const agent = createAgent(servers, library, createClientHost({}, programId))
    expect(await agent.call('read')).toBe('There are no notes.')
    servers.expireAccessTokens()
    expect(await agent.call('read')).toBe('There are no notes.')

    expect(agent.host.asked.map((url) => url.searchParams.get('client_id'))).toEqual([programId])
    expect(servers.seen.filter(({ path }) => path === '/oauth2/register')).toEqual([])
    expect(servers.fetched).toEqual([programId])
  },
)
