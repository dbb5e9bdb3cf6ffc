import type { OAuthEvent } from '../contracts/events.ts'
import { printableCause } from './printable-cause.ts'

/**
 * Makes an event that can be logged as JSON. `cause` stays what was thrown, with its stack, for `console.log` and
 * `instanceof`. `JSON.stringify(event)` shows its name, message and causes instead of `{}`.
 *
 * Loggers such as pino and winston copy the members of an event before they print it, so the error itself gets a `toJSON`
 * as well, where it has none. It is not enumerable, so nothing else sees it.
 * @param secrets the secrets of the server, which the JSON never shows
 */
export function loggableEvent(event: OAuthEvent, secrets: readonly string[]): OAuthEvent {
  if (!('cause' in event) || event.cause === undefined) return event
  const { cause } = event
  addToError(cause, () => printableCause(cause, secrets))
  const loggable: OAuthEvent = { ...event }
  addToJson(loggable, () => ({ ...event, cause: printableCause(cause, secrets) }))
  return loggable
}

/** Gives an error that has no JSON of its own one. A proxy may throw at each step; the event has the JSON then. */
function addToError(cause: unknown, toJSON: () => unknown): void {
  try {
    if (cause instanceof Error && Object.isExtensible(cause) && !('toJSON' in cause)) addToJson(cause, toJSON)
  } catch {
    // Without it, only loggers that copy the members of the event show less.
  }
}

function addToJson(target: object, toJSON: () => unknown): void {
  Object.defineProperty(target, 'toJSON', { value: toJSON, enumerable: false, configurable: true, writable: true })
}
