import type { Context } from '../contracts/context.ts'
import type { BaseUser, Session } from '../contracts/host.ts'
import type { ClientAction } from '../contracts/resolvers.ts'
import { OAuthError } from '../protocol/errors.ts'
import type { ClientRecord } from '../storage/client.ts'

/** Who manages clients or consents: the user of the host's session, and on whose behalf. */
export interface Caller {
  readonly user: BaseUser
  readonly session: Session
  /** What `clientReferenceResolver` says: the organisation, workspace or whatever the user acts for. */
  readonly referenceId?: string
}

/** The caller of this request, or `undefined` when nobody is signed in. */
export async function findCaller(ctx: Context, request: Request): Promise<Caller | undefined> {
  const signedIn = await ctx.config.authentication.getSession(request)
  if (!signedIn) return undefined
  const { user, session } = signedIn
  const referenceId = (await ctx.config.resolvers.clientReferenceResolver?.({ user, session })) ?? undefined
  return { user, session, ...(referenceId !== undefined && { referenceId }) }
}

/**
 * The caller of this request. It is asked for before anything is looked up: whoever is not signed in learns nothing.
 * @throws {OAuthError} `invalid_token` (401)
 */
export async function requireCaller(ctx: Context, request: Request): Promise<Caller> {
  const caller = await findCaller(ctx, request)
  if (caller === undefined) throw new OAuthError('invalid_token', 'sign in first')
  return caller
}

/** Whether the host gives the caller this privilege for what belongs to the reference. Only `true` counts. */
export async function hasPrivilege(
  ctx: Context,
  { user, session }: Caller,
  action: ClientAction,
  referenceId: string | undefined,
): Promise<boolean> {
  const question = { action, user, session, ...(referenceId !== undefined && { referenceId }) }
  return (await ctx.config.resolvers.clientPrivileges?.(question)) === true
}

/** Whether the caller may do this with the client: as its owner, on behalf of its reference, or by privilege. */
export async function mayManage(
  ctx: Context,
  caller: Caller,
  action: ClientAction,
  { userId, referenceId }: Pick<ClientRecord, 'userId' | 'referenceId'>,
): Promise<boolean> {
  if (userId !== undefined && userId === caller.user.id) return true
  if (referenceId !== undefined && referenceId === caller.referenceId) return true
  return hasPrivilege(ctx, caller, action, referenceId)
}
