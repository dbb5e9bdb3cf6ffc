import type { Awaitable } from '../storage/awaitable.ts'
import type { ClientRecord } from '../storage/client.ts'
import type { Core } from './core.ts'

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
   * Whether a client that the host itself has registered under an id of this source wins over the source, also when it is
   * disabled. The core then reads the storage before it asks the source, once a request. Default: `false`, the storage is
   * not read for ids of this source and nobody can register one.
   */
  readonly storedFirst?: boolean
  /**
   * Loads a client. `core` is that of the request that needs the client, so that events have its id. The core does not cache the
   * result and calls this in each request, so cache what is slow. The returned record must have the id that was asked for.
   * @returns `undefined` when there is no such client, or the host does not allow it
   * @throws {OAuthError} `invalid_client` with a description, where a developer should learn what is wrong with the
   * client. In a request that is not the client's own, for instance an introspection of its token, the client then counts
   * as unknown. For a failure that passes throw `temporarily_unavailable`
   */
  load(core: Core, clientId: string): Awaitable<ClientRecord | undefined>
}
