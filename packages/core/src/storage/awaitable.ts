/**
 * The answer of a verb: a value or a promise. A store in memory answers with a value, which saves a turn of the event
 * loop.
 */
export type Awaitable<T> = T | Promise<T>

/** Whether somebody else's function has answered with a promise, of whatever kind. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { readonly then?: unknown } | null | undefined)?.then === 'function'
}

/**
 * Goes on with an answer: at once where it is a value, later where it is a promise. A chain of these takes no promise while
 * everything is at hand.
 */
export function whenKnown<T, R>(answer: T | PromiseLike<T>, next: (value: T) => Awaitable<R>): Awaitable<R> {
  return isThenable(answer) ? Promise.resolve(answer as PromiseLike<T>).then(next) : next(answer as T)
}
