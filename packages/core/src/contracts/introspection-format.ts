import type { Awaitable } from '../storage/awaitable.ts'
import type { Context } from './context.ts'
import type { ClientCall } from './endpoint.ts'

/** A form of the introspection response beside JSON, which a caller asks for by its header `Accept`. */
export interface IntrospectionFormat {
  /**
   * Makes the response in this form. The caller has authenticated, and the introspection is what it may know.
   * @param introspection the members of the JSON response. Members that are `undefined` are left out.
   * @returns `undefined` when the caller does not ask for this form
   * @throws {OAuthError} `invalid_request` when the caller must ask for this form and does not
   */
  respond(ctx: Context, call: ClientCall, introspection: object): Awaitable<Response | undefined>
}
