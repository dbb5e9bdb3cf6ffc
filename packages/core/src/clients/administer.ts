import type { Context } from '../contracts/context.ts'
import { OAuthError } from '../protocol/errors.ts'
import type { ClientRecord } from '../storage/client.ts'
import type { Caller } from './caller.ts'
import type { CreatedClient } from './create.ts'
import { createServerSide } from './register.ts'
import { ownerOf, trustedClient } from './self-service.ts'
import { isTrustedByHost } from './trust.ts'
import { updateClient } from './update.ts'

/**
 * The members that no route changes, each with its stored value: a change would break clients in use or give them to
 * another owner. The server side can change them.
 */
const fixed: Readonly<Record<string, (client: ClientRecord) => string | undefined>> = {
  token_endpoint_auth_method: ({ metadata }) => metadata.token_endpoint_auth_method,
  user_id: ({ userId }) => userId,
  reference_id: ({ referenceId }) => referenceId,
}

/**
 * Checks that `authorizeAdmin` answers `true` for the request. Being signed in is not enough, and without the option
 * nobody is an administrator.
 * @throws {OAuthError} `access_denied`
 */
export async function requireAdmin(ctx: Context, request: Request): Promise<void> {
  if ((await ctx.config.resolvers.authorizeAdmin?.(request)) !== true) {
    throw new OAuthError('access_denied', 'only administrators may do this')
  }
}

/**
 * Creates a client for an administrator, who may set everything that the server side may set. Its owner is the one that
 * the input names, or else the caller.
 * @throws {OAuthError} `invalid_client_metadata` or `invalid_redirect_uri`, also for an unknown member
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
 * Changes a client for an administrator: its metadata, including restricted members, and whether it is disabled. It
 * refuses, by name, a new value for a member that no route changes.
 * @throws {OAuthError} `not_found`, `invalid_request` for a client that the configuration trusts,
 * `invalid_client_metadata`, `invalid_redirect_uri`
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
