import type { ClientAuthMethod } from './client-auth-method.ts'
import type { ClientMetadataPart, MetadataSchemas } from './client-metadata-part.ts'
import type { Endpoint } from './endpoint.ts'
import type { GrantType } from './grant-type.ts'
import type { ParameterSource } from './parameter-source.ts'
import type { SessionObserver } from './session-observer.ts'

/** The tables that all features were folded into. */
export interface Registry {
  readonly endpoints: readonly Endpoint[]
  readonly grantTypes: ReadonlyMap<string, GrantType>
  /** In the order in which discovery publishes them. */
  readonly clientAuthMethods: ReadonlyMap<string, ClientAuthMethod>
  readonly clientMetadata: readonly ClientMetadataPart[]
  readonly metadataSchemas: MetadataSchemas
  readonly sessionObservers: readonly SessionObserver[]
  /** Asked in this order; the first that knows a request answers for it. */
  readonly parameterSources: readonly ParameterSource[]
  /** Members that features add to the discovery documents. */
  readonly serverMetadata: Readonly<Record<string, unknown>>
}
