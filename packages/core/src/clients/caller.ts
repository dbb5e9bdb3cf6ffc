import type { Context } from '../contracts/context.ts'
import type { BaseUser, Session } from '../contracts/host.ts'
import type { ClientAction, ClientQuestion } from '../contracts/resolvers.ts'
import { OAuthError } from '../protocol/errors.ts'
import type { ClientRecord } from '../storage/client.ts'

/** Who manages clients or consents: the signed-in user, and the reference that the user acts for. */
export interface Caller {
  readonly user: BaseUser
  readonly session: Session
  /** The answer of `clientReferenceResolver`: the organisation or workspace that the user acts for. */
  readonly referenceId?: string
}

/** Returns the caller of a request; `undefined` when nobody is signed in. */
export async function findCaller(ctx: Context, request: Request): Promise<Caller | undefined> {
  const signedIn = await ctx.config.authentication.getSession(request)
  if (!signedIn) return undefined
  const { user, session } = signedIn
  const referenceId = (await ctx.config.resolvers.clientReferenceResolver?.({ user, session })) ?? undefined
  return { user, session, ...(referenceId !== undefined && { referenceId }) }
}

/**
 * Returns the caller of a request. Call it before any look-up, so that a caller who is not signed in learns nothing.
 * @throws {OAuthError} `invalid_token` (401)
 */
export async function requireCaller(ctx: Context, request: Request): Promise<Caller> {
  const caller = await findCaller(ctx, request)
  if (caller === undefined) throw new OAuthError('invalid_token', 'sign in first')
  return caller
}

/**
 * Tells whether the caller may do an action with a client or consent of a reference, or with a client of another user.
 * For the reference that the caller acts for, the hook `clientPrivileges` may answer `true`; for all others it has to
 * answer `'admin'`.
 * @param without the answer for the caller's own reference when there is no hook
 */
export async function hasPrivilege(
  ctx: Context,
  { user, session, referenceId: acting }: Caller,
  about: Pick<ClientQuestion<BaseUser>, 'action' | 'client' | 'consent' | 'referenceId'>,
  without: boolean,
): Promise<boolean> {
  const { resolvers } = ctx.config
  const owned = about.referenceId !== undefined && about.referenceId === acting
  if (resolvers.clientPrivileges === undefined) return owned && without
  const answer = await resolvers.clientPrivileges({ ...about, user, session, owned })
  return answer === 'admin' || (owned && answer === true)
}

/**
 * Tells whether the caller may do an action with a client: as its owner, for the reference that owns it, or as an
 * administrator.
 */
export async function mayManage(
  ctx: Context,
  caller: Caller,
  action: ClientAction,
  client: ClientRecord,
): Promise<boolean> {
  const { userId, referenceId } = client
  if (userId !== undefined && userId === caller.user.id) return true
  return hasPrivilege(ctx, caller, { action, client, ...(referenceId !== undefined && { referenceId }) }, true)
}

/**
 * Checks that the caller may create clients. Without `mayCreateClient` every user may.
 * @throws {OAuthError} `access_denied`
 */
export async function requireCreator(ctx: Context, { user, session, referenceId }: Caller): Promise<void> {
  const { mayCreateClient } = ctx.config.resolvers
  const question = { user, session, ...(referenceId !== undefined && { referenceId }) }
  if (mayCreateClient === undefined || (await mayCreateClient(question)) === true) return
  throw new OAuthError('access_denied', 'you may not create clients')
}
