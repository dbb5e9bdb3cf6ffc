import type { Context } from '../contracts/context.ts'
import { noteWithdrawal } from '../withdrawals/note.ts'

/**
 * Deletes a client. Its grants and tokens end and its consents are deleted, so that a later client with the same id
 * starts without them. Other processes may use the cached client for up to `clientCacheSeconds`.
 * @returns `false` when there was none
 */
export async function deleteClient(ctx: Context, clientId: string): Promise<boolean> {
  const deleted = await ctx.storage.clients.delete(clientId)
  ctx.clients.forget(clientId)
  await noteWithdrawal(ctx, { clientId })
  // The grants end after the client is deleted, so that none is made in between. When an earlier deletion stopped here,
  // this one finishes it.
  const grantsEnded = await ctx.storage.grants.revokeAll({ clientId, now: ctx.clock.now() })
  await ctx.storage.consents.deleteAll({ clientId })
  // Sign-ins in progress, and all other records of the client.
  await ctx.storage.records.deleteAll({ clientId })
  if (deleted) ctx.emit({ type: 'client.deleted', clientId, grantsEnded })
  return deleted
}
