/**
 * An adapter throws this error when the database cannot be reached or does not answer in time. The server then
 * answers 503 `temporarily_unavailable` with `Retry-After`, and the client tries again. The last write may have taken
 * place: every verb allows for that, since a retry finds what is stored. Any other error of an adapter becomes a 500.
 */
export class StorageUnavailableError extends Error {
  /** Seconds after which the client should try again. Default 5. */
  readonly retryAfter: number
  /** The status of the answer. Express, Koa and Fastify send it, with `headers`, when a page of yours lets this error through. */
  readonly status = 503

  constructor(message: string, options: { readonly cause?: unknown; readonly retryAfter?: number } = {}) {
    super(message, { cause: options.cause })
    this.name = 'StorageUnavailableError'
    this.retryAfter = options.retryAfter ?? 5
  }

  /** The headers of the answer: `retry-after`. */
  get headers(): Readonly<Record<string, string>> {
    return { 'retry-after': this.retryAfter.toString() }
  }
}

/**
 * Tells whether a thrown value is a `StorageUnavailableError`. It compares the name, since two copies of this package
 * have two classes.
 */
export function isStorageUnavailable(thrown: unknown): thrown is StorageUnavailableError {
  return thrown instanceof Error && thrown.name === 'StorageUnavailableError'
}
