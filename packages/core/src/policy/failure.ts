import { OAuthError } from '../protocol/errors.ts'
import { isStorageUnavailable } from '../storage/storage-unavailable-error.ts'

/**
 * Turns any thrown value into an error of the protocol. A database that cannot be reached becomes
 * {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1 `temporarily_unavailable`}, with `retry-after`; an
 * unexpected error becomes `server_error`. The thrown value stays as the cause, for the event hook.
 */
export function asOAuthError(thrown: unknown): OAuthError {
  if (thrown instanceof OAuthError) return thrown
  if (!isStorageUnavailable(thrown)) return new OAuthError('server_error', undefined, { cause: thrown })
  return new OAuthError('temporarily_unavailable', 'the server cannot reach its storage; please try again', {
    cause: thrown,
    headers: { 'retry-after': thrown.retryAfter.toString() },
  })
}
