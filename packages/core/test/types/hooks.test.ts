import {
  type AccessTokenClaimsInput,
  type AuthorizationFacts,
  type Awaitable,
  type ClaimHooks,
  type ClientAction,
  type ClientQuestion,
  type ClientRecord,
  type CustomClaims,
  createProvider,
  type HostOptions,
  type IdTokenClaimsInput,
  type ProviderOptions,
  type Resolvers,
  type Session,
  type SignedIn,
  type TokenResponseFieldsInput,
  type UserClaims,
  type UserinfoClaimsInput,
} from '@oauth/core'
import { memoryStorage } from '@oauth/core/memory'
import { describe, expectTypeOf, test } from 'vitest'

interface HostUser {
  readonly id: string
  readonly tenant: { readonly name: string }
}

interface OtherUser {
  readonly id: string
  readonly shoeSize: number
}

declare const signedIn: SignedIn<HostUser>

const surface = {
  baseUrl: 'https://id.example.com',
  secret: 's'.repeat(32),
  storage: memoryStorage(),
  loginUrl: '/login',
  consentUrl: '/consent',
}
const authentication = {
  getSession: async (_request: Request) => signedIn,
  getUser: async (id: string) => (id === '' ? undefined : signedIn.user),
}

type IsSame<One, Other> = (<T>() => T extends One ? 1 : 2) extends <T>() => T extends Other ? 1 : 2 ? true : false
type Claims = Awaitable<CustomClaims | undefined | null>
type Hook<Name extends keyof ProviderOptions<HostUser>> = NonNullable<ProviderOptions<HostUser>[Name]>

/** What is inside is compiled and never run. */
function compiled(_check: () => unknown): void {}

describe('every hook and resolver', () => {
  test('this test lists every hook and resolver', () => {
    expectTypeOf<keyof ClaimHooks<HostUser>>().toEqualTypeOf<
      'customAccessTokenClaims' | 'customIdTokenClaims' | 'customUserinfoClaims' | 'customTokenResponseFields'
    >()
    expectTypeOf<keyof Resolvers<HostUser>>().toEqualTypeOf<
      | 'selectAccountResolver'
      | 'postLoginResolver'
      | 'consentReferenceResolver'
      | 'clientReferenceResolver'
      | 'clientPrivileges'
      | 'mayCreateClient'
      | 'trustedClientResolver'
      | 'authorizeAdmin'
      | 'requestUriResolver'
    >()
    type OfUser = {
      [Name in keyof HostOptions<HostUser>]-?: IsSame<
        HostOptions<HostUser>[Name],
        HostOptions<OtherUser>[Name]
      > extends true
        ? never
        : Name
    }[keyof HostOptions<HostUser>]
    expectTypeOf<OfUser>().toEqualTypeOf<'authentication' | 'userClaims'>()
  })

  test('every hook and resolver gets the user type that is inferred from authentication alone', () => {
    compiled(() =>
      createProvider({
        ...surface,
        authentication,
        userClaims: (user) => {
          expectTypeOf(user).toEqualTypeOf<HostUser>()
          return {}
        },
        customAccessTokenClaims: (input) => {
          expectTypeOf(input).toEqualTypeOf<AccessTokenClaimsInput<HostUser>>()
          return {}
        },
        customIdTokenClaims: (input) => {
          expectTypeOf(input).toEqualTypeOf<IdTokenClaimsInput<HostUser>>()
          return {}
        },
        customUserinfoClaims: (input) => {
          expectTypeOf(input).toEqualTypeOf<UserinfoClaimsInput<HostUser>>()
          return {}
        },
        customTokenResponseFields: (input) => {
          expectTypeOf(input).toEqualTypeOf<TokenResponseFieldsInput<HostUser>>()
          return {}
        },
        selectAccountResolver: (facts) => {
          expectTypeOf(facts).toEqualTypeOf<AuthorizationFacts<HostUser>>()
          expectTypeOf(facts.user.tenant.name).toEqualTypeOf<string>()
          return false
        },
        postLoginResolver: (facts) => {
          expectTypeOf(facts).toEqualTypeOf<AuthorizationFacts<HostUser>>()
          return Promise.resolve(false)
        },
        consentReferenceResolver: (facts) => {
          expectTypeOf(facts).toEqualTypeOf<AuthorizationFacts<HostUser>>()
          return facts.user.tenant.name
        },
        clientReferenceResolver: ({ user, session }) => {
          expectTypeOf(user).toEqualTypeOf<HostUser>()
          expectTypeOf(session).toEqualTypeOf<Session>()
          return null
        },
        clientPrivileges: (question) => {
          expectTypeOf(question).toEqualTypeOf<ClientQuestion<HostUser>>()
          expectTypeOf(question.action).toEqualTypeOf<ClientAction>()
          expectTypeOf(question.client).toEqualTypeOf<ClientRecord | undefined>()
          return question.owned || 'admin'
        },
        mayCreateClient: ({ user, session, referenceId }) => {
          expectTypeOf(user).toEqualTypeOf<HostUser>()
          expectTypeOf(session).toEqualTypeOf<Session>()
          expectTypeOf(referenceId).toEqualTypeOf<string | undefined>()
          return true
        },
        trustedClientResolver: (client) => {
          expectTypeOf(client).toEqualTypeOf<ClientRecord>()
          return false
        },
        authorizeAdmin: (request) => {
          expectTypeOf(request).toEqualTypeOf<Request>()
          return false
        },
        requestUriResolver: (requestUri, clientId) => {
          expectTypeOf(requestUri).toEqualTypeOf<string>()
          expectTypeOf(clientId).toEqualTypeOf<string | undefined>()
          return undefined
        },
      }),
    )
  })

  test('every hook and resolver may return a value or a promise, and undefined where that has a meaning', () => {
    expectTypeOf<Hook<'userClaims'>>().returns.toEqualTypeOf<UserClaims>()
    expectTypeOf<Hook<'customAccessTokenClaims'>>().returns.toEqualTypeOf<Claims>()
    expectTypeOf<Hook<'customIdTokenClaims'>>().returns.toEqualTypeOf<Claims>()
    expectTypeOf<Hook<'customUserinfoClaims'>>().returns.toEqualTypeOf<Claims>()
    expectTypeOf<Hook<'customTokenResponseFields'>>().returns.toEqualTypeOf<Claims>()
    expectTypeOf<Hook<'selectAccountResolver'>>().returns.toEqualTypeOf<Awaitable<boolean>>()
    expectTypeOf<Hook<'postLoginResolver'>>().returns.toEqualTypeOf<Awaitable<boolean>>()
    expectTypeOf<Hook<'consentReferenceResolver'>>().returns.toEqualTypeOf<Awaitable<string | undefined | null>>()
    expectTypeOf<Hook<'clientReferenceResolver'>>().returns.toEqualTypeOf<Awaitable<string | undefined | null>>()
    expectTypeOf<Hook<'clientPrivileges'>>().returns.toEqualTypeOf<Awaitable<boolean | 'admin'>>()
    expectTypeOf<Hook<'mayCreateClient'>>().returns.toEqualTypeOf<Awaitable<boolean>>()
    expectTypeOf<Hook<'trustedClientResolver'>>().returns.toEqualTypeOf<Awaitable<boolean>>()
    expectTypeOf<Hook<'authorizeAdmin'>>().returns.toEqualTypeOf<Awaitable<boolean>>()
    expectTypeOf<Hook<'requestUriResolver'>>().returns.toEqualTypeOf<
      Awaitable<Readonly<Record<string, string>> | undefined | null>
    >()
  })

  test('a hook that reads a member the user lacks, or returns another type, does not compile', () => {
    compiled(() => [
      // @ts-expect-error there is no such member of the user
      createProvider({ ...surface, authentication, userClaims: (user) => ({ name: user.nick }) }),
      // @ts-expect-error there is no such member of the user
      createProvider({ ...surface, authentication, customAccessTokenClaims: ({ user }) => ({ x: user?.nick }) }),
      // @ts-expect-error a machine token has no user
      createProvider({ ...surface, authentication, customAccessTokenClaims: ({ user }) => ({ x: user.tenant }) }),
      // @ts-expect-error a machine token has no user
      createProvider({ ...surface, authentication, customTokenResponseFields: ({ user }) => ({ x: user.tenant }) }),
      // @ts-expect-error there is no such member of the user
      createProvider({ ...surface, authentication, selectAccountResolver: ({ user }) => user.nick === '' }),
      // @ts-expect-error only a boolean counts
      createProvider({ ...surface, authentication, postLoginResolver: ({ user }) => user.tenant.name }),
      // @ts-expect-error only a boolean and 'admin' count
      createProvider({ ...surface, authentication, clientPrivileges: () => 'owner' }),
      // @ts-expect-error creating has a hook of its own
      createProvider({ ...surface, authentication, clientPrivileges: ({ action }) => action === 'create' }),
      // @ts-expect-error only a boolean counts
      createProvider({ ...surface, authentication, mayCreateClient: () => undefined }),
      // @ts-expect-error only a boolean counts
      createProvider({ ...surface, authentication, authorizeAdmin: async () => 'yes' }),
      // @ts-expect-error a reference is text
      createProvider({ ...surface, authentication, consentReferenceResolver: ({ user }) => user.tenant }),
      // @ts-expect-error parameters are text
      createProvider({ ...surface, authentication, requestUriResolver: () => ({ max_age: 5 }) }),
    ])
  })

  test('every hook and resolver keeps a user type inferred from a function of the host, with members of any kind', () => {
    compiled(() => {
      const users = new Map([['1', { id: '1', roles: ['admin'] as const, joined: new Date() }]])
      return createProvider({
        ...surface,
        authentication: { getSession: () => undefined, getUser: (id) => users.get(id) },
        customIdTokenClaims: ({ user }) => {
          expectTypeOf(user.roles).toEqualTypeOf<readonly ['admin']>()
          expectTypeOf(user.joined).toEqualTypeOf<Date>()
          return { roles: user.roles }
        },
        postLoginResolver: ({ user }) => user.joined.getTime() === 0,
      })
    })
  })
})
