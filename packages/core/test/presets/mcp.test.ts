import { createProvider, type OAuthEvent } from '@oauth/core'
import { tokenExchange } from '@oauth/core/features/token-exchange'
import { type McpOptions, mcp } from '@oauth/core/mcp'
import { memoryStorage } from '@oauth/core/memory'
import { createTenants, tenantsByHost } from '@oauth/core/tenants'
import { describe, expect, test } from 'vitest'
import { authorize, claimsOf, exchangeCode, getTokens, redirectUri, refresh } from '../support/client.ts'
import { ask } from '../support/expectations.ts'
import { register } from '../support/registration.ts'
import { createWorld, secret, type World, type WorldOptions } from '../support/world.ts'

const notes = 'https://notes.example.com/mcp'
const files = 'https://files.example.com/mcp'
const one: McpOptions = { resources: { [notes]: { scopes: ['notes:read', 'notes:write'] } } }
const two: McpOptions = { resources: { ...one.resources, [files]: { scopes: ['files:read'] } } }

function agentWorld(options: McpOptions = one, more: WorldOptions = {}): World {
  return createWorld({ idTokenSigningAlgorithm: 'ES256', ...mcp(options), ...more })
}

/** Registers as the MCP SDK does. */
async function agent(world: World, body: object = {}) {
  const answer = await register(world, {
    client_name: 'Agent',
    redirect_uris: [redirectUri, 'http://127.0.0.1:8765/callback'],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
    ...body,
  })
  expect(answer.status).toBe(201)
  return answer.body
}

describe('features that are written after the preset', () => {
  test('start no provider when they drop those of the preset, and the error shows what to write', () => {
    const preset = mcp(one)
    for (const features of [[], [tokenExchange({ accessTokens: { authorize: () => ({ mode: 'delegation' }) } })]]) {
      expect(() => createWorld({ ...preset, features })).toThrow('features: [...preset.features, ...]')
    }
    expect(() => createWorld({ ...preset, features: undefined as never })).toThrow('drops its features')
  })

  test('are added to those of the preset, or leave one of them out that is not mcp', () => {
    const { features, ...others } = mcp(one)
    const exchange = tokenExchange({ accessTokens: { authorize: () => ({ mode: 'delegation' }) } })
    const both = createWorld({ ...others, features: [...features, exchange] })
    expect(Object.keys(both.provider.features).sort()).toEqual(
      ['clientIdMetadataDocuments', 'mcp', 'privateKeyJwt', 'tokenExchange'].sort(),
    )
    const fewer = createWorld({ ...others, features: features.filter(({ name }) => name !== 'privateKeyJwt') })
    expect(Object.keys(fewer.provider.features)).not.toContain('privateKeyJwt')
  })

  test('are checked for a tenant as well', async () => {
    const events: OAuthEvent[] = []
    const tenants = createTenants({
      resolve: tenantsByHost({ baseUrl: 'https://auth.example.com' }),
      ...{ storage: memoryStorage(), secret, logger: false, onEvent: (event) => events.push(event) },
      options: () => ({
        ...mcp(one),
        features: [],
        authentication: { getSession: () => undefined, getUser: () => undefined },
        ...{ loginUrl: '/login', consentUrl: '/consent' },
      }),
    })
    const answer = await tenants.fetch(new Request('https://acme.auth.example.com/auth/jwks'))
    expect(answer.status).toBe(503)
    expect(String((events[0] as { readonly cause?: unknown }).cause)).toContain('drops its features')
  })
})

describe('the preset mcp', () => {
  test('an agent registers without a scope, asks for those of the resource, and gets a short JWT and a refresh token', async () => {
    const world = agentWorld()
    const client = await agent(world)
    const tokens = await getTokens(world, client, { scope: 'notes:read', resource: notes }, { resource: notes })
    expect([claimsOf(tokens.access_token).aud, tokens.expires_in, tokens.scope]).toEqual([notes, 600, 'notes:read'])
    const next = await refresh(world, client, tokens.refresh_token)
    expect([next.status, claimsOf(next.body.access_token).aud]).toEqual([200, notes])
  })

  test('an agent that sends neither scope nor resource gets all scopes of the only server', async () => {
    const world = agentWorld()
    const tokens = await getTokens(world, await agent(world), { scope: undefined })
    expect([claimsOf(tokens.access_token).aud, tokens.scope]).toEqual([notes, 'notes:read notes:write'])
  })

  test('an agent that registered one scope may ask for another later', async () => {
    const world = agentWorld()
    const client = await agent(world, { scope: 'notes:read' })
    expect((await getTokens(world, client, { scope: 'notes:read notes:write' })).scope).toBe('notes:read notes:write')
  })

  test('with several servers a token is for the one that the client names, and a foreign one is refused before sign-in', async () => {
    const world = agentWorld(two)
    const client = await agent(world)
    const authorized = await authorize(world, client, { scope: 'files:read', resource: `${files}/` })
    expect(claimsOf((await exchangeCode(world, client, authorized)).body.access_token).aud).toBe(files)
    const location = await refusedAt(world, client.client_id, 'https://evil.example/mcp')
    expect(location.searchParams.get('error')).toBe('invalid_target')
  })

  test('the metadata say that documents are clients, and advertise nothing that a client cannot have', async () => {
    const world = agentWorld()
    const { metadata } = world.provider
    expect(metadata).toMatchObject({
      client_id_metadata_document_supported: true,
      scopes_supported: ['notes:read', 'notes:write', 'offline_access'],
      token_endpoint_auth_methods_supported: expect.arrayContaining(['none', 'private_key_jwt']),
    })
    const all = await agent(world, { scope: (metadata.scopes_supported as string[]).join(' ') })
    expect(all.scope).toBe('notes:read notes:write offline_access')
  })

  test('a machine gets nothing: strangers register no client without a user', async () => {
    const world = agentWorld()
    const client = await agent(world, { grant_types: ['authorization_code', 'client_credentials'] })
    expect(client.grant_types).toEqual(['authorization_code'])
  })

  test('a host adds to the lists of the preset', async () => {
    const preset = mcp(one)
    const world = createWorld({
      idTokenSigningAlgorithm: 'ES256',
      ...preset,
      scopes: [...preset.scopes, 'calendar:read'],
      validAudiences: [...preset.validAudiences, files],
      features: [...preset.features],
    })
    expect(world.provider.metadata.client_id_metadata_document_supported).toBe(true)
    const client = await agent(world, { scope: 'calendar:read' })
    const tokens = await getTokens(world, client, { scope: 'calendar:read', resource: files }, { resource: files })
    expect([claimsOf(tokens.access_token).aud, tokens.scope]).toEqual([files, 'calendar:read'])
  })

  test('openRegistration: false leaves client documents alone', async () => {
    const world = agentWorld({ ...one, openRegistration: false })
    expect(world.provider.metadata).not.toHaveProperty('registration_endpoint')
    expect((await register(world, { redirect_uris: ['http://127.0.0.1/cb'] })).status).toBe(404)
    expect(world.provider.metadata.client_id_metadata_document_supported).toBe(true)
  })

  test('provider.features.mcp says what each server publishes', () => {
    const provider = createProvider({
      ...mcp(two),
      baseUrl: 'https://id.example.com',
      secret,
      storage: memoryStorage(),
      loginUrl: '/login',
      consentUrl: '/consent',
      authentication: { getSession: () => undefined, getUser: () => undefined },
    })
    expect(provider.features.mcp.resource(`${files}/`)).toEqual({
      resource: files,
      authorizationServer: provider.issuer,
      scopesSupported: ['files:read'],
    })
    expect(() => provider.features.mcp.resource('https://evil.example')).toThrow(
      `mcp: https://evil.example is not among the resources of the preset: ${notes}, ${files}`,
    )
  })
})

async function refusedAt(world: World, clientId: string, resource: string): Promise<URL> {
  const response = await ask(world, { client_id: clientId }, { scope: 'notes:read', resource })
  return new URL(String(response.headers.get('location')))
}

describe('mistakes in the preset are errors at start', () => {
  test.each([
    ['no resource', { resources: {} }, 'mcp: resources must name at least one MCP server'],
    ['a resource that is no URL', { resources: { notes: { scopes: [] } } }, 'must be the https URL of an MCP server'],
    ['a resource without TLS', { resources: { 'http://notes.example.com': { scopes: [] } } }, 'must be the https URL'],
    ['a resource with a fragment', { resources: { [`${notes}#a`]: { scopes: [] } } }, 'must be the https URL'],
    [
      'one resource in two spellings',
      { resources: { [notes]: { scopes: [] }, 'https://NOTES.example.com/mcp/': { scopes: [] } } },
      'are the same resource: keep one',
    ],
    ['a standard scope', { resources: { [notes]: { scopes: ['offline_access'] } } }, 'is about the user'],
    ['a scope with a space', { resources: { [notes]: { scopes: ['notes read'] } } }, '"notes read" is not a scope'],
    ['servers without any scope', { resources: { [notes]: { scopes: [] } } }, 'name at least one scope'],
    [
      'a spelling that no client sends',
      { resources: { 'https://notes.example.com:443/mcp': { scopes: ['notes:read'] } } },
      `must be spelled ${notes}, as clients send it`,
    ],
    [
      'a path with a space',
      { resources: { 'https://notes.example.com/my notes': { scopes: ['notes:read'] } } },
      'must be spelled https://notes.example.com/my%20notes',
    ],
    ['a resource without scopes', { resources: { [notes]: {} } }, `mcp: resources.${notes}.scopes`],
    ['an unknown option', { ...one, resource: notes }, 'mcp: resource is not known'],
    ['an unknown option for documents', { ...one, clientDocuments: { alow: 1 } }, 'alow is not known'],
  ])('%s is refused', (_name, options, message) => {
    expect(() => mcp(options as McpOptions)).toThrow(message)
  })

  test.each<readonly [string, WorldOptions, string]>([
    [
      'scopes that lack one of a resource',
      { scopes: ['notes:read'] },
      'notes:write not found in supported scopes: add it to the option scopes',
    ],
    [
      'an audience that replaces a resource',
      { validAudiences: ['https://api.example.com'] },
      `mcp: the option validAudiences, written after the preset, lacks ${notes}`,
    ],
    [
      'an advertised scope that no client may register',
      {
        scopes: ['notes:read', 'notes:write', 'admin'],
        clientRegistrationAllowedScopes: ['notes:read'],
        advertisedMetadata: { scopesSupported: ['notes:read', 'admin'] },
      },
      'has admin, which no client may register: add it to clientRegistrationAllowedScopes',
    ],
    ['grant types without refresh tokens', { grantTypes: ['authorization_code'] }, 'refresh_token'],
  ])('%s after the preset is refused', (_name, more, message) => {
    expect(() => agentWorld(one, more)).toThrow(message)
  })
})
