import type { Context } from '../contracts/context.ts'
import { noteWithdrawal } from '../withdrawals/note.ts'

/**
 * Deletes a client. Its grants end, and with them every token, and what users agreed to is forgotten: a client that is
 * given the same id later starts anew. What other processes have cached of it is gone within `clientCacheSeconds`.
 * @returns `false` when there was none
 */
export async function deleteClient(ctx: Context, clientId: string): Promise<boolean> {
  const deleted = await ctx.storage.clients.delete(clientId)
  ctx.clients.forget(clientId)
  await noteWithdrawal(ctx, { clientId })
  // After the client, so that nothing is granted in between; and again for one whose deletion was cut short here.
  const grantsEnded = await ctx.storage.grants.revokeAll({ clientId, now: ctx.clock.now() })
  await ctx.storage.consents.deleteAll({ clientId })
  // Sign-ins in progress, and whatever else waits for the client.
  await ctx.storage.records.deleteAll({ clientId })
  if (deleted) ctx.emit({ type: 'client.deleted', clientId, grantsEnded })
  return deleted
}
