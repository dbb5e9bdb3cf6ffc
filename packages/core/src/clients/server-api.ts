import type { Context } from '../contracts/context.ts'
import type { ClientRecord } from '../storage/client.ts'
import { deleteClient } from './delete.ts'
import { type RegisteredClient, registeredClient } from './information.ts'
import { type ClientListing, listClients } from './list.ts'
import { rotateClientSecret, type SecretRotation } from './rotate-secret.ts'

/** The calls of the provider for existing clients. */
export interface ClientApi {
  /**
   * Lists the stored clients, also disabled ones, in the order of their ids.
   * @throws {TypeError} when `limit` is no whole number from 1 to 1000
   */
  listClients(listing?: ClientListing): Promise<readonly ClientRecord[]>
  /**
   * Deletes a client. Its grants and tokens end and its consents are deleted, so that a later client with the same id
   * starts without them.
   * @returns `false` when there was no such client
   */
  deleteClient(clientId: string): Promise<boolean>
  /**
   * Gives a client a new secret. The server refuses the previous one at once, or after `keepPreviousFor` seconds.
   * @returns the client with its new secret, which the server shows only once
   * @throws {OAuthError} `not_found`; `invalid_request` for a client that has no secret
   * @throws {TypeError} when `keepPreviousFor` is no whole number
   */
  rotateClientSecret(clientId: string, options?: SecretRotation): Promise<RegisteredClient>
}

export function clientApi(ctx: Context): ClientApi {
  return {
    listClients: (listing) => listClients(ctx, listing),
    deleteClient: (clientId) => deleteClient(ctx, clientId),
    rotateClientSecret: async (clientId, options) => registeredClient(await rotateClientSecret(ctx, clientId, options)),
  }
}
