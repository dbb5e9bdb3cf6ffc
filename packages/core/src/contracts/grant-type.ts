import type { Parameters } from '../http/parameters.ts'
import type { ClientRecord } from '../storage/client.ts'
import type { ClientInstance } from './client-instance.ts'
import type { Core } from './core.ts'
import type { Issuance, OwnAnswer } from './issuance.ts'
import type { Binding } from './sender-constraint.ts'

/** A token request whose client has authenticated and is registered for the grant type. */
export interface TokenRequest {
  readonly request: Request
  readonly client: ClientRecord
  readonly parameters: Parameters
  /** The key that the client proved to hold, when the request uses a sender constraint. */
  readonly binding?: Binding | undefined
  /** The instance of the client, when it has authenticated with a key of its own. */
  readonly instance?: ClientInstance | undefined
}

/**
 * A grant type: a way to get tokens at the token endpoint ({@link https://www.rfc-editor.org/rfc/rfc6749#section-4 RFC
 * 6749 section 4}).
 */
export interface GrantType {
  /** The value of `grant_type` in the request. */
  readonly name: string
  /** Whether public clients may use it. */
  readonly publicClients: boolean
  /**
   * Whether it issues tokens without a user. Clients that register themselves do not get such a grant type on their
   * own.
   */
  readonly withoutUser: boolean
  /**
   * Whether it gives the parameter `audience` a meaning of its own, as token exchange does ({@link
   * https://www.rfc-editor.org/rfc/rfc8693#section-2.1 RFC 8693 section 2.1}). The option `audienceParameter` then does
   * not apply to its requests. Default `false`.
   */
  readonly readsAudience?: boolean
  /**
   * For a grant type whose clients ask for a user's access by a request of their own, and not at the authorization endpoint:
   * the discovery member with the URL of the endpoint that takes these requests, which must
   * call `requireDirectGrantType` of `@oauth/core/feature`. Security profiles name the grant types of this kind that they allow.
   */
  readonly directRequests?: string
  /**
   * Checks the request and decides which tokens to issue. It must not write anything: the `commit` of the returned
   * issuance does. A grant type that issues no token of this server returns an `OwnAnswer`.
   * @throws {OAuthError} when the request is refused, for instance `invalid_grant`
   */
  decide(core: Core, request: TokenRequest): Promise<Issuance | OwnAnswer>
}
