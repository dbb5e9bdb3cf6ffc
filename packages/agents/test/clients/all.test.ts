import { decodeJwt } from 'jose'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createAgent } from '../../src/agent.ts'
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

const tokenRequests = () => servers.seen.filter(({ path }) => path === '/oauth2/token')

describe.each([
  ['@modelcontextprotocol/sdk 1.18', sdk118],
  ['@modelcontextprotocol/sdk 1.23', sdk123],
  ['@modelcontextprotocol/sdk 1.32', sdk132],
  ['@modelcontextprotocol/client 2.4', client24],
  ['@ai-sdk/mcp', aiSdkMcp],
] as const)('%s', (name, library) => {
  test(`${name} finds the server, registers, signs the user in, lists the tools and calls one`, async () => {
    const agent = createAgent(servers, library, createClientHost())
    expect(await agent.listTools()).toEqual(['read', 'write'])
    expect(await agent.call('read')).toBe('There are no notes.')

    expect(servers.seen.filter(({ path }) => path === '/oauth2/register').map(({ status }) => status)).toEqual([201])
    expect(agent.host.asked).toHaveLength(1)
    const [authorization] = agent.host.asked
    expect(Object.fromEntries(authorization?.searchParams ?? [])).toMatchObject({
      response_type: 'code',
      code_challenge_method: 'S256',
      resource: servers.resource,
    })
    const { access_token = '' } = agent.host.tokens() ?? {}
    expect(decodeJwt(access_token)).toMatchObject({ iss: servers.issuer, aud: servers.resource, sub: 'ada' })
  })

  test(`${name} refreshes an expired access token without asking the user, for the same resource`, async () => {
    const agent = createAgent(servers, library, createClientHost())
    await agent.call('read')
    const before = agent.host.tokens()
    servers.expireAccessTokens()
    expect(await agent.call('read')).toBe('There are no notes.')
    const after = agent.host.tokens()

    expect(agent.host.asked).toHaveLength(1)
    expect(tokenRequests().map(({ parameters, status }) => [parameters.grant_type, status])).toEqual([
      ['authorization_code', 200],
      ['refresh_token', 200],
    ])
    expect(after?.refresh_token).not.toBe(before?.refresh_token)
    expect(decodeJwt(after?.access_token ?? '')).toMatchObject({ aud: servers.resource, sub: 'ada' })
  })

  test(`${name} signs the user in again when the server has deleted the client`, async () => {
    const agent = createAgent(servers, library, createClientHost())
    await agent.call('read')
    const before = agent.host.clientInformation()?.client_id ?? ''
    await servers.provider.deleteClient(before)
    servers.expireAccessTokens()
    expect(await agent.call('read')).toBe('There are no notes.')
    expect(agent.host.clientInformation()?.client_id).not.toBe(before)
  })
})
