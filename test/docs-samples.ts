import type { Provider, ProviderOptions, SignedIn, Storage } from '../packages/core/src/index.ts'

// Declares the names that samples in docs/ use without a declaration. `docs.test.ts` adds them to a sample before it
// type-checks it.

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
/** Of a host with many tenants: their settings, users and sessions. */
export declare function settingsOf(tenant: string): Promise<{ readonly name: string } | undefined>
export declare function sessionOf(tenant: string, request: Request): Promise<SignedIn<User> | undefined>
export declare function userOf(tenant: string, id: string): Promise<User | undefined>
export declare const storage: Storage
