import { OAuthError } from '../protocol/errors.ts'
import { isStorageUnavailable } from '../storage/storage-unavailable-error.ts'

/**
 * Whatever was thrown, as an error of the protocol: a database that is away for a moment is
 * {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1 `temporarily_unavailable`}, with the time of the next
 * try; anything unexpected is `server_error`. The cause stays for the event hook.
 */
export function asOAuthError(thrown: unknown): OAuthError {
  if (thrown instanceof OAuthError) return thrown
  if (!isStorageUnavailable(thrown)) return new OAuthError('server_error', undefined, { cause: thrown })
  return new OAuthError('temporarily_unavailable', 'the server cannot reach its storage; please try again', {
    cause: thrown,
    headers: { 'retry-after': thrown.retryAfter.toString() },
  })
}
