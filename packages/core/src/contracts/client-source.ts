import type { Awaitable } from '../storage/awaitable.ts'
import type { ClientRecord } from '../storage/client.ts'

/**
 * Clients that are not in the storage, for instance documents at URLs (Client ID Metadata Documents) or entities of a
 * federation. The core never writes such a client: an id that a source owns can be neither registered nor changed.
 */
export interface ClientSource {
  /** Whether an id is one of this source. It looks at the text alone and answers at once. */
  owns(clientId: string): boolean
  /**
   * The client, or `undefined` when there is none or the host does not allow it. It is asked with each request: the source
   * caches by itself. The record must have the id that was asked for.
   * @throws {OAuthError} `invalid_client` with a description, where a developer should learn what is wrong with the client
   */
  load(clientId: string): Awaitable<ClientRecord | undefined>
}
