import type { LogLevel } from '../contracts/logger.ts'
import { redact } from './redact.ts'

/** The most characters of one value, of the whole line, and the most entries of a list. */
const longestValue = 300
const longestLine = 4000
const mostEntries = 20

/** How many lines of a stack are shown. */
const mostFrames = 4

/** One line of a log: its level, what it is about, and its members. */
export interface LogEntry {
  readonly level: LogLevel
  readonly type: string
  /** The members, as they can be shown: `cause` without credentials. */
  readonly members: Readonly<Record<string, unknown>>
  /** What was thrown, for the top of its stack. */
  readonly thrown?: unknown
}

/**
 * Formats an entry as a line for people: `2026-11-28T10:04:21Z info  tokens.issued clientId=notes scopes="openid profile"`.
 * Whatever a client can choose stands behind a name, and a line break, quotation mark or control character in it is escaped,
 * so that nobody can write a line of their own.
 */
export function textLine(time: string, { level, type, members, thrown }: LogEntry): string {
  let line = `${time} ${level.padEnd(5)} ${printable(cut(type))}`
  for (const name in members) {
    if (name === 'type' || members[name] === undefined) continue
    line += ` ${name}=${textValue(name === 'cause' ? causeText(members[name]) : members[name])}`
  }
  const stack = framesOf(thrown)
  if (stack !== '') line += ` at=${quoted(stack)}`
  return line.length > longestLine ? `${line.slice(0, longestLine)}…` : line
}

/** Formats an entry as a line of JSON, for programs that collect logs. */
export function jsonLine(time: string, { level, type, members, thrown }: LogEntry): string {
  const shown: Record<string, unknown> = { time, level, type: cut(type) }
  for (const name in members) if (name !== 'type') shown[name] = bounded(members[name])
  const stack = framesOf(thrown)
  const text = printable(JSON.stringify(stack === '' ? shown : { ...shown, at: stack }))
  // A line that was cut would be no JSON.
  return text.length <= 4 * longestLine ? text : JSON.stringify({ time, level, type: cut(type), truncated: true })
}

/** What can stand without quotation marks. Everything else is quoted. */
const plain = /^[\w.:/@+~-]+$/

function textValue(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  const simple = typeof value === 'string' ? value : listText(value)
  return quoted(cut(simple ?? JSON.stringify(bounded(value)) ?? ''))
}

function quoted(text: string): string {
  return plain.test(text) ? text : printable(JSON.stringify(text))
}

/** Returns a list of plain names as `one two`. */
function listText(value: unknown): string | undefined {
  if (!Array.isArray(value) || !value.every((one) => typeof one === 'string')) return undefined
  return value.slice(0, mostEntries).join(' ')
}

function bounded(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return cut(value)
  if (typeof value !== 'object' || value === null) return typeof value === 'bigint' ? String(value) : value
  const json = (value as { readonly toJSON?: unknown }).toJSON
  if (typeof json === 'function') return bounded(json.call(value), depth)
  if (depth > 4) return '…'
  if (Array.isArray(value)) return value.slice(0, mostEntries).map((one) => bounded(one, depth + 1))
  return Object.fromEntries(
    Object.entries(value)
      .slice(0, mostEntries)
      .map(([name, member]) => [cut(name), bounded(member, depth + 1)]),
  )
}

/** The name and message of an error and of its causes, without credentials. */
function causeText(cause: unknown): string {
  const shown = bounded(cause)
  if (typeof shown !== 'object' || shown === null) return String(shown)
  const parts: string[] = []
  for (let one: unknown = shown; parts.length < 4 && one !== undefined; ) {
    if (typeof one !== 'object' || one === null) {
      parts.push(String(one))
      break
    }
    const { name, message, code, cause: next } = one as Readonly<Record<string, unknown>>
    const known = typeof code === 'string' && !String(message).includes(code) ? ` (${code})` : ''
    parts.push(`${name}${message === '' ? '' : `: ${message}`}${known}`)
    one = next
  }
  return parts.join(' <- ')
}

/** Returns where an error was thrown: the top of its stack on one line. */
function framesOf(cause: unknown): string {
  try {
    if (!(cause instanceof Error) || typeof cause.stack !== 'string') return ''
    const { message, stack } = cause
    const at = stack.indexOf(message)
    const lines = (at < 0 ? '' : stack.slice(at + message.length)).split('\n').filter((line) => /^\s+at |@/.test(line))
    const frames = lines.slice(0, mostFrames).map((line) => redact(line.trim().replace(/^at /, '')))
    return frames.join(' < ').slice(0, longestValue * 3)
  } catch {
    // A getter of somebody's error threw.
    return ''
  }
}

function cut(text: string): string {
  return text.length > longestValue ? `${text.slice(0, longestValue)}…` : text
}

/** Control characters, and those that are invisible or change the direction or the line of what follows. */
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u
const allUnprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu

/** Escapes what could forge a line or hide a part of it. In a string of JSON, the escape means the same character. */
function printable(text: string): string {
  if (!unprintable.test(text)) return text
  return text.replace(allUnprintable, (character) =>
    character
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  )
}
