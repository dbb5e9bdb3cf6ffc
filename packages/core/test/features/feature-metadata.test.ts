import { type Feature, OAuthError } from '@oauth/core'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import type { ClientMetadataPart } from '../../src/contracts/client-metadata-part.ts'
import type { Registry } from '../../src/contracts/registry.ts'
import { redirectUri } from '../support/client.ts'
import { createQuickWorld } from '../support/tokens.ts'

const part: ClientMetadataPart = {
  members: { colour: v.picklist(['red', 'blue']), shade: v.string() },
  async check(_ctx, metadata) {
    const { colour, shade } = metadata as { readonly colour?: string; readonly shade?: string }
    if (shade !== undefined && colour === undefined) {
      throw new OAuthError('invalid_client_metadata', 'a shade needs a colour')
    }
  },
}

function featureOf(name: string, ...clientMetadata: readonly ClientMetadataPart[]): Feature {
  return { name, start: () => ({ clientMetadata }) }
}

const feature: Feature = {
  name: 'colours',
  start: () => ({
    clientMetadata: [part],
    serverMetadata: { colours_supported: ['red', 'blue'], request_parameter_supported: 'perhaps' },
  }),
}

const dynamic = { allowDynamicClientRegistration: true, allowUnauthenticatedClientRegistration: true }
const input = { redirect_uris: [redirectUri], token_endpoint_auth_method: 'none', scope: 'notes:read' } as const
/** A metadata member that no type declares. */
const withMembers = (members: object) => ({ ...input, ...members }) as typeof input

describe('discovery members of a feature', () => {
  test('a member that is a function is made from the tables of all features, in both documents', async () => {
    const counting: Feature = {
      name: 'counting',
      start: () => ({ serverMetadata: { endpoints_count: ({ endpoints }: Registry) => endpoints.length } }),
    }
    const { provider } = createQuickWorld({ features: [counting] })
    const count = Object.keys(provider.handlers).length
    expect(provider.metadata.endpoints_count).toBe(count)
    for (const document of ['openid-configuration', 'oauth-authorization-server']) {
      const response = await provider.fetch(new Request(`${provider.issuer}/.well-known/${document}`))
      expect((await response.json()).endpoints_count).toBe(count)
    }
  })
})

describe('client metadata of a feature', () => {
  test('client metadata of a feature is unknown without it: refused on the server side, dropped at registration', async () => {
    const world = createQuickWorld(dynamic)
    const refused = world.provider.registerClient(withMembers({ colour: 'red' }))
    await expect(refused).rejects.toThrow('colour: is not known')
    const response = await world.provider.fetch(registration(world.issuer, { colour: 'red' }))
    expect(response.status).toBe(201)
    expect(await response.json()).not.toHaveProperty('colour')
  })

  test('client metadata of a feature is checked, kept, answered, changed and removed with it', async () => {
    const world = createQuickWorld({ ...dynamic, features: [feature] })
    const registered = await world.provider.registerClient(withMembers({ colour: 'red', shade: 'dark' }))
    expect(registered).toMatchObject({ colour: 'red', shade: 'dark' })
    const { client_id } = registered
    await expect(world.provider.registerClient(withMembers({ colour: 'green' }))).rejects.toThrow('colour')
    await expect(world.provider.registerClient(withMembers({ shade: 'dark' }))).rejects.toThrow(
      'a shade needs a colour',
    )
    const changes = { colour: null } as object
    await expect(world.provider.updateClient(client_id, changes)).rejects.toThrow('a shade needs a colour')
    await world.provider.updateClient(client_id, { colour: null, shade: null } as object)
    const stored = await world.provider.getClient(client_id)
    expect(stored?.metadata).not.toHaveProperty('colour')
    expect(stored?.metadata).not.toHaveProperty('shade')

    const response = await world.provider.fetch(registration(world.issuer, { colour: 'blue' }))
    expect(await response.json()).toMatchObject({ colour: 'blue' })
    const bad = await world.provider.fetch(registration(world.issuer, { shade: 'dark' }))
    expect([bad.status, await bad.json()]).toEqual([
      400,
      { error: 'invalid_client_metadata', error_description: 'a shade needs a colour' },
    ])
  })

  test('its word in discovery counts', () => {
    const { provider } = createQuickWorld({ features: [feature] })
    expect(provider.metadata).toMatchObject({
      colours_supported: ['red', 'blue'],
      request_parameter_supported: 'perhaps',
    })
  })

  test('one part in two features counts once, several parts of one feature count each', async () => {
    const size: ClientMetadataPart = { members: { size: v.number() } }
    const features = [featureOf('one', part, size), featureOf('two', part), feature]
    const world = createQuickWorld({ features })
    const registered = await world.provider.registerClient(withMembers({ colour: 'red', size: 7 }))
    expect(registered).toMatchObject({ colour: 'red', size: 7 })
    await expect(world.provider.registerClient(withMembers({ shade: 'dark' }))).rejects.toThrow(
      'a shade needs a colour',
    )
  })

  test('a member that is there already is refused at start-up', () => {
    const again = featureOf('again', { members: { colour: v.string() } })
    expect(() => createQuickWorld({ features: [feature, again] })).toThrow(
      new TypeError(
        'the features colours and again both bring the client metadata member colour: leave one of them out',
      ),
    )
    const taken = featureOf('taken', { members: { scope: v.string() } })
    expect(() => createQuickWorld({ features: [taken] })).toThrow(
      new TypeError("the feature taken brings the client metadata member scope, which is the server's own"),
    )
  })
})

function registration(issuer: string, members: object): Request {
  return new Request(`${issuer}/oauth2/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(withMembers(members)),
  })
}
