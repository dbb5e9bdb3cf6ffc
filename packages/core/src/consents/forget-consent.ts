import type { Context } from '../contracts/context.ts'
import type { ConsentRecord } from '../storage/consent.ts'

/** Deletes the consent of this user, client and reference, if there is one, also when its id is another. */
export async function forgetConsent(ctx: Context, { clientId, userId, referenceId }: ConsentRecord): Promise<void> {
  const key = { clientId, userId, ...(referenceId !== undefined && { referenceId }) }
  const found = await ctx.storage.consents.find(key)
  if (found !== undefined) await ctx.storage.consents.delete(found.id)
}
