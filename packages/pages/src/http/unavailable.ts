type RetryHeaders = Readonly<Record<string, string>>

/**
 * Returns the headers of a 503 for an error that says that the server cannot serve for a moment (`StorageUnavailableError`, or an
 * `OAuthError` `temporarily_unavailable`), and `undefined` for any other. It compares names, since two copies of `@oauth/core`
 * have two classes.
 */
export function retryHeaders(thrown: unknown): RetryHeaders | undefined {
  if (!(thrown instanceof Error)) return undefined
  const { name, code, headers } = thrown as Error & { readonly code?: unknown; readonly headers?: RetryHeaders }
  const isAway = name === 'StorageUnavailableError' || (name === 'OAuthError' && code === 'temporarily_unavailable')
  return isAway ? { 'retry-after': '5', ...headers } : undefined
}
