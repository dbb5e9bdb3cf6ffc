import type { Context } from '../contracts/context.ts'

/**
 * Deletes the records in which features keep what waits for the approval of a user, or for the client to collect it. Call
 * it after the mark was noted: what is written later comes too late for a grant.
 */
export async function endWaiting(
  { registry, storage }: Context,
  { userId, clientId }: { readonly userId: string; readonly clientId?: string | undefined },
): Promise<void> {
  const of = { userId, ...(clientId !== undefined && { clientId }) }
  await Promise.all(registry.waitingRecords.map(({ kind }) => storage.records.deleteAll({ kind, ...of })))
}
