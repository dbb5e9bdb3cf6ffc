import type { AuthorizationParameter } from './authorization-parameter.ts'
import type { ClientAuthMethod } from './client-auth-method.ts'
import type { ClientMetadataPart } from './client-metadata-part.ts'
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

/**
 * What a feature adds to the tables of a provider. Two features that bring the same row (an endpoint path, a grant type, a
 * discovery member, an error code, ...) are a `TypeError` at start that names both, and so is a row that the server has
 * already, a name that the core owns (`issuer`, `access_token`, `redirect_uri`, ...), and a table that does not exist.
 */
export interface Parts {
  readonly endpoints?: readonly Endpoint[]
  readonly grantTypes?: readonly GrantType[]
  readonly clientAuthMethods?: readonly ClientAuthMethod[]
  readonly responseModes?: readonly ResponseMode[]
  /** Where the parameters of an authorization request come from, if not from the request itself. */
  readonly parameterSources?: readonly ParameterSource[]
  /** Parameters of an authorization request that the core does not know. */
  readonly authorizationParameters?: readonly AuthorizationParameter[]
  /** What an approved interaction ends in. The authorization code is the first of them. */
  readonly completions?: readonly Completion[]
  /** How tokens are bound to a key of the client. */
  readonly senderConstraints?: readonly SenderConstraint[]
  /** Clients that are not in the storage. */
  readonly clientSources?: readonly ClientSource[]
  /** Members of access tokens, introspection answers and token answers. */
  readonly tokenMembers?: readonly TokenMember[]
  /**
   * Members of client metadata. Their names are known to `registerClient` when the feature widens `FeatureClientMetadata`.
   * Two features that need the same members bring the same object, which then counts once.
   */
  readonly clientMetadata?: readonly ClientMetadataPart[]
  /** Clients that are told when a session of the host ends. */
  readonly sessionObservers?: readonly SessionObserver[]
  /**
   * Members of the discovery documents. A member of the core (`issuer`, `token_endpoint`, ...) is an error; the members
   * that have a default for servers without the feature (`request_parameter_supported`) may be said otherwise, by one feature.
   */
  readonly serverMetadata?: Readonly<Record<string, unknown>>
  /**
   * Error codes with the HTTP status of their JSON answer. Their names are known to `OAuthError` when the feature widens
   * `FeatureErrorCodes`.
   */
  readonly errors?: Readonly<Record<string, number>>
  /** Default limits of buckets that `Endpoint.rateLimit` names. The host changes them with the option `rateLimit`. */
  readonly rateLimits?: Readonly<Record<string, BucketDefaults>>
  /** Names of parameters that may come more than once, like `resource`. */
  readonly repeatable?: readonly string[]
}
