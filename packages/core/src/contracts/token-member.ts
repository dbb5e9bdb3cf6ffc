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
  /** Whether the token response has the member as well, with the whole value. Default `false`. */
  readonly inTokenAnswer?: boolean
  /**
   * Returns the part of the value that concerns these resources: those that a token is issued for, and where a token is
   * introspected, the resources that the asking API stands for, and its client id. It is not called for a token without
   * resources, nor when a client introspects its own token. `undefined` leaves the member out. Default: the whole value.
   */
  valueFor?(value: unknown, resources: readonly string[]): unknown
}
