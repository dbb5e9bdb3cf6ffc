import { OAuthError } from '../protocol/errors.ts'
import type { Parameters, UncheckedParameters } from './parameters.ts'

/**
 * Adds parameters to a request, for instance those that a proof beside the request stands for (`Binding.codeParameters`).
 * @throws {OAuthError} `invalid_request` when the request has one of them with another value
 */
export function addParameters<Sent extends Parameters | UncheckedParameters>(
  parameters: Sent,
  added: Readonly<Record<string, string>>,
): Sent {
  const values = new Map(Object.entries(added))
  for (const [name, value] of values) {
    const sent = parameters.get(name)
    if (sent !== undefined && sent !== value) {
      throw new OAuthError(
        'invalid_request',
        `the parameter ${name} differs from what the request proves: leave one out`,
      )
    }
  }
  return {
    ...parameters,
    get names() {
      return [...new Set([...parameters.names, ...values.keys()])]
    },
    get: (name) => values.get(name) ?? parameters.get(name),
    has: (name) => values.has(name) || parameters.has(name),
    all(name) {
      const value = values.get(name)
      return value === undefined ? parameters.all(name) : [value]
    },
  }
}
