import type { UncheckedParameters } from '../http/parameters.ts'
import type { Awaitable } from '../storage/awaitable.ts'
import type { ClientRecord } from '../storage/client.ts'
import type { RecordTake } from '../storage/record.ts'
import type { Context } from './context.ts'

/**
 * A place from which the parameters of an authorization request come when they are not in the request itself: a request
 * object ({@link https://www.rfc-editor.org/rfc/rfc9101 RFC 9101}), a pushed request, or whatever a `request_uri`
 * names.
 */
export interface ParameterSource {
  /**
   * Refuses a request at the authorization endpoint because its parameters come from elsewhere, for instance for a client
   * that must push its requests. It is called before the host (`requestUriResolver`) or any source resolves the request, and
   * again with the parameters that the host resolved, since the URL need not name their client. It is not called for
   * requests that a feature reads by `core.readAuthorization`. Default: no request is refused.
   * @throws {OAuthError} which goes where the errors of `resolve` go
   */
  admit?(ctx: Context, sent: UncheckedParameters): Awaitable<void>
  /**
   * Returns the parameters to use instead of those that were sent, or `undefined` for a request that does not use this
   * source. The server sends an error to the redirect URI in the request if the client registered it, and shows a page
   * otherwise.
   * @throws {OAuthError} for instance `invalid_request_uri` or `invalid_request_object`
   */
  resolve(ctx: Context, sent: UncheckedParameters): Awaitable<UncheckedParameters | KeptRequest | undefined>
  /**
   * Keeps a request that was checked, so that the client can continue with it in a browser by a `request_uri`. Default:
   * requests of this source come from elsewhere.
   */
  keep?(ctx: Context, client: ClientRecord, parameters: UncheckedParameters): Promise<RequestReference>
}

/** What a client gets for a request that the server keeps. */
export interface RequestReference {
  readonly requestUri: string
  /** For how many seconds the client can send a browser with it. */
  readonly expiresIn: number
}

/** A request that the server kept in records and that gets one answer, for instance a pushed one. */
export interface KeptRequest {
  readonly parameters: UncheckedParameters
  /**
   * The records, which end with the answer: they are taken in the commit of an approval, and before an error is sent to
   * the client. Until then the user may open the request again. Keep a record for as long as an interaction lasts
   * (`core.config.lifetimes.interaction`) after the last moment at which the request may begin.
   */
  readonly take: readonly RecordTake[]
}
