import type { Context } from '../contracts/context.ts'
import type { BaseUser, SignedIn } from '../contracts/host.ts'
import type { ClientRecord } from '../storage/client.ts'
import { readStanding, type Standing, unmarked } from '../withdrawals/standing.ts'

/** Asks the host who is signed in; `undefined` when nobody is. */
export async function currentSession(ctx: Context, request: Request): Promise<SignedIn<BaseUser> | undefined> {
  return (await ctx.config.authentication.getSession(request)) ?? undefined
}

/** The user who may approve a request, and the withdrawal marks that existed when the server asked the host. */
export interface Approver {
  readonly signedIn: SignedIn<BaseUser> | undefined
  readonly standing: Standing
}

/**
 * Finds out who is signed in, and reads the withdrawal marks that concern this user at this client. A session that has
 * ended does not count, even if the host was asked for it before it ended.
 */
export async function findApprover(ctx: Context, request: Request, client: ClientRecord): Promise<Approver> {
  const signedIn = await currentSession(ctx, request)
  if (signedIn === undefined) return { signedIn, standing: unmarked }
  const standing = await readStanding(ctx, client, signedIn)
  return standing.sessionEnded ? { signedIn: undefined, standing: unmarked } : { signedIn, standing }
}
