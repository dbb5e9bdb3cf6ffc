import type { AuthorizationParameter } from './authorization-parameter.ts'
import type { ClientAuthMethod } from './client-auth-method.ts'
import type { ClientMetadataPart, MetadataSchemas } from './client-metadata-part.ts'
import type { ClientSource } from './client-source.ts'
import type { Completion } from './completion.ts'
import type { Endpoint } from './endpoint.ts'
import type { GrantType } from './grant-type.ts'
import type { ParameterSource } from './parameter-source.ts'
import type { BucketDefaults } from './rate-limit.ts'
import type { ResponseMode } from './response-mode.ts'
import type { SenderConstraint } from './sender-constraint.ts'
import type { SessionObserver } from './session-observer.ts'
import type { TokenMember } from './token-member.ts'

/** The tables that all features were folded into. What discovery publishes of them is in the order of the features. */
export interface Registry {
  readonly endpoints: readonly Endpoint[]
  readonly grantTypes: ReadonlyMap<string, GrantType>
  readonly clientAuthMethods: ReadonlyMap<string, ClientAuthMethod>
  readonly responseModes: ReadonlyMap<string, ResponseMode>
  /** Asked in this order; the first that knows a request answers for it. */
  readonly parameterSources: readonly ParameterSource[]
  readonly authorizationParameters: ReadonlyMap<string, AuthorizationParameter>
  readonly completions: ReadonlyMap<string, Completion>
  /** By their member of `cnf`. */
  readonly senderConstraints: ReadonlyMap<string, SenderConstraint>
  readonly clientSources: readonly ClientSource[]
  readonly tokenMembers: ReadonlyMap<string, TokenMember>
  readonly clientMetadata: readonly ClientMetadataPart[]
  readonly metadataSchemas: MetadataSchemas
  readonly sessionObservers: readonly SessionObserver[]
  /** Members that features add to the discovery documents. */
  readonly serverMetadata: Readonly<Record<string, unknown>>
  /** HTTP statuses of the error codes that features bring. */
  readonly errors: ReadonlyMap<string, number>
  readonly rateLimits: ReadonlyMap<string, BucketDefaults>
  /** Parameters that may come more than once. */
  readonly repeatable: ReadonlySet<string>
}
