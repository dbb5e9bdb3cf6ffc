import {
  type CoreEvent,
  createProvider,
  type Feature,
  type FeatureApis,
  type OAuthErrorCode,
  type OAuthEvent,
  type Provider,
} from '@oauth/core'
import type { Core, Parts } from '@oauth/core/feature'
import { type DeviceAuthorization, deviceAuthorization } from '@oauth/core/features/device-authorization'
import { privateKeyJwt } from '@oauth/core/features/private-key-jwt'
import { memoryStorage } from '@oauth/core/memory'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { keyHeader } from '../features/key-header.ts'
import { type Vouchers, vouchers } from '../features/vouchers.ts'

const options = {
  baseUrl: 'https://id.example.com',
  secret: 's'.repeat(32),
  storage: memoryStorage(),
  authentication: { getSession: () => undefined, getUser: () => undefined },
  loginUrl: '/login',
  consentUrl: '/consent',
}

const devices = () => deviceAuthorization({ verificationUri: '/device' })

/** What is inside is compiled and never run. */
function compiled(_check: () => unknown): void {}

describe('provider.features', () => {
  test('provider.features has the API of each feature by its name, inferred from the options', () => {
    const { features } = createProvider({ ...options, features: [devices(), vouchers(), keyHeader()] })
    expectTypeOf(features.deviceAuthorization).toEqualTypeOf<DeviceAuthorization>()
    expectTypeOf(features.vouchers).toEqualTypeOf<Vouchers>()
    expectTypeOf<keyof typeof features>().toEqualTypeOf<'deviceAuthorization' | 'vouchers' | 'keyHeader'>()
    expect(Object.keys(features)).toEqual(['deviceAuthorization', 'vouchers', 'keyHeader'])
  })

  test('provider.features has an empty object for a feature without an API', () => {
    const { features } = createProvider({ ...options, features: [keyHeader(), privateKeyJwt()] })
    expectTypeOf(features.keyHeader).toEqualTypeOf<object>()
    expect([features.keyHeader, features.privateKeyJwt]).toEqual([{}, {}])
    compiled(() => [
      // @ts-expect-error a feature without an API has no members
      features.keyHeader.pending('x'),
    ])
  })

  test('provider.features has no names but those of the features', () => {
    const none = createProvider(options)
    const { features } = createProvider({ ...options, features: [devices()] })
    expect([Object.keys(none.features), Object.keys(features)]).toEqual([[], ['deviceAuthorization']])
    compiled(() => [
      // @ts-expect-error a wrong name
      features.deviceAuthorisation,
      // @ts-expect-error the feature is not installed
      features.vouchers,
      // @ts-expect-error there are no features
      none.features.deviceAuthorization,
      // @ts-expect-error the API takes the context of a page
      features.deviceAuthorization.detailsOf(5),
    ])
  })

  test('provider.features has no known names when the list or the provider is typed by hand', () => {
    const list: readonly Feature[] = [devices()]
    const typed: Provider = createProvider({ ...options, features: list })
    expectTypeOf<Provider['features']>().toEqualTypeOf<Readonly<Record<string, object>>>()
    expectTypeOf<FeatureApis<readonly [Feature<'one', { two(): 3 }>]>['one']>().toEqualTypeOf<{ two(): 3 }>()
    expect(Object.keys(typed.features)).toEqual(['deviceAuthorization'])
  })
})

describe('a feature', () => {
  test('a feature has the API that its type promises', () => {
    compiled(() => {
      const lacking: Feature<'mine', { greet(): string }> = {
        name: 'mine',
        // @ts-expect-error the API lacks greet
        start: () => ({ api: {} }),
      }
      const misnamed: Feature<'mine'> = {
        // @ts-expect-error another name than that of its type
        name: 'other',
        start: () => ({}),
      }
      return [lacking, misnamed]
    })
    expectTypeOf<Feature['start']>().parameters.toEqualTypeOf<[Core]>()
    expectTypeOf<Feature<'mine', { greet(): string }>>().toExtend<Feature>()
  })

  test('a feature function that is not called and a table that does not exist do not compile', () => {
    compiled(() => [
      // @ts-expect-error a function is no feature
      createProvider({ ...options, features: [deviceAuthorization] }),
      // @ts-expect-error it has no start
      createProvider({ ...options, features: [{ name: 'mine' }] }),
    ])
    // @ts-expect-error the table is called endpoints
    const parts: Parts = { endpoint: [] }
    expect(parts).toBeDefined()
  })

  test('a feature widens the types of error codes, client metadata and events', () => {
    expectTypeOf<'voucher_expired'>().toExtend<OAuthErrorCode>()
    expectTypeOf<'voucher_expirad'>().not.toExtend<OAuthErrorCode>()
    const started: OAuthEvent = { type: 'voucher.created', clientId: 'client', userId: 'ada' }
    expectTypeOf<typeof started>().not.toExtend<CoreEvent>()
    compiled(() => {
      const { registerClient } = createProvider(options)
      const onEvent = (event: OAuthEvent) => (event.type === 'voucher.created' ? event.clientId : undefined)
      return [
        onEvent,
        registerClient({ key_header_required: true }),
        // @ts-expect-error it is true or false
        registerClient({ key_header_required: 'yes' }),
        // @ts-expect-error no feature brings it
        registerClient({ key_header_wanted: true }),
      ]
    })
  })
})
