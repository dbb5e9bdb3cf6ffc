import type { Context } from '../contracts/context.ts'
import type { ClientRecord } from '../storage/client.ts'
import { deleteClient } from './delete.ts'
import { importClient } from './import/import-client.ts'
import type { ClientImport, ClientImportOptions, ClientImportResult } from './import/types.ts'
import { type RegisteredClient, registeredClient } from './information.ts'
import { type ClientListing, listClients } from './list.ts'
import { rotateClientSecret, type SecretRotation } from './rotate-secret.ts'

/** The calls of the provider for existing clients. */
export interface ClientApi {
  /**
   * Takes over a client of another server with its id, its secret or the hash of it, and the time of its registration. It is
   * checked as `registerClient` checks one, and stored as a whole or not at all. Importing it again changes nothing. A client
   * that is here and differs is a `conflict`, which `replace` alone overwrites. `docs/moving-in.md` has the whole move.
   *
   * A foreign hash is compared in constant time; the first authentication stores the server's own hash in its place.
   * @throws {OAuthError} `invalid_client_metadata` or `invalid_redirect_uri` for what this server cannot carry over. The
   * text says what to change and contains no secret
   * @example
   * ```ts
   * const { outcome, differences } = await provider.importClient({
   *   client_id: 'notes',
   *   client_secret_hash: { algorithm: 'sha256', value: row.client_secret_hash },
   *   redirect_uris: ['https://notes.example.com/callback'],
   * })
   * ```
   */
  importClient(client: ClientImport, options?: ClientImportOptions): Promise<ClientImportResult>
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
    importClient: (client, options) => importClient(ctx, client, options),
    listClients: (listing) => listClients(ctx, listing),
    deleteClient: (clientId) => deleteClient(ctx, clientId),
    rotateClientSecret: async (clientId, options) => registeredClient(await rotateClientSecret(ctx, clientId, options)),
  }
}
