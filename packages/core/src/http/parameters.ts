import { OAuthError } from '../protocol/errors.ts'

/** The parameters of a request after the general rules: no repetition, an empty value is no value, no odd characters. */
export interface Parameters {
  get(name: string): string | undefined
  /** Whether it was sent, with or without a value. */
  has(name: string): boolean
  /** Every value of a parameter that may be repeated. */
  all(name: string): readonly string[]
}

/** Parameters whose repetition has yet to be refused: at the authorization endpoint that is told to the client. */
export interface UncheckedParameters extends Parameters {
  /** Every name that came. */
  readonly names: readonly string[]
  /** The names that came more than once and may not. `get` answers `undefined` for them. */
  readonly repeated: ReadonlySet<string>
}

/** `resource` may be repeated ({@link https://www.rfc-editor.org/rfc/rfc8707#section-2 RFC 8707 section 2}). Features name others. */
const resourceAlone: ReadonlySet<string> = new Set(['resource'])
const none: readonly string[] = []
const mostParameters = 100

/**
 * Reads `application/x-www-form-urlencoded` text.
 * @throws {OAuthError} `invalid_request` for a repeated parameter
 * ({@link https://www.rfc-editor.org/rfc/rfc6749#section-3.1 RFC 6749 section 3.1}), for a NUL character (no database
 * can keep it) and for more than a hundred parameters
 * @param repeatable the names of parameters that may come more than once
 */
export function parseParameters(encoded: string, repeatable?: ReadonlySet<string>): Parameters {
  const parameters = parseUnchecked(encoded, repeatable)
  refuseRepeated(parameters)
  return parameters
}

/** @throws {OAuthError} `invalid_request` when a parameter came more than once */
export function refuseRepeated({ repeated }: UncheckedParameters): void {
  for (const name of repeated) throw new OAuthError('invalid_request', `the parameter ${name} is repeated`)
}

/** Reads `application/x-www-form-urlencoded` text like `parseParameters`, and leaves repetition to `refuseRepeated`. */
export function parseUnchecked(encoded: string, repeatable: ReadonlySet<string> = resourceAlone): UncheckedParameters {
  const values = new Map<string, string | string[]>()
  const repeated = new Set<string>()
  let count = 0
  for (const [name, value] of new URLSearchParams(encoded)) {
    if (++count > mostParameters) throw new OAuthError('invalid_request', 'too many parameters')
    if (name.includes('\0') || value.includes('\0'))
      throw new OAuthError('invalid_request', 'a parameter has a NUL character')
    const before = values.get(name)
    if (before === undefined) values.set(name, value)
    else if (!repeatable.has(name)) repeated.add(name)
    else values.set(name, typeof before === 'string' ? [before, value] : [...before, value])
  }
  return {
    get names() {
      return [...values.keys()]
    },
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
