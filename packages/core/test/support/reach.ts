import type { Provider } from '@oauth/core'

/** How tests send requests to a provider: it returns a function that takes requests as `provider.fetch` does. */
export type Reach = (provider: Provider) => Provider['fetch']

/** The path of the issuer in this run. It is empty for an issuer that is an origin without a path. */
export const issuerPath: string = process.env.OAUTH_TEST_ISSUER_PATH ?? '/auth'

let reach: Reach | undefined

/** Makes all requests of this run go this way instead of in process. The adapters' setup files call it. */
export function reachThrough(way: Reach): void {
  reach = way
}

/** Returns the provider whose `fetch` goes the way of this run. Its server-side calls do not change. */
export function reached(provider: Provider): Provider {
  return reach === undefined ? provider : Object.freeze({ ...provider, fetch: reach(provider) })
}
