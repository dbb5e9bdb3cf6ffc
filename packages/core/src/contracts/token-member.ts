import type { Awaitable } from '../storage/awaitable.ts'
import type { Issuance } from './issuance.ts'

/**
 * A member that a feature adds to access tokens. It is a claim of JWTs, is stored with opaque tokens, and is part of
 * the introspection response. Hooks of the host cannot set it.
 */
export interface TokenMember {
  /** The name of the claim, for instance `authorization_details`. */
  readonly name: string
  /** Returns the member's value (JSON) for tokens that are about to be issued. `undefined` leaves it out. */
  valueOf(issuance: Issuance): Awaitable<unknown>
  /** Whether the token response has the member as well. Default `false`. */
  readonly inTokenAnswer?: boolean
}
