import { type ClientInput, type ClientMetadata, createProvider, type Provider } from '@oauth/core'
import type { privateKeyJwt } from '@oauth/core/features/private-key-jwt'
import { memoryStorage } from '@oauth/core/memory'
import { describe, expect, expectTypeOf, test } from 'vitest'
import type { ClientAuthMethodName, GrantTypeName } from '../../src/protocol/feature-client-metadata.ts'

declare module '@oauth/core' {
  interface GrantTypeNames {
    'urn:example:grant': true
  }
}

/** What is inside is compiled and never run. */
function compiled(_check: (provider: Provider) => unknown): void {}

describe('the type of a client that is registered', () => {
  test('the type of client metadata takes the grant types and authentication methods of the core', () => {
    const input: ClientInput = {
      redirect_uris: ['https://app.example.com/callback'],
      grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
      token_endpoint_auth_method: 'client_secret_post',
    }
    compiled((provider) => provider.registerClient(input))
    expectTypeOf<'none' | 'client_secret_basic' | 'client_secret_post'>().toExtend<ClientAuthMethodName>()
  })

  test('client metadata with a typo in a grant type or authentication method does not compile', () => {
    compiled((provider) => [
      // @ts-expect-error the name is authorization_code
      provider.registerClient({ grant_types: ['authorisation_code'] }),
      // @ts-expect-error the name is client_secret_basic
      provider.registerClient({ token_endpoint_auth_method: 'client_secret_basics' }),
      // @ts-expect-error the name is refresh_token
      provider.updateClient('id', { grant_types: ['refresh_tokens'] }),
      // @ts-expect-error the name is none
      provider.updateClient('id', { token_endpoint_auth_method: 'nome' }),
    ])
    expectTypeOf<string>().not.toExtend<ClientMetadata['token_endpoint_auth_method']>()
    expectTypeOf<string[]>().not.toExtend<ClientMetadata['grant_types']>()
  })

  test('the type of client metadata takes the names that an imported feature declares', () => {
    expectTypeOf<typeof privateKeyJwt>().toBeFunction()
    compiled((provider) => [
      provider.registerClient({ token_endpoint_auth_method: 'private_key_jwt' }),
      provider.registerClient({ token_endpoint_auth_method: 'client_secret_jwt' }),
    ])
    const declared: GrantTypeName = 'urn:example:grant'
    compiled((provider) => provider.registerClient({ grant_types: [declared] }))
  })

  test('the type of client metadata takes the metadata of a stored client', () => {
    compiled(async (provider) => {
      const client = await provider.getClient('id')
      if (client === undefined) return
      await provider.updateClient(client.id, { grant_types: [...client.metadata.grant_types, 'client_credentials'] })
    })
  })

  test('registration refuses a name that a type declares and no feature provides', async () => {
    const provider = createProvider({
      baseUrl: 'https://id.example.com',
      secret: 's'.repeat(32),
      storage: memoryStorage(),
      authentication: { getSession: () => undefined, getUser: () => undefined },
      loginUrl: '/login',
      consentUrl: '/consent',
    })
    const client = { grant_types: ['urn:example:grant'], redirect_uris: [] } satisfies ClientInput
    await expect(provider.registerClient(client)).rejects.toThrow('urn:example:grant')
  })
})
