import type { AsyncLocalStorage } from 'node:async_hooks'
import type { Mountable } from '@oauth/core'

/** Tests put it there: each request is for the provider of one test. */
export function provider(): Mountable {
  const current = (globalThis as { oauthTestProvider?: AsyncLocalStorage<Mountable> }).oauthTestProvider?.getStore()
  if (current === undefined) throw new Error('this request belongs to no test')
  return current
}
