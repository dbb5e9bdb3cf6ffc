import { type Clock, systemClock } from './clock.ts'
import type { ResourceError } from './errors.ts'

/**
 * The same line is written once in a window, and at most so many different ones: anybody can send wrong tokens. Failures of
 * the authorization server count apart, so that no refusals hide them.
 */
const windowSeconds = 60
const mostInWindow = 50

/** The most characters of one value. */
const longestValue = 300

/**
 * Makes the default of `onError`: it writes one line to the console for a request that was refused, in the form of the default
 * log of `@oauth/core`, without tokens and secrets. `warn` is a refusal, `error` an authorization server that cannot be
 * used. A request without a token writes nothing, because clients begin with it.
 * @param resource the identifier of the resource, when it is known
 */
export function createDefaultLog(
  resource: string | undefined,
  clock: Clock = systemClock,
): (error: ResourceError) => void {
  let since = Number.NEGATIVE_INFINITY
  let refused = new Set<string>()
  let failed = new Set<string>()
  return (error) => {
    if (error.code === 'missing_token') return
    const now = clock.now()
    if (now - since >= windowSeconds || now < since) {
      since = now
      refused = new Set()
      failed = new Set()
    }
    const isFailure = error.code === 'temporarily_unavailable'
    const written = isFailure ? failed : refused
    const text = lineOf(resource, error)
    if (written.has(text) || written.size > mostInWindow) return
    written.add(text)
    const isLast = written.size > mostInWindow
    write(`${timeText(now)} ${isLast ? lastLine(isFailure) : text}`)
  }
}

function lastLine(isFailure: boolean): string {
  return isFailure
    ? 'error more requests have failed, which are not logged in this minute'
    : 'warn  more requests are refused, which are not logged in this minute'
}

function lineOf(resource: string | undefined, error: ResourceError): string {
  const { code, status, description, cause } = error.toJSON()
  const failed = code === 'temporarily_unavailable'
  const members = Object.entries({ resource, error: code, status, description, cause })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${quoted(String(value))}`)
  return `${failed ? 'error resource.failed' : 'warn  resource.refused'} ${members.join(' ')}`
}

/** Quotes whatever is not plain, and escapes what could forge or hide a line. */
function quoted(value: string): string {
  const text = value.length > longestValue ? `${value.slice(0, longestValue)}…` : value
  if (/^[\w.:/@+~-]+$/.test(text)) return text
  return JSON.stringify(text).replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, (character) =>
    character
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  )
}

function timeText(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`
}

function write(line: string): void {
  try {
    // biome-ignore lint/suspicious/noConsole: the default log
    console.error(line)
  } catch {
    // A console that throws must not make the request fail.
  }
}
