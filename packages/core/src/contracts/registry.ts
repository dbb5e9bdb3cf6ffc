import type { AuthorizationParameter } from './authorization-parameter.ts'
import type { ClientAuthMethod } from './client-auth-method.ts'
import type { ClientMetadataPart, MetadataSchemas } from './client-metadata-part.ts'
import type { ClientSource } from './client-source.ts'
import type { Completion } from './completion.ts'
import type { DocumentMember } from './document-member.ts'
import type { EncryptionKeys } from './encryption-keys.ts'
import type { Endpoint } from './endpoint.ts'
import type { GrantType } from './grant-type.ts'
import type { IntrospectionFormat } from './introspection-format.ts'
import type { OutsideApproval } from './outside-approval.ts'
import type { ParameterSource } from './parameter-source.ts'
import type { Profile } from './profile.ts'
import type { BucketDefaults } from './rate-limit.ts'
import type { ResponseEncryptor } from './response-encryptor.ts'
import type { ResponseMode, ResponseModeRule } from './response-mode.ts'
import type { SenderConstraint } from './sender-constraint.ts'
import type { SessionObserver } from './session-observer.ts'
import type { TokenMember } from './token-member.ts'
import type { WaitingRecords } from './waiting-records.ts'

/**
 * The tables into which the parts of all features are collected. Discovery publishes them in the order of the features.
 */
export interface Registry {
  readonly endpoints: readonly Endpoint[]
  readonly grantTypes: ReadonlyMap<string, GrantType>
  readonly clientAuthMethods: ReadonlyMap<string, ClientAuthMethod>
  readonly responseModes: ReadonlyMap<string, ResponseMode>
  readonly responseModeRules: readonly ResponseModeRule[]
  /** Asked in this order. The first that makes a response is used. */
  readonly introspectionFormats: readonly IntrospectionFormat[]
  /** By the response that they encrypt. */
  readonly responseEncryptors: ReadonlyMap<string, ResponseEncryptor>
  /** Asked in this order. The first that returns parameters is used. */
  readonly parameterSources: readonly ParameterSource[]
  readonly authorizationParameters: ReadonlyMap<string, AuthorizationParameter>
  readonly completions: ReadonlyMap<string, Completion>
  /** By the name of their member in `cnf`. */
  readonly senderConstraints: ReadonlyMap<string, SenderConstraint>
  readonly clientSources: readonly ClientSource[]
  readonly encryptionKeys: readonly EncryptionKeys[]
  readonly tokenMembers: ReadonlyMap<string, TokenMember>
  readonly clientMetadata: readonly ClientMetadataPart[]
  readonly metadataSchemas: MetadataSchemas
  readonly sessionObservers: readonly SessionObserver[]
  /** Kinds of records that a withdrawal ends. */
  readonly waitingRecords: readonly WaitingRecords[]
  /** Approvals that are not stored here. A withdrawal outlives them. */
  readonly outsideApprovals: readonly OutsideApproval[]
  /** Security profiles. Several that hold for one client are combined: the narrower demand counts. */
  readonly profiles: readonly Profile[]
  /** Members that features add to the discovery documents. A function makes its value from these tables. */
  readonly serverMetadata: Readonly<Record<string, unknown>>
  /** Members of the discovery documents that change while the server runs. */
  readonly documentMembers: ReadonlyMap<string, DocumentMember>
  /** The HTTP statuses of error codes that features bring. */
  readonly errors: ReadonlyMap<string, number>
  readonly rateLimits: ReadonlyMap<string, BucketDefaults>
  /** The names of parameters that may be repeated in a request. */
  readonly repeatable: ReadonlySet<string>
}
