import type { Context } from '../contracts/context.ts'
import { withParameters } from '../http/redirect.ts'
import { describeParameters } from '../policy/describe-parameters.ts'
import { initiateLoginUriProblem } from '../protocol/redirect-uri.ts'
import type { ClientRecord } from '../storage/client.ts'
import type { Extra } from '../storage/extra.ts'
import type { GrantRecord } from '../storage/grant.ts'
import { noteWithdrawal } from '../withdrawals/note.ts'

/** What a user has granted to a client: one line of a page of connected apps. */
export interface ConnectedGrant {
  readonly id: string
  readonly clientId: string
  /** The client's name, or its id when it has none. */
  readonly clientName: string
  /**
   * The URL of a link with which the user signs in at the client, if the client has one: its `initiate_login_uri` with
   * this server's `iss` ({@link https://openid.net/specs/openid-connect-core-1_0.html#ThirdPartyInitiatedLogin OpenID
   * Connect Core section 4}).
   */
  readonly initiateLoginUrl?: string
  readonly scopes: readonly string[]
  readonly resources: readonly string[]
  /**
   * What the user granted by parameters that features bring, by the names of the parameters, as the consent page shows it.
   * Absent when there is none.
   */
  readonly parameters?: Readonly<Record<string, unknown>>
  /** The reference under which the user approved (`consentReferenceResolver`). */
  readonly referenceId?: string
  /** Seconds since the epoch. */
  readonly createdAt: number
  /** When the grant ends, in seconds since the epoch, however often it is refreshed. */
  readonly expiresAt: number
}

/**
 * Lists the live grants of a user, newest first. Grants of disabled clients are among them: they work again when the
 * client is enabled.
 */
export async function listGrants(ctx: Context, userId: string): Promise<readonly ConnectedGrant[]> {
  const grants = await ctx.storage.grants.list({ userId, now: ctx.clock.now() })
  const ids = [...new Set(grants.map(({ clientId }) => clientId))]
  const clients = new Map(await Promise.all(ids.map(async (id) => [id, await ctx.clients.tryLoad(id)] as const)))
  return grants.flatMap(({ id, clientId, scope, resources, extra, referenceId, createdAt, expiresAt }) => {
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
      ...grantedParameters(ctx, extra),
      ...(referenceId !== undefined && { referenceId }),
      createdAt,
      expiresAt,
    }
  })
}

function grantedParameters({ registry }: Context, extra: Extra = {}): Pick<ConnectedGrant, 'parameters'> {
  const kept = Object.entries(extra).filter(
    ([name]) => registry.authorizationParameters.get(name)?.keptWith === 'grant',
  )
  return kept.length === 0 ? {} : { parameters: describeParameters(registry, Object.fromEntries(kept)) }
}

/**
 * Returns the link to sign in at the client if it is safe. Links are checked again before a page shows them, since a
 * stored row may have been written by hand.
 */
function initiateLogin(ctx: Context, { metadata, disabled }: ClientRecord): Pick<ConnectedGrant, 'initiateLoginUrl'> {
  const uri = metadata.initiate_login_uri
  if (uri === undefined || disabled || initiateLoginUriProblem(uri) !== undefined) return {}
  return { initiateLoginUrl: withParameters(uri, { iss: ctx.config.issuer }) }
}

/**
 * Ends the live grants of a user, all of them or those of one client, in one write. Interactions that began before get
 * no code.
 * @returns how many grants ended
 * @throws {TypeError} without a user id, since that would end the grants of all users
 */
export async function revokeUserGrants(ctx: Context, userId: string, clientId?: string): Promise<number> {
  if (typeof userId !== 'string') throw new TypeError('revokeUserGrants: userId must be a string')
  const of = { userId, ...(clientId !== undefined && { clientId }) }
  await noteWithdrawal(ctx, of)
  const count = await ctx.storage.grants.revokeAll({ ...of, now: ctx.clock.now() })
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
