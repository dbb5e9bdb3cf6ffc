// A feature by somebody else: it is written with public types alone, widens the interfaces of the core, and runs.
import { createProvider, type GrantTypeName, OAuthError } from '@oauth/core'
import { type Core, type Endpoint, type Feature, json, type Parts } from '@oauth/core/feature'
import { jwtBearer } from '@oauth/core/features/jwt-bearer'
import { tokenExchange } from '@oauth/core/features/token-exchange'
import { memoryStorage } from '@oauth/core/memory'

declare module '@oauth/core' {
  interface FeatureErrorCodes {
    too_shy: true
  }
  interface FeatureEvents {
    'greeting.given': { readonly name: string }
  }
  interface GrantTypeNames {
    'urn:example:grant:greeting': true
  }
  interface FeatureClientMetadata {
    readonly greeting?: string
  }
}

export interface Greetings {
  count(): number
}

export function greeting(): Feature<'greeting', Greetings> {
  return {
    name: 'greeting',
    start(core: Core): Parts & { readonly api: Greetings } {
      let count = 0
      const endpoint: Endpoint = {
        name: 'greeting',
        path: '/greeting',
        methods: ['GET'],
        errors: 'json',
        rateLimit: 'greeting',
        metadata: 'greeting_endpoint',
        async handle(_core: Core, request: Request): Promise<Response> {
          const name = new URL(request.url).searchParams.get('name')
          if (name === null) throw new OAuthError('too_shy', 'say your name')
          count++
          core.emit({ type: 'greeting.given', name })
          return json(200, { greeting: `hello ${name}` })
        },
      }
      return {
        endpoints: [endpoint],
        errors: { too_shy: 422 },
        rateLimits: { greeting: { address: 60 } },
        api: { count: () => count },
      }
    },
  }
}

/** Features of the package, whose declarations must not keep this one from widening the interfaces. */
export const ofThePackage = { jwtBearer, tokenExchange } as const

/** Grant types of features of the package, and of this one. */
export const grantTypes: readonly GrantTypeName[] = [
  'urn:ietf:params:oauth:grant-type:jwt-bearer',
  'urn:ietf:params:oauth:grant-type:token-exchange',
  'urn:example:grant:greeting',
]

const given: string[] = []
export const provider = createProvider({
  baseUrl: 'https://id.example.com',
  secret: 'a-secret-for-the-consumer-with-enough-characters',
  storage: memoryStorage(),
  authentication: { getSession: () => undefined, getUser: () => undefined },
  loginUrl: '/login',
  consentUrl: '/consent',
  onEvent: (event) => {
    if (event.type === 'greeting.given') given.push(event.name)
  },
  features: [greeting()],
})

const get = (path: string): Promise<Response> => provider.fetch(new Request(provider.issuer + path))
export const greeted = await get('/greeting?name=Ada')
export const refused = await get('/greeting')

if (greeted.status !== 200 || given.join() !== 'Ada') throw new Error(`the feature answered ${greeted.status}`)
if (refused.status !== 422) throw new Error(`the error of the feature answered ${refused.status}`)
if (provider.features.greeting.count() !== 1) throw new Error('the API of the feature has counted wrong')
