import type { OAuthErrorCode } from '../protocol/errors.ts'

/**
 * How a request ended. `success`: the server did what it was asked, which includes a redirect to the login page. `refused`:
 * the client or the user was refused. `failed`: the server could not do it, through no fault of the client.
 */
export type RequestOutcome = 'success' | 'refused' | 'failed'

/**
 * One request at its end: what `onRequestEnd` gets, for access logs, metrics and traces. It contains no secret, and of the
 * request's texts only what the server has checked: a client and a grant type that exist.
 */
export interface RequestEnd {
  /** The id of the request, which is also in its events. */
  readonly requestId: string
  /** The name of the endpoint, for instance `token`: the one in `provider.handlers`. `unknown` for a path without an endpoint. */
  readonly endpoint: string
  /** The HTTP method in capital letters. `OTHER` for one that HTTP does not define. */
  readonly method: string
  /** The HTTP status of the response. */
  readonly status: number
  readonly outcome: RequestOutcome
  /** The error code that the client or the user got. Absent for `success`. */
  readonly error?: OAuthErrorCode
  /** The client, once the server knows that the request is about it. */
  readonly clientId?: string
  /** The grant type of a token request, when the server has it. */
  readonly grantType?: string
  /** Milliseconds from the request to the response, with fractions. */
  readonly durationMilliseconds: number
  /**
   * Milliseconds that calls of the storage took, added up. Calls at the same time count each, so it can be more than the
   * duration. What comes from a cache counts nothing.
   */
  readonly storageMilliseconds: number
  /** How many calls of the storage the request made. Reads of the keys, which requests share, do not count. */
  readonly storageCalls: number
}
