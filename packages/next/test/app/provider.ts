import type { AsyncLocalStorage } from 'node:async_hooks'
import type { Mountable } from '@oauth/core'

/** Returns the provider of the current test, which the test puts into the global object. */
export function provider(): Mountable {
  const current = (globalThis as { oauthTestProvider?: AsyncLocalStorage<Mountable> }).oauthTestProvider?.getStore()
  if (current === undefined) throw new Error('this request belongs to no test')
  return current
}
