import type { Core } from './core.ts'
import type { Parts } from './parts.ts'

/**
 * A capability of the server: what it adds to a provider. It is chosen by import path, started once, and afterwards
 * nothing asks whether it is on. The built-in parts (the grant types, the authentication methods) are features, too.
 * @example
 * ```ts
 * export function greeting(): Feature<'greeting', { greet(name: string): string }> {
 *   return {
 *     name: 'greeting',
 *     start: (core) => ({
 *       serverMetadata: { greeting_endpoint: `${core.config.issuer}/greeting` },
 *       api: { greet: (name) => `hello ${name}` },
 *     }),
 *   }
 * }
 * // createProvider({ features: [greeting()], ... }).features.greeting.greet('Ada')
 * ```
 */
export interface Feature<Name extends string = string, Api extends object = object> {
  /** Unique among the features of a provider, and the name of its API: `provider.features.<name>`. */
  readonly name: Name
  /** Names of features that have to be there as well. `createProvider` refuses to start without them. */
  readonly requires?: readonly string[]
  /** Names of features that must not be there. `createProvider` refuses to start with one of them. */
  readonly excludes?: readonly string[]
  /**
   * Called once for each provider, before its first request. What the feature keeps between requests lives in this
   * closure. `core.registry` and `core.limits` are complete only when all features have started: use them in requests.
   */
  start(core: Core): Parts & { readonly api?: Api }
}

/** The APIs of these features, by the names of the features. */
export type FeatureApis<Features> = Features extends readonly (infer One)[]
  ? {
      readonly [F in One as F extends Feature<infer Name, object> ? Name : never]: F extends Feature<string, infer Api>
        ? Api
        : object
    }
  : Readonly<Record<string, object>>
