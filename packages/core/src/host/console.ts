import type { Clock } from '../contracts/clock.ts'
import { redact } from './redact.ts'

/** The same failure is printed once in so many seconds, and no more than so many different ones. */
const windowSeconds = 60
const mostInWindow = 50

/** How much of an error is printed. */
const mostFrames = 4
const mostCauses = 3

/** Prints a failure: what failed, where, and the error behind it. */
export type Report = (where: string, cause?: unknown) => void

/**
 * What speaks where the host does not listen: `console.error`, one call for one failure, redacted. A failure that comes
 * with every request is printed once a minute, so that nobody can fill a log from outside.
 * @param secrets the server's own, which are in no line
 */
export function createReport(clock: Clock, secrets: readonly string[]): Report {
  let since = 0
  let printed = new Set<string>()
  return (where, cause) => {
    const now = timeOf(clock)
    if (now - since >= windowSeconds || now < since) {
      since = now
      printed = new Set()
    }
    const lines = cause === undefined ? [] : describe(cause, secrets)
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

/** Name and message, the top of the stack, and the same of what caused it. */
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

/** Where it was thrown. The message comes first in a stack, and may look like a frame itself. */
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
    // A console that throws is no reason for anything else to fail.
  }
}
