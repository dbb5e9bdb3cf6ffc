import type { ClientRecord } from '../storage/client.ts'
import type { Context } from './context.ts'

/**
 * Encrypts a kind of response for the clients that registered that (`<response>_encrypted_response_alg`). A server without
 * it refuses such a client rather than answer in the clear.
 */
export interface ResponseEncryptor {
  /** The kind of response, by its name in client metadata. `id_token` is for logout tokens, too. */
  readonly response: 'id_token' | 'userinfo'
  /**
   * Encrypts a signed JWT, or claims that are not signed. It is called for clients with the member only, and before the
   * request uses anything up.
   * @throws {OAuthError} when it cannot be encrypted; the client then gets no such response
   */
  encrypt(ctx: Context, client: ClientRecord, content: string | object): Promise<string>
}
