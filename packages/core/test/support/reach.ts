import type { Provider } from '@oauth/core'

/** A way from a test to a provider: what it answers takes requests as `provider.fetch` does. */
export type Reach = (provider: Provider) => Provider['fetch']

/** The path of the issuer in this run; the empty one is an issuer that has its origin to itself. */
export const issuerPath: string = process.env.OAUTH_TEST_ISSUER_PATH ?? '/auth'

let reach: Reach | undefined

/** Makes every provider of this run be reached like that, and not in process. Adapters call it before tests. */
export function reachThrough(way: Reach): void {
  reach = way
}

/** The provider as tests of this run reach it: its server-side calls are as they were, requests go the way. */
export function reached(provider: Provider): Provider {
  return reach === undefined ? provider : Object.freeze({ ...provider, fetch: reach(provider) })
}
