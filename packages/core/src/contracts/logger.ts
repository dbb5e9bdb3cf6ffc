import type { OAuthEvent } from './events.ts'
import type { RequestEnd } from './request-end.ts'

/** How much an event concerns the operator. `warn`: somebody was refused. `error`: something must be repaired. */
export type LogLevel = 'info' | 'warn' | 'error'

/**
 * Where the server logs: an object with a method for each level, such as a logger of pino. The server calls the method of
 * an event's level with the event and its type. A level without a method is not logged. Whatever a method throws changes no
 * response; the console tells it, at most once a minute.
 * @example
 * ```ts
 * import pino from 'pino'
 *
 * createProvider({ logger: pino(), ... })
 * ```
 */
export interface Logger {
  info?(event: OAuthEvent, message: string): unknown
  warn?(event: OAuthEvent, message: string): unknown
  error?(event: OAuthEvent, message: string): unknown
  /** Called at the end of each request. Without it, requests are not measured for the log. */
  request?(end: RequestEnd): unknown
}
