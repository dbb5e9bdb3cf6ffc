import type { Core, Feature, GrantType, Parts } from '@oauth/core/feature'
import { expect, test } from 'vitest'
import { postAs, registerConfidential } from '../support/client.ts'
import { createQuickWorld } from '../support/tokens.ts'

/** A promise that is none of this realm, as those of query builders and of other realms. */
function foreignPromise<T>(value: T): Promise<T> {
  const then: Promise<T>['then'] = (resolved, rejected) => Promise.resolve(value).then(resolved, rejected)
  return { then } as Promise<T>
}

function endpointFeature(handle: () => Response | Promise<Response>): Feature {
  const endpoint = { name: 'hello', path: '/hello', methods: ['GET'], errors: 'json' } as const
  return { name: 'hello', start: (): Parts => ({ endpoints: [{ ...endpoint, handle }] }) }
}

const hello = () => new Response('hello')

test.each<[string, () => Response | Promise<Response>]>([
  ['a response', hello],
  ['a promise', async () => hello()],
  ['a promise of another realm', () => foreignPromise(hello())],
])('an endpoint of a feature may answer with %s', async (_what, handle) => {
  const { provider, issuer } = createQuickWorld({ features: [endpointFeature(handle)] })
  const response = await provider.fetch(new Request(`${issuer}/hello`))
  expect([response.status, await response.text()]).toEqual([200, 'hello'])
})

test.each<[string, () => Response | Promise<Response>]>([
  [
    'throws',
    () => {
      throw new Error('the cause')
    },
  ],
  ['rejects', () => Promise.reject(new Error('the cause'))],
])('an endpoint of a feature that %s is a server_error, and an event tells why', async (_what, handle) => {
  const { provider, issuer, events } = createQuickWorld({ features: [endpointFeature(handle)] })
  const response = await provider.fetch(new Request(`${issuer}/hello`))
  expect([response.status, await response.json()]).toMatchObject([500, { error: 'server_error' }])
  expect(events).toContainEqual(expect.objectContaining({ type: 'request.failed', endpoint: 'hello' }))
})

test('a grant type that binds its token by itself keeps the binding when the request proves no key', async () => {
  const name = 'urn:example:bound'
  const binding = { tokenType: 'Proof', cnf: { jkt: 'a-thumbprint' }, headers: {}, codeParameters: {} }
  const grantType: GrantType = {
    name,
    publicClients: false,
    withoutUser: true,
    async decide(core: Core, { client }) {
      const commit: Awaited<ReturnType<GrantType['decide']>> = {
        ...{ grantType: name, client, scope: ['notes:read'], resources: [], refresh: false, binding },
        async commit({ accessToken }) {
          if (accessToken !== undefined) await core.storage.accessTokens.insert(accessToken)
          return {}
        },
      }
      return commit
    },
  }
  const world = createQuickWorld({ features: [{ name: 'bound', start: (): Parts => ({ grantTypes: [grantType] }) }] })
  const client = await registerConfidential(world, { grant_types: [name] as never })
  const { status, body } = await postAs(world, client, '/oauth2/token', { grant_type: name })
  expect([status, body.token_type]).toEqual([200, 'Proof'])
})
