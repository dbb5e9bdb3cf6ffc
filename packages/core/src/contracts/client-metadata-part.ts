import type { GenericSchema } from 'valibot'
import type { ClientMetadata } from '../protocol/client-metadata.ts'
import type { Awaitable } from '../storage/awaitable.ts'
import type { Context } from './context.ts'

/** Members of client metadata that a feature brings. Without the feature they are unknown and are not stored. */
export interface ClientMetadataPart {
  /** A schema for each member. Clients may set all of them when they register themselves, unless `serverSideOnly`. */
  readonly members: Readonly<Record<string, GenericSchema>>
  /**
   * Whether only the server side may set the members, for instance what a client must not choose for itself. Whoever
   * changes a client from outside neither sets nor removes them. Default `false`.
   */
  readonly serverSideOnly?: boolean
  /**
   * Checks the client's metadata as a whole, with defaults filled in, before anything is stored.
   * @throws {OAuthError} `invalid_client_metadata` or `invalid_redirect_uri`
   */
  check?(ctx: Context, metadata: ClientMetadata): Awaitable<void>
  /** Whether the feature needs the client's keys (`jwks` or `jwks_uri`) for this metadata. */
  needsKeys?(metadata: Partial<ClientMetadata>): boolean
}

/** The schemas of client metadata, with the members of all features. */
export interface MetadataSchemas {
  /** For clients that register themselves. Other members are dropped. */
  readonly public: GenericSchema
  /** For calls on the server side. Other members are refused. */
  readonly serverSide: GenericSchema
}
