import { OAuthError } from '../protocol/errors.ts'
import { isStorageUnavailable } from '../storage/storage-unavailable-error.ts'

/** For an error that only has the name of a `StorageUnavailableError`. */
const defaultRetryAfter = 5

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
    headers: { 'retry-after': (thrown.retryAfter ?? defaultRetryAfter).toString() },
  })
}

/**
 * Returns the headers of a 503 for an error that says that the server cannot serve for a moment (`StorageUnavailableError`, or an
 * `OAuthError` `temporarily_unavailable`), and `undefined` for any other. It compares names, since two copies of this package
 * have two classes.
 */
export function retryHeaders(thrown: unknown): Readonly<Record<string, string>> | undefined {
  if (isStorageUnavailable(thrown)) return asOAuthError(thrown).headers
  if (!(thrown instanceof Error) || thrown.name !== 'OAuthError') return undefined
  const { code, headers = {} } = thrown as Partial<OAuthError>
  return code === 'temporarily_unavailable' ? headers : undefined
}
