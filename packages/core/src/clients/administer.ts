import type { Context } from '../contracts/context.ts'
import { OAuthError } from '../protocol/errors.ts'
import type { ClientRecord } from '../storage/client.ts'
import type { Caller } from './caller.ts'
import type { CreatedClient } from './create.ts'
import { createServerSide } from './register.ts'
import { ownerOf, trustedClient } from './self-service.ts'
import { isTrustedByHost } from './trust.ts'
import { updateClient } from './update.ts'

/** What no route changes, with its value: clients in use would break, or change hands. The server side can. */
const fixed: Readonly<Record<string, (client: ClientRecord) => string | undefined>> = {
  token_endpoint_auth_method: ({ metadata }) => metadata.token_endpoint_auth_method,
  user_id: ({ userId }) => userId,
  reference_id: ({ referenceId }) => referenceId,
}

/**
 * Only `true` from `authorizeAdmin` counts: being signed in is never enough, and without the option nobody may.
 * @throws {OAuthError} `access_denied`
 */
export async function requireAdmin(ctx: Context, request: Request): Promise<void> {
  if ((await ctx.config.resolvers.authorizeAdmin?.(request)) !== true) {
    throw new OAuthError('access_denied', 'only administrators may do this')
  }
}

/**
 * Makes a client with whatever the server side may set. It belongs to whom the input names, or else to the caller.
 * @throws {OAuthError} `invalid_client_metadata` or `invalid_redirect_uri`, also for a member that is not known
 */
export async function createClientAsAdmin(
  ctx: Context,
  caller: Caller | undefined,
  input: Readonly<Record<string, unknown>>,
): Promise<CreatedClient> {
  if (caller === undefined || input.user_id != null || input.reference_id != null) {
    return createServerSide(ctx, input, 'admin')
  }
  const { userId, referenceId } = ownerOf(caller)
  return createServerSide(ctx, { ...input, user_id: userId, reference_id: referenceId }, 'admin')
}

/**
 * Changes a client: its metadata, restricted members included, and whether it is disabled. What no route changes is
 * refused by name, unless it says what is stored.
 * @throws {OAuthError} `not_found`, `invalid_request` for a client that configuration trusts, `invalid_client_metadata`,
 * `invalid_redirect_uri`
 */
export async function updateClientAsAdmin(
  ctx: Context,
  clientId: string,
  update: Readonly<Record<string, unknown>>,
): Promise<ClientRecord> {
  const changes = Object.fromEntries(Object.entries(update).filter(([name]) => !Object.hasOwn(fixed, name)))
  return updateClient(ctx, clientId, changes, {
    author: 'host',
    async check(current) {
      if (await isTrustedByHost(ctx, current)) throw trustedClient()
      for (const [name, stored] of Object.entries(fixed)) {
        const given = update[name]
        if (given === undefined || (given ?? undefined) === stored(current)) continue
        throw new OAuthError(
          'invalid_client_metadata',
          `${name} cannot be changed by this route: call provider.updateClient on the server side`,
        )
      }
    },
  })
}
