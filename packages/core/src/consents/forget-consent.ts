import type { Context } from '../contracts/context.ts'
import type { ClientRecord } from '../storage/client.ts'
import type { ConsentRecord } from '../storage/consent.ts'
import { isConsentTo } from './consent-destination.ts'

/** Deletes the consent of this user, client and reference, if there is one, also when its id is another. */
export async function forgetConsent(ctx: Context, { clientId, userId, referenceId }: ConsentRecord): Promise<void> {
  const key = { clientId, userId, ...(referenceId !== undefined && { referenceId }) }
  const found = await ctx.storage.consents.find(key)
  if (found !== undefined) await ctx.storage.consents.delete(found.id)
}

/**
 * Deletes the consent that this approval would widen, when it was given to an earlier state of the client's document.
 * Otherwise the scopes that the user allowed the earlier client would count for the changed one.
 */
export async function forgetOutdatedConsent(
  ctx: Context,
  client: ClientRecord,
  approval: ConsentRecord,
): Promise<void> {
  if (client.registeredBy !== 'document') return
  const { clientId, userId, referenceId } = approval
  const found = await ctx.storage.consents.find({ clientId, userId, ...(referenceId !== undefined && { referenceId }) })
  if (found !== undefined && !(await isConsentTo(client, found))) await ctx.storage.consents.delete(found.id)
}
