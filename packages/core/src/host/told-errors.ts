/** Errors whose reason is in an event that somebody has heard. */
const told = new WeakSet<object>()

/**
 * Notes that the reason of an error is in an event that somebody has heard, and returns the error. Code of the application may
 * pass the error on to whatever prints failures, which then does not print it again.
 */
export function markTold<Failure extends Error>(error: Failure): Failure {
  told.add(error)
  return error
}

/** Tells whether the reason of what was thrown is in an event that somebody has heard. */
export function wasTold(thrown: unknown): boolean {
  return typeof thrown === 'object' && thrown !== null && told.has(thrown)
}
