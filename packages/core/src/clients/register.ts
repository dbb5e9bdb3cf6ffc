import type { Context } from '../contracts/context.ts'
import { type CreatedClient, createClient } from './create.ts'
import { type RegisteredClient, registeredClient } from './information.ts'
import { type ClientInput, parseClientInput } from './metadata-schema.ts'
import { clientRights } from './rights.ts'

/**
 * Registers a client for the server side, which may set everything.
 * @throws {OAuthError} `invalid_client_metadata` or `invalid_redirect_uri`
 */
export async function registerClient(ctx: Context, input: ClientInput): Promise<RegisteredClient> {
  return registeredClient(await createServerSide(ctx, input, 'server'))
}

/**
 * Makes a client with everything that the server side may set; answers with the client as it is stored.
 * @throws {OAuthError} `invalid_client_metadata` or `invalid_redirect_uri`
 */
export async function createServerSide(
  ctx: Context,
  input: object,
  registeredBy: 'server' | 'admin',
): Promise<CreatedClient> {
  const { client_id, client_secret, client_secret_expires_at, user_id, reference_id, disabled, ...metadata } =
    parseClientInput(ctx.registry, input)
  const { post_logout_redirect_uris: afterLogout = [], enable_end_session = afterLogout.length > 0 } = metadata
  return createClient(ctx, {
    // Who registers where to go after a logout wants the client to log out, unless it says otherwise.
    metadata: afterLogout.length > 0 ? { ...metadata, enable_end_session } : metadata,
    rights: clientRights(ctx.config, 'host', registeredBy),
    owner: {
      ...(user_id !== undefined && { userId: user_id }),
      ...(reference_id !== undefined && { referenceId: reference_id }),
    },
    // What the server side registers lives as long as it says, not as the option for everybody else does.
    secretExpiresAt: client_secret_expires_at ?? 0,
    ...(client_id !== undefined && { id: client_id }),
    ...(client_secret !== undefined && { secret: client_secret }),
    ...(disabled !== undefined && { disabled }),
  })
}
