import { systemClock } from '../contracts/clock.ts'
import type { OAuthEvent } from '../contracts/events.ts'
import type { Logger, LogLevel } from '../contracts/logger.ts'
import type { RequestEnd } from '../contracts/request-end.ts'
import { jsonLine, type LogEntry, textLine } from './log-line.ts'
import { writeLine } from './log-writer.ts'

/** Options of `consoleLogger`. */
export interface ConsoleLoggerOptions {
  /** `text` for people, `json` for programs that collect logs. Default `text`. */
  readonly format?: 'text' | 'json' | undefined
  /** The least level that is written. Default `info`. */
  readonly level?: LogLevel | undefined
  /** Also writes a line at the end of each request, with its status and duration. Default `false`. */
  readonly requests?: boolean | undefined
}

type Members = Readonly<Record<string, unknown>>

const order: readonly LogLevel[] = ['info', 'warn', 'error']

/**
 * Makes a logger that writes one line an event to the console. It is the default of the option `logger`. Text that comes from
 * clients is escaped and cut, so that nobody can forge or hide a line. Lines contain no secrets.
 * @throws {TypeError} when an option is unknown or wrong
 * @example
 * ```ts
 * createProvider({ logger: consoleLogger({ format: 'json', level: 'warn' }), ... })
 * ```
 */
export function consoleLogger(options: ConsoleLoggerOptions = {}): Logger {
  const { format = 'text', level = 'info', requests = false } = options
  const unknown = Object.keys(options).find((name) => !['format', 'level', 'requests'].includes(name))
  if (unknown !== undefined)
    throw new TypeError(`consoleLogger: unknown option ${unknown}; there are format, level and requests`)
  if (format !== 'text' && format !== 'json') throw new TypeError("consoleLogger: format must be 'text' or 'json'")
  if (!order.includes(level)) throw new TypeError("consoleLogger: level must be 'info', 'warn' or 'error'")
  if (typeof requests !== 'boolean') throw new TypeError('consoleLogger: requests must be true or false')
  const time = createTime()
  const lineOf = format === 'json' ? jsonLine : textLine
  const write = (entry: LogEntry): void => writeLine(lineOf(time(), entry), entry.level === 'error')
  const writer = (own: LogLevel) => (event: OAuthEvent) => write(eventEntry(own, event))
  const isWritten = (own: LogLevel): boolean => order.indexOf(own) >= order.indexOf(level)
  return Object.freeze<Logger>({
    ...(isWritten('info') && { info: writer('info') }),
    ...(isWritten('warn') && { warn: writer('warn') }),
    error: writer('error'),
    ...(requests && { request: (end: RequestEnd) => write(requestEntry(end)) }),
  })
}

function eventEntry(level: LogLevel, event: OAuthEvent): LogEntry {
  const { toJSON, cause } = event as { readonly toJSON?: () => Members; readonly cause?: unknown }
  // An event with a cause knows how to show that without credentials.
  if (toJSON !== undefined) return { level, type: event.type, members: toJSON(), thrown: cause }
  return { level, type: event.type, members: event as unknown as Members }
}

function requestEntry({ durationMilliseconds, storageMilliseconds, ...end }: RequestEnd): LogEntry {
  const members = {
    ...end,
    durationMilliseconds: rounded(durationMilliseconds),
    storageMilliseconds: rounded(storageMilliseconds),
  }
  return { level: 'info', type: 'request.ended', members }
}

function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 100) / 100
}

/** Makes a function that returns the time as text. Most lines are written in the same second as the one before. */
function createTime(): () => string {
  let second = 0
  let text = ''
  return () => {
    const now = systemClock.now()
    if (now === second) return text
    second = now
    text = `${new Date(now * 1000).toISOString().slice(0, 19)}Z`
    return text
  }
}
