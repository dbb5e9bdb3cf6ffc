import * as v from 'valibot'

const stores = [
  ...['clients', 'consents', 'grants', 'authorizationCodes', 'accessTokens', 'refreshTokens', 'signingKeys'],
  'records',
]

/** Checks that a storage has every store. The error names the store that an adapter for an older version lacks. */
export const storageSchema: v.GenericSchema<object> = v.custom<object>(
  (value) => missingOf(value) === undefined,
  ({ input }) => `must be a storage with ${missingOf(input)} (docs/storage.md)`,
)

function missingOf(value: unknown): string | undefined {
  if (!isObject(value) || typeof value.purgeExpired !== 'function') return 'purgeExpired'
  const store = stores.find((name) => !isObject(value[name]))
  if (store !== undefined) return store
  return isObject(value.grants) && typeof value.grants.commit === 'function' ? undefined : 'grants.commit'
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
