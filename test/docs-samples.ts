import type { Provider, ProviderOptions, Storage } from '../packages/core/src/index.ts'

// What the samples in docs/ take as given. `docs.test.ts` type-checks each of them, with these names where it has none of
// its own.

export interface User {
  readonly id: string
  readonly name: string
  readonly email: string
  readonly emailVerified: boolean
  readonly acceptedTerms: boolean
}

/** The options that every host has. */
export declare const host: Pick<
  ProviderOptions<User>,
  'baseUrl' | 'secret' | 'storage' | 'authentication' | 'loginUrl' | 'consentUrl'
>
export declare const provider: Provider
export declare const storage: Storage
