import type { Clock } from '../contracts/clock.ts'
import type { OAuthEvent } from '../contracts/events.ts'
import { createReport, type Report } from './console.ts'

export type Emit = (event: OAuthEvent) => void

/**
 * Tells the host what happens: its `onEvent`, or without one the console, which hears of what nobody expected alone. A
 * hook that only listens decides nothing: when it throws or rejects, the console is told, and the request goes on.
 * @param secrets the server's own, which the console never shows
 */
export function createEmit(
  onEvent: ((event: OAuthEvent) => unknown) | undefined,
  clock: Clock,
  secrets: readonly string[],
): Emit {
  const report = createReport(clock, secrets)
  if (onEvent === undefined) return (event) => reportUnexpected(report, event)
  return (event) => {
    const failed = (cause: unknown): void => {
      report('onEvent failed', cause)
      reportUnexpected(report, event)
    }
    try {
      const result = onEvent(event)
      if (isThenable(result)) result.then(undefined, failed)
    } catch (cause) {
      failed(cause)
    }
  }
}

/** The events of which somebody has to hear: a failure through no fault of a client, and a wrong answer of the host's. */
function reportUnexpected(report: Report, event: OAuthEvent): void {
  switch (event.type) {
    case 'request.failed':
      report(`${event.endpoint} failed`, event.cause)
      break
    case 'rate_limiter.failed':
      report(`rateLimit failed for ${event.bucket}, and the request went on unlimited`, event.cause)
      break
    case 'signing_key.unsealable':
      report(`no secret opens the ${event.algorithm} signing key ${event.keyId}: was the option secret changed?`)
      break
    case 'claims.wrong_type_dropped':
      report(`${event.hook}: ${event.claim} must be ${event.expected}; it was left out`)
      break
    case 'claims.reserved_name_dropped':
      report(`${event.hook} must not set ${event.names.join(', ')}; it was left out`)
      break
    default:
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { readonly then?: unknown } | null | undefined)?.then === 'function'
}
