import type { Awaitable } from '../storage/awaitable.ts'
import type { ClientRecord } from '../storage/client.ts'

/**
 * A source of clients outside the storage, for instance documents at URLs (Client ID Metadata Documents) or entities of
 * a federation. The core never writes such a client: nobody can register or change an id that a source owns.
 */
export interface ClientSource {
  /**
   * Whether this source is responsible for the id. It decides by the text alone, without I/O: it is called in every
   * request that names a client.
   */
  owns(clientId: string): boolean
  /**
   * Loads a client. The core does not cache the result and calls this in each request, so cache what is slow. The
   * returned record must have the id that was asked for.
   * @returns `undefined` when there is no such client, or the host does not allow it
   * @throws {OAuthError} `invalid_client` with a description, where a developer should learn what is wrong with the
   * client
   */
  load(clientId: string): Awaitable<ClientRecord | undefined>
}
