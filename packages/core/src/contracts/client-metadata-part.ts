import type { GenericSchema } from 'valibot'
import type { ClientMetadata } from '../protocol/client-metadata.ts'
import type { Awaitable } from '../storage/awaitable.ts'
import type { Context } from './context.ts'

/**
 * Members of client metadata that a feature brings: without it they are unknown, so that nothing is stored that nobody
 * reads.
 */
export interface ClientMetadataPart {
  /** What each member has to look like by itself. A client may say all of them of itself. */
  readonly members: Readonly<Record<string, GenericSchema>>
  /**
   * Whether the whole, completed by defaults, makes sense. Called before anything is stored.
   * @throws {OAuthError} `invalid_client_metadata` or `invalid_redirect_uri`
   */
  check?(ctx: Context, metadata: ClientMetadata): Awaitable<void>
  /** Whether the feature verifies something with the keys of a client that registers this. */
  needsKeys?(metadata: Partial<ClientMetadata>): boolean
}

/** What client metadata has to look like, the members of all features included. */
export interface MetadataSchemas {
  /** What a client may say of itself; anything else is dropped. */
  readonly public: GenericSchema
  /** What the server side may set; anything else is refused. */
  readonly serverSide: GenericSchema
}
