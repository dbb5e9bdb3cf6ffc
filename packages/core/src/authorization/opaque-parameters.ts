import type { Parameters } from '../http/parameters.ts'
import { OAuthError } from '../protocol/errors.ts'
import { longestState } from '../protocol/state-limit.ts'

/**
 * The longest values, in characters, of parameters that the server stores unchanged and returns to the client. A `nonce` is
 * random, or a hash.
 */
const longest = { state: longestState, nonce: 512 } as const

/** Returns the client's `state`, or `undefined` when there is none or it is too long to store and return. */
export function stateOf(parameters: Parameters): string | undefined {
  const state = parameters.get('state')
  return state === undefined || state.length > longest.state ? undefined : state
}

/**
 * Reads `state` and `nonce`.
 * @throws {OAuthError} `invalid_request` when one of them is too long
 */
export function opaqueParameters(parameters: Parameters): { readonly state?: string; readonly nonce?: string } {
  const kept: { state?: string; nonce?: string } = {}
  for (const name of ['state', 'nonce'] as const) {
    const value = parameters.get(name)
    if (value === undefined) continue
    if (value.length > longest[name]) {
      throw new OAuthError('invalid_request', `${name} must not be longer than ${longest[name]} characters`)
    }
    kept[name] = value
  }
  return kept
}
