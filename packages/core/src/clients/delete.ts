import type { Context } from '../contracts/context.ts'

/**
 * Deletes a client. Its grants end, and with them every token; what other processes have cached of it is gone within
 * `clientCacheSeconds`. Remembered consents stay under its id
 * (`docs/decisions/0013-managing-clients.md`).
 * @returns `false` when there was none
 */
export async function deleteClient(ctx: Context, clientId: string): Promise<boolean> {
  const deleted = await ctx.storage.clients.delete(clientId)
  ctx.clients.forget(clientId)
  // After the client, so that nothing is granted in between; and again for one whose deletion was cut short here.
  const grantsEnded = await ctx.storage.grants.revokeAll({ clientId, now: ctx.clock.now() })
  if (deleted) ctx.emit({ type: 'client.deleted', clientId, grantsEnded })
  return deleted
}
