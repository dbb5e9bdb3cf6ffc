import type { Clock } from '../contracts/clock.ts'
import type { OAuthEvent } from '../contracts/events.ts'
import type { Logger } from '../contracts/logger.ts'
import type { Observer } from '../contracts/observer.ts'
import type { RequestEnd } from '../contracts/request-end.ts'
import { isThenable } from '../storage/awaitable.ts'
import { createReport, type Report } from './console.ts'
import { levelOf } from './log-levels.ts'
import { loggableEvent } from './loggable-event.ts'

export type Emit = (event: OAuthEvent) => void

/** Everybody who hears of what happens in a provider. */
export interface Listeners {
  readonly logger: Logger | undefined
  readonly onEvent: ((event: OAuthEvent) => unknown) | undefined
  readonly onRequestEnd: ((end: RequestEnd) => unknown) | undefined
  readonly observers: readonly Observer[]
}

/** What tells the listeners. No function of it throws, whatever a listener does. */
export interface Announcements {
  readonly emit: Emit
  /** Whether anybody hears of events. */
  readonly hearsEvents: boolean
  /** Tells the end of a request. Absent when nobody hears of it. */
  readonly endRequest: ((end: RequestEnd) => void) | undefined
  /** The observers. What they throw is reported here. */
  readonly observers: readonly Observer[]
  /** Calls a function of a listener. When it throws or rejects, the console says so, and the answer is `undefined`. */
  guard<T>(what: string, call: () => T): T | undefined
}

/**
 * Makes what tells the listeners: observers, the logger and `onEvent`, in this order. An event with a cause can be logged as
 * JSON. When a listener throws or rejects, the console prints that, at most once a minute, and the request goes on.
 * @param secrets the secrets of the server, which neither the console nor the JSON of an event shows
 */
export function createAnnouncements(
  { logger, onEvent, onRequestEnd, observers }: Listeners,
  clock: Clock,
  secrets: readonly string[],
): Announcements {
  const report = createReport(clock, secrets)

  const guard = <T>(what: string, call: () => T, lost?: OAuthEvent): T | undefined => {
    const failed = (cause: unknown): void => {
      report(`${what} failed`, cause)
      if (lost !== undefined) reportLost(report, lost)
    }
    try {
      const result = call()
      if (isThenable(result)) result.then(undefined, failed)
      return result
    } catch (cause) {
      failed(cause)
      return undefined
    }
  }

  const listening = observers.filter((observer) => observer.event !== undefined)
  const hearsEvents = logger !== undefined || onEvent !== undefined || listening.length > 0
  const emit: Emit = (emitted) => {
    const event = loggableEvent(emitted, secrets)
    for (const observer of listening) guard('the observer of events', () => observer.event?.(event))
    if (logger !== undefined) {
      const level = levelOf(event)
      // A logger finds its own state in `this`.
      if (logger[level] !== undefined) guard('logger', () => logger[level]?.(event, event.type), event)
    }
    // Whoever has a logger has the event in the log.
    if (onEvent !== undefined) guard('onEvent', () => onEvent(event), logger === undefined ? event : undefined)
  }

  const hearsEnds = logger?.request !== undefined || onRequestEnd !== undefined
  return {
    emit: hearsEvents ? emit : () => undefined,
    hearsEvents,
    endRequest: hearsEnds
      ? (end) => {
          if (logger?.request !== undefined) guard('logger', () => logger.request?.(end))
          if (onRequestEnd !== undefined) guard('onRequestEnd', () => onRequestEnd(end))
        }
      : undefined,
    observers,
    guard,
  }
}

/** Prints a failure of which nobody else has heard. */
function reportLost(report: Report, event: OAuthEvent): void {
  if (levelOf(event) !== 'error') return
  const { endpoint, cause } = event as { readonly endpoint?: unknown; readonly cause?: unknown }
  report(typeof endpoint === 'string' ? `${endpoint} failed` : event.type, cause)
}
