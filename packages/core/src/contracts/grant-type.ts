import type { Parameters } from '../http/parameters.ts'
import type { ClientRecord } from '../storage/client.ts'
import type { Core } from './core.ts'
import type { Issuance } from './issuance.ts'
import type { Binding } from './sender-constraint.ts'

/** A request to the token endpoint whose client has authenticated and may use the grant type. */
export interface TokenRequest {
  readonly request: Request
  readonly client: ClientRecord
  readonly parameters: Parameters
  /** The key that the request proved, with a sender constraint. */
  readonly binding?: Binding
}

/** A way to get tokens at the token endpoint ({@link https://www.rfc-editor.org/rfc/rfc6749#section-4 RFC 6749 section 4}). */
export interface GrantType {
  /** The value of `grant_type`. */
  readonly name: string
  /** Whether public clients may use it. */
  readonly publicClients: boolean
  /** Whether it gives tokens without a user: what a client that anybody may register must not have by itself. */
  readonly withoutUser: boolean
  /** Checks every binding and decides; changes nothing (its `commit` does). */
  decide(core: Core, request: TokenRequest): Promise<Issuance>
}
