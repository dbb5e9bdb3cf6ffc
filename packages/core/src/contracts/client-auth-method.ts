import type { Authorization } from '../http/authorization-header.ts'
import type { Parameters } from '../http/parameters.ts'
import type { ClientRecord } from '../storage/client.ts'
import type { Context } from './context.ts'

/** Where client credentials may be. */
export interface CredentialSources {
  /** For methods that look at other headers, or at a client certificate. */
  readonly request: Request
  readonly authorization: Authorization | undefined
  readonly parameters: Parameters
}

/** Credentials that a request carries, before anybody knows whether they are good. */
export interface PresentedCredentials {
  readonly clientId: string
  readonly secret?: string
  /** A JWT in `client_assertion` ({@link https://www.rfc-editor.org/rfc/rfc7521#section-4.2 RFC 7521 section 4.2}). */
  readonly assertion?: string
}

/** A value of `token_endpoint_auth_method` ({@link https://www.rfc-editor.org/rfc/rfc7591#section-2 RFC 7591 section 2}). */
export interface ClientAuthMethod {
  readonly name: string
  /** The HTTP scheme to name in `WWW-Authenticate` when it fails. */
  readonly scheme?: string
  /** Whether it needs the client's secret itself, which is then kept sealed beside its hash. */
  readonly sealsSecret?: boolean
  /**
   * The credentials of this method in the request, or `undefined` when it was not tried.
   * @throws {OAuthError} when it was tried with something malformed
   */
  collect(sources: CredentialSources): PresentedCredentials | undefined
  /**
   * Whether the credentials are the client's; a text says why not, for the event hook alone. Called with `undefined` for
   * an unknown client, to cost the same.
   */
  verify(ctx: Context, client: ClientRecord | undefined, presented: PresentedCredentials): Promise<boolean | string>
}
