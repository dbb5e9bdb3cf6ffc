import type { ClientAuthMethod } from './client-auth-method.ts'
import type { Endpoint } from './endpoint.ts'
import type { GrantType } from './grant-type.ts'
import type { ResponseMode } from './response-mode.ts'

/** The tables that all features were folded into. */
export interface Registry {
  readonly endpoints: readonly Endpoint[]
  readonly grantTypes: ReadonlyMap<string, GrantType>
  /** In the order in which discovery publishes them. */
  readonly clientAuthMethods: ReadonlyMap<string, ClientAuthMethod>
  /** In the order in which discovery publishes them. */
  readonly responseModes: ReadonlyMap<string, ResponseMode>
  /** Members that features add to the discovery documents. */
  readonly serverMetadata: Readonly<Record<string, unknown>>
}
