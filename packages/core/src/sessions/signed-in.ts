import type { Context } from '../contracts/context.ts'
import type { BaseUser, SignedIn } from '../contracts/host.ts'
import { type Awaitable, whenKnown } from '../storage/awaitable.ts'
import type { ClientRecord } from '../storage/client.ts'
import { readStanding, type Standing, unmarked } from '../withdrawals/standing.ts'

/** Asks the host who is signed in; `undefined` when nobody is. */
export function currentSession(ctx: Context, request: Request): Awaitable<SignedIn<BaseUser> | undefined> {
  return whenKnown(ctx.config.authentication.getSession(request), (answer) => answer ?? undefined)
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
  const session = currentSession(ctx, request)
  const signedIn = session instanceof Promise ? await session : session
  if (signedIn === undefined) return { signedIn, standing: unmarked }
  const read = readStanding(ctx, client, signedIn)
  const standing = read instanceof Promise ? await read : read
  return standing.sessionEnded ? { signedIn: undefined, standing: unmarked } : { signedIn, standing }
}
