import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Agent, createAgent } from '../../src/agent.ts'
import { createClientHost } from '../../src/client-host.ts'
import { aiSdkMcp, client24, sdk118, sdk123, sdk132 } from '../../src/libraries.ts'
import { type Servers, startServers } from '../../src/server.ts'

let servers: Servers
beforeEach(async () => {
  servers = await startServers()
})
afterEach(async () => {
  await servers.stop()
  expect(servers.events.filter(({ type }) => type === 'request.failed')).toEqual([])
})

const both = 'notes:read notes:write'
const note = { text: 'Read the margins.' }
const askedScopes = ({ host }: Agent) => host.asked.map((url) => url.searchParams.get('scope'))
const scopesOf = ({ host }: Agent) => host.tokens()?.scope?.split(' ').sort()

/** Calls the tool `write` with the client's token, and returns the challenge that every client gets. */
async function challengeTo({ host }: Agent): Promise<string | null> {
  const response = await fetch(servers.resource, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${host.tokens()?.access_token}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'write', arguments: note } }),
  })
  expect(response.status).toBe(403)
  return response.headers.get('www-authenticate')
}

/** Expects that the server tells the client everything that a step-up needs (MCP, authorization, scope challenges). */
async function expectFullChallenge(agent: Agent): Promise<void> {
  const challenge = await challengeTo(agent)
  expect(challenge).toContain('error="insufficient_scope"')
  expect(challenge).toContain(`scope="${both}"`)
  expect(challenge).toContain('resource_metadata="')
}

test('@modelcontextprotocol/client 2.4 steps up by itself, although it has a refresh token', async () => {
  const agent = createAgent(servers, client24, createClientHost())
  await agent.call('read')
  expect(scopesOf(agent)).toEqual(['notes:read', 'offline_access'])
  await expectFullChallenge(agent)
  expect(await agent.call('write', note)).toBe('Noted.')
  expect(askedScopes(agent)).toEqual(['notes:read offline_access', 'notes:read offline_access notes:write'])
  expect(scopesOf(agent)).toEqual(['notes:read', 'notes:write', 'offline_access'])

  servers.expireAccessTokens()
  expect(await agent.call('write', note)).toBe('Noted.')
  expect(agent.host.asked).toHaveLength(2)
})

describe.each([
  ['1.23', sdk123],
  ['1.32', sdk132],
] as const)('@modelcontextprotocol/sdk %s', (version, library) => {
  test(`@modelcontextprotocol/sdk ${version} steps up by itself when it has no refresh token`, async () => {
    const agent = createAgent(servers, library, createClientHost({ grant_types: ['authorization_code'] }))
    await agent.call('read')
    expect(scopesOf(agent)).toEqual(['notes:read'])
    expect(await agent.call('write', note)).toBe('Noted.')
    expect(askedScopes(agent)).toEqual(['notes:read', both])
  })

  test(`@modelcontextprotocol/sdk ${version} with a refresh token answers the challenge with a refresh, which names no scope and so widens nothing`, async () => {
    const agent = createAgent(servers, library, createClientHost())
    await agent.call('read')
    await expectFullChallenge(agent)
    const before = servers.seen.length
    await expect(agent.call('write', note)).rejects.toThrow('403 after trying upscoping')

    // The client had the scope from the challenge, and asked neither the user nor the token endpoint for it.
    expect(agent.host.asked).toHaveLength(1)
    const requests = servers.seen.slice(before).filter(({ method }) => method === 'POST')
    expect(
      requests.map(({ path, parameters, status }) => [path, parameters.grant_type, parameters.scope, status]),
    ).toEqual([['/oauth2/token', 'refresh_token', undefined, 200]])
    expect(requests[0]?.answer.scope).toBe('notes:read')

    await agent.stepUp(both)
    expect(await agent.call('write', note)).toBe('Noted.')
    expect(askedScopes(agent)).toEqual(['notes:read', both])
  })
})

describe.each([
  ['@modelcontextprotocol/sdk 1.18', sdk118],
  ['@ai-sdk/mcp', aiSdkMcp],
] as const)('%s', (name, library) => {
  test(`${name} takes a 403 for a failure and makes no request because of it; its program can ask for the scopes`, async () => {
    const agent = createAgent(servers, library, createClientHost({ scope: 'notes:read' }))
    await agent.call('read')
    expect(scopesOf(agent)).toEqual(['notes:read'])
    await expectFullChallenge(agent)
    const before = servers.seen.length
    await expect(agent.call('write', note)).rejects.toThrow(/403|insufficient_scope/)
    expect(servers.seen.slice(before)).toEqual([])

    await agent.stepUp(both)
    expect(await agent.call('write', note)).toBe('Noted.')
    expect(askedScopes(agent)).toEqual(['notes:read', both])
  })
})

test('@modelcontextprotocol/sdk 1.18 asks for no scope, gets those of the resource, and needs no step-up', async () => {
  const agent = createAgent(servers, sdk118, createClientHost())
  expect(await agent.call('write', note)).toBe('Noted.')
  expect(askedScopes(agent)).toEqual([null])
  expect(scopesOf(agent)).toEqual(['notes:read', 'notes:write'])
})
