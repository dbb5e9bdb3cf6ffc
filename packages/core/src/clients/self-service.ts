import type { Context } from '../contracts/context.ts'
import type { ClientAction } from '../contracts/resolvers.ts'
import { OAuthError } from '../protocol/errors.ts'
import type { ClientRecord } from '../storage/client.ts'
import { type Caller, mayManage, requireCreator } from './caller.ts'
import { clientNotFound } from './change.ts'
import { type ClientOwner, type CreatedClient, createClient } from './create.ts'
import { deleteClient } from './delete.ts'
import { checkSubjectKept } from './metadata-rules.ts'
import { parsePublicMetadata } from './metadata-schema.ts'
import { clientRights } from './rights.ts'
import { rotateClientSecret } from './rotate-secret.ts'
import { isTrusted } from './trust.ts'
import { type ClientChanges, updateClient } from './update.ts'

/** Members that the owner of a client cannot change. They are set at creation or by the server side. */
const fixed: ReadonlySet<string> = new Set(['token_endpoint_auth_method', 'subject_type'])

/** Members that the owner can remove by `null`. */
const removable: ReadonlySet<string> = new Set([
  ...['client_name', 'client_uri', 'logo_uri', 'contacts', 'tos_uri', 'policy_uri', 'software_id', 'software_version'],
  ...['post_logout_redirect_uris', 'id_token_signed_response_alg', 'userinfo_signed_response_alg'],
  ...['default_max_age', 'require_auth_time', 'default_acr_values', 'require_acr_values', 'sector_identifier_uri'],
])

/**
 * Returns the owner of a client that this caller creates: the organisation that the caller acts for, since it outlasts
 * its members, or else the caller.
 */
export function ownerOf(caller: Caller): ClientOwner {
  return caller.referenceId === undefined ? { userId: caller.user.id } : { referenceId: caller.referenceId }
}

/**
 * Creates a client for the caller.
 * @throws {OAuthError} `access_denied`, `invalid_client_metadata` or `invalid_redirect_uri`
 */
export async function createOwnClient(ctx: Context, caller: Caller, input: object): Promise<CreatedClient> {
  await requireCreator(ctx, caller)
  const { subject_type: _, ...metadata } = parsePublicMetadata(ctx.registry, input)
  return createClient(ctx, { metadata, owner: ownerOf(caller), rights: clientRights(ctx.config, 'owner', 'user') })
}

/**
 * Returns a client that the caller may do this action with. The error for a client of another user is that for an
 * unknown client.
 * @throws {OAuthError} `not_found`
 */
export async function findOwnClient(
  ctx: Context,
  caller: Caller,
  action: ClientAction,
  clientId: string,
): Promise<ClientRecord> {
  const client = await ctx.storage.clients.find(clientId)
  if (client === undefined || !(await mayManage(ctx, caller, action, client))) throw clientNotFound()
  return client
}

/**
 * Changes metadata that a client may set itself. Restricted, fixed and unknown members are ignored; `null` removes a
 * member. The client keeps what the server side gave it, but cannot get it this way (`clientRights`).
 * @throws {OAuthError} `not_found`, `invalid_request` for a trusted client, `invalid_client_metadata`,
 * `invalid_redirect_uri`
 */
export async function updateOwnClient(
  ctx: Context,
  caller: Caller,
  clientId: string,
  update: object,
): Promise<ClientRecord> {
  // Before the input is checked, so that a caller who may not see the client always gets the same error.
  await findOwnClient(ctx, caller, 'update', clientId)
  return updateClient(ctx, clientId, publicChanges(ctx, update), {
    author: 'owner',
    check: (current) => requireChangeable(ctx, caller, 'update', current),
    // An owner who moved a pairwise client to another sector would learn the subjects of its users there.
    compare: checkSubjectKept,
  })
}

/** @throws {OAuthError} `not_found`, or `invalid_request` for a trusted client and for one without a secret */
export async function rotateOwnClientSecret(ctx: Context, caller: Caller, clientId: string): Promise<CreatedClient> {
  return rotateClientSecret(ctx, clientId, {}, (current) => requireChangeable(ctx, caller, 'rotate', current))
}

/** @throws {OAuthError} `not_found`, or `invalid_request` for a trusted client */
export async function deleteOwnClient(ctx: Context, caller: Caller, clientId: string): Promise<void> {
  await requireChangeable(ctx, caller, 'delete', await findOwnClient(ctx, caller, 'delete', clientId))
  await deleteClient(ctx, clientId)
}

async function requireChangeable(
  ctx: Context,
  caller: Caller,
  action: ClientAction,
  current: ClientRecord,
): Promise<void> {
  if (!(await mayManage(ctx, caller, action, current))) throw clientNotFound()
  if (await isTrusted(ctx, current)) throw trustedClient()
}

/**
 * Makes the error for a change of a trusted client. Owners cannot edit trusted clients: a new redirect URI would
 * receive codes without consent.
 */
export function trustedClient(): OAuthError {
  return new OAuthError(
    'invalid_request',
    'trusted clients must be updated manually: call provider.updateClient on the server side',
  )
}

function publicChanges(ctx: Context, update: object): ClientChanges {
  const open = ctx.registry.clientMetadata.filter((part) => part.serverSideOnly !== true)
  const brought = open.flatMap(({ members }) => Object.keys(members))
  const given = Object.entries(parsePublicMetadata(ctx.registry, update)).filter(([name]) => !fixed.has(name))
  const removed = Object.entries(update).filter(
    ([name, value]) => value === null && (removable.has(name) || brought.includes(name)),
  )
  return Object.fromEntries([...given, ...removed])
}
