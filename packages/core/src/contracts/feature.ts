import type { Core } from './core.ts'
import type { Parts } from './feature-parts.ts'
import type { Observer } from './observer.ts'

/**
 * A capability that is added to a provider through the option `features`. The built-in parts (grant types,
 * authentication methods) are features, too.
 */
export interface Feature<Name extends string = string, Api extends object = object> {
  /** The feature's name, unique in a provider. Its API is at `provider.features.<name>`. */
  readonly name: Name
  /** Names of features that this one needs. `createProvider` throws when one of them is missing. */
  readonly requires?: readonly string[]
  /** Names of features that cannot be combined with this one. `createProvider` throws when one of them is present. */
  readonly excludes?: readonly string[]
  /** Sees requests, calls of the storage, outbound requests and events from outside, for traces and metrics. */
  readonly observer?: Observer
  /**
   * Called once for each provider, before its first request. What the feature keeps between requests lives in this
   * closure. Use `core.registry` and `core.limits` only while serving a request: they are complete when all features
   * have started.
   * @returns what the feature adds, and its API
   */
  start(core: Core): Parts & { readonly api?: Api }
}

/** The type of `provider.features` for these features. */
export type FeatureApis<Features> = Features extends readonly (infer One)[]
  ? {
      readonly [F in One as F extends Feature<infer Name, object> ? Name : never]: F extends Feature<string, infer Api>
        ? Api
        : object
    }
  : Readonly<Record<string, object>>
