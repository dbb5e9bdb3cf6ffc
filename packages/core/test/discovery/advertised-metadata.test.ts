import { describe, expect, test } from 'vitest'
import { getTokens, registerConfidential } from '../support/client.ts'
import { send } from '../support/expectations.ts'
import { createQuickWorld } from '../support/tokens.ts'
import { createWorld, issuer, type World, type WorldOptions } from '../support/world.ts'

async function documents(world: World) {
  const read = async (path: string) => (await send(world, `${issuer}/.well-known/${path}`)).body
  return [await read('oauth-authorization-server'), await read('openid-configuration')]
}

describe('advertisedMetadata', () => {
  test('without the option everything is advertised: each scope of the server, and sub among the claims (seed B17)', async () => {
    for (const document of await documents(createWorld())) {
      expect(document.scopes_supported).toEqual([
        ...['openid', 'profile', 'email', 'address', 'phone', 'offline_access', 'notes:read', 'notes:write'],
      ])
    }
    expect((await documents(createWorld()))[1].claims_supported).toContain('sub')
  })

  test('both documents advertise the subset of scopes in the order of the option (seed B179)', async () => {
    const scopesSupported = ['notes:read', 'openid']
    const world = createWorld({ advertisedMetadata: { scopesSupported } })
    for (const document of await documents(world)) expect(document.scopes_supported).toEqual(scopesSupported)
    expect(world.provider.metadata.scopes_supported).toEqual(scopesSupported)
  })

  test('the host names the claims that are advertised', async () => {
    const claimsSupported = ['sub', 'tenant']
    const [server, openid] = await documents(createWorld({ advertisedMetadata: { claimsSupported } }))
    expect(openid.claims_supported).toEqual(claimsSupported)
    expect(server).not.toHaveProperty('claims_supported')
    expect(openid.scopes_supported).toContain('notes:write')
  })

  test('what is not advertised can be registered and granted all the same (R3)', async () => {
    const world = createQuickWorld({ advertisedMetadata: { scopesSupported: ['openid'] } })
    const client = await registerConfidential(world)
    expect((await getTokens(world, client, { scope: 'notes:write' })).scope).toBe('notes:write')
  })

  test.each<[string, WorldOptions['advertisedMetadata'], RegExp]>([
    [
      'a scope that the server does not have (seed B179)',
      { scopesSupported: ['openid', 'admin'] },
      /^advertisedMetadata\.scopesSupported admin not found in supported scopes: add it to the option scopes$/,
    ],
    ['a text that is not a scope', { scopesSupported: ['a b'] }, /advertisedMetadata\.scopesSupported/],
    ['an empty claim', { claimsSupported: [''] }, /advertisedMetadata\.claimsSupported/],
    ['another member', { issuer: 'https://evil.test' } as never, /advertisedMetadata/],
  ])('createProvider refuses advertisedMetadata with %s', (_name, advertisedMetadata, message) => {
    expect(() => createWorld({ advertisedMetadata })).toThrow(message)
  })
})
