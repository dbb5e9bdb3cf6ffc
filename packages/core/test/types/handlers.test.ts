import { type Authentication, createProvider, type Handler, type Provider, type ProviderOptions } from '@oauth/core'
import { memoryStorage } from '@oauth/core/memory'
import { describe, expect, expectTypeOf, test } from 'vitest'

interface HostUser {
  readonly id: string
}

const authentication: Authentication<HostUser> = { getSession: () => undefined, getUser: () => undefined }
const options = {
  baseUrl: 'https://id.example.com',
  secret: 's'.repeat(32),
  storage: memoryStorage(),
  authentication,
  loginUrl: '/login',
  consentUrl: '/consent',
}
const request = new Request('https://id.example.com/auth/oauth2/token')

/** What is inside is compiled and never run. */
function compiled(_check: () => unknown): void {}

function namesOf(handlers: object): readonly string[] {
  return Object.keys(handlers)
}

describe('provider.handlers', () => {
  test('provider.handlers has by default exactly the handlers of the default options', () => {
    const { handlers } = createProvider(options)
    compiled(() => [
      handlers.token(request),
      handlers.authorize(request),
      handlers.continue(request),
      handlers.consent(request),
      handlers.login(request),
      handlers.userinfo(request),
      handlers.openidConfiguration(request),
      handlers.authorizationServerMetadata(request),
      handlers.jwks(request),
      handlers.getConsents(request),
      handlers.adminUpdateClient(request),
      // @ts-expect-error allowDynamicClientRegistration is off
      handlers.register(request),
      // @ts-expect-error allowPublicClientPrelogin is off
      handlers.publicClientPrelogin(request),
      // @ts-expect-error there may be no endSession
      handlers.endSession(request),
    ])
    for (const name of ['token', 'authorize', 'openidConfiguration', 'jwks', 'deleteConsent']) {
      expect(namesOf(handlers)).toContain(name)
    }
    for (const name of ['register', 'clientConfiguration', 'publicClientPrelogin', 'endSession']) {
      expect(namesOf(handlers)).not.toContain(name)
    }
  })

  test('provider.handlers has the handlers that options turn on', () => {
    const { handlers } = createProvider({
      ...options,
      grantTypes: ['client_credentials', 'authorization_code'],
      disableJwtPlugin: false,
      allowDynamicClientRegistration: true,
      allowPublicClientPrelogin: true,
    })
    compiled(() => [
      handlers.authorize(request),
      handlers.jwks(request),
      handlers.register(request),
      handlers.clientConfiguration(request),
      handlers.publicClientPrelogin(request),
    ])
    for (const name of ['authorize', 'jwks', 'register', 'clientConfiguration', 'publicClientPrelogin']) {
      expect(namesOf(handlers)).toContain(name)
    }
  })

  test('provider.handlers lacks the handlers that options turn off', () => {
    const { handlers } = createProvider({ ...options, grantTypes: ['client_credentials'], disableJwtPlugin: true })
    compiled(() => [
      handlers.token(request),
      // @ts-expect-error there is no authorization_code
      handlers.authorize(request),
      // @ts-expect-error nor anything of it
      handlers.userinfo(request),
      // @ts-expect-error there are no keys
      handlers.jwks(request),
    ])
    for (const name of ['authorize', 'userinfo', 'openidConfiguration', 'getConsents', 'jwks']) {
      expect(namesOf(handlers)).not.toContain(name)
    }
    expect(namesOf(handlers)).toContain('token')
  })

  test('provider.handlers has optional handlers when the compiler does not know the value of an option', () => {
    compiled((given?: ProviderOptions<HostUser>, flag?: boolean, list?: readonly string[]) => {
      if (given === undefined || flag === undefined || list === undefined) return
      expectTypeOf(createProvider(given).handlers.authorize).toEqualTypeOf<Handler | undefined>()
      expectTypeOf(createProvider(given).handlers.jwks).toEqualTypeOf<Handler | undefined>()
      const dynamic = createProvider({
        ...options,
        grantTypes: list,
        disableJwtPlugin: flag,
        allowDynamicClientRegistration: flag,
      })
      expectTypeOf(dynamic.handlers.authorize).toEqualTypeOf<Handler | undefined>()
      expectTypeOf(dynamic.handlers.jwks).toEqualTypeOf<Handler | undefined>()
      expectTypeOf(dynamic.handlers.register).toEqualTypeOf<Handler | undefined>()
      const explicit = createProvider<HostUser>({ ...options, disableJwtPlugin: true })
      expectTypeOf(explicit.handlers.jwks).toEqualTypeOf<Handler | undefined>()
    })
  })

  test('provider.handlers has the default handlers when an option is undefined, and fits the plain Provider', () => {
    compiled(() => {
      const provider = createProvider({ ...options, grantTypes: undefined, disableJwtPlugin: undefined })
      expectTypeOf(provider.handlers.authorize).toEqualTypeOf<Handler>()
      expectTypeOf(provider.handlers.jwks).toEqualTypeOf<Handler>()
      expectTypeOf(provider).toExtend<Provider>()
      // @ts-expect-error read-only
      provider.handlers.token = provider.fetch
    })
  })
})
