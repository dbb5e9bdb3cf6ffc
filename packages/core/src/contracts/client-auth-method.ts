import type { Authorization } from '../http/authorization-header.ts'
import type { Parameters } from '../http/parameters.ts'
import type { OAuthError } from '../protocol/errors.ts'
import type { Awaitable } from '../storage/awaitable.ts'
import type { ClientRecord } from '../storage/client.ts'
import type { ClientEvidence } from './client-instance.ts'
import type { Context } from './context.ts'

/** The parts of a request in which a client may send its credentials. */
export interface CredentialSources {
  /** The request itself, for methods that read other headers or a client certificate. */
  readonly request: Request
  readonly authorization: Authorization | undefined
  readonly parameters: Parameters
  /**
   * The URL of the endpoint as the server publishes it. Absent where a feature authenticates the client itself, with
   * `core.authenticateClient`.
   */
  readonly endpoint?: string
}

/** The credentials that a request carries, not verified yet. */
export interface PresentedCredentials {
  readonly clientId: string
  readonly secret?: string
  /** A JWT in `client_assertion` ({@link https://www.rfc-editor.org/rfc/rfc7521#section-4.2 RFC 7521 section 4.2}). */
  readonly assertion?: string
  /** The URL of the endpoint, where the method's `verify` needs it. */
  readonly endpoint?: string
}

/**
 * A way for clients to authenticate: a value of `token_endpoint_auth_method` ({@link
 * https://www.rfc-editor.org/rfc/rfc7591#section-2 RFC 7591 section 2}).
 */
export interface ClientAuthMethod {
  /** The value of `token_endpoint_auth_method`, for instance `private_key_jwt`. */
  readonly name: string
  /** The HTTP authentication scheme that a 401 response names in `WWW-Authenticate`. */
  readonly scheme?: string
  /**
   * Whether the method needs the client's secret itself. The server then stores the secret sealed (encrypted), beside
   * its hash.
   */
  readonly sealsSecret?: boolean
  /**
   * Whether the credentials are in the connection (a TLS certificate) and the form has `client_id` alone, like that of a
   * public client. The server then uses the method for every client that is registered for it, and never calls `collect`.
   */
  readonly inConnection?: true
  /**
   * Reads the credentials of this method from the request.
   * @returns `undefined` when the request does not use this method
   * @throws {OAuthError} when the request uses this method with malformed credentials
   */
  collect(sources: CredentialSources): PresentedCredentials | undefined
  /**
   * Checks that the credentials belong to the client. For an unknown client it is called with `undefined` and must take
   * the same time, so that nobody can tell which clients exist. A method with `inConnection` is called for its own clients
   * alone.
   * @param request for methods that read the connection
   * @returns `true`, or what the client has proved beside its name; `false` or a reason, which goes to the event `client.authentication_failed` and never to the
   * client. An error takes the place of `invalid_client` in the response: it must not depend on whether the client exists
   */
  verify(
    ctx: Context,
    client: ClientRecord | undefined,
    presented: PresentedCredentials,
    request: Request,
  ): Awaitable<boolean | string | OAuthError | ClientEvidence>
  /**
   * Checks credentials of this method that come beside those of the registered one, as further evidence. It is called for
   * every client that has authenticated by another method.
   * @throws {OAuthError} when the request has such credentials, and they are not valid
   */
  checkBeside?(ctx: Context, client: ClientRecord, sources: CredentialSources): Promise<ClientEvidence | undefined>
  /** Response headers of this method, for instance a challenge. Scripts of other origins may read them. */
  readonly responseHeaders?: readonly string[]
}
