import { redact } from './redact.ts'

/** How many causes of an error are told, so that cycles and long chains end. */
const mostCauses = 4

/**
 * The codes of systems, databases and protocols, for instance `ECONNREFUSED`, `23505` or `invalid_grant`. Other texts may
 * be authorization codes.
 */
const errorCode = /^(?:[A-Z]+\d{0,6}|[A-Z][A-Z\d]*(?:_[A-Z\d]+)+|[A-Z\d]{5}|[a-z]+(?:_[a-z]+)*)$/

/** An error as JSON: what a log needs to find the fault, without stack and without credentials. */
export interface PrintableError {
  readonly name: string
  readonly message: string
  /** The code of the error, for instance `ECONNREFUSED`. */
  readonly code?: string
  readonly cause?: PrintableError | string
}

/**
 * Converts what was thrown to something that `JSON.stringify` can print: an `Error` has no members of its own, and other
 * values may be cyclic or throw. Texts are redacted as on the console, because messages of drivers contain values of SQL
 * statements and connection strings.
 * @param secrets texts that are removed wherever they occur
 */
export function printableCause(
  thrown: unknown,
  secrets: readonly string[] = [],
  depth = 1,
): PrintableError | string | undefined {
  if (thrown === undefined) return undefined
  if (typeof thrown === 'string') return redact(thrown, secrets)
  try {
    return printableError(thrown, secrets, depth) ?? `a thrown ${thrown === null ? 'null' : typeof thrown}`
  } catch {
    // A getter of the host's object threw.
    return 'a thrown object'
  }
}

/** Errors of other realms are no `instanceof Error` here, so anything with a message counts. */
function printableError(thrown: unknown, secrets: readonly string[], depth: number): PrintableError | undefined {
  if (typeof thrown !== 'object' || thrown === null) return undefined
  const { name, message, code, cause, errors } = thrown as Readonly<Record<string, unknown>>
  if (typeof message !== 'string') return undefined
  const next = cause ?? (Array.isArray(errors) ? errors[0] : undefined)
  const told = depth >= mostCauses ? undefined : printableCause(next, secrets, depth + 1)
  return {
    name: redact(typeof name === 'string' ? name : 'Error', secrets),
    message: redact(message, secrets),
    ...(typeof code === 'string' && code.length <= 40 && errorCode.test(code) && { code }),
    ...(told !== undefined && { cause: told }),
  }
}
