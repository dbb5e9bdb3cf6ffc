import { createProvider } from '@oauth/core'
import {
  type AuthorizationDetails,
  commonFields,
  richAuthorizationRequests,
  type ShownDetails,
  type StandardSchema,
} from '@oauth/core/features/rich-authorization-requests'
import { memoryStorage } from '@oauth/core/memory'
import * as v from 'valibot'
import { describe, expectTypeOf, test } from 'vitest'

/** A schema of another library, in the form that Standard Schema prescribes. */
const other: StandardSchema<{ readonly albums: readonly string[] }> = {
  '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value: value as { albums: string[] } }) },
}

describe('the types of authorization details', () => {
  test('the functions of a type see the shape of its own schema', () => {
    const feature = richAuthorizationRequests({
      types: {
        payment_initiation: {
          schema: v.strictObject({ amount: v.string(), note: v.optional(v.string()) }),
          covers(granted, asked) {
            expectTypeOf(granted.amount).toEqualTypeOf<string>()
            expectTypeOf(asked).toEqualTypeOf<
              { readonly type: string } & { amount: string; note?: string | undefined }
            >()
            return granted.amount === asked.amount
          },
          describe: ({ amount }) => amount,
          enrich({ asked, chosen, userId }) {
            expectTypeOf(chosen.amount).toEqualTypeOf<string>()
            expectTypeOf(userId).toEqualTypeOf<string | undefined>()
            return asked
          },
        },
        photos: {
          schema: other,
          withoutUser({ details }) {
            expectTypeOf(details.albums).toEqualTypeOf<readonly string[]>()
            return false
          },
        },
        customer_data: {
          schema: commonFields({ actions: ['read'] }),
          describe({ actions }) {
            expectTypeOf(actions).toEqualTypeOf<readonly string[] | undefined>()
            return 'data'
          },
        },
      },
    })
    const provider = createProvider({
      baseUrl: 'https://id.example.com',
      secret: 'a-secret-for-tests-with-enough-characters',
      storage: memoryStorage(),
      loginUrl: '/login',
      consentUrl: '/consent',
      authentication: { getSession: () => undefined, getUser: () => undefined },
      features: [feature],
    })
    const shown = provider.features.richAuthorizationRequests.shown({})
    expectTypeOf(shown).toEqualTypeOf<readonly ShownDetails[]>()
    expectTypeOf<ShownDetails['details']>().toEqualTypeOf<AuthorizationDetails>()
  })

  test('mistakes in a type do not compile', () => {
    const schema = v.strictObject({ amount: v.string() })
    const compiled = (_make: () => unknown): void => {}
    compiled(() => [
      // @ts-expect-error a type needs a schema
      richAuthorizationRequests({ types: { wish: {} } }),
      // @ts-expect-error the member is amount
      richAuthorizationRequests({ types: { wish: { schema, describe: ({ amont }) => amont } } }),
      // @ts-expect-error covers answers with true or false
      richAuthorizationRequests({ types: { wish: { schema, covers: () => 'yes' } } }),
    ])
  })
})
