import type { Parameters } from '../http/parameters.ts'
import { OAuthError } from '../protocol/errors.ts'

/**
 * Characters of the parameters that the server keeps as they are and gives back to the client. Some clients put a signed
 * or encrypted document into `state`; a `nonce` is random, or the hash of something.
 */
const longest = { state: 4096, nonce: 512 } as const

/** The client's `state`; `undefined` when there is none, or one that is too long to be kept or repeated. */
export function stateOf(parameters: Parameters): string | undefined {
  const state = parameters.get('state')
  return state === undefined || state.length > longest.state ? undefined : state
}

/** @throws {OAuthError} `invalid_request` for what is too long */
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
