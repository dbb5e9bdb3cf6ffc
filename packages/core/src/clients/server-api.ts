import type { Context } from '../contracts/context.ts'
import type { ClientRecord } from '../storage/client.ts'
import { deleteClient } from './delete.ts'
import { type RegisteredClient, registeredClient } from './information.ts'
import { type ClientListing, listClients } from './list.ts'
import { rotateClientSecret, type SecretRotation } from './rotate-secret.ts'

/** What the server side does with clients that exist. */
export interface ClientApi {
  /**
   * Clients as they are stored, disabled ones too, in the order of their ids.
   * @throws {TypeError} when `limit` is no whole number from 1 to 1000
   */
  listClients(listing?: ClientListing): Promise<readonly ClientRecord[]>
  /**
   * Deletes a client. Its grants end, and with them every token, and what users agreed to is forgotten: a client that is
   * given the same id later starts anew.
   * @returns `false` when there was none
   */
  deleteClient(clientId: string): Promise<boolean>
  /**
   * Gives a client a new secret. The one before it is dead at once, or good for `keepPreviousFor` seconds more.
   * @returns the client with its new secret, which is shown this once
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
