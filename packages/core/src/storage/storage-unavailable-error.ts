/**
 * What an adapter throws when the database cannot be reached or does not answer in time, and nothing is known to be
 * wrong with the call itself: the server answers 503 `temporarily_unavailable` with `Retry-After`, and the client tries
 * again. Whether the last write took place may be unknown, which every verb allows for: a retry finds what is stored.
 * Anything else that an adapter throws is a fault of the server (500).
 */
export class StorageUnavailableError extends Error {
  /** Seconds after which another try is worth it. */
  readonly retryAfter: number

  constructor(message: string, options: { readonly cause?: unknown; readonly retryAfter?: number } = {}) {
    super(message, { cause: options.cause })
    this.name = 'StorageUnavailableError'
    this.retryAfter = options.retryAfter ?? 5
  }
}

/** By name: two copies of this package in one application have two classes. */
export function isStorageUnavailable(thrown: unknown): thrown is StorageUnavailableError {
  return thrown instanceof Error && thrown.name === 'StorageUnavailableError'
}
