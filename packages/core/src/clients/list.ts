import type { Context } from '../contracts/context.ts'
import { OAuthError } from '../protocol/errors.ts'
import type { ClientRecord } from '../storage/client.ts'
import { type Caller, hasPrivilege } from './caller.ts'

export interface ClientListing {
  /**
   * Lists the clients of this user. With `referenceId` too, it lists the clients of either; with neither, all clients.
   */
  readonly userId?: string | undefined
  readonly referenceId?: string | undefined
  /** Lists only clients after this id, to continue where a full page ended. */
  readonly after?: string | undefined
  /** How many clients to list at most, 1 to 1000. Default 100. */
  readonly limit?: number | undefined
}

const mostClients = 1000

/**
 * Lists clients in the order of their ids.
 * @throws {TypeError} when `limit` is no whole number from 1 to 1000
 */
export async function listClients(
  ctx: Context,
  { userId, referenceId, after, limit = 100 }: ClientListing = {},
): Promise<readonly ClientRecord[]> {
  if (!Number.isSafeInteger(limit) || limit < 1 || limit > mostClients) {
    throw new TypeError(`limit must be a whole number from 1 to ${mostClients}`)
  }
  return ctx.storage.clients.list({
    limit,
    ...(userId !== undefined && { userId }),
    ...(referenceId !== undefined && { referenceId }),
    ...(after !== undefined && { after }),
  })
}

/**
 * Lists the clients of the caller and of the reference that the caller acts for, or only those of the named reference.
 * @throws {OAuthError} `access_denied` for a reference whose clients the caller may not list, whether it has any or not
 */
export async function listOwnClients(
  ctx: Context,
  caller: Caller,
  { referenceId, after }: Pick<ClientListing, 'referenceId' | 'after'>,
): Promise<readonly ClientRecord[]> {
  const mayList = async (reference: string) =>
    hasPrivilege(ctx, caller, { action: 'list', referenceId: reference }, true)
  if (referenceId === undefined) {
    const acting = caller.referenceId
    const theirs = acting !== undefined && (await mayList(acting)) ? acting : undefined
    return listClients(ctx, { userId: caller.user.id, referenceId: theirs, after, limit: mostClients })
  }
  if (!(await mayList(referenceId))) {
    throw new OAuthError('access_denied', 'you may not list the clients of this reference')
  }
  return listClients(ctx, { referenceId, after, limit: mostClients })
}
