import { OAuthError } from '../protocol/errors.ts'

/**
 * The parameters of a request. Repeated parameters and NUL characters have been refused, and an empty value counts as
 * absent.
 */
export interface Parameters {
  /** The names of all parameters that were sent, each once. */
  readonly names: readonly string[]
  /** Returns the value of a parameter, or `undefined` when it is absent or empty. */
  get(name: string): string | undefined
  /** Whether the parameter was sent, with or without a value. */
  has(name: string): boolean
  /** Returns all values of a parameter that may be repeated. */
  all(name: string): readonly string[]
}

/**
 * Parameters that may still contain repeated ones: the authorization endpoint first finds out whether it can send that
 * error to the client.
 */
export interface UncheckedParameters extends Parameters {
  /** The names that were repeated and must not be. `get` returns `undefined` for them. */
  readonly repeated: ReadonlySet<string>
}

/**
 * Only `resource` may be repeated ({@link https://www.rfc-editor.org/rfc/rfc8707#section-2 RFC 8707 section 2}).
 * Features add other names.
 */
const resourceAlone: ReadonlySet<string> = new Set(['resource'])
const none: readonly string[] = []
const mostParameters = 100

/**
 * Reads `application/x-www-form-urlencoded` text.
 * @param repeatable the names of parameters that may be repeated
 * @throws {OAuthError} `invalid_request` for a repeated parameter ({@link
 * https://www.rfc-editor.org/rfc/rfc6749#section-3.1 RFC 6749 section 3.1}), for a NUL character (databases cannot
 * store it) and for more than a hundred parameters
 */
export function parseParameters(encoded: string, repeatable?: ReadonlySet<string>): Parameters {
  const parameters = parseUnchecked(encoded, repeatable)
  refuseRepeated(parameters)
  return parameters
}

/**
 * Refuses repeated parameters.
 * @throws {OAuthError} `invalid_request` that names the parameter
 */
export function refuseRepeated({ repeated }: UncheckedParameters): void {
  for (const name of repeated) {
    if (plainName.test(name)) throw new OAuthError('invalid_request', `the parameter ${name} must not be repeated`)
    throw new OAuthError('invalid_request', 'a parameter must not be repeated')
  }
}

/**
 * What a name of a parameter looks like. The description is also in the log: JSON that was sent as a form has parts of its
 * values for names, for instance a password with `&`.
 */
const plainName = /^[a-z]+(?:[_-][a-z]+)*$/

/** Reads `application/x-www-form-urlencoded` text without refusing repeated parameters: call `refuseRepeated` later. */
export function parseUnchecked(encoded: string, repeatable: ReadonlySet<string> = resourceAlone): UncheckedParameters {
  const names: string[] = []
  const values = new Map<string, string | string[]>()
  const repeated = new Set<string>()
  let count = 0
  for (const [name, value] of new URLSearchParams(encoded)) {
    if (++count > mostParameters) throw new OAuthError('invalid_request', `more than ${mostParameters} parameters`)
    if (name.includes('\0') || value.includes('\0'))
      throw new OAuthError('invalid_request', 'a parameter contains a NUL character')
    const before = values.get(name)
    if (before === undefined) {
      names.push(name)
      values.set(name, value)
    } else if (!repeatable.has(name)) repeated.add(name)
    else values.set(name, typeof before === 'string' ? [before, value] : [...before, value])
  }
  return {
    names,
    repeated,
    get(name) {
      if (repeated.has(name)) return undefined
      const value = values.get(name)
      const first = typeof value === 'object' ? value[0] : value
      return first === '' ? undefined : first
    },
    has: (name) => values.has(name),
    all(name) {
      const value = values.get(name)
      if (value === undefined) return none
      return (typeof value === 'string' ? [value] : value).filter((one) => one !== '')
    },
  }
}
