import { type Clock, systemClock } from '../contracts/clock.ts'
import { redact } from './redact.ts'
import { wasTold } from './told-errors.ts'

/** The console prints the same failure once per window, and at most so many different failures. */
const windowSeconds = 60
const mostInWindow = 50

/** How many lines of a stack, and how many causes, the console prints of an error. */
const mostFrames = 4
const mostCauses = 3

/** Prints a failure: where it happened, and the error. */
export type Report = (where: string, cause?: unknown) => void

/**
 * Makes a function that prints failures with `console.error`, one call per failure, redacted. It prints the same
 * failure once a minute, so that nobody can fill a log from outside, and no failure of which an event has told already.
 * @param secrets the secrets of the server, which it removes from every line
 */
export function createReport(clock: Clock = systemClock, secrets: readonly string[] = []): Report {
  let since = 0
  let printed = new Set<string>()
  return (where, cause) => {
    if (wasTold(cause)) return
    const now = timeOf(clock)
    if (now - since >= windowSeconds || now < since) {
      since = now
      printed = new Set()
    }
    const lines = cause === undefined ? [] : describeSafely(cause, secrets)
    const first = `[oauth] ${where}${lines.length === 0 ? '' : `: ${lines[0]}`}`
    if (printed.has(first) || printed.size > mostInWindow) return
    printed.add(first)
    const isLast = printed.size > mostInWindow
    print(isLast ? '[oauth] more failures follow, which are not printed in this minute' : join(first, lines))
  }
}

function join(first: string, [, ...others]: readonly string[]): string {
  return [first, ...others].join('\n')
}

/** Describes what was thrown. A getter or a proxy of it may throw, which must not make the request fail. */
function describeSafely(thrown: unknown, secrets: readonly string[]): readonly string[] {
  try {
    return describe(thrown, secrets)
  } catch {
    return ['a thrown object']
  }
}

/** Describes an error in lines: its name and message, the top of its stack, and its causes in the same way. */
function describe(thrown: unknown, secrets: readonly string[], depth = 0): readonly string[] {
  if (!(thrown instanceof Error))
    return [redact(typeof thrown === 'string' ? thrown : `a thrown ${typeof thrown}`, secrets)]
  const { name, message, stack, cause } = thrown
  const { code, errors } = thrown as { readonly code?: unknown; readonly errors?: unknown }
  const known = typeof code === 'string' && /^[A-Z\d_]{1,40}$/.test(code) && !message.includes(code) ? ` (${code})` : ''
  const next = cause ?? (Array.isArray(errors) ? errors[0] : undefined)
  const causes = next === undefined || depth >= mostCauses ? [] : describe(next, secrets, depth + 1)
  return [
    `${redact(name, secrets)}${message === '' ? '' : `: ${redact(message, secrets)}`}${known}`,
    ...framesOf(stack, message).map((frame) => redact(frame, secrets)),
    ...causes.map((line, index) => (index === 0 ? `caused by ${line}` : line)),
  ]
}

/** Returns the top frames of a stack. The message comes first in a stack and may look like a frame itself. */
function framesOf(stack: unknown, message: string): readonly string[] {
  if (typeof stack !== 'string') return []
  const at = stack.indexOf(message)
  const frames = (at < 0 ? '' : stack.slice(at + message.length)).split('\n').filter((line) => /^\s+at |@/.test(line))
  return frames.slice(0, mostFrames)
}

function timeOf(clock: Clock): number {
  try {
    return clock.now()
  } catch {
    return 0
  }
}

function print(text: string): void {
  try {
    // biome-ignore lint/suspicious/noConsole: the one place, and redacted
    console.error(text)
  } catch {
    // A console that throws must not make the request fail.
  }
}
