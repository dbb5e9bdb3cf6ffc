import { type ShownClient, shownClient } from '../clients/shown-client.ts'
import type { Context } from '../contracts/context.ts'
import { describeParameters } from '../policy/describe-parameters.ts'
import { grantedVia } from '../policy/granted-via.ts'
import type { Extra } from '../storage/extra.ts'
import type { GrantRecord } from '../storage/grant.ts'
import { endWaiting } from '../withdrawals/end-waiting.ts'
import { noteWithdrawal } from '../withdrawals/note.ts'

/** What one live grant of a user is good for, and how it came about. */
export interface GrantDetails {
  readonly id: string
  readonly scopes: readonly string[]
  readonly resources: readonly string[]
  /**
   * What the user granted by parameters that features bring, by the names of the parameters, as the consent page shows it.
   * Absent when there is none.
   */
  readonly parameters?: Readonly<Record<string, unknown>>
  /** The reference under which the user approved (`consentReferenceResolver`). */
  readonly referenceId?: string
  /**
   * What made the grant: `code` for an authorization code, or the name that a feature gives, for instance that of its
   * completion.
   */
  readonly via: string
  /** Whether the user gave it for offline access (`offline_access`), so that it outlives the session. */
  readonly offlineAccess: boolean
  /** Seconds since the epoch. */
  readonly createdAt: number
  /** When the grant ends, in seconds since the epoch, however often it is refreshed. */
  readonly expiresAt: number
}

/** A live grant of a user, and its client. */
export interface ConnectedGrant extends GrantDetails, Pick<ShownClient, 'clientName' | 'initiateLoginUrl'> {
  readonly clientId: string
}

/**
 * Lists the live grants of a user, newest first. Grants of disabled clients are among them: they work again when the
 * client is enabled.
 */
export async function listGrants(ctx: Context, userId: string): Promise<readonly ConnectedGrant[]> {
  const grants = await ctx.storage.grants.list({ userId, now: ctx.clock.now() })
  const ids = [...new Set(grants.map(({ clientId }) => clientId))]
  const clients = new Map(await Promise.all(ids.map(async (id) => [id, await ctx.clients.tryLoad(id)] as const)))
  return grants.flatMap((grant) => {
    const { clientId } = grant
    const client = clients.get(clientId)
    // What a source does not know at the moment it may know again: the user has to see it, to end it.
    if (client === undefined && !ctx.clients.isForeign(clientId)) return []
    const { clientName, initiateLoginUrl } = shownClient(ctx, clientId, client)
    return {
      clientId,
      clientName,
      ...(initiateLoginUrl !== undefined && { initiateLoginUrl }),
      ...grantDetails(ctx, grant),
    }
  })
}

/** Returns what a page of connected apps shows of a grant. */
export function grantDetails(ctx: Context, grant: GrantRecord): GrantDetails {
  const { id, scope, resources, extra, referenceId, offline, createdAt, expiresAt } = grant
  return {
    id,
    scopes: scope,
    resources,
    ...grantedParameters(ctx, extra),
    ...(referenceId !== undefined && { referenceId }),
    via: grantedVia(grant),
    offlineAccess: offline,
    createdAt,
    expiresAt,
  }
}

function grantedParameters({ registry }: Context, extra: Extra = {}): Pick<GrantDetails, 'parameters'> {
  const kept = Object.entries(extra).filter(
    ([name]) => registry.authorizationParameters.get(name)?.keptWith === 'grant',
  )
  return kept.length === 0 ? {} : { parameters: describeParameters(registry, Object.fromEntries(kept)) }
}

/**
 * Ends the live grants of a user, all of them or those of one client, in one write, and what waits for the user's approval
 * or rests on it. Interactions that began before get no code.
 * @returns how many grants ended
 * @throws {TypeError} without a user id, since that would end the grants of all users
 */
export async function revokeUserGrants(ctx: Context, userId: string, clientId?: string): Promise<number> {
  if (typeof userId !== 'string') throw new TypeError('revokeUserGrants: userId must be a string')
  const of = { userId, ...(clientId !== undefined && { clientId }) }
  await noteWithdrawal(ctx, of)
  const count = await ctx.storage.grants.revokeAll({ ...of, now: ctx.clock.now() })
  await endWaiting(ctx, of)
  if (count > 0) ctx.emit({ type: 'grants.revoked', ...of, count })
  return count
}

/**
 * Ends the live grants of a user for which `isOver` returns `true`.
 * @returns how many grants ended
 */
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
