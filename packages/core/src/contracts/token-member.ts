import type { Awaitable } from '../storage/awaitable.ts'
import type { Issuance } from './issuance.ts'

/**
 * A member that a feature puts into access tokens: it is a claim of JWTs, is kept with opaque tokens, and is told by
 * introspection. Hooks of the host cannot set it.
 */
export interface TokenMember {
  readonly name: string
  /** Its value, JSON, for tokens that are about to be issued; `undefined` leaves it out. */
  valueOf(issuance: Issuance): Awaitable<unknown>
  /** Whether the token answer has the member as well. */
  readonly inTokenAnswer?: boolean
}
