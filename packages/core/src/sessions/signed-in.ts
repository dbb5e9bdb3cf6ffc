import type { Context } from '../contracts/context.ts'
import type { BaseUser, SignedIn } from '../contracts/host.ts'
import type { ClientRecord } from '../storage/client.ts'
import { readStanding, type Standing, unmarked } from '../withdrawals/standing.ts'

/** Who is signed in with the host, if anybody. */
export async function currentSession(ctx: Context, request: Request): Promise<SignedIn<BaseUser> | undefined> {
  return (await ctx.config.authentication.getSession(request)) ?? undefined
}

/** Who may approve something, and which marks of withdrawals were there when that was asked. */
export interface Approver {
  readonly signedIn: SignedIn<BaseUser> | undefined
  readonly standing: Standing
}

/**
 * Who is signed in, with the marks that concern this user at this client. A session that has ended is no session, even
 * where the host was asked for it before it ended.
 */
export async function findApprover(ctx: Context, request: Request, client: ClientRecord): Promise<Approver> {
  const signedIn = await currentSession(ctx, request)
  if (signedIn === undefined) return { signedIn, standing: unmarked }
  const standing = await readStanding(ctx, client, signedIn)
  return standing.sessionEnded ? { signedIn: undefined, standing: unmarked } : { signedIn, standing }
}
