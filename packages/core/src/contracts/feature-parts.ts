import type { AuthorizationParameter } from './authorization-parameter.ts'
import type { ClientAuthMethod } from './client-auth-method.ts'
import type { ClientMetadataPart } from './client-metadata-part.ts'
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
 * What a feature adds to a provider. When two features bring the same thing (an endpoint path, a grant type, a
 * discovery member, an error code, ...), `createProvider` throws a `TypeError` that names both. It also refuses what the
 * server has already, a name that the core owns (`issuer`, `access_token`, `redirect_uri`, ...), and an unknown member.
 */
export interface Parts {
  readonly endpoints?: readonly Endpoint[]
  readonly grantTypes?: readonly GrantType[]
  readonly clientAuthMethods?: readonly ClientAuthMethod[]
  readonly responseModes?: readonly ResponseMode[]
  /** Rules about which response modes a client may use. */
  readonly responseModeRules?: readonly ResponseModeRule[]
  /** Forms of the introspection response beside JSON. */
  readonly introspectionFormats?: readonly IntrospectionFormat[]
  /** What encrypts responses for the clients that registered that. */
  readonly responseEncryptors?: readonly ResponseEncryptor[]
  /** Places from which the parameters of an authorization request come when they are not in the request itself. */
  readonly parameterSources?: readonly ParameterSource[]
  /** Parameters of authorization requests that the core does not know. */
  readonly authorizationParameters?: readonly AuthorizationParameter[]
  /** Ways in which an interaction ends. The authorization code is the built-in one. */
  readonly completions?: readonly Completion[]
  /** Ways to bind tokens to a key of the client. */
  readonly senderConstraints?: readonly SenderConstraint[]
  /** Sources of clients outside the storage. */
  readonly clientSources?: readonly ClientSource[]
  /**
   * The server's keys with which clients encrypt for it. The JWKS publishes them. Several features bring the same object,
   * which then counts once.
   */
  readonly encryptionKeys?: readonly EncryptionKeys[]
  /** Members of access tokens, introspection responses and token responses. */
  readonly tokenMembers?: readonly TokenMember[]
  /**
   * Members of client metadata. Their names are known to `registerClient` when the feature widens `FeatureClientMetadata`.
   * Two features that need the same members bring the same object, which then counts once.
   */
  readonly clientMetadata?: readonly ClientMetadataPart[]
  /** Observers that tell clients when a session of the host ends. */
  readonly sessionObservers?: readonly SessionObserver[]
  /** Kinds of records that wait for a user's approval, or for a client to collect it. A withdrawal ends them. */
  readonly waitingRecords?: readonly WaitingRecords[]
  /** Approvals that are not stored here, for instance assertions of other issuers. A withdrawal outlives them. */
  readonly outsideApprovals?: readonly OutsideApproval[]
  /** Security profiles, which narrow what clients may do. */
  readonly profiles?: readonly Profile[]
  /**
   * Members of the discovery documents. A feature cannot set a member of the core (`issuer`, `token_endpoint`, ...).
   * One feature may replace a member that has a default for servers without the feature
   * (`request_parameter_supported`). A value that is a function is called when a document is made, with the tables of all
   * features.
   */
  readonly serverMetadata?: Readonly<Record<string, unknown>>
  /** Members of the discovery documents that change while the server runs, for instance a signature. */
  readonly documentMembers?: readonly DocumentMember[]
  /**
   * Error codes with the HTTP status of their JSON response. Widen `FeatureErrorCodes` by `declare module`, so that
   * `OAuthError` accepts them.
   */
  readonly errors?: Readonly<Record<string, number>>
  /**
   * Default rate limits, by the bucket that `Endpoint.rateLimit` names. The host changes them with the option
   * `rateLimit.features`.
   */
  readonly rateLimits?: Readonly<Record<string, BucketDefaults>>
  /** Names of parameters that may be repeated in a request, like `resource`. */
  readonly repeatable?: readonly string[]
}
