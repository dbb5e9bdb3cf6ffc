import type { ClientAuthMethod } from './client-auth-method.ts'
import type { Config } from './config.ts'
import type { Endpoint } from './endpoint.ts'
import type { GrantType } from './grant-type.ts'

/**
 * An optional part of the server as data: what it adds to the tables. It is chosen by import path, folded in once at
 * start-up, and afterwards nothing asks whether it is on. The built-in parts are records of the same kind.
 */
export interface Feature {
  readonly name: string
  readonly endpoints?: readonly Endpoint[]
  readonly grantTypes?: readonly GrantType[]
  readonly clientAuthMethods?: readonly ClientAuthMethod[]
  /** Members that it adds to the discovery documents. */
  serverMetadata?(config: Config): Readonly<Record<string, unknown>>
}
