/**
 * The answer of a verb: a value or a promise. A store in memory answers with a value, which saves a turn of the event
 * loop.
 */
export type Awaitable<T> = T | Promise<T>
