import type { Context } from '../contracts/context.ts'
import type { ClientOrigin } from '../storage/client.ts'
import { type CreatedClient, createClient } from './create.ts'
import { type RegisteredClient, registeredClient } from './information.ts'
import { loopbackConsentGiven } from './loopback-consent.ts'
import { type ClientInput, type MetadataInput, parseClientInput } from './metadata-schema.ts'
import { clientRights } from './rights.ts'

/**
 * Registers a client for the server side, which may set everything.
 * @throws {OAuthError} `invalid_client_metadata` or `invalid_redirect_uri`
 */
export async function registerClient(ctx: Context, input: ClientInput): Promise<RegisteredClient> {
  return registeredClient(await createServerSide(ctx, input, 'server'))
}

/**
 * Creates a client with everything that the server side may set, and returns the stored client.
 * @throws {OAuthError} `invalid_client_metadata` or `invalid_redirect_uri`
 */
export async function createServerSide(
  ctx: Context,
  input: object,
  registeredBy: 'server' | 'admin',
): Promise<CreatedClient> {
  const { client_id, client_secret, client_secret_expires_at, user_id, reference_id, disabled, ...metadata } =
    parseClientInput(ctx.registry, input)
  return createClient(ctx, {
    metadata: givenByHost(metadata, registeredBy),
    rights: clientRights(ctx.config, 'host', registeredBy),
    owner: {
      ...(user_id !== undefined && { userId: user_id }),
      ...(reference_id !== undefined && { referenceId: reference_id }),
    },
    // The option for expiry of secrets applies to other clients, not to those of the server side.
    secretExpiresAt: client_secret_expires_at ?? 0,
    ...(client_id !== undefined && { id: client_id }),
    ...(client_secret !== undefined && { secret: client_secret }),
    ...(disabled !== undefined && { disabled }),
  })
}

/**
 * Returns the metadata that the server side gives a new client, with what it implies: a client with
 * `post_logout_redirect_uris` may end sessions, unless the input says otherwise.
 */
export function givenByHost(metadata: MetadataInput, registeredBy: ClientOrigin): MetadataInput {
  const { post_logout_redirect_uris: afterLogout = [], enable_end_session = afterLogout.length > 0 } = metadata
  const remembers = loopbackConsentGiven({ given: metadata, registeredBy })
  return {
    ...metadata,
    ...(afterLogout.length > 0 && { enable_end_session }),
    ...(remembers !== undefined && { remember_loopback_consent: remembers }),
  }
}
