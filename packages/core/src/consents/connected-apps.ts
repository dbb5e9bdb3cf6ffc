import type { Context } from '../contracts/context.ts'
import { withParameters } from '../http/redirect.ts'
import { initiateLoginUriProblem } from '../protocol/redirect-uri.ts'
import type { ClientRecord } from '../storage/client.ts'
import type { GrantRecord } from '../storage/grant.ts'
import { noteWithdrawal } from '../withdrawals/note.ts'

/** One line of a page of connected apps: what a user gave a client, as long as it lasts. */
export interface ConnectedGrant {
  readonly id: string
  readonly clientId: string
  /** The client's name, or its id when it has none. */
  readonly clientName: string
  /**
   * Where a link takes the user to sign in at the client, when it has such a place: its `initiate_login_uri` with our
   * `iss` ({@link https://openid.net/specs/openid-connect-core-1_0.html#ThirdPartyInitiatedLogin OpenID Connect Core section 4}).
   */
  readonly initiateLoginUrl?: string
  readonly scopes: readonly string[]
  readonly resources: readonly string[]
  /** The reference under which it was given (`consentReferenceResolver`). */
  readonly referenceId?: string
  /** Seconds since the epoch. */
  readonly createdAt: number
  /** Seconds since the epoch at which it ends by itself, however often it is refreshed. */
  readonly expiresAt: number
}

/** The live grants of a user, newest first. Those of disabled clients too: they are live again when the client is. */
export async function listGrants(ctx: Context, userId: string): Promise<readonly ConnectedGrant[]> {
  const grants = await ctx.storage.grants.list({ userId, now: ctx.clock.now() })
  const ids = [...new Set(grants.map(({ clientId }) => clientId))]
  const clients = new Map(await Promise.all(ids.map(async (id) => [id, await ctx.clients.tryLoad(id)] as const)))
  return grants.flatMap(({ id, clientId, scope, resources, referenceId, createdAt, expiresAt }) => {
    const client = clients.get(clientId)
    // What a source does not know at the moment it may know again: the user has to see it, to end it.
    if (client === undefined && !ctx.clients.isForeign(clientId)) return []
    return {
      id,
      clientId,
      clientName: client?.metadata.client_name ?? clientId,
      ...(client !== undefined && initiateLogin(ctx, client)),
      scopes: scope,
      resources,
      ...(referenceId !== undefined && { referenceId }),
      createdAt,
      expiresAt,
    }
  })
}

/** Checked again before a page shows it: what is stored may have been written by hand. */
function initiateLogin(ctx: Context, { metadata, disabled }: ClientRecord): Pick<ConnectedGrant, 'initiateLoginUrl'> {
  const uri = metadata.initiate_login_uri
  if (uri === undefined || disabled || initiateLoginUriProblem(uri) !== undefined) return {}
  return { initiateLoginUrl: withParameters(uri, { iss: ctx.config.issuer }) }
}

/**
 * Ends the live grants of a user, all of them or those of one client, in one write; answers how many. No code is issued
 * for what began before.
 * @throws {TypeError} without a user, since that would end everybody's
 */
export async function revokeUserGrants(ctx: Context, userId: string, clientId?: string): Promise<number> {
  if (typeof userId !== 'string') throw new TypeError('a user is required')
  const of = { userId, ...(clientId !== undefined && { clientId }) }
  await noteWithdrawal(ctx, of)
  const count = await ctx.storage.grants.revokeAll({ ...of, now: ctx.clock.now() })
  if (count > 0) ctx.emit({ type: 'grants.revoked', ...of, count })
  return count
}

/** Ends those live grants of a user that a test picks; answers how many. */
export async function revokeGrantsWhere(
  ctx: Context,
  userId: string,
  isOver: (grant: GrantRecord) => boolean,
): Promise<number> {
  const now = ctx.clock.now()
  const over = (await ctx.storage.grants.list({ userId, now })).filter(isOver)
  const ended = await Promise.all(over.map(({ id }) => ctx.storage.grants.revoke({ id, now })))
  return ended.filter(Boolean).length
}
