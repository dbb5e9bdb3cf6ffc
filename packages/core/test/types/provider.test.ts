import {
  type AccessTokenClaimsInput,
  type Authentication,
  type ClientInput,
  type ClientRecord,
  createProvider,
  type Feature,
  type Handler,
  type IdTokenClaimsInput,
  type LoginContext,
  type Provider,
  type ProviderOptions,
  type RegisteredClient,
  type SignedIn,
  type StandardClaims,
  type Storage,
  type VerifiedAccessToken,
} from '@oauth/core'
import { memoryStorage } from '@oauth/core/memory'
import { describe, expect, expectTypeOf, test } from 'vitest'

interface HostUser {
  readonly id: string
  readonly tenant: { readonly name: string }
  readonly admin: boolean
}

declare const hostUser: HostUser
declare const signedIn: SignedIn<HostUser>

const surface = {
  baseUrl: 'https://id.example.com',
  secret: 's'.repeat(32),
  storage: memoryStorage(),
  loginUrl: '/login',
  consentUrl: '/consent',
}
const authentication: Authentication<HostUser> = {
  getSession: () => undefined,
  getUser: () => undefined,
}

/** What is inside is compiled and never run. */
function compiled(_check: () => unknown): void {}

describe('the user type of the host', () => {
  test('the user type is inferred from getSession and getUser into every hook', () => {
    compiled(() =>
      createProvider({
        ...surface,
        authentication: {
          getSession: async (_request) => signedIn,
          getUser: async (id) => (id === '' ? undefined : hostUser),
        },
        userClaims: (user) => {
          expectTypeOf(user).toEqualTypeOf<HostUser>()
          return { name: user.tenant.name }
        },
        customAccessTokenClaims: (input) => {
          expectTypeOf(input).toEqualTypeOf<AccessTokenClaimsInput<HostUser>>()
          expectTypeOf(input.user).toEqualTypeOf<HostUser | undefined>()
          return { tenant: input.user?.tenant.name }
        },
        customIdTokenClaims: async ({ user, client, scopes }) => {
          expectTypeOf(user).toEqualTypeOf<HostUser>()
          expectTypeOf(client).toEqualTypeOf<ClientRecord>()
          expectTypeOf(scopes).toEqualTypeOf<readonly string[]>()
          return { admin: user.admin }
        },
        customUserinfoClaims: ({ user }) => {
          expectTypeOf(user).toEqualTypeOf<HostUser>()
          return undefined
        },
        customTokenResponseFields: ({ user, grantType }) => {
          expectTypeOf(user).toEqualTypeOf<HostUser | undefined>()
          expectTypeOf(grantType).toEqualTypeOf<string>()
          return null
        },
      }),
    )
    expectTypeOf<IdTokenClaimsInput<HostUser>['user']>().toEqualTypeOf<HostUser>()
  })

  test('the user type must have an id, and getSession and getUser must agree on it', () => {
    compiled(() => [
      createProvider({
        ...surface,
        authentication: {
          // @ts-expect-error a user needs an id
          getSession: () => ({ user: { name: 'x' }, session: { id: 's', authTime: 1 } }),
          // @ts-expect-error a user needs an id
          getUser: () => ({ name: 'x' }),
        },
      }),
      createProvider<HostUser>({
        ...surface,
        authentication: {
          getSession: () => signedIn,
          // @ts-expect-error another user than that of getSession
          getUser: () => ({ id: 'x' }),
        },
      }),
    ])
  })

  test('getSession and getUser may return undefined or null, as a value or a promise, and a session must have its time', () => {
    expectTypeOf<() => null>().toExtend<Authentication<HostUser>['getSession']>()
    expectTypeOf<() => Promise<undefined>>().toExtend<Authentication<HostUser>['getUser']>()
    expectTypeOf<() => Promise<SignedIn<HostUser>>>().toExtend<Authentication<HostUser>['getSession']>()
    expectTypeOf<() => false>().not.toExtend<Authentication<HostUser>['getSession']>()
    expectTypeOf<{ user: HostUser; session: { id: string } }>().not.toExtend<SignedIn<HostUser>>()
    expectTypeOf<{ user: HostUser; session: { id: string; authTime: Date } }>().not.toExtend<SignedIn<HostUser>>()
  })
})

describe('the compiler refuses', () => {
  test('the compiler refuses options that are unknown, missing or wrong', () => {
    compiled(() => [
      // @ts-expect-error an unknown option
      createProvider({ ...surface, authentication, login_url: '/login' }),
      // @ts-expect-error an unknown option
      createProvider({ ...surface, authentication, refreshTokenTtl: 1 }),
      // @ts-expect-error no storage
      createProvider({ baseUrl: surface.baseUrl, secret: surface.secret, authentication, loginUrl: '/login' }),
      // @ts-expect-error no authentication
      createProvider({ ...surface }),
      // @ts-expect-error no base URL
      createProvider({ ...surface, baseUrl: undefined, authentication }),
      // @ts-expect-error null is no page
      createProvider({ ...surface, authentication, loginUrl: null }),
      // @ts-expect-error null is no list
      createProvider({ ...surface, authentication, scopes: null }),
      // @ts-expect-error null is no hook
      createProvider({ ...surface, authentication, onEvent: null }),
      // @ts-expect-error a list of secrets has one
      createProvider({ ...surface, authentication, secret: [] }),
      // @ts-expect-error a symmetric algorithm
      createProvider({ ...surface, authentication, idTokenSigningAlgorithm: 'HS256' }),
      // @ts-expect-error seconds are a number
      createProvider({ ...surface, authentication, accessTokenTtlSeconds: '60' }),
    ])
    expectTypeOf<ProviderOptions['scopes']>().toEqualTypeOf<readonly string[] | undefined>()
  })

  test('the compiler refuses hooks with a wrong result', () => {
    compiled(() => [
      // @ts-expect-error claims are an object
      createProvider({ ...surface, authentication, customIdTokenClaims: () => 'admin' }),
      // @ts-expect-error claims are an object, later too
      createProvider({ ...surface, authentication, customAccessTokenClaims: async () => 1 }),
      // @ts-expect-error a claim of another type
      createProvider({ ...surface, authentication, userClaims: () => ({ email_verified: 'yes' }) }),
      // @ts-expect-error the claims of a user are no promise
      createProvider({ ...surface, authentication, userClaims: async () => ({ name: 'x' }) }),
      // @ts-expect-error a claim is never null
      createProvider({ ...surface, authentication, userClaims: () => ({ name: null }) }),
      // @ts-expect-error there is no such member of the user
      createProvider({ ...surface, authentication, customUserinfoClaims: ({ user }) => ({ x: user.shoeSize }) }),
    ])
    expectTypeOf<{ updated_at: string }>().not.toExtend<StandardClaims>()
  })

  test('the compiler refuses a storage that lacks a verb or returns a wrong outcome', () => {
    const memory = memoryStorage()
    type Without<Store extends keyof Storage, Verb extends string> = Omit<Storage, Store> & {
      readonly [name in Store]: Omit<Storage[Store], Verb>
    }
    expectTypeOf(memory).toEqualTypeOf<Storage>()
    expectTypeOf<Without<'grants', 'nothing'>>().toExtend<Storage>()
    expectTypeOf<Without<'authorizationCodes', 'redeem'>>().not.toExtend<Storage>()
    expectTypeOf<Without<'refreshTokens', 'rotate'>>().not.toExtend<Storage>()
    expectTypeOf<Without<'refreshTokens', 'reuse'>>().not.toExtend<Storage>()
    expectTypeOf<Without<'grants', 'revoke'>>().not.toExtend<Storage>()
    expectTypeOf<Without<'grants', 'commit'>>().not.toExtend<Storage>()
    expectTypeOf<Without<'records', 'take'>>().not.toExtend<Storage>()
    expectTypeOf<Omit<Storage, 'records'>>().not.toExtend<Storage>()
    expectTypeOf<Without<'clients', 'replace'>>().not.toExtend<Storage>()
    expectTypeOf<Without<'consents', 'remember'>>().not.toExtend<Storage>()
    expectTypeOf<Without<'accessTokens', 'findJwt'>>().not.toExtend<Storage>()
    expectTypeOf<Without<'signingKeys', 'insert'>>().not.toExtend<Storage>()
    expectTypeOf<Omit<Storage, 'purgeExpired'>>().not.toExtend<Storage>()
    expectTypeOf<Omit<Storage, 'consents'>>().not.toExtend<Storage>()
    compiled(() => {
      const { rotate: _rotate, ...refreshTokens } = memory.refreshTokens
      return [
        // @ts-expect-error a store without rotate
        createProvider({ ...surface, authentication, storage: { ...memory, refreshTokens } }),
        createProvider({
          ...surface,
          authentication,
          // @ts-expect-error a verb that answers with a boolean
          storage: { ...memory, authorizationCodes: { ...memory.authorizationCodes, redeem: () => true } },
        }),
      ]
    })
  })
})

describe('a storage from before the generic store', () => {
  const { records, ...older } = memoryStorage()
  const { commit: _, ...grants } = older.grants

  test('createProvider refuses a storage without records and names what it lacks', () => {
    const refused = (storage: object) => () =>
      createProvider({ ...surface, authentication, storage: storage as unknown as Storage })
    expect(refused(older)).toThrow('option storage: must be a storage with records (docs/storage.md)')
    expect(refused({ ...older, records, grants })).toThrow(
      'option storage: must be a storage with grants.commit (docs/storage.md)',
    )
  })

  test('the compiler refuses a storage without records', () => {
    compiled(() => [
      // @ts-expect-error the storage has no records
      createProvider({ ...surface, authentication, storage: older }),
    ])
    const plain: Feature = { name: 'plain', start: () => ({}) }
    compiled(() => createProvider({ ...surface, authentication, storage: memoryStorage(), features: [plain] }))
  })
})

describe('the provider', () => {
  test('the provider has methods with the documented types', () => {
    expectTypeOf(createProvider<HostUser>).returns.toEqualTypeOf<Provider>()
    expectTypeOf<Provider['fetch']>().toEqualTypeOf<Handler>()
    expectTypeOf<Handler>().toEqualTypeOf<(request: Request) => Promise<Response>>()
    expectTypeOf<Provider['handlers']['token']>().toEqualTypeOf<Handler>()
    expectTypeOf<Provider['handlers']['authorize']>().toEqualTypeOf<Handler | undefined>()
    expectTypeOf<Provider['handlers']['jwks']>().toEqualTypeOf<Handler | undefined>()
    expectTypeOf<Provider['handlers']['register']>().toEqualTypeOf<Handler | undefined>()
    expectTypeOf<Provider['handlers']['endSession']>().toEqualTypeOf<Handler | undefined>()
    expectTypeOf<Provider['handlers']['someFeature']>().toEqualTypeOf<Handler | undefined>()
    expectTypeOf<Provider['matches']>().toEqualTypeOf<(request: { readonly url: string }) => boolean>()
    expectTypeOf<Provider['issuer']>().toEqualTypeOf<string>()
    expectTypeOf<Provider['metadata']>().toEqualTypeOf<Readonly<Record<string, unknown>>>()
    expectTypeOf<Provider['registerClient']>().toEqualTypeOf<(metadata: ClientInput) => Promise<RegisteredClient>>()
    expectTypeOf<Provider['getClient']>().returns.resolves.toEqualTypeOf<ClientRecord | undefined>()
    expectTypeOf<Provider['updateClient']>().returns.resolves.toEqualTypeOf<ClientRecord>()
    expectTypeOf<Provider['verifyAccessToken']>().returns.resolves.toEqualTypeOf<VerifiedAccessToken | undefined>()
    expectTypeOf<Provider['revokeGrant']>().toEqualTypeOf<(grantId: string) => Promise<boolean>>()
    expectTypeOf<Provider['resolveLoginContext']>().toEqualTypeOf<(request: Request) => Promise<LoginContext>>()
    expectTypeOf<Provider['tryResolveLoginContext']>().returns.resolves.toEqualTypeOf<LoginContext | undefined>()
    expectTypeOf<Provider['rotateSigningKeys']>().returns.resolves.toEqualTypeOf<void>()
    expectTypeOf<Provider['purgeExpired']>().returns.resolves.toEqualTypeOf<number>()
  })

  test('the provider is read-only, and its methods do not compile with wrong arguments', () => {
    compiled((provider?: Provider) => {
      if (provider === undefined) return
      // @ts-expect-error read-only
      provider.issuer = 'https://evil.example'
      // @ts-expect-error read-only
      provider.handlers.token = provider.fetch
      // @ts-expect-error an unknown member
      provider.registerClient({ redirect_uri: 'https://a.example/cb' })
      // @ts-expect-error null is no name
      provider.registerClient({ client_name: null })
      // @ts-expect-error an audience is text
      provider.verifyAccessToken('token', { audience: ['https://api.example.com'] })
      // @ts-expect-error a client is named by its id
      provider.updateClient({ disabled: true })
      // @ts-expect-error a limit is a number
      provider.purgeExpired({ limit: '5' })
      return provider.registerClient({ redirect_uris: ['https://a.example/cb'], client_name: undefined })
    })
  })

  test('the provider runs with only the options that the types demand', () => {
    const provider = createProvider({ ...surface, authentication })
    expect(provider.issuer).toBe('https://id.example.com/auth')
    expect(Object.isFrozen(provider) && Object.isFrozen(provider.handlers)).toBe(true)
    const { fetch, matches, ...others } = provider
    expect(matches(new Request('https://id.example.com/auth/jwks'))).toBe(true)
    expect(fetch).toBeTypeOf('function')
    for (const name of ['registerClient', 'getClient', 'updateClient', 'verifyAccessToken', 'revokeGrant'] as const) {
      expect(others[name]).toBeTypeOf('function')
    }
  })
})
