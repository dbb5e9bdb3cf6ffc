import { OAuthError } from '../protocol/errors.ts'

/** The parameters of a request after the general rules: no repetition, an empty value is no value, no odd characters. */
export interface Parameters {
  get(name: string): string | undefined
  /** Every value of a parameter that may be repeated. */
  all(name: string): readonly string[]
  names(): Iterable<string>
}

/** Only `resource` may be repeated ({@link https://www.rfc-editor.org/rfc/rfc8707#section-2 RFC 8707 section 2}). */
const repeatable: ReadonlySet<string> = new Set(['resource'])
const none: readonly string[] = []
const mostParameters = 100

/**
 * Reads `application/x-www-form-urlencoded` text.
 * @throws {OAuthError} `invalid_request` for a repeated parameter
 * ({@link https://www.rfc-editor.org/rfc/rfc6749#section-3.1 RFC 6749 section 3.1}), for a NUL character (no database
 * can keep it) and for more than a hundred parameters
 */
export function parseParameters(encoded: string): Parameters {
  const values = new Map<string, string | string[]>()
  let count = 0
  for (const [name, value] of new URLSearchParams(encoded)) {
    if (++count > mostParameters) throw new OAuthError('invalid_request', 'too many parameters')
    if (name.includes('\0') || value.includes('\0'))
      throw new OAuthError('invalid_request', 'a parameter has a NUL character')
    const before = values.get(name)
    if (before === undefined) values.set(name, value)
    else if (!repeatable.has(name)) throw new OAuthError('invalid_request', `the parameter ${name} is repeated`)
    else values.set(name, typeof before === 'string' ? [before, value] : [...before, value])
  }
  return {
    get(name) {
      const value = values.get(name)
      const first = typeof value === 'object' ? value[0] : value
      return first === '' ? undefined : first
    },
    all(name) {
      const value = values.get(name)
      if (value === undefined) return none
      return (typeof value === 'string' ? [value] : value).filter((one) => one !== '')
    },
    names: () => values.keys(),
  }
}
