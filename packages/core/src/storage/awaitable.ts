/** A store may answer at once or later. Memory answers at once and saves the core a trip through the event loop. */
export type Awaitable<T> = T | Promise<T>
