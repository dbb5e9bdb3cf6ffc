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

/** Set when a client is made, or by the server side: its owner does not change them. */
const fixed: ReadonlySet<string> = new Set(['token_endpoint_auth_method', 'subject_type'])

/** What a client can do without. */
const removable: ReadonlySet<string> = new Set([
  ...['client_name', 'client_uri', 'logo_uri', 'contacts', 'tos_uri', 'policy_uri', 'software_id', 'software_version'],
  ...['post_logout_redirect_uris', 'id_token_signed_response_alg', 'userinfo_signed_response_alg'],
  ...['default_max_age', 'require_auth_time', 'default_acr_values', 'sector_identifier_uri'],
])

/** Whose a client is that this caller makes: the organisation's they act for, which outlasts its members, or their own. */
export function ownerOf(caller: Caller): ClientOwner {
  return caller.referenceId === undefined ? { userId: caller.user.id } : { referenceId: caller.referenceId }
}

/**
 * Makes a client for its caller.
 * @throws {OAuthError} `access_denied`, `invalid_client_metadata` or `invalid_redirect_uri`
 */
export async function createOwnClient(ctx: Context, caller: Caller, input: object): Promise<CreatedClient> {
  await requireCreator(ctx, caller)
  const { subject_type: _, ...metadata } = parsePublicMetadata(ctx.registry, input)
  return createClient(ctx, { metadata, owner: ownerOf(caller), rights: clientRights(ctx.config, 'owner', 'user') })
}

/**
 * A client that the caller may do this with. A client of somebody else is as unknown as one that does not exist.
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
 * Changes what a client may say of itself; members that are restricted, fixed or unknown are ignored, and `null` removes.
 * What the server side gave beyond what can be registered is kept, but not got (`clientRights`).
 * @throws {OAuthError} `not_found`, `invalid_request` for a trusted client, `invalid_client_metadata`,
 * `invalid_redirect_uri`
 */
export async function updateOwnClient(
  ctx: Context,
  caller: Caller,
  clientId: string,
  update: object,
): Promise<ClientRecord> {
  // Before its shape is judged: who may not see the client is told so whatever they send.
  await findOwnClient(ctx, caller, 'update', clientId)
  return updateClient(ctx, clientId, publicChanges(ctx, update), {
    author: 'owner',
    check: (current) => requireChangeable(ctx, caller, 'update', current),
    // Whoever could move a pairwise client to another sector would learn what its users are called there.
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

/** A client that users are not asked about is the host's: whoever could change where it sends them would be, too. */
export function trustedClient(): OAuthError {
  return new OAuthError(
    'invalid_request',
    'trusted clients must be updated manually: call provider.updateClient on the server side',
  )
}

function publicChanges(ctx: Context, update: object): ClientChanges {
  const brought = ctx.registry.clientMetadata.flatMap(({ members }) => Object.keys(members))
  const given = Object.entries(parsePublicMetadata(ctx.registry, update)).filter(([name]) => !fixed.has(name))
  const removed = Object.entries(update).filter(
    ([name, value]) => value === null && (removable.has(name) || brought.includes(name)),
  )
  return Object.fromEntries([...given, ...removed])
}
